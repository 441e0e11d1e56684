/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/uuid.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define UUID_DIGITS 32

static bool is_hyphen_place(size_t place)
{
	return place == 8 || place == 13 || place == 18 || place == 23;
}

/* Value of a hexadecimal digit, -1 for anything else; no locale has a say in it. */
static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Writes the canonical form of @length characters of digits, hyphens where they belong. */
static bool parse_digits(const char *text, size_t length, struct uuid *ret)
{
	bool hyphens = length == UUID_LENGTH;
	struct uuid uuid = { 0 };
	size_t out = 0;

	if (!hyphens && length != UUID_DIGITS)
		return false;

	for (size_t in = 0; in < length; in++) {
		int value = digit_value(text[in]);

		if (hyphens && is_hyphen_place(in)) {
			if (text[in] != '-')
				return false;
			uuid.text[out++] = '-';
			continue;
		}
		if (value < 0)
			return false;
		if (!hyphens && is_hyphen_place(out))
			uuid.text[out++] = '-';
		uuid.text[out++] = "0123456789abcdef"[value];
	}
	*ret = uuid;
	return true;
}

bool uuid_parse(const char *text, struct uuid *ret)
{
	static const char urn[] = "urn:uuid:";
	size_t length = strlen(text);

	if (length == UUID_LENGTH + 2 && text[0] == '{' && text[length - 1] == '}')
		return parse_digits(text + 1, UUID_LENGTH, ret);
	if (length == UUID_LENGTH + sizeof(urn) - 1 && strncmp(text, urn, sizeof(urn) - 1) == 0)
		return parse_digits(text + sizeof(urn) - 1, UUID_LENGTH, ret);
	return parse_digits(text, length, ret);
}

/* Writes the canonical form of what may be the beginning of one. */
static bool parse_beginning(const char *text, struct uuid *ret)
{
	size_t digits = 0;
	size_t out = 0;

	*ret = (struct uuid){ 0 };
	for (; *text; text++) {
		int value = digit_value(*text);

		if (out == UUID_LENGTH || (value < 0 && (*text != '-' || !is_hyphen_place(out))))
			return false;
		if (is_hyphen_place(out))
			ret->text[out++] = '-';
		if (value < 0)
			continue;
		ret->text[out++] = "0123456789abcdef"[value];
		digits++;
	}
	return digits >= UUID_BEGINNING_MIN;
}

bool uuid_may_begin(const char *text)
{
	struct uuid beginning;

	return parse_beginning(text, &beginning);
}

bool uuid_begins(const struct uuid *uuid, const char *text)
{
	struct uuid beginning;

	return parse_beginning(text, &beginning) &&
	       strncmp(uuid->text, beginning.text, strlen(beginning.text)) == 0;
}

err_t uuid_generate(struct uuid *ret)
{
	char digits[UUID_DIGITS + 1];
	unsigned char b[16];

	if (getrandom(b, sizeof(b), 0) != (ssize_t)sizeof(b))
		return err_errno(errno, "cannot make a UUID");

	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < sizeof(b); i++)
		snprintf(digits + 2 * i, 3, "%02x", b[i]);
	parse_digits(digits, UUID_DIGITS, ret);
	return NULL;
}

bool uuid_is_set(const struct uuid *uuid)
{
	return uuid->text[0] != '\0';
}

bool uuid_is_equal(const struct uuid *a, const struct uuid *b)
{
	return memcmp(a->text, b->text, sizeof(a->text)) == 0;
}
