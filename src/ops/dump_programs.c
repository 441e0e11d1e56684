/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What other programs tell for a dump. They are run as they are found in PATH. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/process.h"
#include "callout/program.h"
#include "command.h"
#include "dump.h"

/* How many lines of a log are kept, and out of how many. */
#define LINES_MAX  200
#define LINES_LOOK "--lines=20000"

/* What a program said. */
struct said {
	struct program_result result;
	char *text;
	char *complaint; /* the first line of its standard error */
};

static void answer_clear(struct said *answer)
{
	program_result_clear(&answer->result);
	free(answer->text);
	free(answer->complaint);
}

static void keep_first(void *data, const char *line)
{
	struct said *answer = data;

	if (!answer->complaint)
		answer->complaint = mem_strdup(line);
}

static err_t check_end(const struct said *answer, const char *name)
{
	const char *why = answer->complaint ? answer->complaint : "it says nothing";

	switch (answer->result.end) {
	case PROGRAM_EXITED:
		if (!answer->result.code)
			return NULL;
		return err_new(ERR_FAILED, "'%s' ended with status %d: %s", name,
			       answer->result.code, why);
	case PROGRAM_KILLED:
		return err_new(ERR_FAILED, "'%s' was killed by signal %d", name,
			       answer->result.code);
	default:
		return err_new(ERR_FAILED, "'%s' took more than %d s", name, PROBE_MS / 1000);
	}
}

/* @arguments[0] is looked for; ENOENT if there is no such program. */
static err_t ask_program(const struct env *env, char *const *arguments, struct said *ret)
{
	_cleanup_(strlist_clear) struct strlist environment = { 0 };
	_cleanup_(mem_freep) char *path = NULL;
	struct program_request request = {
		.arguments = arguments,
		.timeout_ms = PROBE_MS,
		.line = keep_first,
		.line_data = ret,
	};
	int errnum = command_look_for(arguments[0], &path);

	if (errnum)
		return err_errno(errnum, "cannot run '%s'", arguments[0]);
	process_environment(env, &environment);
	strlist_add(&environment, NULL);
	request.environment = environment.items;
	request.path = path;
	TRY(program_run(&request, &ret->result));
	ret->text = mem_printf("%.*s", (int)ret->result.output_size,
			       ret->result.output ? ret->result.output : "");
	return check_end(ret, arguments[0]);
}

/* --- versions --- */

static json_t *version_of(const struct env *env, const char *name, size_t *unread)
{
	_cleanup_(answer_clear) struct said answer = { 0 };
	_cleanup_(mem_freep) char *program = mem_strdup(name);
	_cleanup_(mem_freep) char *option = mem_strdup("--version");
	_cleanup_(mem_freep) char *line = NULL;
	char *const arguments[] = { program, option, NULL };
	_cleanup_(err_freep) struct err *e = ask_program(env, arguments, &answer);

	if (err_is(e, ENOENT))
		return json_null();
	*unread += e != NULL;
	if (e || !answer.text)
		return fact_error_to_json(e ? err_message(e) : "it says nothing",
					  e ? err_errnum(e) : 0);
	line = mem_printf("%.*s", (int)strcspn(answer.text, "\n"), answer.text);
	return json_new_string(line);
}

json_t *dump_programs(const struct env *env, size_t *unread)
{
	static const char *const names[] = { "mdevctl", "libvirtd", "virtnodedevd", "udevadm" };
	json_t *json = json_new_object();

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		json_put(json, names[i], version_of(env, names[i], unread));
	return json;
}

/* --- the journal --- */

static bool is_of_interest(const char *line)
{
	static const char *const words[] = { "mdev", "vfio", "nvidia", "nvrm",	"vgpu",	 "gvt",
					     "mtty", "mdpy", "mbochs", "iommu", "sr-iov" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcasestr(line, words[i]))
			return true;
	return false;
}

/* @text has the newest line first; the array, a new reference, has it last. */
static json_t *last_lines(char *text, bool is_filtered)
{
	json_t *json = json_new_array();
	char *line;

	while ((line = strsep(&text, "\n"))) {
		json_t *one;

		if (!*line || (is_filtered && !is_of_interest(line)) ||
		    json_array_size(json) == LINES_MAX)
			continue;
		one = json_new_string(line);
		if (json_array_insert_new(json, 0, one) < 0)
			mem_exhausted();
	}
	return json;
}

/* As journalctl says it of none at all, and of one without anything of this boot. */
static bool is_no_journal(const struct said *answer)
{
	return answer->complaint && (strstr(answer->complaint, "No journal files were found") ||
				     strstr(answer->complaint, "No such boot ID"));
}

static json_t *absent(const char *why)
{
	json_t *json = json_new_object();

	json_put(json, "absent", json_new_string(why));
	return json;
}

/* Of the kernel, or of what logs as @identifier. */
static json_t *journal_of(const struct env *env, const char *identifier, size_t *unread)
{
	_cleanup_(answer_clear) struct said answer = { 0 };
	_cleanup_(strlist_clear) struct strlist arguments = { 0 };
	_cleanup_(err_freep) struct err *e = NULL;
	static const char *const common[] = { "journalctl", "--quiet",	     "--no-pager",
					      "--reverse",  "--no-hostname", "--output=short-iso",
					      LINES_LOOK };

	for (size_t i = 0; i < ARRAY_SIZE(common); i++)
		strlist_add(&arguments, mem_strdup(common[i]));
	strlist_add(&arguments,
		    identifier ? mem_printf("--identifier=%s", identifier) : mem_strdup("--dmesg"));
	if (env->root)
		strlist_add(&arguments, mem_printf("--root=%s", env->root));
	strlist_add(&arguments, NULL);
	e = ask_program(env, arguments.items, &answer);
	if (err_is(e, ENOENT))
		return absent("there is no journalctl");
	if (is_no_journal(&answer))
		return absent("there is no journal of this boot");
	*unread += e != NULL;
	if (e)
		return fact_error_to_json(err_message(e), err_errnum(e));
	return last_lines(answer.text, !identifier);
}

json_t *dump_journal(const struct env *env, size_t *unread)
{
	json_t *json = json_new_object();

	json_put(json, "kernel", journal_of(env, NULL, unread));
	json_put(json, "mdevadm", journal_of(env, "mdevadm", unread));
	return json;
}
