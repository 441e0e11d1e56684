/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The operations on definitions; those that need a kernel are tested on the simulator. */
#include "fixture.h"
#include "ops/ops.h"
#include "suites.h"

#define P "etc/mdevctl.d/P"

static struct ops *open_ops(const struct fixture *fx)
{
	struct ops *ops = NULL;

	assert_ok(ops_open(fx->env, &ops));
	return ops;
}

static err_t define(const struct fixture *fx, const char *uuid_text, const char *parent,
		    const char *type)
{
	_cleanup_(ops_freep) struct ops *ops = open_ops(fx);
	const struct define_request request = { .uuid = fixture_uuid(uuid_text),
						.parent = parent,
						.type = type };
	struct uuid made;

	return op_define(ops, &request, &made);
}

static err_t undefine(const struct fixture *fx, const char *parent)
{
	_cleanup_(ops_freep) struct ops *ops = open_ops(fx);
	const struct undefine_request request = { .uuid = fixture_uuid(UUID_A), .parent = parent };

	return op_undefine(ops, &request);
}

static void defined_device_is_listed(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(ops_freep) struct ops *ops = open_ops(fx);
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	const struct list_request request = { .defined = true };
	assert_ok(define(fx, UUID_B, "P", "T"));
	assert_ok(define(fx, UUID_A, "P", "T"));
	ops_free(ops);
	ops = open_ops(fx);

	assert_ok(op_list(ops, &request, &devices));

	assert_int_equal(devices.count, 2);
	assert_string_equal(devices.items[0]->uuid.text, UUID_A);
	assert_int_equal(devices.items[0]->state, DEVICE_STATE_ABSENT);
}

static void uuid_is_made_if_none_is_given(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(ops_freep) struct ops *ops = open_ops(fx);
	const struct define_request request = { .parent = "P", .type = "T" };
	_cleanup_(mem_freep) char *path = NULL;
	struct uuid made = { 0 };

	assert_ok(op_define(ops, &request, &made));

	path = mem_printf(P "/%s", made.text);
	assert_true(uuid_is_set(&made));
	assert_true(fixture_has(fx, path));
}

static void device_is_defined_once_on_a_parent(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	assert_ok(define(fx, UUID_A, "P", "T"));

	e = define(fx, UUID_A, "P", "T");

	assert_err(fx, e, ERR_EXISTS,
		   "cannot define " UUID_A ": it is already defined on parent 'P'",
		   "'mdevadm modify --help' says how to change it");
	assert_ok(define(fx, UUID_A, "Q", "T"));
}

static void undefine_takes_it_from_all_parents(void **state)
{
	const struct fixture *fx = *state;
	assert_ok(define(fx, UUID_A, "P", "T"));
	assert_ok(define(fx, UUID_A, "Q", "T"));

	assert_ok(undefine(fx, NULL));

	assert_false(fixture_has(fx, P "/" UUID_A));
	assert_false(fixture_has(fx, "etc/mdevctl.d/Q/" UUID_A));
}

static void undefine_on_a_parent_leaves_the_others(void **state)
{
	const struct fixture *fx = *state;
	assert_ok(define(fx, UUID_A, "P", "T"));
	assert_ok(define(fx, UUID_A, "Q", "T"));

	assert_ok(undefine(fx, "Q"));

	assert_true(fixture_has(fx, P "/" UUID_A));
	assert_false(fixture_has(fx, "etc/mdevctl.d/Q/" UUID_A));
}

static void what_is_not_defined_cannot_be_undefined(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;

	e = undefine(fx, NULL);

	assert_err(fx, e, ERR_NOT_FOUND, "cannot undefine " UUID_A ": it is not defined",
		   "'mdevadm list --defined' shows what is");
}

static void modify_needs_a_parent_if_there_are_several(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(ops_freep) struct ops *ops = NULL;
	_cleanup_(err_freep) struct err *e = NULL;
	const struct modify_request request = { .uuid = fixture_uuid(UUID_A), .type = "U" };
	assert_ok(define(fx, UUID_A, "P", "T"));
	assert_ok(define(fx, UUID_A, "Q", "T"));
	ops = open_ops(fx);

	e = op_modify(ops, &request);

	assert_err(fx, e, ERR_USAGE,
		   "cannot modify " UUID_A ": it is defined on several parents: 'P', 'Q'",
		   "say which with --parent");
}

static void invalid_index_of_an_attribute_changes_nothing(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(ops_freep) struct ops *ops = NULL;
	_cleanup_(err_freep) struct err *e = NULL;
	const struct attr_change change = { .kind = ATTR_DELETE, .index = 1 };
	const struct modify_request request = { .uuid = fixture_uuid(UUID_A),
						.changes = &change,
						.change_count = 1 };
	fixture_write(fx, P "/" UUID_A, "{\"mdev_type\": \"T\", \"attrs\": [{\"a\": \"1\"}]}");
	ops = open_ops(fx);

	e = op_modify(ops, &request);

	assert_err(fx, e, ERR_INVALID, "cannot modify " UUID_A ": there is no attribute index 1",
		   "the attributes are @{0}: {\"a\":\"1\"}");
}

static void listing_locks_and_writes_nothing(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(ops_freep) struct ops *ops = open_ops(fx);
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	_cleanup_(parent_list_clear) struct parent_list parents = { 0 };
	const struct list_request request = { .defined = true };

	assert_ok(op_list(ops, &request, &devices));
	assert_ok(op_types(ops, NULL, false, &parents));

	assert_int_equal(fixture_count(fx, "run"), 0);
	assert_int_equal(fixture_count(fx, "etc"), 0);
}

int definition_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(defined_device_is_listed),
		fixture_test(uuid_is_made_if_none_is_given),
		fixture_test(device_is_defined_once_on_a_parent),
		fixture_test(undefine_takes_it_from_all_parents),
		fixture_test(undefine_on_a_parent_leaves_the_others),
		fixture_test(what_is_not_defined_cannot_be_undefined),
		fixture_test(modify_needs_a_parent_if_there_are_several),
		fixture_test(invalid_index_of_an_attribute_changes_nothing),
		fixture_test(listing_locks_and_writes_nothing),
	};

	return cmocka_run_group_tests_name("definition", tests, NULL, NULL);
}
