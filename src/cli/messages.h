/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is told on standard error, whoever reads it and however slowly. */
#pragma once

#include "base/err.h"

/*
 * A reader that does not read must hold up neither an operation nor its time limits, so nothing
 * here waits before messages_end(). May be used from any thread.
 */
struct messages;

struct messages *messages_open(void);
/* Adds "PREFIX: TEXT" as a line, and shows what standard error takes at once. */
void messages_add(struct messages *messages, const char *prefix, const char *text);
/* Adds lines for @e (borrowed) and those behind it, "PREFIX: KIND…", each with its hint. */
void messages_add_err(struct messages *messages, const char *prefix, const char *kind,
		      const struct err *e);
/*
 * Shows what is left, and waits until it is read or a signal comes: only when no lock is had any
 * more.
 */
void messages_end(struct messages *messages);
