/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/functions.h"

#include <stdlib.h>
#include <string.h>

#include "sysfs_private.h"

/* PCI Express: NumVFs has 16 bits. */
#define VIRTFN_MAX 65536

/* The next one; *ret_is_there is false behind the last. */
static err_t add_function(const struct sysfs *sysfs, const char *physical, unsigned number,
			  struct functions *ret, bool *ret_is_there)
{
	_cleanup_(mem_freep) char *link = mem_printf("virtfn%u", number);
	char *name = NULL;

	TRY(sysfs_virtual_function(sysfs, physical, link, &name));
	*ret_is_there = name != NULL;
	if (!name)
		return NULL;
	ret->items = mem_grow(ret->items, ret->count, sizeof(*ret->items));
	ret->items[ret->count++] = (struct function){
		.name = name,
		.physical = mem_strdup(physical),
		.number = number,
	};
	return NULL;
}

static err_t add_physical(const struct sysfs *sysfs, const char *physical, struct functions *ret)
{
	bool is_there = true;

	if (strlist_has(&ret->physical, physical))
		return NULL;
	strlist_add(&ret->physical, mem_strdup(physical));
	for (unsigned i = 0; i < VIRTFN_MAX && is_there; i++)
		TRY(add_function(sysfs, physical, i, ret, &is_there));
	return NULL;
}

static err_t read_functions_of(const struct sysfs *sysfs, const char *name, struct functions *ret)
{
	_cleanup_(mem_freep) char *link = mem_printf(SYSFS_PCI "/%s/physfn", name);
	_cleanup_(mem_freep) char *target = NULL;

	TRY(sysfs_read_link(sysfs->top, link, &target));
	return add_physical(sysfs, target ? str_base_name(target) : name, ret);
}

void functions_read(const struct sysfs *sysfs, const struct strlist *names, struct functions *ret)
{
	for (size_t i = 0; i < names->count && sysfs->top; i++)
		env_warn(sysfs->env,
			 err_wrap(read_functions_of(sysfs, names->items[i], ret),
				  "which functions '%s' has is left out", names->items[i]));
}

const struct function *functions_find(const struct functions *functions, const char *name)
{
	for (size_t i = 0; i < functions->count; i++)
		if (strcmp(functions->items[i].name, name) == 0)
			return &functions->items[i];
	return NULL;
}

void functions_clear(struct functions *functions)
{
	for (size_t i = 0; i < functions->count; i++) {
		free(functions->items[i].name);
		free(functions->items[i].physical);
	}
	free(functions->items);
	strlist_clear(&functions->physical);
}
