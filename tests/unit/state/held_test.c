/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "state/held.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"
#include "suites.h"

#define FILE_P "run/mdevadm/held/P"

static struct held *load(const struct fixture *fx)
{
	struct held *held = NULL;

	assert_ok(held_load(fx->env, "P", &held));
	return held;
}

static void parent_is_not_held_without_a_file(void **state)
{
	const struct fixture *fx = *state;

	assert_null(load(fx));
	fixture_make_dir(fx, "run/mdevadm/held");
	assert_null(load(fx));
}

static void both_parts_are_kept_apart(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(held_freep) struct held *held = held_new("P");
	_cleanup_(held_freep) struct held *both = NULL;
	_cleanup_(held_freep) struct held *rest = NULL;
	held_set_hold(held, "a person's");
	assert_ok(held_set_drain(held, "a drain's"));
	assert_ok(held_save(fx->env, held));
	both = load(fx);

	held_end_drain(held);
	assert_ok(held_save(fx->env, held));

	rest = load(fx);
	assert_string_equal(held_reason(both), "a person's");
	assert_string_equal(both->drain->reason, "a drain's");
	assert_true(held_has_drain(both, both->name));
	assert_string_equal(rest->hold->reason, "a person's");
	assert_int_equal(rest->hold->uid, getuid());
	assert_null(rest->drain);
	assert_false(held_has_drain(rest, both->name));
}

static void each_drain_has_a_name_of_its_own(void **state)
{
	_cleanup_(held_freep) struct held *one = held_new("P");
	_cleanup_(held_freep) struct held *other = held_new("P");
	(void)state;

	assert_ok(held_set_drain(one, "x"));
	assert_ok(held_set_drain(other, "x"));

	assert_false(held_has_drain(one, other->name));
	assert_false(held_has_drain(one, NULL));
	assert_false(held_has_drain(NULL, one->name));
}

static void one_that_is_being_lifted_refuses_nothing(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(held_freep) struct held *held = held_new("P");
	_cleanup_(held_freep) struct held *loaded = NULL;
	held_set_hold(held, "x");
	held->is_lifting = true;

	assert_ok(held_save(fx->env, held));

	loaded = load(fx);
	assert_true(loaded->is_lifting);
	assert_null(held_reason(loaded));
}

static void one_without_parts_is_removed(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(held_freep) struct held *held = held_new("P");
	assert_ok(held_set_drain(held, "x"));
	assert_ok(held_save(fx->env, held));

	held_end_drain(held);
	assert_ok(held_save(fx->env, held));

	assert_false(fixture_has(fx, FILE_P));
	assert_ok(held_remove(fx->env, "P"));
}

static void reason_is_neither_empty_nor_endless(void **state)
{
	char longest[HELD_REASON_MAX + 2];
	_cleanup_(err_freep) struct err *empty = NULL;
	_cleanup_(err_freep) struct err *endless = NULL;
	(void)state;
	memset(longest, 'x', sizeof(longest));
	longest[HELD_REASON_MAX + 1] = '\0';

	empty = held_check_reason("");
	endless = held_check_reason(longest);
	longest[HELD_REASON_MAX] = '\0';

	assert_err(NULL, empty, ERR_USAGE, "the reason is empty", "say why in 1 to 4096 bytes");
	assert_err(NULL, endless, ERR_USAGE, "the reason has 4097 bytes",
		   "say why in 1 to 4096 bytes");
	assert_ok(held_check_reason(longest));
}

/* Each byte as long in JSON as it can be. */
static void longest_reasons_can_be_read_again(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(held_freep) struct held *held = held_new("P");
	_cleanup_(held_freep) struct held *loaded = NULL;
	char reason[HELD_REASON_MAX + 1];
	memset(reason, '\x01', HELD_REASON_MAX);
	reason[HELD_REASON_MAX] = '\0';
	held_set_hold(held, reason);
	assert_ok(held_set_drain(held, reason));

	assert_ok(held_save(fx->env, held));

	loaded = load(fx);
	assert_string_equal(loaded->drain->reason, reason);
}

static void one_that_is_not_understood_names_the_way_out(void **state)
{
	static const char *const texts[] = {
		"",
		"{\"version\":1}",
		"{\"version\":1,\"hold\":{}}",
		"{\"version\":1,\"drain\":{\"reason\":\"x\"}}",
	};
	const struct fixture *fx = *state;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		_cleanup_(err_freep) struct err *e = NULL;
		struct held *held = NULL;
		fixture_write(fx, FILE_P, texts[i]);

		e = held_load(fx->env, "P", &held);

		assert_non_null(e);
		assert_int_equal(err_kind(e), ERR_INVALID);
		assert_string_equal(err_hint_text(e), "'mdevadm resume --abandon P' removes it");
	}
}

static void look_that_fails_is_not_free(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	struct held *held = NULL;
	fixture_link(fx, "held", "run/mdevadm/held");

	e = held_load(fx->env, "P", &held);

	assert_non_null(e);
	assert_int_equal(err_errnum(e), ELOOP);
}

int held_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(parent_is_not_held_without_a_file),
		fixture_test(both_parts_are_kept_apart),
		fixture_test(each_drain_has_a_name_of_its_own),
		fixture_test(one_that_is_being_lifted_refuses_nothing),
		fixture_test(one_without_parts_is_removed),
		fixture_test(reason_is_neither_empty_nor_endless),
		fixture_test(longest_reasons_can_be_read_again),
		fixture_test(one_that_is_not_understood_names_the_way_out),
		fixture_test(look_that_fails_is_not_free),
	};

	return cmocka_run_group_tests_name("held", tests, NULL, NULL);
}
