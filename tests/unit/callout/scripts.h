/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scripts for tests. */
#pragma once

#include "fixture.h"

/*
 * Makes the callout @name. In @body, $uuid, $event and $action are those of the call, and $calls is
 * the file that has a line "UUID EVENT ACTION" for each call but those for capabilities.
 */
void make_callout(const struct fixture *fx, const char *name, const char *body);
/* The lines of that file; owned by the caller. */
char *calls_of(const struct fixture *fx);
/* What says that the script is versioned: names in quotes, separated by commas. */
#define VERSIONED(actions, events)                                                    \
	"if [ $action = capabilities ]; then echo "                                   \
	"'{\"supports\":{\"version\":2,\"actions\":[" actions "],\"events\":[" events \
	"]}}'; exit 0; fi\n"
