/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared libraries that are opened when they are needed. */
#pragma once

#include <stddef.h>

#include "base/err.h"

/* Where the address of a function goes. */
struct library_symbol {
	const char *name;
	void *target; /* the address of a function pointer */
};

/*
 * Opens @soname, for the rest of the process, and looks up @symbols (the last has no name).
 * An error names @package, which has it.
 */
err_t library_open(const char *soname, const char *package, const struct library_symbol *symbols);

/*
 * Says in the program file that it opens @soname, for tools that work out dependencies:
 * https://uapi-group.org/specifications/specs/elf_dlopen_metadata/
 */
#define LIBRARY_NOTE(variable, soname, feature, description)                                    \
	static const struct {                                                                   \
		unsigned name_size, text_size, type;                                            \
		char name[4];                                                                   \
		_Alignas(4) char text[sizeof(LIBRARY_NOTE_TEXT(soname, feature, description))]; \
	} variable __attribute__((used, section(".note.dlopen"), aligned(4))) = {               \
		.name_size = 4,                                                                 \
		.text_size = sizeof(LIBRARY_NOTE_TEXT(soname, feature, description)),           \
		.type = 0x407c0c0a,                                                             \
		.name = "FDO",                                                                  \
		.text = LIBRARY_NOTE_TEXT(soname, feature, description),                        \
	}
#define LIBRARY_NOTE_TEXT(soname, feature, description)                                            \
	"[{\"soname\":[\"" soname "\"],\"feature\":\"" feature "\",\"description\":\"" description \
	"\",\"priority\":\"recommended\"}]"
