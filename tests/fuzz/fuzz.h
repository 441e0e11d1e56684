/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the fuzzers share. */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* libFuzzer calls it with one input after the other; 0 is its only result. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the fuzzer, which then keeps the input. */
#define MUST(condition)                                                                         \
	do {                                                                                    \
		if (!(condition)) {                                                             \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                                \
		}                                                                               \
	} while (0)

/* The input as a string, owned by the caller. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = mem_zalloc(size + 1);

	if (size)
		memcpy(text, data, size);
	return text;
}
