/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process.h"

#define PATH_DEFAULT "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

const char *const action_names[] = {
	[ACTION_DEFINE] = "define",
	[ACTION_UNDEFINE] = "undefine",
	[ACTION_MODIFY] = "modify",
	[ACTION_START] = "start",
	[ACTION_STOP] = "stop",
	[ACTION_ATTRIBUTES] = "attributes",
	[ACTION_CAPABILITIES] = "capabilities",
	NULL,
};

const char *const event_names[] = {
	[EVENT_PRE] = "pre", [EVENT_POST] = "post",	[EVENT_LIVE] = "live",
	[EVENT_GET] = "get", [EVENT_NOTIFY] = "notify", NULL,
};

static const char *const state_names[] = {
	[STATE_NONE] = "none",
	[STATE_SUCCESS] = "success",
	[STATE_FAILURE] = "failure",
};

/* Scripts that run us, and so themselves, without end would be ended by no time limit. */
#define DEPTH_MAX 8

/* How many scripts wait for this process. */
static unsigned long depth(void)
{
	const char *text = getenv("MDEVADM_NESTED");
	unsigned long depth = 0;

	if (text && !str_to_number(text, DEPTH_MAX, &depth))
		depth = 1;
	return depth;
}

static bool is_ours(const char *variable)
{
	return str_starts_with(variable, "MDEVADM_ROOT=") ||
	       str_starts_with(variable, "MDEVADM_UUID=") ||
	       str_starts_with(variable, "MDEVADM_PARENT=") ||
	       str_starts_with(variable, "MDEVADM_NESTED=");
}

/* This process' own, with what tells a run of ours below the script that it is nested. */
static void make_environment(struct strlist *ret, const struct env *env, const struct call *call)
{
	const char *path = getenv("PATH");

	for (char **variable = environ; variable && *variable; variable++)
		if (!is_ours(*variable))
			strlist_add(ret, mem_strdup(*variable));
	if (!path)
		strlist_add(ret, mem_strdup("PATH=" PATH_DEFAULT));
	/* Also where an option said so: that run is to work on the same files. */
	if (env->root)
		strlist_add(ret, mem_printf("MDEVADM_ROOT=%s", env->root));
	strlist_add(ret, mem_printf("MDEVADM_UUID=%s", call->uuid));
	strlist_add(ret, mem_printf("MDEVADM_PARENT=%s", call->parent));
	strlist_add(ret, mem_printf("MDEVADM_NESTED=%lu", depth() + 1));
	strlist_add(ret, NULL);
}

static void make_arguments(struct strlist *ret, const struct script *script,
			   const struct call *call)
{
	const char *const arguments[] = {
		script->path,
		"-t",
		call->type,
		"-e",
		event_names[call->event],
		"-a",
		action_names[call->action],
		"-s",
		state_names[call->state],
		"-u",
		call->uuid,
		"-p",
		call->parent,
	};

	for (size_t i = 0; i < ARRAY_SIZE(arguments); i++)
		strlist_add(ret, mem_strdup(arguments[i]));
	strlist_add(ret, NULL);
}

struct speaker {
	const struct env *env;
	const struct script *script;
};

static void relay(void *data, const char *line)
{
	const struct speaker *speaker = data;

	env_relay(speaker->env, speaker->script->name, line);
}

static err_t run(const struct env *env, const struct script *script, const struct call *call,
		 struct process_result *ret)
{
	_cleanup_(strlist_clear) struct strlist arguments = { 0 };
	_cleanup_(strlist_clear) struct strlist environment = { 0 };
	struct speaker speaker = { env, script };
	struct process_request request = {
		.path = script->path,
		.input = call->input,
		.input_size = call->input ? strlen(call->input) : 0,
		.timeout_ms = env->callout_timeout_ms,
		/* What changes something, or is told of a change, is let finish. */
		.ends_at_interrupt = call->event == EVENT_PRE || call->event == EVENT_GET,
		.line = relay,
		.line_data = &speaker,
	};

	make_arguments(&arguments, script, call);
	make_environment(&environment, env, call);
	request.arguments = arguments.items;
	request.environment = environment.items;
	return process_run(&request, ret);
}

/* Takes @e, the reason why the script did not even begin. */
static err_t explain_no_run(const struct env *env, struct script *script, struct err *e,
			    struct answer *ret)
{
	switch (err_errnum(e)) {
	case ENOENT:
		e = err_hint(e, "it is gone, or the interpreter that its first line names is");
		break;
	case ENOEXEC:
		e = err_hint(e, "it is no program, and has no first line such as '#!/bin/sh'");
		break;
	case EACCES:
	case ENOTDIR:
	case ELOOP:
		e = err_hint(e, "see its mode and that of its interpreter");
		break;
	default:
		return e;
	}
	script->is_broken = true;
	env_warn(env, err_wrap(e, "a script is left out"));
	ret->kind = ANSWER_ABSENT;
	return NULL;
}

static void warn_of_excess(const struct env *env, const struct script *script,
			   const struct process_result *result)
{
	if (result->is_cut)
		env_warn(env, err_new(ERR_FAILED,
				      "'%s' wrote more than %d bytes, and the rest was dropped",
				      script->path, PROCESS_OUTPUT_MAX));
	if (result->left_children)
		env_warn(env,
			 err_hint(err_new(ERR_FAILED,
					  "'%s' left a process behind that held its output open "
					  "and was ended",
					  script->path),
				  "redirect the output of what goes on in the background"));
}

static err_t ended_by_us(struct script *script, const struct call *call, enum process_end end,
			 int timeout_ms)
{
	const char *event = event_names[call->event];

	if (end == PROCESS_INTERRUPTED)
		return err_new(ERR_FAILED, "interrupted while '%s' worked on event '%s'",
			       script->path, event);
	script->hangs = true;
	return err_hint(err_new(ERR_REFUSED, "'%s' did not end in %d s at event '%s' and was ended",
				script->path, timeout_ms / 1000, event),
			"see what it waits for, or give it more time with --callout-timeout SEC");
}

/* Some end their answer with a NUL. */
static size_t text_size(const char *text, size_t size)
{
	while (size && (text[size - 1] == '\0' || strchr(" \t\r\n", text[size - 1])))
		size--;
	return size;
}

static err_t read_result(const struct env *env, struct script *script, const struct call *call,
			 struct process_result *result, struct answer *ret)
{
	warn_of_excess(env, script, result);
	switch (result->end) {
	case PROCESS_TIMED_OUT:
	case PROCESS_INTERRUPTED:
		return ended_by_us(script, call, result->end, env->callout_timeout_ms);
	case PROCESS_KILLED:
		env_warn(env, err_new(ERR_FAILED,
				      "'%s' was killed by SIG%s at event '%s' and is left out",
				      script->path, sigabbrev_np(result->code),
				      event_names[call->event]));
		ret->kind = ANSWER_ABSENT;
		return NULL;
	case PROCESS_EXITED:
		break;
	}
	ret->status = result->code;
	ret->kind = result->code == 0	? ANSWER_OK
		    : result->code == 2 ? ANSWER_NOT_MINE
					: ANSWER_REFUSED;
	ret->output = take(result->output);
	ret->size = text_size(ret->output, result->output_size);
	return NULL;
}

err_t call_script(const struct env *env, struct script *script, const struct call *call,
		  struct answer *ret)
{
	_cleanup_(process_result_clear) struct process_result result = { 0 };
	struct answer answer = { .kind = ANSWER_ABSENT };
	struct err *e = NULL;

	/* Many devices are asked about: a script that hangs does so once. */
	if (call->event == EVENT_GET && script->hangs)
		return err_new(ERR_REFUSED, "'%s' had to be ended before and is not asked again",
			       script->path);
	if (depth() >= DEPTH_MAX)
		return err_hint(
			err_new(ERR_REFUSED,
				"'%s' is not run: %d scripts wait already, each "
				"for a run of mdevadm in the one before",
				script->path, DEPTH_MAX),
			"a script that runs mdevadm must not be called by that without end");
	if (!script->is_broken) {
		e = run(env, script, call, &result);
		if (e)
			e = explain_no_run(env, script, e, &answer);
		else
			e = read_result(env, script, call, &result, &answer);
	}
	if (!e)
		*ret = answer;
	return e;
}

void answer_clear(struct answer *answer)
{
	free(answer->output);
	*answer = (struct answer){ 0 };
}

err_t call_refusal(const struct script *script, const struct call *call,
		   const struct answer *answer)
{
	return err_new(ERR_REFUSED, "callout '%s' refuses (event '%s', exit status %d)",
		       script->path, event_names[call->event], answer->status);
}
