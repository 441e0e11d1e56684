/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the redaction share. */
#pragma once

#include "model/redact.h"

#define REMOVED "removed"

typedef char *(*text_fn)(struct redaction *redaction, const char *text);

enum redact_kind {
	REDACT_DEFINITION,
	REDACT_RECORD,
	REDACT_HOLD,
};

/* The text of such a file, or of one that is as broken; owned by the caller. */
char *redacted_file(struct redaction *redaction, const char *text, enum redact_kind kind);
/* Whether the values of that attribute say nothing about anybody. */
bool redact_knows_attr(const char *name);
