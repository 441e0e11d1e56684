/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tests of the floor 'store': each runs those of a file and gives the number of failures. */
#pragma once

#include "fixture.h"
#include "store/store.h"

int store_read_tests(void);
int store_save_tests(void);
int store_spelling_tests(void);

#define TOP "etc/mdevctl.d"
#define P   TOP "/P"

static inline struct store *open_store(const struct fixture *fx)
{
	return store_new(fx->env);
}

/* Of type @type on parent P. */
static inline struct device *make_device(const char *uuid_text, const char *type)
{
	const struct uuid uuid = fixture_uuid(uuid_text);

	return device_new(&uuid, "P", type);
}
