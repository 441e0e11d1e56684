/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/name.h"

#include <string.h>

#include "fixture.h"
#include "suites.h"

#define PARENT_ADVICE "'mdevadm types' lists the parents"
#define TYPE_ADVICE   "'mdevadm types' lists the types"
#define ATTR_ADVICE   "give the path of a file below the device, such as 'nvidia/vgpu_params'"

typedef err_t (*check_fn)(const char *name);

static void check_refused(check_fn check, const char *name, const char *message, const char *hint)
{
	_cleanup_(err_freep) struct err *e = check(name);

	assert_err(NULL, e, ERR_INVALID, message, hint);
}

/* A name of @length letters; owned by the caller. */
static char *long_name(size_t length)
{
	char *name = mem_alloc(length + 1);

	memset(name, 'x', length);
	name[length] = '\0';
	return name;
}

static void check_length(check_fn check, size_t length, bool fits)
{
	_cleanup_(mem_freep) char *name = long_name(length);
	_cleanup_(err_freep) struct err *e = check(name);

	assert_true(fits == !e);
	if (e)
		assert_non_null(strstr(err_message(e), "xxx': it is too long"));
}

static void names_of_real_parents_are_taken(void **state)
{
	static const char *const names[] = {
		"0000:00:02.0", "0.0.0313",   "matrix",	  "mtty", "a b",
		"x..",		"scripts.d2", "\xc3\xa4", "\\",	  "-rf",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_ok(name_check_parent(names[i]));
}

static void parent_is_one_component(void **state)
{
	(void)state;

	check_refused(name_check_parent, "", "invalid parent '': it is empty", PARENT_ADVICE);
	check_refused(name_check_parent, "a/b", "invalid parent 'a/b': it has a slash",
		      PARENT_ADVICE);
	check_refused(name_check_parent, "/", "invalid parent '/': it has a slash", PARENT_ADVICE);
	check_refused(name_check_parent, "../x", "invalid parent '../x': it has a slash",
		      PARENT_ADVICE);
	check_refused(name_check_parent, "..", "invalid parent '..': it begins with a dot",
		      PARENT_ADVICE);
	check_refused(name_check_parent, ".", "invalid parent '.': it begins with a dot",
		      PARENT_ADVICE);
	check_refused(name_check_parent, ".hidden",
		      "invalid parent '.hidden': it begins with a dot", PARENT_ADVICE);
}

static void parent_is_not_the_directory_of_scripts(void **state)
{
	(void)state;

	check_refused(name_check_parent, "scripts.d",
		      "invalid parent 'scripts.d': that is where the callout scripts are",
		      PARENT_ADVICE);
}

static void names_are_printable(void **state)
{
	(void)state;

	check_refused(name_check_parent, "a\nb",
		      "invalid parent 'a\\x0ab': it has characters that are not printable",
		      PARENT_ADVICE);
	check_refused(name_check_type, "\x1b[2J",
		      "invalid type '\\x1b[2J': it has characters that are not printable",
		      TYPE_ADVICE);
	check_refused(name_check_attr, "a\xff",
		      "invalid attribute 'a\\xff': it has characters that are not printable",
		      ATTR_ADVICE);
}

static void component_has_at_most_255_bytes(void **state)
{
	(void)state;

	check_length(name_check_parent, 255, true);
	check_length(name_check_parent, 256, false);
	check_length(name_check_type, 255, true);
	check_length(name_check_type, 256, false);
	check_length(name_check_attr, 255, true);
	check_length(name_check_attr, 256, false);
}

static void type_is_one_component(void **state)
{
	(void)state;

	assert_ok(name_check_type("i915-GVTg_V5_4"));
	assert_ok(name_check_type("scripts.d"));
	check_refused(name_check_type, "", "invalid type '': it is empty", TYPE_ADVICE);
	check_refused(name_check_type, "a/b", "invalid type 'a/b': it has a slash", TYPE_ADVICE);
	check_refused(name_check_type, "..", "invalid type '..': it begins with a dot",
		      TYPE_ADVICE);
}

static void attribute_may_be_in_a_subdirectory(void **state)
{
	(void)state;

	assert_ok(name_check_attr("assign_adapter"));
	assert_ok(name_check_attr("nvidia/vgpu_params"));
	assert_ok(name_check_attr("a/b/c"));
	assert_ok(name_check_attr(".hidden/..."));
	assert_ok(name_check_attr("a/..b"));
}

static void attribute_stays_in_its_device(void **state)
{
	static const char *const names[] = { "..", ".", "../x", "a/../b", "a/..", "./a", "a/." };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_(mem_freep) char *message = mem_printf(
			"invalid attribute '%s': it would leave the device's directory", names[i]);

		check_refused(name_check_attr, names[i], message, ATTR_ADVICE);
	}
}

static void attribute_has_no_empty_component(void **state)
{
	static const char *const names[] = { "/", "/a", "a/", "a//b", "/etc/passwd" };
	(void)state;

	check_refused(name_check_attr, "", "invalid attribute '': it is empty", ATTR_ADVICE);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_(mem_freep) char *message =
			mem_printf("invalid attribute '%s': it has a slash too many", names[i]);

		check_refused(name_check_attr, names[i], message, ATTR_ADVICE);
	}
}

static void attribute_has_at_most_4095_bytes(void **state)
{
	_cleanup_(mem_freep) char *name = long_name(4096);
	(void)state;
	for (size_t i = 200; i < 4096; i += 200)
		name[i] = '/';

	_cleanup_(err_freep) struct err *too_long = name_check_attr(name);
	name[4095] = '\0';

	assert_non_null(too_long);
	assert_ok(name_check_attr(name));
}

int name_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_real_parents_are_taken),
		cmocka_unit_test(parent_is_one_component),
		cmocka_unit_test(parent_is_not_the_directory_of_scripts),
		cmocka_unit_test(names_are_printable),
		cmocka_unit_test(component_has_at_most_255_bytes),
		cmocka_unit_test(type_is_one_component),
		cmocka_unit_test(attribute_may_be_in_a_subdirectory),
		cmocka_unit_test(attribute_stays_in_its_device),
		cmocka_unit_test(attribute_has_no_empty_component),
		cmocka_unit_test(attribute_has_at_most_4095_bytes),
	};

	return cmocka_run_group_tests_name("name", tests, NULL, NULL);
}
