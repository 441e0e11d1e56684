/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "batch.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/interrupt.h"

struct batch {
	struct ops *ops;
	const struct device_list *devices;
	const char *verb;
	batch_fn run;
	void *data;
	atomic_size_t next;
	atomic_size_t failed;
};

static void run_one(struct batch *batch, struct device *dev)
{
	struct err *e = interrupt_check();

	if (!e)
		e = batch->run(batch->ops, dev, batch->data);
	if (!e)
		return;
	atomic_fetch_add(&batch->failed, 1);
	e = err_about(e, dev->uuid.text);
	env_warn(batch->ops->env, err_wrap(e, "cannot %s %s", batch->verb, dev->uuid.text));
}

/* Takes the next device until none is left. */
static void *work(void *data)
{
	struct batch *batch = data;
	size_t i;

	while ((i = atomic_fetch_add(&batch->next, 1)) < batch->devices->count)
		run_one(batch, batch->devices->items[i]);
	return NULL;
}

err_t batch_run(struct ops *ops, const struct device_list *devices, unsigned jobs, const char *verb,
		batch_fn run, void *data)
{
	struct batch batch = {
		.ops = ops, .devices = devices, .verb = verb, .run = run, .data = data
	};
	/* Before Linux 5.2, devices of one parent are not safe from each other. */
	size_t most = ops->env->old_kernel ? 1 : jobs;
	size_t wanted = most < devices->count ? most : devices->count;
	_cleanup_(mem_freep) pthread_t *threads = mem_alloc(wanted * sizeof(*threads));
	size_t started = 0;

	TRY(ops_open_locks(ops));
	/* One of them is this thread; where no thread can be had, it does the work alone. */
	while (started + 1 < wanted && pthread_create(&threads[started], NULL, work, &batch) == 0)
		started++;
	work(&batch);
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	if (batch.failed)
		return err_new(ERR_PARTIAL, "cannot %s %zu of %zu devices", verb,
			       (size_t)batch.failed, devices->count);
	if (devices->left_out)
		return err_new(ERR_PARTIAL, "%zu could not be read", devices->left_out);
	return NULL;
}
