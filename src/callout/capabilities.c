/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capabilities.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "callouts.h"

#define PROTOCOL_VERSION 2

void knowledge_free(struct knowledge *knowledge)
{
	if (!knowledge)
		return;
	free(knowledge->type);
	free(knowledge->parent);
	free(knowledge->scripts);
	err_free(knowledge->refusal);
	free(knowledge);
}

static json_t *name_array(const char *const *names)
{
	json_t *array = json_new_array();

	for (; *names; names++)
		json_append(array, json_new_string(*names));
	return array;
}

/* What a script may use; owned by the caller. */
static char *provides(void)
{
	_cleanup_(json_freep) json_t *json = json_new_object();
	json_t *provides = json_new_object();

	json_put(provides, "version", json_integer(PROTOCOL_VERSION));
	json_put(provides, "actions", name_array(action_names));
	json_put(provides, "events", name_array(event_names));
	json_put(json, "provides", provides);
	return json_to_line(json);
}

static void warn_of_unknown(const struct env *env, const struct script *script, const char *list,
			    const json_t *item)
{
	_cleanup_(mem_freep) char *text = json_to_line(item);

	env_warn(env, err_new(ERR_INVALID, "'%s' supports %s that do not exist: %s", script->path,
			      list, text));
}

static void warn_of_no_list(const struct env *env, const struct script *script, const char *list)
{
	env_warn(env, err_hint(err_new(ERR_INVALID,
				       "'%s' supports no %s: its answer to 'get capabilities' has "
				       "no array of that name",
				       script->path, list),
			       "write \"%s\": [\"NAME\", …]", list));
}

static unsigned read_names(const struct env *env, const struct script *script,
			   const json_t *supports, const char *list, const char *const *names)
{
	const json_t *array = json_object_get(supports, list);
	unsigned bits = 0;
	size_t index;
	const json_t *item;

	if (!json_is_array(array))
		warn_of_no_list(env, script, list);
	json_array_foreach (array, index, item) {
		const char *name = json_string_value(item);
		unsigned i = 0;

		while (name && names[i] && strcmp(names[i], name) != 0)
			i++;
		if (name && names[i])
			bits |= 1U << i;
		else
			warn_of_unknown(env, script, list, item);
	}
	return bits;
}

/* One that knows nothing of versions may say anything: only what was to be JSON is worth a word. */
static struct capabilities read_answer(const struct env *env, const struct script *script,
				       const struct answer *answer)
{
	struct capabilities capabilities = { .support = SUPPORT_PLAIN };
	_cleanup_(json_freep) json_t *json = NULL;
	const json_t *supports;
	struct err *e;

	if (!answer->size || answer->output[strspn(answer->output, " \t\r\n")] != '{')
		return capabilities;
	e = call_check_answer(script, answer);
	if (!e)
		e = json_parse(answer->output, answer->size, script->path, &json);
	if (e && answer->kind != ANSWER_OK) {
		err_free(e);
		return capabilities;
	}
	if (e) {
		env_warn(env, err_wrap(e, "the answer to 'get capabilities' cannot be read"));
		return capabilities;
	}
	supports = json_object_get(json, "supports");
	if (!json_is_number(json_object_get(supports, "version")))
		return capabilities;
	capabilities.support = SUPPORT_VERSIONED;
	capabilities.actions = read_names(env, script, supports, "actions", action_names);
	capabilities.events = read_names(env, script, supports, "events", event_names);
	return capabilities;
}

/* Whatever goes wrong with the question, a script of the old kind is still asked by event. */
static struct capabilities ask_one(struct callouts *callouts, struct script *script,
				   const struct call *call, struct err **refusal)
{
	_cleanup_(answer_clear) struct answer answer = { 0 };
	struct err *e = call_script(callouts->env, script, call, &answer);

	if (e) {
		*refusal = err_also(*refusal, e);
		return (struct capabilities){ .support = SUPPORT_ABSENT };
	}
	if (answer.kind == ANSWER_ABSENT || answer.kind == ANSWER_NOT_MINE)
		return (struct capabilities){ .support = SUPPORT_PLAIN };
	return read_answer(callouts->env, script, &answer);
}

static void ask_all(struct callouts *callouts, const struct call *for_call,
		    struct knowledge *knowledge)
{
	const struct scripts *scripts = callouts_scripts(callouts, SCRIPTS_CALLOUTS);
	_cleanup_(mem_freep) char *input = provides();
	struct call call = *for_call;

	call.event = EVENT_GET;
	call.action = ACTION_CAPABILITIES;
	call.state = STATE_NONE;
	call.input = input;
	knowledge->scripts = mem_zalloc(scripts->count * sizeof(*knowledge->scripts));
	for (size_t i = 0; i < scripts->count; i++)
		knowledge->scripts[i] =
			ask_one(callouts, scripts->items[i], &call, &knowledge->refusal);
}

static struct knowledge *find(const struct callouts *callouts, const struct call *call)
{
	struct knowledge *knowledge = callouts->known;

	while (knowledge && (strcmp(knowledge->type, call->type) != 0 ||
			     strcmp(knowledge->parent, call->parent) != 0))
		knowledge = knowledge->next;
	return knowledge;
}

/* A thread that wants what another asks for at present waits for it. */
struct knowledge *capabilities_ask(struct callouts *callouts, const struct call *call)
{
	struct knowledge *knowledge;

	pthread_mutex_lock(&callouts->mutex);
	knowledge = find(callouts, call);
	if (knowledge) {
		while (!knowledge->is_complete)
			pthread_cond_wait(&callouts->changed, &callouts->mutex);
		pthread_mutex_unlock(&callouts->mutex);
		return knowledge;
	}
	knowledge = mem_zalloc(sizeof(*knowledge));
	knowledge->type = mem_strdup(call->type);
	knowledge->parent = mem_strdup(call->parent);
	knowledge->next = callouts->known;
	callouts->known = knowledge;
	pthread_mutex_unlock(&callouts->mutex);

	ask_all(callouts, call, knowledge);
	pthread_mutex_lock(&callouts->mutex);
	knowledge->is_complete = true;
	pthread_cond_broadcast(&callouts->changed);
	pthread_mutex_unlock(&callouts->mutex);
	return knowledge;
}
