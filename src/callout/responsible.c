/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "responsible.h"

#include "callouts.h"

struct search {
	struct callouts *callouts;
	const struct call *call;
	bool force;
	struct responsible found;
	struct answer answer;
};

/* Takes @e, which is a warning if the user insists, unless it is no refusal. */
static err_t unless_forced(const struct search *search, struct err *e)
{
	if (!e || err_kind(e) != ERR_REFUSED)
		return e;
	if (!search->force)
		return search->call->event == EVENT_LIVE
			       ? e
			       : err_hint(e, "--force goes on all the same");
	env_warn(search->callouts->env, e);
	return NULL;
}

/* The same of what is known of all operations: one warning a run is enough. */
static err_t unless_forced_once(const struct search *search, struct err *e, atomic_bool *is_told)
{
	if (e && search->force && err_kind(e) == ERR_REFUSED && atomic_exchange(is_told, true)) {
		err_free(e);
		return NULL;
	}
	return unless_forced(search, e);
}

/* A versioned one has said that the type is its own: what it does not allow is refused. */
static err_t claimed_and_silent(const struct search *search, const struct script *script,
				const struct answer *answer)
{
	if (search->call->event == EVENT_GET)
		return NULL;
	if (answer->kind == ANSWER_NOT_MINE)
		return call_refusal(script, search->call, answer);
	return err_new(ERR_REFUSED,
		       "callout '%s' gave no answer (event '%s'), and type '%s' is its own",
		       script->path, event_names[search->call->event], search->call->type);
}

/* Calls one script; it is found unless it is not there or answers that it is not the one. */
static err_t call_one(struct search *search, struct script *script,
		      const struct capabilities *capabilities)
{
	const struct call *call = search->call;
	struct answer answer = { 0 };
	struct err *e = NULL;

	if (call->event == EVENT_GET && script->hangs && search->force)
		return NULL;
	e = call_script(search->callouts->env, script, call, &answer);
	if (e)
		return unless_forced(search, e);
	switch (answer.kind) {
	case ANSWER_NOT_MINE:
	case ANSWER_ABSENT:
		if (capabilities->support != SUPPORT_VERSIONED)
			break;
		search->found = (struct responsible){ script, *capabilities };
		e = unless_forced(search, claimed_and_silent(search, script, &answer));
		break;
	case ANSWER_REFUSED:
		search->found = (struct responsible){ script, *capabilities };
		e = unless_forced(search, call_refusal(script, call, &answer));
		break;
	case ANSWER_OK:
		search->found = (struct responsible){ script, *capabilities };
		search->answer = answer;
		return NULL;
	}
	answer_clear(&answer);
	return e;
}

static err_t not_supported(const struct search *search, const struct script *script,
			   const char *what, const char *name)
{
	return err_new(ERR_REFUSED, "callout '%s' does not support %s '%s' for type '%s'",
		       script->path, what, name, search->call->type);
}

/* What it does not name, it does not allow; it only need not tell attributes. */
static err_t try_versioned(struct search *search, struct script *script,
			   const struct capabilities *capabilities)
{
	const struct call *call = search->call;
	bool has_action = capabilities_has_action(capabilities, call->action);
	bool has_event = capabilities_has_event(capabilities, call->event);

	if (has_action && has_event)
		return call_one(search, script, capabilities);
	search->found = (struct responsible){ script, *capabilities };
	/* For a live change, whoever asked finds that nobody supports it. */
	if (call->event == EVENT_GET || (call->event == EVENT_LIVE && !has_event))
		return NULL;
	return unless_forced(
		search,
		has_action ? not_supported(search, script, "event", event_names[call->event])
			   : not_supported(search, script, "action", action_names[call->action]));
}

static err_t try_all(struct search *search, const struct scripts *scripts,
		     const struct knowledge *knowledge, enum support support)
{
	struct err *e = NULL;

	for (size_t i = 0; i < scripts->count && !e && !search->found.script; i++) {
		const struct capabilities *capabilities = &knowledge->scripts[i];

		if (capabilities->support != support)
			continue;
		if (support == SUPPORT_VERSIONED)
			e = try_versioned(search, scripts->items[i], capabilities);
		else
			e = call_one(search, scripts->items[i], capabilities);
	}
	return e;
}

err_t responsible_call(struct callouts *callouts, const struct call *call, bool only_versioned,
		       bool force, struct responsible *ret, struct answer *ret_answer)
{
	struct search search = { .callouts = callouts, .call = call, .force = force };
	struct scripts *scripts = callouts_scripts(callouts, SCRIPTS_CALLOUTS);
	struct knowledge *knowledge;
	struct err *e = unless_forced_once(&search, scripts_check(scripts), &scripts->is_told);

	if (e || !scripts->count)
		return e;
	knowledge = capabilities_ask(callouts, call);
	e = unless_forced_once(&search, err_copy(knowledge->refusal), &knowledge->is_told);
	if (!e)
		e = try_all(&search, scripts, knowledge, SUPPORT_VERSIONED);
	if (!e && !search.found.script && !only_versioned)
		e = try_all(&search, scripts, knowledge, SUPPORT_PLAIN);
	if (e) {
		answer_clear(&search.answer);
		return e;
	}
	*ret = search.found;
	*ret_answer = search.answer;
	return NULL;
}
