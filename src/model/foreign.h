/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys of a definition that are not ours, kept as text to the last byte. */
#pragma once

#include "model/device.h"

/* Adds those of the definition @text, which was read without a fault. */
void foreign_read(struct device *dev, const char *text);
/*
 * The object @text, which ends in @end, with them as its last members, each behind @comma; owned by
 * the caller.
 */
char *foreign_append(const struct device *dev, const char *text, const char *comma,
		     const char *end);
