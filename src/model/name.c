/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/name.h"

#include <limits.h>
#include <string.h>

#include "base/str.h"

static err_t refuse(const char *what, const char *name, const char *reason)
{
	_cleanup_(mem_freep) char *shown = str_escape(name);

	return err_new(ERR_INVALID, "invalid %s '%s': %s", what, shown, reason);
}

static err_t check_text(const char *what, const char *name, size_t max)
{
	if (!*name)
		return refuse(what, name, "it is empty");
	if (strlen(name) > max)
		return refuse(what, name, "it is too long");
	if (!str_is_plain(name))
		return refuse(what, name, "it has characters that are not printable");
	return NULL;
}

static err_t check_component(const char *what, const char *name)
{
	struct err *e = check_text(what, name, NAME_MAX);

	if (e)
		return e;
	if (strchr(name, '/'))
		return refuse(what, name, "it has a slash");
	if (name[0] == '.')
		return refuse(what, name, "it begins with a dot");
	return NULL;
}

err_t name_check_parent(const char *name)
{
	struct err *e = check_component("parent", name);

	if (!e && strcmp(name, "scripts.d") == 0)
		e = refuse("parent", name, "that is where the callout scripts are");
	return err_hint(e, "'mdevadm types' lists the parents");
}

err_t name_check_type(const char *name)
{
	return err_hint(check_component("type", name), "'mdevadm types' lists the types");
}

static bool is_dots(const char *component, size_t length)
{
	return (length == 1 && component[0] == '.') ||
	       (length == 2 && component[0] == '.' && component[1] == '.');
}

err_t name_check_attr(const char *name)
{
	static const char advice[] =
		"give the path of a file below the device, such as 'nvidia/vgpu_params'";
	struct err *e = check_text("attribute", name, PATH_MAX - 1);
	const char *at = name;

	while (!e) {
		size_t length = strcspn(at, "/");

		if (length == 0)
			e = refuse("attribute", name, "it has a slash too many");
		else if (is_dots(at, length))
			e = refuse("attribute", name, "it would leave the device's directory");
		else if (length > NAME_MAX)
			e = refuse("attribute", name, "it is too long");
		if (at[length] == '\0')
			break;
		at += length + 1;
	}
	return err_hint(e, advice);
}

err_t name_check_value(const char *value)
{
	if (str_is_utf8(value))
		return NULL;
	return err_hint(refuse("value", value, "it is not UTF-8"),
			"a definition is JSON, which cannot keep it");
}
