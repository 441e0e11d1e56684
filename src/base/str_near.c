/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was meant by a mistyped word. */
#include <ctype.h>
#include <string.h>

#include "base/str.h"

/* Names are shorter, and what is longer is no mistyped one. */
#define NEAR_LENGTH_MAX 32
/* Of fewer letters many a name is the beginning. */
#define NEAR_BEGINNING_MIN 3

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool is_same_letter(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/*
 * How many letters must be put in, left out, changed, or changed places with their neighbour, to
 * make @b of @a; neither is longer than NEAR_LENGTH_MAX. steps[i][j] is that of the first i and j.
 */
static size_t count_steps(const char *a, const char *b)
{
	size_t steps[NEAR_LENGTH_MAX + 1][NEAR_LENGTH_MAX + 1];
	size_t a_length = strlen(a);
	size_t b_length = strlen(b);

	for (size_t j = 0; j <= b_length; j++)
		steps[0][j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		steps[i][0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			bool same = is_same_letter(a[i - 1], b[j - 1]);
			size_t least = smaller(steps[i - 1][j], steps[i][j - 1]) + 1;

			least = smaller(least, steps[i - 1][j - 1] + !same);
			if (i > 1 && j > 1 && is_same_letter(a[i - 1], b[j - 2]) &&
			    is_same_letter(a[i - 2], b[j - 1]))
				least = smaller(least, steps[i - 2][j - 2] + 1);
			steps[i][j] = least;
		}
	}
	return steps[a_length][b_length];
}

const char *str_nearest(const char *word, const char *const *among)
{
	size_t length = strlen(word);
	/* One letter in three may be wrong. */
	size_t least = length / 3 + 1;
	const char *nearest = NULL;

	if (length > NEAR_LENGTH_MAX)
		return NULL;
	for (; *among; among++) {
		size_t steps;

		if (strlen(*among) > NEAR_LENGTH_MAX)
			continue;
		steps = count_steps(word, *among);
		if (length >= NEAR_BEGINNING_MIN && strncasecmp(word, *among, length) == 0)
			steps = smaller(steps, 1);
		if (steps < least) {
			least = steps;
			nearest = *among;
		}
	}
	return nearest;
}

const char *strlist_nearest(const struct strlist *among, const char *word)
{
	_cleanup_(mem_freep) const char **names = mem_zalloc((among->count + 1) * sizeof(*names));

	for (size_t i = 0; i < among->count; i++)
		names[i] = among->items[i];
	return str_nearest(word, names);
}
