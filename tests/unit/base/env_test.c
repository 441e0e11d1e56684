/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/env.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"
#include "suites.h"

static int forget_variables(void **state)
{
	(void)state;
	unsetenv("MDEVADM_ROOT");
	unsetenv("MDEVCTL_ENV_ROOT");
	unsetenv("MDEVADM_LOCK_TIMEOUT");
	unsetenv("MDEVADM_NESTED");
	return 0;
}

/* A test that sets variables. */
#define env_test(function) \
	cmocka_unit_test_setup_teardown(function, forget_variables, forget_variables)

static void places_are_the_systems_own(void **state)
{
	const struct env_options options = { 0 };
	_cleanup_(env_freep) struct env *env = NULL;
	(void)state;

	assert_ok(env_new(&options, &env));

	assert_string_equal(env->dir[ENV_DIR_ETC], "/etc");
	assert_string_equal(env->dir[ENV_DIR_LIB], "/usr/lib");
	assert_string_equal(env->dir[ENV_DIR_RUN], "/run");
	assert_string_equal(env->dir[ENV_DIR_SYS], "/sys");
	assert_string_equal(env->dir[ENV_DIR_DEV], "/dev");
	assert_string_equal(env->dir[ENV_DIR_PROC], "/proc");
	for (enum env_dir i = 0; i < ENV_DIR_COUNT; i++)
		assert_false(env->moved[i]);
	assert_int_equal(env->lock_timeout_ms, 30000);
	assert_false(env->nested);
}

static void root_moves_all_of_them(void **state)
{
	const struct env_options options = { .root = "/r//" };
	_cleanup_(env_freep) struct env *env = NULL;
	(void)state;

	assert_ok(env_new(&options, &env));

	assert_string_equal(env->dir[ENV_DIR_ETC], "/r/etc");
	assert_string_equal(env->dir[ENV_DIR_LIB], "/r/usr/lib");
	assert_string_equal(env->dir[ENV_DIR_PROC], "/r/proc");
	for (enum env_dir i = 0; i < ENV_DIR_COUNT; i++)
		assert_true(env->moved[i]);
}

static void root_of_a_slash_moves_nothing(void **state)
{
	const struct env_options options = { .root = "/" };
	_cleanup_(env_freep) struct env *env = NULL;
	(void)state;

	assert_ok(env_new(&options, &env));

	assert_string_equal(env->dir[ENV_DIR_ETC], "/etc");
	assert_false(env->moved[ENV_DIR_ETC]);
}

static void base_moves_one_alone(void **state)
{
	const struct env_options options = { .root = "/r", .base[ENV_DIR_SYS] = "/s/" };
	_cleanup_(env_freep) struct env *env = NULL;
	(void)state;

	assert_ok(env_new(&options, &env));

	assert_string_equal(env->dir[ENV_DIR_SYS], "/s");
	assert_string_equal(env->dir[ENV_DIR_RUN], "/r/run");
}

static void base_of_the_systems_own_place_is_not_moved(void **state)
{
	const struct env_options options = { .base[ENV_DIR_SYS] = "/sys/" };
	_cleanup_(env_freep) struct env *env = NULL;
	(void)state;

	assert_ok(env_new(&options, &env));

	assert_false(env->moved[ENV_DIR_SYS]);
}

static void relative_root_is_made_absolute(void **state)
{
	const struct env_options options = { .root = "r", .base[ENV_DIR_ETC] = "e/f" };
	_cleanup_(env_freep) struct env *env = NULL;
	_cleanup_(mem_freep) char *here = getcwd(NULL, 0);
	_cleanup_(mem_freep) char *run = mem_printf("%s/r/run", here);
	_cleanup_(mem_freep) char *etc = mem_printf("%s/e/f", here);
	(void)state;

	assert_ok(env_new(&options, &env));

	assert_string_equal(env->dir[ENV_DIR_RUN], run);
	assert_string_equal(env->dir[ENV_DIR_ETC], etc);
}

static void check_refused(const struct env_options *options, const char *message, const char *hint)
{
	_cleanup_(err_freep) struct err *e = NULL;
	struct env *env = NULL;

	e = env_new(options, &env);

	assert_err(NULL, e, ERR_USAGE, message, hint);
	assert_null(env);
}

static void empty_directory_is_refused(void **state)
{
	(void)state;

	check_refused(&(struct env_options){ .root = "" }, "the root directory is empty",
		      "give a directory");
	check_refused(&(struct env_options){ .base[ENV_DIR_LIB] = "" }, "a base directory is empty",
		      "give a directory");
}

static void locks_alone_cannot_be_moved(void **state)
{
	(void)state;

	check_refused(&(struct env_options){ .base[ENV_DIR_RUN] = "/elsewhere" },
		      "'--base run=/elsewhere' alone would keep out nobody: other runs change the "
		      "same devices under the locks in /run",
		      "move sys as well (--base sys=DIR), or everything (--root DIR)");
}

static void locks_can_be_moved_with_sysfs(void **state)
{
	const struct env_options options = { .base = {
						     [ENV_DIR_RUN] = "/r", [ENV_DIR_SYS] = "/s" } };
	_cleanup_(env_freep) struct env *env = NULL;
	(void)state;

	assert_ok(env_new(&options, &env));

	assert_true(env->moved[ENV_DIR_RUN]);
}

static void root_is_taken_from_the_environment(void **state)
{
	const struct env_options options = { 0 };
	_cleanup_(env_freep) struct env *env = NULL;
	(void)state;
	setenv("MDEVADM_ROOT", "/ours", 1);
	setenv("MDEVCTL_ENV_ROOT", "/mdevctls", 1);

	assert_ok(env_new(&options, &env));

	assert_string_equal(env->dir[ENV_DIR_ETC], "/ours/etc");
}

static void mdevctls_variable_counts_where_ours_is_empty(void **state)
{
	const struct env_options options = { 0 };
	_cleanup_(env_freep) struct env *env = NULL;
	(void)state;
	setenv("MDEVADM_ROOT", "", 1);
	setenv("MDEVCTL_ENV_ROOT", "/mdevctls", 1);

	assert_ok(env_new(&options, &env));

	assert_string_equal(env->dir[ENV_DIR_ETC], "/mdevctls/etc");
}

static void option_for_the_root_comes_before_the_environment(void **state)
{
	const struct env_options options = { .root = "/option" };
	_cleanup_(env_freep) struct env *env = NULL;
	(void)state;
	setenv("MDEVADM_ROOT", "/ours", 1);

	assert_ok(env_new(&options, &env));

	assert_string_equal(env->dir[ENV_DIR_ETC], "/option/etc");
}

static void option_for_the_lock_timeout_comes_before_the_environment(void **state)
{
	const struct env_options options = { .has_lock_timeout = true, .lock_timeout_ms = 0 };
	_cleanup_(env_freep) struct env *env = NULL;
	(void)state;
	setenv("MDEVADM_LOCK_TIMEOUT", "nonsense that does not count", 1);

	assert_ok(env_new(&options, &env));

	assert_int_equal(env->lock_timeout_ms, 0);
}

static void timeouts_that_nobody_gives_are_the_usual_ones(void **state)
{
	const struct env_options options = { 0 };
	_cleanup_(env_freep) struct env *env = NULL;
	(void)state;
	setenv("MDEVADM_LOCK_TIMEOUT", "", 1);

	assert_ok(env_new(&options, &env));

	assert_int_equal(env->lock_timeout_ms, 30000);
	assert_int_equal(env->callout_timeout_ms, 120000);
}

static void seconds_are_read_into_milliseconds(void **state)
{
	int ms = 42;
	(void)state;

	assert_ok(env_read_seconds("--x", "0", 0, &ms));
	assert_int_equal(ms, 0);
	assert_ok(env_read_seconds("--x", "1", 1, &ms));
	assert_int_equal(ms, 1000);
	assert_ok(env_read_seconds("--x", "86400", 1, &ms));
	assert_int_equal(ms, 86400000);
}

static void check_no_seconds(const char *text, unsigned long least, const char *hint)
{
	_cleanup_(mem_freep) char *message =
		mem_printf("--x: '%s' is not a number of seconds", text);
	_cleanup_(err_freep) struct err *e = NULL;
	int ms = 42;

	e = env_read_seconds("--x", text, least, &ms);

	assert_err(NULL, e, ERR_USAGE, message, hint);
	assert_int_equal(ms, 42);
}

static void anything_else_is_no_number_of_seconds(void **state)
{
	(void)state;

	check_no_seconds("-1", 0, "give a whole number from 0 (do not wait) to 86400");
	check_no_seconds("86401", 0, "give a whole number from 0 (do not wait) to 86400");
	check_no_seconds("", 0, "give a whole number from 0 (do not wait) to 86400");
	check_no_seconds("0", 1, "give a whole number from 1 to 86400");
}

static void lock_timeout_is_taken_from_the_environment(void **state)
{
	const struct env_options options = { 0 };
	_cleanup_(env_freep) struct env *env = NULL;
	(void)state;
	setenv("MDEVADM_LOCK_TIMEOUT", "0", 1);

	assert_ok(env_new(&options, &env));

	assert_int_equal(env->lock_timeout_ms, 0);
}

static void lock_timeout_in_the_environment_that_is_no_number_is_refused(void **state)
{
	(void)state;

	setenv("MDEVADM_LOCK_TIMEOUT", "1s", 1);
	check_refused(&(struct env_options){ 0 },
		      "MDEVADM_LOCK_TIMEOUT: '1s' is not a number of seconds",
		      "give a whole number from 0 (do not wait) to 86400");
}

static void nested_run_knows_that_it_is_one(void **state)
{
	const struct env_options options = { 0 };
	_cleanup_(env_freep) struct env *env = NULL;
	(void)state;
	setenv("MDEVADM_NESTED", "1", 1);

	assert_ok(env_new(&options, &env));

	assert_true(env->nested);
}

static void directories_are_found_by_their_whole_name(void **state)
{
	(void)state;

	assert_int_equal(env_dir_by_name("etc=/x", 3), ENV_DIR_ETC);
	assert_int_equal(env_dir_by_name("lib", 3), ENV_DIR_LIB);
	assert_int_equal(env_dir_by_name("run", 3), ENV_DIR_RUN);
	assert_int_equal(env_dir_by_name("sys", 3), ENV_DIR_SYS);
	assert_int_equal(env_dir_by_name("dev", 3), ENV_DIR_DEV);
	assert_int_equal(env_dir_by_name("proc", 4), ENV_DIR_PROC);
	assert_int_equal(env_dir_by_name("proc", 3), ENV_DIR_COUNT);
	assert_int_equal(env_dir_by_name("etcetera", 8), ENV_DIR_COUNT);
	assert_int_equal(env_dir_by_name("", 0), ENV_DIR_COUNT);
}

static void warning_goes_to_who_asked_for_it(void **state)
{
	const struct fixture *fx = *state;

	env_warn(fx->env, err_new(ERR_INVALID, "one"));
	env_warn(fx->env, NULL);

	assert_int_equal(fx->warning_count, 1);
	assert_warning(fx, 0, ERR_INVALID, "one", NULL);
}

static void warning_that_nobody_wants_is_thrown_away(void **state)
{
	const struct fixture *fx = *state;
	fx->env->warn = NULL;

	env_warn(fx->env, err_new(ERR_INVALID, "one"));

	assert_int_equal(fx->warning_count, 0);
}

int env_tests(void)
{
	const struct CMUnitTest tests[] = {
		env_test(places_are_the_systems_own),
		env_test(root_moves_all_of_them),
		env_test(root_of_a_slash_moves_nothing),
		env_test(base_moves_one_alone),
		env_test(base_of_the_systems_own_place_is_not_moved),
		env_test(relative_root_is_made_absolute),
		env_test(empty_directory_is_refused),
		env_test(locks_alone_cannot_be_moved),
		env_test(locks_can_be_moved_with_sysfs),
		env_test(root_is_taken_from_the_environment),
		env_test(mdevctls_variable_counts_where_ours_is_empty),
		env_test(option_for_the_root_comes_before_the_environment),
		env_test(option_for_the_lock_timeout_comes_before_the_environment),
		env_test(timeouts_that_nobody_gives_are_the_usual_ones),
		env_test(seconds_are_read_into_milliseconds),
		env_test(anything_else_is_no_number_of_seconds),
		env_test(lock_timeout_is_taken_from_the_environment),
		env_test(lock_timeout_in_the_environment_that_is_no_number_is_refused),
		env_test(nested_run_knows_that_it_is_one),
		cmocka_unit_test(directories_are_found_by_their_whole_name),
		fixture_test(warning_goes_to_who_asked_for_it),
		fixture_test(warning_that_nobody_wants_is_thrown_away),
	};

	return cmocka_run_group_tests_name("env", tests, NULL, NULL);
}
