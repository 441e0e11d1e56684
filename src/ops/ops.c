/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>

#include "base/interrupt.h"
#include "ops_private.h"

err_t ops_open(const struct env *env, struct ops **ret)
{
	_cleanup_(ops_freep) struct ops *ops = mem_zalloc(sizeof(*ops));

	ops->env = env;
	pthread_mutex_init(&ops->mutex, NULL);
	ops->callouts = callouts_new(env);
	ops->store = store_new(env);
	TRY(sysfs_open(env, &ops->sysfs));
	*ret = take(ops);
	return NULL;
}

void ops_free(struct ops *ops)
{
	if (!ops)
		return;
	for (size_t i = 0; i < ops->ended_count; i++)
		callout_operation_free(ops->ended[i]);
	free(ops->ended);
	store_free(ops->store);
	sysfs_free(ops->sysfs);
	locks_free(ops->locks);
	callouts_free(ops->callouts);
	pthread_mutex_destroy(&ops->mutex);
	free(ops);
}

err_t ops_open_locks(struct ops *ops)
{
	if (ops->locks)
		return NULL;
	interrupt_defer();
	return locks_open(ops->env, &ops->locks);
}

void op_warn(const struct ops *ops, struct err *e)
{
	env_warn(ops->env, e);
}

bool ops_have_changed(const struct ops *ops)
{
	return ops->have_changed;
}

void ops_leave(struct ops *ops, struct callout_operation *operation, bool has_changed)
{
	pthread_mutex_lock(&ops->mutex);
	ops->have_changed |= has_changed;
	ops->ended = mem_grow(ops->ended, ops->ended_count, sizeof(*ops->ended));
	ops->ended[ops->ended_count++] = operation;
	pthread_mutex_unlock(&ops->mutex);
}

void ops_announce(struct ops *ops)
{
	for (size_t i = 0; i < ops->ended_count; i++) {
		callout_notify(ops->ended[i]);
		callout_operation_free(ops->ended[i]);
	}
	ops->ended_count = 0;
}
