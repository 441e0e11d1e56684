/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/trust.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "suites.h"

#define USER 12345

/* ROOT/way/dir/file, and ROOT/link to it by ROOT/middle/link. */
static void make_ways(const struct fixture *fx)
{
	fixture_write(fx, "way/dir/file", "");
	fixture_link(fx, "../way/./dir//file", "middle/link");
	fixture_link(fx, "middle/link", "link");
}

/* Owners cannot be given by others than root. */
static void need_root(void)
{
	if (geteuid() != 0)
		skip();
}

static void change(const struct fixture *fx, const char *place, uid_t owner, mode_t mode)
{
	_cleanup_(mem_freep) char *path = fixture_path(fx, place);

	assert_int_equal(lchown(path, owner, (gid_t)-1), 0);
	if (mode)
		assert_int_equal(chmod(path, mode), 0);
}

static err_t resolve(const struct fixture *fx, const char *path, char **ret)
{
	_cleanup_(mem_freep) char *whole = fixture_path(fx, path);

	return trust_resolve(whole, ret);
}

static void links_and_dots_lead_to_the_place_itself(void **state)
{
	const struct fixture *fx = *state;
	static const char *const ways[] = { "link", "way/dir/file", "middle/../way/dir/../dir/file",
					    "//way//dir/./file", "middle/link" };
	_cleanup_(mem_freep) char *file = fixture_path(fx, "way/dir/file");
	make_ways(fx);

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		_cleanup_(mem_freep) char *real = NULL;

		assert_ok(resolve(fx, ways[i], &real));
		assert_string_equal(real, file);
	}
}

static void absolute_link_starts_at_the_root(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(mem_freep) char *file = fixture_path(fx, "way/dir/file");
	_cleanup_(mem_freep) char *real = NULL;
	make_ways(fx);
	fixture_link(fx, file, "absolute");

	assert_ok(resolve(fx, "absolute", &real));

	assert_string_equal(real, file);
}

static void root_directory_is_itself(void **state)
{
	_cleanup_(mem_freep) char *real = NULL;
	(void)state;

	assert_ok(trust_resolve("/", &real));

	assert_string_equal(real, "/");
}

/* Each alone makes the file another's to change. */
static void whatever_another_can_change_on_the_way_is_named(void **state)
{
	const struct fixture *fx = *state;
	static const struct {
		const char *place;
		uid_t owner;
		mode_t mode;
		const char *message;
		const char *command;
	} cases[] = {
		{ "way/dir/file", USER, 0755, "belongs to user 12345, not to root", "chown root" },
		{ "way/dir/file", 0, 0775, "can be written by others than root (mode 0775)",
		  "chmod go-w" },
		{ "way/dir/file", 0, 0757, "can be written by others than root (mode 0757)",
		  "chmod go-w" },
		{ "way/dir/file", 0, 01757, "can be written by others than root (mode 1757)",
		  "chmod go-w" },
		{ "way/dir", USER, 0755, "belongs to user 12345, not to root", "chown root" },
		{ "way/dir", 0, 0775, "can be written by others than root (mode 0775)",
		  "chmod go-w" },
		{ "way", USER, 0755, "belongs to user 12345, not to root", "chown root" },
		{ "way", USER, 01777, "belongs to user 12345, not to root", "chown root" },
		{ "way", 0, 0777, "can be written by others than root (mode 0777)", "chmod go-w" },
		{ "middle", USER, 0755, "belongs to user 12345, not to root", "chown root" },
		{ "middle", 0, 0777, "can be written by others than root (mode 0777)",
		  "chmod go-w" },
	};
	_cleanup_(mem_freep) char *trusted = NULL;
	make_ways(fx);
	need_root();

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(err_freep) struct err *e = NULL;
		_cleanup_(mem_freep) char *real = NULL;
		_cleanup_(mem_freep) char *message =
			mem_printf("'ROOT/%s' %s", cases[i].place, cases[i].message);
		_cleanup_(mem_freep) char *hint =
			mem_printf("put it where only root can write, all the way from '/'; or, if "
				   "nobody else is meant to change it: '%s ROOT/%s'",
				   cases[i].command, cases[i].place);
		change(fx, cases[i].place, cases[i].owner, cases[i].mode);

		e = resolve(fx, "link", &real);

		assert_err(fx, e, ERR_REFUSED, message, hint);
		assert_null(real);
		change(fx, cases[i].place, 0, 0755);
	}
	assert_ok(resolve(fx, "link", &trusted));
}

static void sticky_directory_keeps_what_is_roots_in_it(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(mem_freep) char *file = NULL;
	_cleanup_(mem_freep) char *link = NULL;
	make_ways(fx);
	need_root();
	change(fx, "way/dir", 0, 01775);
	change(fx, "middle", 0, 01777);

	assert_ok(resolve(fx, "way/dir/file", &file));
	assert_ok(resolve(fx, "link", &link));

	assert_string_equal(file, link);
}

static void link_of_another_in_a_sticky_directory_is_not_followed(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	_cleanup_(mem_freep) char *real = NULL;
	make_ways(fx);
	need_root();
	change(fx, "middle", 0, 01777);
	change(fx, "middle/link", USER, 0);

	e = resolve(fx, "link", &real);

	assert_err(fx, e, ERR_REFUSED, "'ROOT/middle/link' belongs to user 12345, not to root",
		   "put it where only root can write, all the way from '/'; or, if nobody else is "
		   "meant to change it: 'chown root ROOT/middle/link'");
}

static void names_in_a_sticky_directory_are_not_roots_choice(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	_cleanup_(mem_freep) char *real = NULL;
	make_ways(fx);
	need_root();
	change(fx, "way/dir", 0, 01777);

	e = resolve(fx, "way/dir/", &real);

	assert_non_null(e);
	assert_int_equal(err_kind(e), ERR_REFUSED);
}

static void what_cannot_be_looked_at_is_not_trusted(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *absent = NULL;
	_cleanup_(err_freep) struct err *circle = NULL;
	_cleanup_(mem_freep) char *real = NULL;
	fixture_link(fx, "circle", "circle");

	absent = resolve(fx, "absent/file", &real);
	circle = resolve(fx, "circle", &real);

	assert_int_equal(err_kind(absent), ERR_REFUSED);
	assert_true(err_is(absent, ENOENT));
	assert_int_equal(err_kind(circle), ERR_REFUSED);
	assert_true(err_is(circle, ELOOP));
	assert_null(real);
}

int trust_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(links_and_dots_lead_to_the_place_itself),
		fixture_test(absolute_link_starts_at_the_root),
		cmocka_unit_test(root_directory_is_itself),
		fixture_test(whatever_another_can_change_on_the_way_is_named),
		fixture_test(sticky_directory_keeps_what_is_roots_in_it),
		fixture_test(link_of_another_in_a_sticky_directory_is_not_followed),
		fixture_test(names_in_a_sticky_directory_are_not_roots_choice),
		fixture_test(what_cannot_be_looked_at_is_not_trusted),
	};

	return cmocka_run_group_tests_name("trust", tests, NULL, NULL);
}
