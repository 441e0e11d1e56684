/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* UUIDs in their canonical spelling. */
#pragma once

#include <stdbool.h>

#include "base/err.h"

#define UUID_LENGTH 36

/* Lower case with hyphens; empty when unset. */
struct uuid {
	char text[UUID_LENGTH + 1];
};

/*
 * Reads 32 hexadecimal digits of any case: with hyphens, without any, or with hyphens in
 * braces or after "urn:uuid:". False, and @ret untouched, for anything else.
 */
bool uuid_parse(const char *text, struct uuid *ret);
/* So many digits at least must be given of the beginning of one. */
#define UUID_BEGINNING_MIN 4
/* Whether one may begin so: hexadecimal digits of any case, and hyphens where they belong. */
bool uuid_may_begin(const char *text);
/* Whether this one does. */
bool uuid_begins(const struct uuid *uuid, const char *text);
/* A random one (version 4). */
err_t uuid_generate(struct uuid *ret);
bool uuid_is_set(const struct uuid *uuid);
bool uuid_is_equal(const struct uuid *a, const struct uuid *b);
