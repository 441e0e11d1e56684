/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names that are not written as they are. */
#pragma once

#include "command.h"

/*
 * Puts what is meant in the place of what was given, and tells of each that is another word. What
 * is not there stays as it was given: the command says so, or it is to come. For a command that
 * waits, this waits as well, and takes that off its time.
 */
err_t names_find(const struct invocation *invocation, struct values *values);
