/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes the files that a dump has beside the description of its host. */
#pragma once

#include "sim.h"

/*
 * Makes, below the directory @top, the definitions in etc/mdevctl.d, the records and holds in
 * run/mdevadm, of the description that @sim has loaded from @file. Writes nothing elsewhere,
 * whatever names are in it, and replaces nothing that is there. What the dump could not read is
 * told on standard error. On failure says in @why where and why.
 */
bool unpack(struct sim *sim, const char *file, const char *top, struct text *why);
