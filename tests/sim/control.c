/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The directory .mdevsim: commands, log and counters. */
#include "control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "life.h"
#include "parent.h"
#include "vfio.h"

#define ARGS_MAX 4

struct command {
	const char *name;
	int min_args;
	int max_args;
	/* @args has ARGS_MAX entries, NULL where there is none. Returns 0 or a negative errno. */
	int (*run)(struct call *call, char *const *args);
	bool has_rest; /* the last argument is the rest of the line, and may be empty */
};

static bool parse_long(const char *string, long min, long max, long *ret)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(string, &end, 10);
	if (end == string || *end || errno || value < min || value > max)
		return false;
	*ret = value;
	return true;
}

static int run_delay(struct call *call, char *const *args)
{
	enum fault_op op = fault_op_by_name(args[0]);
	long ms;

	if (op == FAULT_OPS || op == FAULT_PROBE || !parse_long(args[1], 0, 3600000, &ms))
		return -EINVAL;
	fault_add_delay(&call->sim->faults, op, (unsigned int)ms, args[2]);
	return 0;
}

static int run_error(struct call *call, char *const *args)
{
	enum fault_op op = fault_op_by_name(args[0]);
	int errnum = errno_by_name(args[1]);
	long count = 1;

	if (op == FAULT_OPS || op == FAULT_LINGER || !errnum)
		return -EINVAL;
	if (args[2] && !parse_long(args[2], -1, 1000000, &count))
		return -EINVAL;
	fault_add_error(&call->sim->faults, op, errnum, count, args[3]);
	return 0;
}

static int run_number(struct call *call, char *const *args)
{
	enum number_kind kind = vfio_number_by_name(args[0]);
	struct number number;

	if (kind == NUMBERS || !vfio_parse_number(args[1], &number))
		return -EINVAL;
	vfio_set_number(call->sim, kind, number, args[2]);
	return 0;
}

static int run_clear(struct call *call, char *const *args)
{
	(void)args;
	fault_clear(&call->sim->faults);
	return 0;
}

static int run_reset(struct call *call, char *const *args)
{
	(void)args;
	log_reset(&call->sim->log);
	return 0;
}

static int with_device(struct call *call, const char *name,
		       int (*act)(struct sim *sim, struct device *dev))
{
	struct device *dev = NULL;
	char uuid[UUID_LEN + 1];

	if (strlen(name) == UUID_LEN && life_parse_uuid(name, uuid))
		dev = device_find(call->sim, uuid);
	return dev ? act(call->sim, dev) : -ENOENT;
}

static int run_open(struct call *call, char *const *args)
{
	return with_device(call, args[0], life_open);
}

static int run_close(struct call *call, char *const *args)
{
	return with_device(call, args[0], life_close);
}

static int run_vanish(struct call *call, char *const *args)
{
	return with_device(call, args[0], life_vanish);
}

static int run_stuck(struct call *call, char *const *args)
{
	return with_device(call, args[0], life_stick);
}

static int run_unlink(struct call *call, char *const *args)
{
	return with_device(call, args[0], life_unlink);
}

static int run_relink(struct call *call, char *const *args)
{
	return with_device(call, args[0], life_relink);
}

static int run_unregister(struct call *call, char *const *args)
{
	struct parent *parent = sim_parent(call->sim, args[0]);

	return parent ? life_unregister(call, parent) : -ENOENT;
}

static int run_register(struct call *call, char *const *args)
{
	struct parent *parent = sim_parent(call->sim, args[0]);

	return parent ? life_register(call, parent) : -ENOENT;
}

static int find_type(struct call *call, const char *parent_name, const char *type_name,
		     struct type **ret)
{
	const struct parent *parent = sim_parent(call->sim, parent_name);
	struct type *type = parent ? sim_type(parent, type_name) : NULL;

	if (!type)
		return -ENOENT;
	*ret = type;
	return 0;
}

static int run_garbage(struct call *call, char *const *args)
{
	enum type_file file = type_file_by_name(args[0]);
	struct text text = { 0 };
	struct type *type = NULL;
	int err = find_type(call, args[1], args[2], &type);

	if (file == TYPE_FILES || file == TYPE_CREATE)
		return -EINVAL;
	if (err)
		return err;
	text_add_unescaped(&text, args[3]);
	text_add(&text, "", 0);
	type_set_garbage(call->sim, type, file, text.data);
	return 0;
}

static int run_hide(struct call *call, char *const *args)
{
	enum type_file file = type_file_by_name(args[2]);
	struct type *type = NULL;
	int err = find_type(call, args[0], args[1], &type);

	if (file == TYPE_FILES)
		return -EINVAL;
	if (!err)
		type_set_hidden(call->sim, type, file, true);
	return err;
}

static int run_restore(struct call *call, char *const *args)
{
	enum type_file file = type_file_by_name(args[2]);
	struct type *type = NULL;
	int err = find_type(call, args[0], args[1], &type);

	if (file == TYPE_FILES)
		return -EINVAL;
	if (err)
		return err;
	type_set_garbage(call->sim, type, file, NULL);
	type_set_hidden(call->sim, type, file, false);
	return 0;
}

static int run_forget_class(struct call *call, char *const *args)
{
	(void)args;
	parent_set_class(call->sim, false);
	return 0;
}

static int run_remember_class(struct call *call, char *const *args)
{
	(void)args;
	parent_set_class(call->sim, true);
	return 0;
}

static int set_switch(bool *setting, const char *word)
{
	if (strcmp(word, "on") != 0 && strcmp(word, "off") != 0)
		return -EINVAL;
	*setting = strcmp(word, "on") == 0;
	return 0;
}

static int run_readonly(struct call *call, char *const *args)
{
	return set_switch(&call->sim->is_readonly, args[0]);
}

static int run_legacy(struct call *call, char *const *args)
{
	return set_switch(&call->sim->is_legacy, args[0]);
}

static int run_interruptible(struct call *call, char *const *args)
{
	return set_switch(&call->sim->is_interruptible, args[0]);
}

static const struct command commands[] = {
	{ "delay", 2, 3, run_delay, false },
	{ "error", 2, 4, run_error, false },
	{ "number", 2, 3, run_number, false },
	{ "clear", 0, 0, run_clear, false },
	{ "reset", 0, 0, run_reset, false },
	{ "open", 1, 1, run_open, false },
	{ "close", 1, 1, run_close, false },
	{ "vanish", 1, 1, run_vanish, false },
	{ "stuck", 1, 1, run_stuck, false },
	{ "unlink", 1, 1, run_unlink, false },
	{ "relink", 1, 1, run_relink, false },
	{ "unregister", 1, 1, run_unregister, false },
	{ "register", 1, 1, run_register, false },
	{ "garbage", 4, 4, run_garbage, true },
	{ "hide", 3, 3, run_hide, false },
	{ "restore", 3, 3, run_restore, false },
	{ "forget-class", 0, 0, run_forget_class, false },
	{ "remember-class", 0, 0, run_remember_class, false },
	{ "readonly", 1, 1, run_readonly, false },
	{ "legacy", 1, 1, run_legacy, false },
	{ "interruptible", 1, 1, run_interruptible, false },
};

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

/* Ends the word at *@cursor, leads *@cursor to what follows; NULL if there is no word. */
static char *next_word(char **cursor)
{
	char *word = *cursor + strspn(*cursor, " ");
	size_t len = strcspn(word, " ");

	*cursor = word + len + (word[len] != '\0');
	word[len] = '\0';
	return len ? word : NULL;
}

static int run_line(struct call *call, char *line)
{
	char *args[ARGS_MAX] = { NULL };
	char *cursor = line;
	char *name = next_word(&cursor);
	const struct command *command = name ? find_command(name) : NULL;
	int n = 0;

	if (!command)
		return -EINVAL;
	for (; n < command->max_args; n++) {
		bool is_rest = command->has_rest && n == command->max_args - 1;

		args[n] = is_rest ? cursor : next_word(&cursor);
		if (!args[n])
			break;
	}
	if (n < command->min_args || (!command->has_rest && next_word(&cursor)))
		return -EINVAL;
	return command->run(call, args);
}

static ssize_t control_store(struct call *call, struct node *node, const char *buf, size_t len)
{
	size_t line_len = len && buf[len - 1] == '\n' ? len - 1 : len;
	char *line = memory_copy_bytes(buf, line_len);
	int err = strlen(line) == line_len && !strchr(line, '\n') ? run_line(call, line) : -EINVAL;

	(void)node;
	log_event(&call->sim->log, call->pid, "ctl", "ctl", buf, line_len, err);
	free(line);
	return err ? err : (ssize_t)len;
}

static int log_show(struct node *node, struct text *ret)
{
	const struct sim *sim = node->data;

	if (sim->log.lines.len)
		text_add(ret, sim->log.lines.data, sim->log.lines.len);
	return 0;
}

static int stats_show(struct node *node, struct text *ret)
{
	const struct sim *sim = node->data;

	log_stats(&sim->log, ret);
	return 0;
}

static const struct node_ops ctl_ops = { .store = control_store, .is_control = true };
static const struct node_ops log_ops = { .show = log_show, .is_control = true };
static const struct node_ops stats_ops = { .show = stats_show, .is_control = true };

void control_add(struct sim *sim)
{
	struct node *dir = node_dir(&sim->tree, sim->tree.root, ".mdevsim");

	node_fix(dir);
	node_file(&sim->tree, dir, "ctl", 0200, &ctl_ops, sim);
	node_file(&sim->tree, dir, "log", 0444, &log_ops, sim);
	node_file(&sim->tree, dir, "stats", 0444, &stats_ops, sim);
}
