/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel prints of its probes, and what others can have it print. */
#include "suites.h"

#include <string.h>

#include "trace_private.h"

#define HEAD(command, pid) command "-" pid "     [001] d.Z..   12.345678: "
#define ADD(uuid, command) "add: (device_add+0x0/0x860) name=\"" uuid "\" command=\"" command "\"\n"
#define REMOVE(uuid, command) \
	"remove: (device_del+0x4/0x4d0) name=\"" uuid "\" command=\"" command "\"\n"

static void creation_is_read(void **state)
{
	const char *text = HEAD("            bash", "123") ADD(UUID_A, "bash");
	struct traced traced;
	(void)state;

	const char *rest = trace_parse(text, &traced);

	assert_ptr_equal(rest, text + strlen(text));
	assert_string_equal(traced.uuid.text, UUID_A);
	assert_int_equal(traced.pid, 123);
	assert_string_equal(traced.command, "bash");
	assert_false(traced.is_removal);
}

static void records_come_in_their_order(void **state)
{
	const char *text =
		HEAD("  rm", "7") REMOVE(UUID_A, "rm") HEAD("  sh", "4194304") ADD(UUID_B, "sh");
	struct traced first, second;
	(void)state;

	const char *rest = trace_parse(text, &first);
	assert_non_null(rest);
	rest = trace_parse(rest, &second);

	assert_non_null(rest);
	assert_true(first.is_removal);
	assert_int_equal(first.pid, 7);
	assert_string_equal(second.uuid.text, UUID_B);
	assert_int_equal(second.pid, 4194304);
	assert_null(trace_parse(rest, &first));
}

static void record_that_is_not_whole_is_left(void **state)
{
	const char *text = HEAD("  sh", "7") ADD(UUID_A, "sh");
	struct traced traced;
	(void)state;

	for (size_t size = 0; size < strlen(text); size++) {
		_cleanup_(mem_freep) char *part = mem_printf("%.*s", (int)size, text);

		assert_null(trace_parse(part, &traced));
	}
}

static void other_devices_and_other_lines_are_passed_over(void **state)
{
	const char *text = "CPU:1 [LOST 12 EVENTS]\n" HEAD("  sh", "6") ADD("0000:00:02.0", "sh")
		HEAD("  sh", "7") ADD(UUID_A, "sh");
	struct traced traced;
	(void)state;

	assert_non_null(trace_parse(text, &traced));
	assert_string_equal(traced.uuid.text, UUID_A);
	assert_int_equal(traced.pid, 7);
}

/* Fifteen bytes, whichever a process likes. */
static void commands_forge_nothing(void **state)
{
	static const char *const commands[] = {
		"a-1 [000] ..... ", "x\" add: (device", "\"\nadd: (device_", "-9-8-7 -6\n-5 (", "",
		"   -12   [000] ",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		_cleanup_(mem_freep) char *command = mem_printf("%.15s", commands[i]);
		_cleanup_(mem_freep) char *text =
			mem_printf("%16s-77      [000] .....     1.000001: add: "
				   "(device_add+0x0/0x860) name=\"" UUID_A "\" command=\"%s\"\n",
				   command, command);
		struct traced traced;

		const char *rest = trace_parse(text, &traced);

		assert_non_null(rest);
		assert_int_equal(traced.pid, 77);
		assert_string_equal(traced.uuid.text, UUID_A);
		assert_null(trace_parse(rest, &traced));
	}
}

static void without_a_pid_there_is_no_record(void **state)
{
	struct traced traced;
	(void)state;

	assert_null(trace_parse("sh 7 [001] ..... 1.0: " ADD(UUID_A, "sh"), &traced));
	assert_null(trace_parse(ADD(UUID_A, "sh"), &traced));
	assert_null(trace_parse("-: " ADD(UUID_A, "sh"), &traced));
}

static void the_root_of_another_system_has_no_trace(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(dir_freep) struct dir *dir = NULL;
	_cleanup_(err_freep) struct err *e = trace_find(fx->env, &dir);

	assert_err(fx, e, ERR_FAILED, "'ROOT/sys/kernel/tracing' is not the running kernel's",
		   "--who works on the running system alone");
}

int trace_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(creation_is_read),
		cmocka_unit_test(records_come_in_their_order),
		cmocka_unit_test(record_that_is_not_whole_is_left),
		cmocka_unit_test(other_devices_and_other_lines_are_passed_over),
		cmocka_unit_test(commands_forge_nothing),
		cmocka_unit_test(without_a_pid_there_is_no_record),
		fixture_test(the_root_of_another_system_has_no_trace),
	};

	return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
