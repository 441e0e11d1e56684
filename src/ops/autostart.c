/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "autostart.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dir.h"

/* The largest file that is read. */
#define FILE_MAX_SIZE (1024 * 1024)
#define STARTS	      "start-parent-mdevs"
#define UNIT	      "mdevadm-parent@"

void udev_rules_clear(struct udev_rules *rules)
{
	for (size_t i = 0; i < rules->count; i++) {
		free(rules->items[i].path);
		free(rules->items[i].program);
	}
	free(rules->items);
}

/* Adds the directories called @name ("udev/rules.d"), the first to be looked in first. */
static void list_places(const struct check *check, const char *name, struct strlist *ret)
{
	const char *root = check->env.root ? check->env.root : "";

	strlist_add(ret, mem_printf("%s/%s", check->env.dir[ENV_DIR_ETC], name));
	strlist_add(ret, mem_printf("%s/%s", check->env.dir[ENV_DIR_RUN], name));
	strlist_add(ret, mem_printf("%s/usr/local/lib/%s", root, name));
	strlist_add(ret, mem_printf("%s/%s", check->env.dir[ENV_DIR_LIB], name));
	strlist_add(ret, mem_printf("%s/lib/%s", root, name));
}

/*
 * The program whose path is the last word before @end, owned by the caller. NULL if it is no path:
 * it may be an option's value, be looked for in PATH, or be made of variables.
 */
static char *program_before(const char *text, const char *end)
{
	const char *begin;

	while (end > text && end[-1] == ' ')
		end--;
	for (begin = end; begin > text && !strchr(" \"'=\n\t", begin[-1]);)
		begin--;
	/* What systemd has before a path. */
	begin += strspn(begin, "-@:+!|");
	if (begin >= end || *begin != '/' || strcspn(begin, "$%") < (size_t)(end - begin))
		return NULL;
	return mem_printf("%.*s", (int)(end - begin), begin);
}

/* Cuts what is a comment out of the text, and joins lines that go on behind a backslash. */
static void clean(char *text)
{
	for (char *line = text; line && *line;) {
		char *end = strchr(line, '\n');

		if (line[strspn(line, " \t")] == '#')
			memset(line, ' ', end ? (size_t)(end - line) : strlen(line));
		else if (end > line && end[-1] == '\\')
			memset(end - 1, ' ', 2);
		line = end ? end + 1 : NULL;
	}
}

/* --- rules --- */

/* KEY{ATTRIBUTE}OPERATOR"VALUE". */
struct token {
	char *key; /* with its attribute */
	char op[3];
	char *value;
};

struct line {
	struct token *tokens;
	size_t count;
};

struct lines {
	struct line *items;
	size_t count;
};

static void lines_clear(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		for (size_t j = 0; j < lines->items[i].count; j++) {
			free(lines->items[i].tokens[j].key);
			free(lines->items[i].tokens[j].value);
		}
		free(lines->items[i].tokens);
	}
	free(lines->items);
}

/* How long the key is, with its attribute, which may have anything in it. */
static size_t size_of_key(const char *key)
{
	size_t size = strcspn(key, "{=!+-:\" \t");
	const char *end = key[size] == '{' ? strchr(key + size, '}') : NULL;

	return end ? (size_t)(end + 1 - key) : size;
}

/* Reads one token at *at, and moves that behind it; false if there is none. */
static bool read_token(const char **at, struct token *ret)
{
	const char *key = *at + strspn(*at, " \t,");
	size_t key_size = size_of_key(key);
	const char *op = key + key_size + strspn(key + key_size, " \t");
	size_t op_size = strspn(op, "=!+-:");
	const char *begin = op + op_size + strspn(op + op_size, " \t");
	const char *end;

	/* e"…" and i"…" are values, too. */
	while (*begin && strchr("ei", *begin))
		begin++;
	if (!key_size || !op_size || op_size >= sizeof(ret->op) || *begin != '"')
		return false;
	for (end = ++begin; *end && *end != '"'; end++)
		end += *end == '\\' && end[1] == '"';
	*ret = (struct token){
		.key = mem_printf("%.*s", (int)key_size, key),
		.value = mem_printf("%.*s", (int)(end - begin), begin),
	};
	memcpy(ret->op, op, op_size);
	*at = *end ? end + 1 : end;
	return true;
}

/* What is behind a fault in a line is left out. */
static void read_lines(char *text, struct lines *ret)
{
	char *rest = NULL;

	clean(text);
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		struct line one = { 0 };
		struct token token;

		for (const char *at = line; read_token(&at, &token);) {
			one.tokens = mem_grow(one.tokens, one.count, sizeof(*one.tokens));
			one.tokens[one.count++] = token;
		}
		ret->items = mem_grow(ret->items, ret->count, sizeof(*ret->items));
		ret->items[ret->count++] = one;
	}
}

static bool is_key(const struct token *token, const char *key)
{
	return str_starts_with(token->key, key) && strchr("{", token->key[strlen(key)]);
}

/* Whether it is looked at and nothing is set by it. */
static bool is_match(const struct token *token)
{
	return strcmp(token->op, "==") == 0 || strcmp(token->op, "!=") == 0 ||
	       is_key(token, "PROGRAM") || is_key(token, "IMPORT");
}

/* What is run: a comparison of RUN is a fault, and runs nothing. */
static bool is_run(const struct token *token)
{
	return is_key(token, "PROGRAM") || strcmp(token->key, "IMPORT{program}") == 0 ||
	       ((strcmp(token->key, "RUN") == 0 || strcmp(token->key, "RUN{program}") == 0 ||
		 strcmp(token->key, "ENV{SYSTEMD_WANTS}") == 0) &&
		!is_match(token) && token->op[0] != '-');
}

/* Whether one of the patterns, between which there is a "|", is that of the word. */
static bool is_one_of(const char *patterns, const char *word)
{
	_cleanup_(mem_freep) char *copy = mem_strdup(patterns);
	char *rest = NULL;

	for (char *one = strtok_r(copy, "|", &rest); one; one = strtok_r(NULL, "|", &rest))
		if (fnmatch(one, word, 0) == 0)
			return true;
	return false;
}

/* Whether the line may apply to an event of that action. */
static bool may_apply(const struct line *line, const char *action)
{
	for (size_t i = 0; i < line->count; i++) {
		const struct token *token = &line->tokens[i];

		if (strcmp(token->key, "ACTION") == 0 &&
		    is_one_of(token->value, action) != (token->op[0] == '='))
			return false;
	}
	return true;
}

static const char *value_of(const struct line *line, const char *key)
{
	for (size_t i = 0; i < line->count; i++)
		if (strcmp(line->tokens[i].key, key) == 0)
			return line->tokens[i].value;
	return NULL;
}

/* Whether it depends on something else than the action. */
static bool has_condition(const struct line *line)
{
	for (size_t i = 0; i < line->count; i++)
		if (strcmp(line->tokens[i].key, "ACTION") != 0 && is_match(&line->tokens[i]))
			return true;
	return false;
}

/* The number of the line behind @from with that label; the end if there is none. */
static size_t find_label(const struct lines *lines, size_t from, const char *label)
{
	for (size_t i = from + 1; i < lines->count; i++) {
		const char *found = value_of(&lines->items[i], "LABEL");

		if (found && strcmp(found, label) == 0)
			return i;
	}
	return lines->count;
}

/* Marks the lines that an event of that action may run. */
static void mark_lines(const struct lines *lines, const char *action, bool *marks)
{
	_cleanup_(mem_freep) bool *reached = mem_zalloc((lines->count + 1) * sizeof(bool));

	reached[0] = true;
	for (size_t i = 0; i < lines->count; i++) {
		const struct line *line = &lines->items[i];
		bool applies = reached[i] && may_apply(line, action);
		const char *label = applies ? value_of(line, "GOTO") : NULL;

		marks[i] |= applies;
		if (label)
			reached[find_label(lines, i, label)] = true;
		reached[i + 1] |= reached[i] && (!label || has_condition(line));
	}
}

/*
 * What udev runs for that value, if it is known: the path before @end, or a program without one,
 * which it looks for in a directory of its own.
 */
static char *program_of(const struct token *token, const char *end)
{
	const char *value = token->value + strspn(token->value, " ");
	size_t size = strcspn(value, " ");

	if (*value == '/' || strcspn(value, "$%\"'") < size || value > end)
		return program_before(token->value, end);
	return mem_printf("%.*s", (int)size, value);
}

static void read_run(const struct token *token, struct udev_rule *rule, bool *ret_starts)
{
	const char *starts = strstr(token->value, " " STARTS);

	if (!is_run(token))
		return;
	rule->uses_unit |= strstr(token->value, UNIT) != NULL;
	*ret_starts |= starts || rule->uses_unit;
	if (starts && !rule->program)
		rule->program = program_of(token, starts);
}

/* Of a parent that comes: its own events, and those of the device that gets its driver. */
static const char *const actions[] = { "add", "change", "bind", "online", "move" };

/* Adds the file if it is a rule that starts devices. */
static void add_if_starts(struct udev_rules *rules, const char *path, char *text)
{
	_cleanup_(lines_clear) struct lines lines = { 0 };
	_cleanup_(mem_freep) bool *marks = NULL;
	struct udev_rule rule = { 0 };
	bool starts = false;

	read_lines(text, &lines);
	marks = mem_zalloc((lines.count + 1) * sizeof(bool));
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
		mark_lines(&lines, actions[i], marks);
	for (size_t i = 0; i < lines.count; i++)
		for (size_t j = 0; marks[i] && j < lines.items[i].count; j++)
			read_run(&lines.items[i].tokens[j], &rule, &starts);
	if (!starts)
		return;
	rule.path = mem_strdup(path);
	rules->items = mem_grow(rules->items, rules->count, sizeof(*rules->items));
	rules->items[rules->count++] = rule;
}

/* --- files --- */

/* Takes @e; NULL if it says that something is surely not there. */
static err_t pass_absence(struct err *e)
{
	if (!err_is_absence(e))
		return e;
	err_free(e);
	return NULL;
}

/*
 * Links are followed, as udev and systemd do, to a regular file alone: reading a FIFO waits for
 * somebody who writes. A device node such as /dev/null is an empty file to both.
 */
static err_t read_text(const char *path, char **ret)
{
	_cleanup_(mem_freep) char *real = realpath(path, NULL);
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct stat st;
	char *slash;

	if (!real || stat(real, &st) < 0)
		return err_errno(errno, "cannot open '%s'", path);
	if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)) {
		*ret = mem_strdup("");
		return NULL;
	}
	slash = strrchr(real, '/');
	*slash = '\0';
	TRY(dir_open(real, &dir));
	return dir_read(dir, slash + 1, FILE_MAX_SIZE, ret, NULL);
}

/* What is surely not there is no finding; *ret stays NULL then, and if it cannot be read. */
static void read_rule_file(struct check *check, const char *path, char **ret)
{
	struct err *e = pass_absence(read_text(path, ret));

	if (e && err_kind(e) == ERR_INVALID)
		e = err_hint(e, "put a regular file of less than 1 MiB in its place, or remove it");
	check_cannot_tell(check, path, e);
}

/* Adds the files in @place that are rules, but for names in @seen, to which it adds. */
static void read_rules(struct check *check, const struct dir *dir, const struct strlist *names,
		       struct strlist *seen, struct udev_rules *ret)
{
	for (size_t i = 0; i < names->count; i++) {
		_cleanup_(mem_freep) char *path = mem_printf("%s/%s", dir->path, names->items[i]);
		const char *dot = strrchr(names->items[i], '.');
		_cleanup_(mem_freep) char *text = NULL;

		if (!dot || strcmp(dot, ".rules") != 0 || strlist_has(seen, names->items[i]))
			continue;
		read_rule_file(check, path, &text);
		if (text)
			add_if_starts(ret, path, text);
		strlist_add(seen, mem_strdup(names->items[i]));
	}
}

static void read_rules_of(struct check *check, const char *place, struct strlist *seen,
			  struct udev_rules *ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	_cleanup_(dir_freep) struct dir *dir = NULL;

	check_cannot_tell(check, place, pass_absence(dir_open(place, &dir)));
	if (!dir)
		return;
	check_cannot_tell(check, place, pass_absence(dir_list(dir, &names)));
	read_rules(check, dir, &names, seen, ret);
}

void udev_rules_read(struct check *check, struct udev_rules *ret)
{
	_cleanup_(strlist_clear) struct strlist places = { 0 };
	_cleanup_(strlist_clear) struct strlist seen = { 0 };

	list_places(check, "udev/rules.d", &places);
	for (size_t i = 0; i < places.count; i++)
		read_rules_of(check, places.items[i], &seen, ret);
}

bool start_unit_read(struct check *check, struct start_unit *ret)
{
	_cleanup_(strlist_clear) struct strlist places = { 0 };
	_cleanup_(mem_freep) char *text = NULL;
	const char *starts;

	list_places(check, "systemd/system", &places);
	for (size_t i = 0; i < places.count && !text; i++) {
		_cleanup_(mem_freep) char *path = mem_printf("%s/" START_UNIT, places.items[i]);

		read_rule_file(check, path, &text);
		if (text)
			ret->path = take(path);
	}
	if (!text)
		return false;
	ret->is_masked = !*text;
	clean(text);
	starts = strstr(text, " " STARTS);
	ret->program = starts ? program_before(text, starts) : NULL;
	return true;
}

void start_unit_clear(struct start_unit *unit)
{
	free(unit->path);
	free(unit->program);
}

bool systemd_is_there(struct check *check)
{
	_cleanup_(mem_freep) char *path =
		mem_printf("%s/systemd/system", check->env.dir[ENV_DIR_RUN]);

	if (access(path, F_OK) == 0)
		return true;
	check_cannot_tell(check, path, pass_absence(err_errno(errno, "cannot look at '%s'", path)));
	return false;
}
