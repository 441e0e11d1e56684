/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Taking out of a dump what its sender may not want to send. */
#pragma once

#include "base/json.h"

/* What is replaced by what: the same each time. */
struct redaction;

struct redaction *redaction_new(void);
void redaction_free(struct redaction *redaction);
DEFINE_CLEANUP(struct redaction *, redaction_free)

/* From now on the word @word is replaced by "KIND1", "KIND2", …: a name of a user, say. */
void redaction_add_word(struct redaction *redaction, const char *word, const char *kind);
/*
 * The text with made-up UUIDs, without the words, and without what is called a serial number;
 * owned by the caller. UUIDs keep their spelling.
 */
char *redaction_of_text(struct redaction *redaction, const char *text);
/* The same, but only of UUIDs. */
char *redaction_of_uuids(struct redaction *redaction, const char *text);

/*
 * Replaces in the dump, as op_dump() makes it: UUIDs, words and serial numbers; the host's name and
 * machine-id; reasons; unknown keys of definitions, records and holds, and values of attributes
 * that are not known. A definition that cannot be read stays one that cannot.
 */
void redact_dump(struct redaction *redaction, json_t *dump);
