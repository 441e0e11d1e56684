/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "callouts.h"

#include <stdlib.h>

#include "capabilities.h"

struct callouts *callouts_new(const struct env *env)
{
	struct callouts *callouts = mem_zalloc(sizeof(*callouts));

	callouts->env = env;
	pthread_mutex_init(&callouts->mutex, NULL);
	pthread_cond_init(&callouts->changed, NULL);
	return callouts;
}

void callouts_free(struct callouts *callouts)
{
	if (!callouts)
		return;
	for (int i = 0; i < SCRIPTS_KINDS; i++)
		scripts_free(callouts->scripts[i]);
	while (callouts->known) {
		struct knowledge *knowledge = callouts->known;

		callouts->known = knowledge->next;
		knowledge_free(knowledge);
	}
	pthread_cond_destroy(&callouts->changed);
	pthread_mutex_destroy(&callouts->mutex);
	free(callouts);
}

struct scripts *callouts_scripts(struct callouts *callouts, enum scripts_kind kind)
{
	struct scripts *scripts;

	pthread_mutex_lock(&callouts->mutex);
	if (!callouts->scripts[kind])
		callouts->scripts[kind] = scripts_find(callouts->env, kind);
	scripts = callouts->scripts[kind];
	pthread_mutex_unlock(&callouts->mutex);
	return scripts;
}

bool callouts_are_there(struct callouts *callouts)
{
	const struct scripts *scripts = callouts_scripts(callouts, SCRIPTS_CALLOUTS);

	return scripts->count || scripts->problems;
}
