/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "callouts.h"
#include "responsible.h"

struct callout_operation {
	struct callouts *callouts;
	struct uuid uuid;
	char *type;
	char *parent;
	char *definition; /* NULL where there are no scripts to read it */
	enum action action;
	enum state state; /* what the notifiers are told */
	struct responsible responsible;
	bool has_turn;
	struct callout_operation *next; /* of those that have their turn */
};

struct callout_operation *callout_operation_new(struct callouts *callouts, enum action action,
						const struct device *dev)
{
	struct callout_operation *operation = mem_zalloc(sizeof(*operation));

	operation->callouts = callouts;
	operation->action = action;
	operation->uuid = dev->uuid;
	operation->type = mem_strdup(dev->type);
	operation->parent = mem_strdup(dev->parent);
	if (callouts_scripts(callouts, SCRIPTS_CALLOUTS)->count ||
	    callouts_scripts(callouts, SCRIPTS_NOTIFIERS)->count)
		operation->definition = device_to_line(dev);
	return operation;
}

static struct call make_call(const struct callout_operation *operation, enum event event)
{
	return (struct call){
		.event = event,
		.action = operation->action,
		.state = operation->state,
		.type = operation->type,
		.uuid = operation->uuid.text,
		.parent = operation->parent,
		.input = operation->definition,
	};
}

static bool is_type_under_way(const struct callout_operation *operation)
{
	const struct callout_operation *other = operation->callouts->under_way;

	while (other && strcmp(other->type, operation->type) != 0)
		other = other->next;
	return other != NULL;
}

/*
 * Real scripts take a lock in the name of their parent's pid, which all threads share, and sleep
 * for seconds when they do not get it.
 */
static void take_turn(struct callout_operation *operation)
{
	struct callouts *callouts = operation->callouts;

	if (operation->has_turn)
		return;
	pthread_mutex_lock(&callouts->mutex);
	while (is_type_under_way(operation))
		pthread_cond_wait(&callouts->changed, &callouts->mutex);
	operation->next = callouts->under_way;
	callouts->under_way = operation;
	operation->has_turn = true;
	pthread_mutex_unlock(&callouts->mutex);
}

static void end_turn(struct callout_operation *operation)
{
	struct callouts *callouts = operation->callouts;
	struct callout_operation **at = &callouts->under_way;

	if (!operation->has_turn)
		return;
	pthread_mutex_lock(&callouts->mutex);
	while (*at != operation)
		at = &(*at)->next;
	*at = operation->next;
	operation->has_turn = false;
	pthread_cond_broadcast(&callouts->changed);
	pthread_mutex_unlock(&callouts->mutex);
}

static err_t no_live(const char *type)
{
	return err_hint(
		err_new(ERR_REFUSED, "no callout script supports live changes of type '%s'", type),
		"change the definition, stop the device and start it again");
}

/* Nobody can insist: without the script there is no change. */
err_t callout_live(struct callout_operation *operation)
{
	const struct call call = make_call(operation, EVENT_LIVE);
	_cleanup_(answer_clear) struct answer answer = { 0 };
	struct responsible *responsible = &operation->responsible;
	struct err *e;

	take_turn(operation);
	e = responsible_call(operation->callouts, &call, true, false, responsible, &answer);
	if (!e && (!responsible->script ||
		   !capabilities_has_event(&responsible->capabilities, EVENT_LIVE)))
		return no_live(operation->type);
	operation->state = e ? STATE_FAILURE : STATE_SUCCESS;
	return e;
}

void callout_live_failed(struct callout_operation *operation)
{
	operation->state = STATE_FAILURE;
}

err_t callout_pre(struct callout_operation *operation, bool force)
{
	_cleanup_(answer_clear) struct answer answer = { 0 };
	struct call call;
	struct err *e;

	operation->state = STATE_NONE;
	call = make_call(operation, EVENT_PRE);
	take_turn(operation);
	e = responsible_call(operation->callouts, &call, false, force, &operation->responsible,
			     &answer);
	if (e || !operation->responsible.script)
		end_turn(operation);
	return e;
}

/* Tells one script, which can change nothing any more. */
static void tell(const struct callout_operation *operation, struct script *script, enum event event)
{
	const struct env *env = operation->callouts->env;
	const struct call call = make_call(operation, event);
	_cleanup_(answer_clear) struct answer answer = { 0 };
	struct err *e = call_script(env, script, &call, &answer);

	if (!e && answer.kind == ANSWER_REFUSED)
		e = err_new(ERR_FAILED,
			    "'%s' failed at event '%s' with exit status %d, which "
			    "changes nothing",
			    script->path, event_names[event], answer.status);
	env_warn(env, e);
}

void callout_post(struct callout_operation *operation, bool is_success)
{
	const struct responsible *responsible = &operation->responsible;
	const struct capabilities *capabilities = &responsible->capabilities;

	operation->state = is_success ? STATE_SUCCESS : STATE_FAILURE;
	if (responsible->script && (capabilities->support == SUPPORT_PLAIN ||
				    (capabilities_has_event(capabilities, EVENT_POST) &&
				     capabilities_has_action(capabilities, operation->action))))
		tell(operation, responsible->script, EVENT_POST);
	end_turn(operation);
}

/* One that is not trusted is left out and named; it is too late to refuse anything. */
void callout_notify(struct callout_operation *operation)
{
	struct scripts *notifiers = callouts_scripts(operation->callouts, SCRIPTS_NOTIFIERS);

	end_turn(operation);
	if (!atomic_exchange(&notifiers->is_told, true))
		env_warn(operation->callouts->env, scripts_check(notifiers));
	for (size_t i = 0; i < notifiers->count; i++)
		tell(operation, notifiers->items[i], EVENT_NOTIFY);
}

void callout_operation_free(struct callout_operation *operation)
{
	if (!operation)
		return;
	end_turn(operation);
	free(operation->type);
	free(operation->parent);
	free(operation->definition);
	free(operation);
}
