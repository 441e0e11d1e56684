/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/str.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* How many bytes follow a first byte of this value; -1 if none can begin with it. */
static int utf8_following(unsigned char first)
{
	if (first < 0x80)
		return 0;
	if (first >= 0xc2 && first <= 0xdf)
		return 1;
	if (first >= 0xe0 && first <= 0xef)
		return 2;
	if (first >= 0xf0 && first <= 0xf4)
		return 3;
	return -1;
}

/* Bounds of the second byte, which shut out overlong forms and surrogates (RFC 3629). */
static bool utf8_second_fits(unsigned char first, unsigned char second)
{
	switch (first) {
	case 0xe0:
		return second >= 0xa0;
	case 0xed:
		return second <= 0x9f;
	case 0xf0:
		return second >= 0x90;
	case 0xf4:
		return second <= 0x8f;
	default:
		return true;
	}
}

/* Length of the character at @text; 0 if it is no UTF-8. */
static size_t utf8_length(const unsigned char *text)
{
	int following = utf8_following(*text);

	if (following == 0)
		return 1;
	if (following < 0 || (text[1] & 0xc0) != 0x80 || !utf8_second_fits(text[0], text[1]))
		return 0;
	for (int i = 2; i <= following; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return (size_t)following + 1;
}

/*
 * What commands a terminal, is not seen, or changes the order of what is: text with it shows as
 * other text. These are Unicode's controls, separators of lines, format characters and others that
 * are ignored by default (DerivedCoreProperties.txt, Default_Ignorable_Code_Point).
 */
static const struct {
	uint32_t first;
	uint32_t last;
} unseen[] = {
	{ 0x0000, 0x001f },   { 0x007f, 0x009f },   { 0x00ad, 0x00ad },	  { 0x034f, 0x034f },
	{ 0x061c, 0x061c },   { 0x115f, 0x1160 },   { 0x17b4, 0x17b5 },	  { 0x180b, 0x180f },
	{ 0x200b, 0x200f },   { 0x2028, 0x202e },   { 0x2060, 0x206f },	  { 0x3164, 0x3164 },
	{ 0xfe00, 0xfe0f },   { 0xfeff, 0xfeff },   { 0xffa0, 0xffa0 },	  { 0xfff0, 0xfffb },
	{ 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
};

/* The number of the character at @text, whose @length is utf8_length()'s. */
static uint32_t utf8_value(const unsigned char *text, size_t length)
{
	uint32_t value = length > 1 ? *text & (0x7fU >> length) : *text;

	for (size_t i = 1; i < length; i++)
		value = value << 6 | (text[i] & 0x3fU);
	return value;
}

/* Length of the character at @text if it shows as it is; 0 if its first byte must be escaped. */
static size_t plain_length(const unsigned char *text)
{
	size_t length = utf8_length(text);
	uint32_t value = utf8_value(text, length);

	for (size_t i = 0; i < ARRAY_SIZE(unseen); i++)
		if (value >= unseen[i].first && value <= unseen[i].last)
			return 0;
	return length;
}

char *str_escape(const char *text)
{
	const unsigned char *in = (const unsigned char *)text;
	char *escaped = mem_alloc(strlen(text) * 4 + 1);
	char *out = escaped;

	while (*in) {
		size_t length = plain_length(in);

		if (!length) {
			out += sprintf(out, "\\x%02x", *in++);
			continue;
		}
		memcpy(out, in, length);
		out += length;
		in += length;
	}
	*out = '\0';
	return escaped;
}

bool str_is_plain(const char *text)
{
	const unsigned char *in = (const unsigned char *)text;

	while (*in) {
		size_t length = plain_length(in);

		if (!length)
			return false;
		in += length;
	}
	return true;
}

bool str_is_utf8(const char *text)
{
	const unsigned char *in = (const unsigned char *)text;

	while (*in) {
		size_t length = utf8_length(in);

		if (!length)
			return false;
		in += length;
	}
	return true;
}

bool str_starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

void str_trim(char *text)
{
	static const char blanks[] = " \n\t\r";
	size_t before = strspn(text, blanks);
	size_t length = strlen(text);

	while (length > before && strchr(blanks, text[length - 1]))
		text[--length] = '\0';
	memmove(text, text + before, length - before + 1);
}

bool str_is_like(const char *text, const char *pattern)
{
	for (; *text && *pattern; text++, pattern++)
		if (*pattern == 'x' ? !isxdigit((unsigned char)*text) : *text != *pattern)
			return false;
	return !*text && !*pattern;
}

bool str_to_number(const char *text, unsigned long max, unsigned long *ret)
{
	unsigned long number = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		unsigned long digit = (unsigned long)(*text - '0');

		if (*text < '0' || *text > '9' || number > (max - digit) / 10 || digit > max)
			return false;
		number = number * 10 + digit;
	}
	*ret = number;
	return true;
}

const char *str_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}
