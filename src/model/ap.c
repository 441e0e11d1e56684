/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/ap.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define CONFIG "ap_config"

static const struct {
	const char *name;
	enum ap_kind kind;
	bool assigns;
} attrs[] = {
	{ "assign_adapter", AP_ADAPTER, true },
	{ "unassign_adapter", AP_ADAPTER, false },
	{ "assign_domain", AP_DOMAIN, true },
	{ "unassign_domain", AP_DOMAIN, false },
	{ "assign_control_domain", AP_CONTROL_DOMAIN, true },
	{ "unassign_control_domain", AP_CONTROL_DOMAIN, false },
};

bool ap_is_type(const char *type)
{
	return type && strcmp(type, "vfio_ap-passthrough") == 0;
}

bool ap_is_attr(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(attrs); i++)
		if (strcmp(name, attrs[i].name) == 0)
			return true;
	return strcmp(name, CONFIG) == 0;
}

/* As the kernel's kstrtoul() with base 0 does. */
static bool read_index(const char *text, int base, unsigned long *ret)
{
	char *end;

	errno = 0;
	*ret = strtoul(text, &end, base);
	return isxdigit((unsigned char)*text) && (!*end || strcmp(end, "\n") == 0) && !errno &&
	       *ret < AP_MAX;
}

static bool apply_attr(const struct attr *attr, struct ap_matrix *matrix)
{
	unsigned long index;

	if (strcmp(attr->name, CONFIG) == 0)
		return ap_from_config(attr->value, matrix);
	for (size_t i = 0; i < ARRAY_SIZE(attrs); i++) {
		if (strcmp(attr->name, attrs[i].name) != 0)
			continue;
		if (!read_index(attr->value, 0, &index))
			return false;
		matrix->has[attrs[i].kind][index] = attrs[i].assigns;
	}
	return true;
}

bool ap_from_attrs(const struct device *dev, struct ap_matrix *ret)
{
	*ret = (struct ap_matrix){ 0 };
	for (size_t i = 0; i < dev->attr_count; i++)
		if (!apply_attr(&dev->attrs[i], ret))
			return false;
	return true;
}

/* "0x" and a digit for four, the first of which is the highest bit of it. */
static bool read_mask(const char **at, bool *bits)
{
	if (!str_starts_with(*at, "0x"))
		return false;
	*at += 2;
	for (size_t i = 0; i < AP_MAX; i += 4, (*at)++) {
		char digit[] = { **at, '\0' };
		unsigned long four = strtoul(digit, NULL, 16);

		if (!isxdigit((unsigned char)**at))
			return false;
		for (size_t bit = 0; bit < 4; bit++)
			bits[i + bit] = four & (8UL >> bit);
	}
	return true;
}

bool ap_from_config(const char *text, struct ap_matrix *ret)
{
	const char *at = text;

	for (int kind = 0; kind < AP_KINDS; kind++) {
		if (kind && *at++ != ',')
			return false;
		if (!read_mask(&at, ret->has[kind]))
			return false;
	}
	return !*at || strcmp(at, "\n") == 0;
}

/* "05.0047" of an adapter with a domain; either may be missing: "05." or ".0047". */
static bool read_queue(char *line, struct ap_matrix *ret)
{
	char *dot = strchr(line, '.');
	unsigned long index;

	if (!dot)
		return false;
	*dot = '\0';
	if (*line) {
		if (!read_index(line, 16, &index))
			return false;
		ret->has[AP_ADAPTER][index] = true;
	}
	if (dot[1]) {
		if (!read_index(dot + 1, 16, &index))
			return false;
		ret->has[AP_DOMAIN][index] = true;
	}
	return true;
}

static bool read_control(char *line, struct ap_matrix *ret)
{
	unsigned long index;

	if (!read_index(line, 16, &index))
		return false;
	ret->has[AP_CONTROL_DOMAIN][index] = true;
	return true;
}

static bool read_lines(const char *text, bool (*read)(char *line, struct ap_matrix *ret),
		       struct ap_matrix *ret)
{
	_cleanup_(mem_freep) char *copy = mem_strdup(text);
	char *rest = copy;

	while (rest) {
		char *line = strsep(&rest, "\n");

		if (*line && !read(line, ret))
			return false;
	}
	return true;
}

bool ap_from_lists(const char *matrix, const char *control_domains, struct ap_matrix *ret)
{
	*ret = (struct ap_matrix){ 0 };
	return read_lines(matrix, read_queue, ret) &&
	       read_lines(control_domains, read_control, ret);
}

const char *ap_kind_name(enum ap_kind kind)
{
	static const char *const names[] = { "adapters", "domains", "control domains" };

	return names[kind];
}

bool ap_is_equal(const struct ap_matrix *a, const struct ap_matrix *b, enum ap_kind kind)
{
	return memcmp(a->has[kind], b->has[kind], sizeof(a->has[kind])) == 0;
}

char *ap_text(const struct ap_matrix *matrix, enum ap_kind kind)
{
	char *text = mem_strdup("");

	for (size_t i = 0; i < AP_MAX; i++) {
		_cleanup_(mem_freep) char *before = NULL;

		if (!matrix->has[kind][i])
			continue;
		before = text;
		text = mem_printf("%s%s0x%02zx", before, *before ? " " : "", i);
	}
	if (*text)
		return text;
	free(text);
	return mem_strdup("none");
}
