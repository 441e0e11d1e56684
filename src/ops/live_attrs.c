/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "live_attrs.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/interrupt.h"

/* Most of the time they wait for scripts, which run one for each. */
#define MAX_WORKERS 16

struct work {
	struct ops *ops;
	const struct device_list *devices;
	atomic_size_t next;
};

static void *ask_next(void *data)
{
	struct work *work = data;
	size_t i;

	while ((i = atomic_fetch_add(&work->next, 1)) < work->devices->count &&
	       !interrupt_is_pending()) {
		struct device *dev = work->devices->items[i];
		bool is_told;

		env_warn(work->ops->env,
			 err_wrap(callout_get_attrs(work->ops->callouts, dev, true, &is_told),
				  "no attributes of %s", dev->uuid.text));
	}
	return NULL;
}

/* A thread that cannot be had is one less. */
err_t ask_for_attrs(struct ops *ops, const struct device_list *devices)
{
	struct work all = { .ops = ops, .devices = devices };
	pthread_t workers[MAX_WORKERS];
	size_t count = 0;

	if (!devices->count || !callouts_are_there(ops->callouts))
		return NULL;
	/* A script of ours must not outlive this run. */
	interrupt_defer();
	while (count < MAX_WORKERS && count + 1 < devices->count &&
	       pthread_create(&workers[count], NULL, ask_next, &all) == 0)
		count++;
	ask_next(&all);
	while (count)
		pthread_join(workers[--count], NULL);
	return interrupt_check();
}
