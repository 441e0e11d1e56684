/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the types in the description of a host. */
#pragma once

#include "place.h"

/* These read what is under "types" and "files" of the object @json, which is at @up. */
bool describe_types(const struct place *up, const json_t *json, struct parent *parent);
bool describe_files(const struct place *up, const json_t *json, const struct file_rule **ret);
