/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/process.h"
#include "callout/program.h"

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

static void make_environment(struct strlist *ret, const struct env *env, const struct call *call)
{
	process_environment(env, ret);
	strlist_add(ret, mem_printf("MDEVADM_UUID=%s", call->uuid));
	strlist_add(ret, mem_printf("MDEVADM_PARENT=%s", call->parent));
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

static err_t run_script(const struct env *env, const struct script *script, const struct call *call,
			struct program_result *ret)
{
	_cleanup_(strlist_clear) struct strlist arguments = { 0 };
	_cleanup_(strlist_clear) struct strlist environment = { 0 };
	struct speaker speaker = { env, script };
	_cleanup_(mem_freep) char *answer = NULL;
	int64_t begin = log_begin();
	struct err *e;
	struct program_request request = {
		.path = script->real,
		.input = call->input,
		.input_size = call->input ? strlen(call->input) : 0,
		.timeout_ms = env->callout_timeout_ms,
		/* What changes something, or is told of a change, is let finish. */
		.ends_at_interrupt = call->event == EVENT_PRE || call->event == EVENT_GET,
		.is_impatient = script->leaves_children,
		.line = relay,
		.line_data = &speaker,
	};

	make_arguments(&arguments, script, call);
	make_environment(&environment, env, call);
	request.arguments = arguments.items;
	request.environment = environment.items;
	e = program_run(&request, ret);
	if (!e)
		answer = mem_printf("%s %d", ret->end == PROGRAM_EXITED ? "exit status" : "signal",
				    ret->code);
	return log_end(begin, e, answer, "run '%s' for event %s, action %s of %s", script->path,
		       event_names[call->event], action_names[call->action], call->uuid);
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

/* Once for each script: it does so at each call. */
static void warn_of_children(const struct env *env, struct script *script,
			     const struct program_result *result)
{
	if (!result->left_children || atomic_exchange(&script->leaves_children, true))
		return;
	env_warn(env,
		 err_hint(err_new(ERR_FAILED,
				  "'%s' left a process behind that held its output open and %s",
				  script->path,
				  result->lost_children
					  ? "goes on: it is not in the script's process group"
					  : "was ended"),
			  "redirect the output of what goes on in the background"));
}

static void warn_of_excess(const struct env *env, struct script *script,
			   const struct program_result *result)
{
	if (result->output_is_cut || result->errors_are_cut)
		env_warn(env, err_new(ERR_FAILED,
				      "'%s' wrote more than %d bytes, and the rest was dropped",
				      script->path, PROGRAM_OUTPUT_MAX));
	warn_of_children(env, script, result);
}

static err_t ended_by_us(struct script *script, const struct call *call, enum program_end end,
			 int timeout_ms)
{
	const char *event = event_names[call->event];

	if (end == PROGRAM_INTERRUPTED)
		return err_new(ERR_FAILED, "interrupted while '%s' worked on event '%s'",
			       script->path, event);
	script->hangs = true;
	return err_hint(err_new(ERR_REFUSED, "'%s' did not end in %d s at event '%s' and was ended",
				script->path, timeout_ms / 1000, event),
			"see what it waits for, or give it more time with --callout-timeout SEC");
}

/* Real-time signals have no name. */
static err_t killed_by(const struct script *script, const struct call *call, int number)
{
	const char *name = sigabbrev_np(number);
	_cleanup_(mem_freep) char *signal =
		name ? mem_printf("SIG%s", name) : mem_printf("signal %d", number);

	return err_new(ERR_FAILED, "'%s' was killed by %s at event '%s' and is left out",
		       script->path, signal, event_names[call->event]);
}

/* Some end their answer with a NUL. */
static size_t text_size(const char *text, size_t size)
{
	while (size && (text[size - 1] == '\0' || strchr(" \t\r\n", text[size - 1])))
		size--;
	return size;
}

static err_t read_result(const struct env *env, struct script *script, const struct call *call,
			 struct program_result *result, struct answer *ret)
{
	warn_of_excess(env, script, result);
	switch (result->end) {
	case PROGRAM_TIMED_OUT:
	case PROGRAM_INTERRUPTED:
		return ended_by_us(script, call, result->end, env->callout_timeout_ms);
	case PROGRAM_KILLED:
		env_warn(env, killed_by(script, call, result->code));
		ret->kind = ANSWER_ABSENT;
		return NULL;
	case PROGRAM_EXITED:
		break;
	}
	ret->status = result->code;
	ret->kind = result->code == 0	? ANSWER_OK
		    : result->code == 2 ? ANSWER_NOT_MINE
					: ANSWER_REFUSED;
	ret->output = take(result->output);
	ret->size = text_size(ret->output, result->output_size);
	ret->is_cut = result->output_is_cut;
	return NULL;
}

err_t call_script(const struct env *env, struct script *script, const struct call *call,
		  struct answer *ret)
{
	_cleanup_(program_result_clear) struct program_result result = { 0 };
	struct answer answer = { .kind = ANSWER_ABSENT };
	struct err *e = NULL;

	/* Many devices are asked about: a script that hangs does so once. */
	if (call->event == EVENT_GET && script->hangs)
		return err_new(ERR_REFUSED, "'%s' had to be ended before and is not asked again",
			       script->path);
	if (process_depth() >= PROCESS_DEPTH_MAX)
		return err_hint(
			err_new(ERR_REFUSED,
				"'%s' is not run: %d scripts wait already, each "
				"for a run of mdevadm in the one before",
				script->path, PROCESS_DEPTH_MAX),
			"a script that runs mdevadm must not be called by that without end");
	if (!script->is_broken) {
		e = run_script(env, script, call, &result);
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

err_t call_check_answer(const struct script *script, const struct answer *answer)
{
	if (!answer->is_cut)
		return NULL;
	return err_hint(err_new(ERR_INVALID, "'%s' wrote more than %d bytes", script->path,
				PROGRAM_OUTPUT_MAX),
			"what was cut off cannot be believed: let it write less");
}

err_t call_refusal(const struct script *script, const struct call *call,
		   const struct answer *answer)
{
	return err_new(ERR_REFUSED, "callout '%s' refuses (event '%s', exit status %d)",
		       script->path, event_names[call->event], answer->status);
}
