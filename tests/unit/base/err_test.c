/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/err.h"

#include <errno.h>

#include "fixture.h"
#include "suites.h"

static void new_error_has_its_kind_and_message_alone(void **state)
{
	_cleanup_(err_freep) struct err *e = err_new(ERR_BUSY, "parent '%s' is %s", "P", "locked");
	(void)state;

	assert_err(NULL, e, ERR_BUSY, "parent 'P' is locked", NULL);
	assert_int_equal(err_errnum(e), 0);
	assert_null(err_next(e));
}

static void errno_is_given_by_name_and_description(void **state)
{
	_cleanup_(err_freep) struct err *e = err_errno(EISDIR, "cannot open '%s'", "/x");
	(void)state;

	assert_err(NULL, e, ERR_FAILED, "cannot open '/x': EISDIR (Is a directory)", NULL);
	assert_int_equal(err_errnum(e), EISDIR);
}

static void errno_without_a_name_is_given_by_number(void **state)
{
	_cleanup_(err_freep) struct err *e = err_errno(524, "cannot open '%s'", "/x");
	(void)state;

	assert_err(NULL, e, ERR_FAILED, "cannot open '/x': error 524", NULL);
}

static void kinds_are_the_exit_statuses(void **state)
{
	(void)state;

	assert_int_equal(ERR_FAILED, 1);
	assert_int_equal(ERR_USAGE, 2);
	assert_int_equal(ERR_NOT_FOUND, 3);
	assert_int_equal(ERR_EXISTS, 4);
	assert_int_equal(ERR_BUSY, 5);
	assert_int_equal(ERR_IN_USE, 6);
	assert_int_equal(ERR_NO_INSTANCE, 7);
	assert_int_equal(ERR_REFUSED, 8);
	assert_int_equal(ERR_PARTIAL, 9);
	assert_int_equal(ERR_INVALID, 10);
}

static void wrapping_puts_a_prefix_and_keeps_the_rest(void **state)
{
	struct err *inner = err_hint(err_errno(ENOENT, "cannot open '/x'"), "make it");
	_cleanup_(err_freep) struct err *e = err_wrap(inner, "cannot start %s", UUID_A);
	(void)state;

	assert_err(NULL, e, ERR_FAILED,
		   "cannot start " UUID_A ": cannot open '/x': ENOENT (No such file or directory)",
		   "make it");
	assert_int_equal(err_errnum(e), ENOENT);
}

static void kind_can_be_set_afterwards(void **state)
{
	_cleanup_(err_freep) struct err *e = err_set_kind(err_errno(EEXIST, "x"), ERR_EXISTS);
	(void)state;

	assert_err(NULL, e, ERR_EXISTS, "x: EEXIST (File exists)", NULL);
	assert_int_equal(err_errnum(e), EEXIST);
}

static void first_hint_stays(void **state)
{
	_cleanup_(err_freep) struct err *e =
		err_hint(err_hint(err_new(ERR_FAILED, "x"), "do %d", 1), "do %d", 2);
	(void)state;

	assert_err(NULL, e, ERR_FAILED, "x", "do 1");
}

static void success_stays_success(void **state)
{
	(void)state;

	assert_ok(err_wrap(NULL, "prefix"));
	assert_ok(err_hint(NULL, "hint"));
	assert_ok(err_set_kind(NULL, ERR_BUSY));
	assert_ok(err_also(NULL, NULL));
	err_free(NULL);
}

static void first_of_several_errors_counts(void **state)
{
	struct err *both = err_also(err_new(ERR_BUSY, "one"), err_new(ERR_FAILED, "two"));
	_cleanup_(err_freep) struct err *e = err_also(both, err_new(ERR_INVALID, "three"));
	(void)state;

	assert_err(NULL, e, ERR_BUSY, "one", NULL);
	assert_err(NULL, err_next(e), ERR_FAILED, "two", NULL);
	assert_err(NULL, err_next(err_next(e)), ERR_INVALID, "three", NULL);
	assert_null(err_next(err_next(err_next(e))));
}

static void either_of_two_errors_may_be_missing(void **state)
{
	_cleanup_(err_freep) struct err *first = err_also(err_new(ERR_BUSY, "one"), NULL);
	_cleanup_(err_freep) struct err *second = err_also(NULL, err_new(ERR_BUSY, "two"));
	(void)state;

	assert_err(NULL, first, ERR_BUSY, "one", NULL);
	assert_null(err_next(first));
	assert_err(NULL, second, ERR_BUSY, "two", NULL);
}

static void absence_is_what_these_errnos_say_and_no_others(void **state)
{
	static const int others[] = { 0, EACCES, EPERM, ENOMEM, EMFILE, EIO, ELOOP, ESRCH, ENXIO };
	_cleanup_(err_freep) struct err *gone = err_errno(ENODEV, "x");
	_cleanup_(err_freep) struct err *unknown = err_errno(EIO, "x");
	(void)state;

	assert_true(errnum_is_absence(ENOENT));
	assert_true(errnum_is_absence(ENOTDIR));
	assert_true(errnum_is_absence(ENODEV));
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		assert_false(errnum_is_absence(others[i]));
	assert_true(err_is_absence(gone));
	assert_false(err_is_absence(unknown));
	assert_false(err_is_absence(NULL));
}

static void error_behind_the_change_says_that_it_took_effect(void **state)
{
	_cleanup_(err_freep) struct err *before = err_errno(EIO, "cannot write 'F'");
	_cleanup_(err_freep) struct err *e = err_took_effect(err_errno(EIO, "cannot sync 'D'"));
	(void)state;

	e = err_wrap(e, "cannot define U");

	assert_true(err_has_effect(e));
	assert_err(
		NULL, e, ERR_FAILED,
		"cannot define U: the change took effect, but may not outlive a power cut: cannot "
		"sync 'D': EIO (Input/output error)",
		"'journalctl -k' tells of the disk; 'sync' tries again");
	assert_false(err_has_effect(before));
	assert_false(err_has_effect(NULL));
	assert_null(err_took_effect(NULL));
}

static void no_error_has_no_errno(void **state)
{
	_cleanup_(err_freep) struct err *e = err_errno(EBUSY, "x");
	(void)state;

	assert_true(err_is(e, EBUSY));
	assert_false(err_is(e, EAGAIN));
	assert_false(err_is(NULL, 0));
}

static err_t try_it(struct err *e, bool *ret_went_on)
{
	TRY(e);
	*ret_went_on = true;
	return NULL;
}

static void try_returns_an_error_and_goes_on_without_one(void **state)
{
	_cleanup_(err_freep) struct err *e = NULL;
	bool after_error = false;
	bool after_success = false;
	(void)state;

	e = try_it(err_new(ERR_BUSY, "x"), &after_error);
	assert_ok(try_it(NULL, &after_success));

	assert_err(NULL, e, ERR_BUSY, "x", NULL);
	assert_false(after_error);
	assert_true(after_success);
}

/* Those that administrators meet; whoever knows more says it before. */
static void each_errno_has_advice(void **state)
{
	static const int errnums[] = {
		EACCES, EPERM,	 EROFS,	 EISDIR,       ENOSPC,	      EDQUOT, EMFILE, ENFILE,
		ENOENT, ENOTDIR, ELOOP,	 ENAMETOOLONG, EBADF,	      EBUSY,  EIO,    ENODEV,
		EFBIG,	EINVAL,	 ENOMEM, EADDRINUSE,   EADDRNOTAVAIL, EAGAIN, ENOSYS, EXDEV,
	};
	_cleanup_(err_freep) struct err *none = err_new(ERR_FAILED, "x");
	_cleanup_(err_freep) struct err *own = err_hint(err_errno(EBUSY, "x"), "own");
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(errnums); i++) {
		_cleanup_(err_freep) struct err *e = err_errno(errnums[i], "x");

		assert_non_null(err_advice(e));
	}
	assert_null(err_advice(none));
	assert_string_equal(err_advice(own), "own");
}

int err_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_error_has_its_kind_and_message_alone),
		cmocka_unit_test(errno_is_given_by_name_and_description),
		cmocka_unit_test(errno_without_a_name_is_given_by_number),
		cmocka_unit_test(kinds_are_the_exit_statuses),
		cmocka_unit_test(wrapping_puts_a_prefix_and_keeps_the_rest),
		cmocka_unit_test(kind_can_be_set_afterwards),
		cmocka_unit_test(first_hint_stays),
		cmocka_unit_test(success_stays_success),
		cmocka_unit_test(first_of_several_errors_counts),
		cmocka_unit_test(either_of_two_errors_may_be_missing),
		cmocka_unit_test(absence_is_what_these_errnos_say_and_no_others),
		cmocka_unit_test(error_behind_the_change_says_that_it_took_effect),
		cmocka_unit_test(no_error_has_no_errno),
		cmocka_unit_test(each_errno_has_advice),
		cmocka_unit_test(try_returns_an_error_and_goes_on_without_one),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
