/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of a dump. Each counts in @unread what could not be read. */
#pragma once

#include "kernel/machine.h"
#include "model/redact.h"
#include "ops_private.h"

/* The system, and what is installed there; a new reference. */
json_t *dump_host(const struct ops *ops, const struct machine *machine, const char *version,
		  size_t *unread);
/* The last lines about mediated devices of the kernel's log and our own; a new reference. */
json_t *dump_journal(const struct env *env, size_t *unread);
/* What the programs that matter say of their versions; a new reference. */
json_t *dump_programs(const struct env *env, size_t *unread);
/* Adds the names of this host, its users and its virtual machines. */
void dump_add_words(const struct env *env, struct redaction *redaction);
