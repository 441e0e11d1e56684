/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions of PCI devices: which virtual ones a physical one has. */
#pragma once

#include "kernel/sysfs.h"

struct function {
	char *name;
	char *physical;
	unsigned number; /* N of its link virtfnN */
};

/* Owns its functions; zero-initialised is empty. */
struct functions {
	struct function *items;
	size_t count;
	struct strlist physical; /* each once */
};

/*
 * Adds those of each physical function that is among @names, or that one of them belongs to. What
 * cannot be looked at is warned about.
 */
void functions_read(const struct sysfs *sysfs, const struct strlist *names, struct functions *ret);
/* NULL if it is no virtual one that is known. */
const struct function *functions_find(const struct functions *functions, const char *name);
void functions_clear(struct functions *functions);
