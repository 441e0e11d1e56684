/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated host as a whole, and waiting. */
#include "sim.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "device.h"

/* How long an interrupt or the end of the session may go unseen. */
#define POLL_MS 20

struct block {
	struct block *next;
	max_align_t data[];
};

void sim_init(struct sim *sim)
{
	pthread_condattr_t attr;

	*sim = (struct sim){ .is_interruptible = true, .log.fd = -1 };
	pthread_mutex_init(&sim->mutex, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&sim->changed, &attr);
	pthread_condattr_destroy(&attr);
	tree_init(&sim->tree);
}

static void free_parents(struct sim *sim)
{
	for (size_t i = 0; i < sim->n_parents; i++) {
		struct parent *parent = &sim->parents[i];

		while (parent->devices)
			device_delete(sim, parent->devices, 0);
		for (size_t t = 0; t < parent->n_types; t++) {
			for (int f = 0; f < TYPE_FILES; f++)
				free(parent->types[t].garbage[f]);
		}
	}
}

void sim_free(struct sim *sim)
{
	for (struct device *dev = sim->lingering; dev; dev = dev->next_lingering)
		dev->lingers_until = 0;
	device_reap(sim);
	free_parents(sim);
	tree_free(&sim->tree);
	fault_clear(&sim->faults);
	log_free(&sim->log);
	json_decref(sim->description);
	free(sim->groups);
	while (sim->kept) {
		struct block *block = sim->kept;

		sim->kept = block->next;
		free(block);
	}
}

void *sim_keep(struct sim *sim, size_t count, size_t size)
{
	struct block *block = memory_new(1, sizeof(*block) + count * size);

	block->next = sim->kept;
	sim->kept = block;
	return block->data;
}

struct parent *sim_parent(struct sim *sim, const char *name)
{
	for (size_t i = 0; i < sim->n_parents; i++) {
		if (strcmp(sim->parents[i].name, name) == 0)
			return &sim->parents[i];
	}
	return NULL;
}

struct type *sim_type(const struct parent *parent, const char *name)
{
	for (size_t i = 0; i < parent->n_types; i++) {
		if (strcmp(parent->types[i].name, name) == 0)
			return &parent->types[i];
	}
	return NULL;
}

/* The caller gets EINTR at once; what the simulated kernel has begun it ends all the same. */
static void answer_if_interrupted(struct call *call)
{
	if (!call->req || call->is_answered || !call->sim->is_interruptible)
		return;
	if (!fuse_req_interrupted(call->req))
		return;
	fuse_reply_err(call->req, EINTR);
	call->is_answered = true;
}

bool call_wait(struct call *call, unsigned int ms)
{
	struct sim *sim = call->sim;
	struct timespec until;

	if (fuse_session_exited(sim->session))
		return false;
	if (ms > POLL_MS)
		ms = POLL_MS;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (long)ms * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_cond_timedwait(&sim->changed, &sim->mutex, &until);
	answer_if_interrupted(call);
	return !fuse_session_exited(sim->session);
}

void call_sleep(struct call *call, unsigned int ms)
{
	uint64_t end = clock_us() + 1000u * (uint64_t)ms;

	for (uint64_t now = clock_us(); now < end; now = clock_us()) {
		if (!call_wait(call, (unsigned int)((end - now + 999) / 1000)))
			return;
	}
}
