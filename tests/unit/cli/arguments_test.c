/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "line.h"
#include "suites.h"

static void forms_of_options_are_the_same(void **state)
{
	static char *const lines[][16] = {
		{ "define", "-u", U1, "-p", "P", "-t", "-slow", "-a", "-f" },
		{ "define", ("-u" U1), "-pP", "-t-slow", "-af" },
		{ "define", ("-u=" U1), "-p=P", "-t=-slow", "-fa" },
		{ "define", "-aft", "-slow", "-fp", "P", "-u", U1 },
		{ "define", "--uuid", U1, "--parent", "P", "--type", "-slow", "--auto", "--force" },
		{ "define", ("--uuid=" U1), "--parent=P", "--type=-slow", "--force", "--auto" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		_cleanup_(line_clear) struct line line;

		line_read_well(&line, lines[i]);

		assert_ptr_equal(line.command, &command_define);
		assert_string_equal(line.values.uuid.text, U1);
		assert_string_equal(line.values.parent, "P");
		assert_string_equal(line.values.type, "-slow");
		assert_int_equal(line.values.given, OPT_BIT(OPT_UUID) | OPT_BIT(OPT_PARENT) |
							    OPT_BIT(OPT_TYPE) | OPT_BIT(OPT_AUTO) |
							    OPT_BIT(OPT_FORCE));
	}
}

/* popt replaces it by the next word that is no option, and takes that away. */
static void value_is_taken_as_it_stands(void **state)
{
	static char *const texts[] = {
		"!#:+", "a!#:+b", "--", "-", "-5", "--no-option", " ", "%s"
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		_cleanup_(line_clear) struct line line;

		line_read_well(&line, WORDS("modify", "--addattr", "a", "--value", texts[i], "-u",
					    U1, "-p", "P"));

		assert_string_equal(line.values.attr_value, texts[i]);
		assert_string_equal(line.values.parent, "P");
	}
}

static void word_is_the_parent_as_the_option_is(void **state)
{
	static char *const lines[][16] = {
		{ "hold", "P", "--reason", "why" },
		{ "hold", "--reason", "why", "P" },
		{ "hold", "--reason", "why", "--", "P" },
		{ "hold", "--parent", "P", "--reason=why" },
		{ "hold", "-pP", "--reason=why", "--" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		_cleanup_(line_clear) struct line line;

		line_read_well(&line, lines[i]);

		assert_string_equal(line.values.parent, "P");
		assert_string_equal(line.values.reason, "why");
	}
}

static void what_is_behind_the_dashes_is_the_command_alone(void **state)
{
	_cleanup_(line_clear) struct line line;
	(void)state;

	line_read_well(&line, WORDS("drain", "--reason", "--", "P", "--dry-run", "--", "cmd",
				    "--force", "--help", "--", ""));

	assert_string_equal(line.values.parent, "P");
	assert_string_equal(line.values.reason, "--");
	assert_true(option_is_given(&line.values, OPT_DRY_RUN));
	assert_false(option_is_given(&line.values, OPT_FORCE));
	assert_ptr_equal(line.values.command, line.words + 6);
}

static void posixly_correct_changes_nothing(void **state)
{
	_cleanup_(line_clear) struct line line;
	(void)state;
	setenv("POSIXLY_CORRECT", "1", 1);

	line_read_well(&line, WORDS("drain", "P", "--dry-run", "--jobs", "2", "--", "cmd"));

	assert_string_equal(getenv("POSIXLY_CORRECT"), "1");
	unsetenv("POSIXLY_CORRECT");
	assert_true(option_is_given(&line.values, OPT_DRY_RUN));
	assert_int_equal(line.values.jobs, 2);
	assert_string_equal(line.values.command[0], "cmd");
}

static void wrong_usage_says_what_is_wrong(void **state)
{
	static const struct {
		char *words[16];
		const char *message;
		const char *hint; /* the beginning */
	} lines[] = {
		{ { NULL }, "no command is given", "'mdevadm --help'" },
		{ { "--", "list" }, "no command is given before '--'", "'mdevadm --help'" },
		{ { "--root", "R" }, "no command is given", "'mdevadm --help'" },
		{ { "--root" }, "--root: missing argument", "'mdevadm --help'" },
		{ { "" }, "there is no command ''", "'mdevadm --help'" },
		{ { "lisst" }, "there is no command 'lisst'", "did you mean 'list'?" },
		{ { "hepl" }, "there is no command 'hepl'", "did you mean 'help'?" },
		{ { "list", "--bogus" }, "--bogus: unknown option", "'mdevadm list --help'" },
		{ { "list", "--defind" }, "--defind: unknown option", "did you mean '--defined'?" },
		{ { "list", "--rooot=x" }, "--rooot=x: unknown option", "'mdevadm list --help'" },
		{ { "list", "-dz" }, "-dz: unknown option", "'mdevadm list --help'" },
		{ { "list", "--defined=yes" },
		  "--defined=yes: option does not take an argument",
		  "'mdevadm list --help'" },
		{ { "list", "--dumpjson=1" },
		  "--dumpjson=1: option does not take an argument",
		  "'mdevadm list --help'" },
		{ { "list", "-u", U1, "-u", U1, "-p" },
		  "--uuid is given twice",
		  "'mdevadm list --help'" },
		{ { "list", "-u" }, "-u: missing argument", "'mdevadm list --help'" },
		{ { "list", "-u", "--defined" },
		  "-u: missing argument",
		  "if '--defined' is the value, join them: '-u=--defined'" },
		{ { "drain", "--reason", "--dry-run", "P", "--", "x" },
		  "--reason: missing argument",
		  "if '--dry-run' is the value, join them: '--reason=--dry-run'" },
		{ { "list", "-u", U1, "-u", U1 },
		  "--uuid is given twice",
		  "'mdevadm list --help'" },
		{ { "--root=R", "list", "--root=R" },
		  "--root is given twice",
		  "'mdevadm list --help'" },
		{ { "drain", "P", "--" }, "COMMAND is missing behind '--'", "'mdevadm drain" },
		{ { "drain", "P", "--", "" }, "COMMAND is missing behind '--'", "'mdevadm drain" },
		{ { "drain", "--", "P" }, "PARENT is missing", "'mdevadm drain" },
		{ { "drain", "--", "P", "--", "x" }, "PARENT is missing", "'mdevadm drain" },
		{ { "drain", "--reason", "--", "P", "x" },
		  "'x' is one argument too many",
		  "a command comes behind '--': mdevadm drain PARENT -- COMMAND" },
		{ { "drain", "P", "Q", "--", "x" },
		  "'Q' is one argument too many",
		  "a command comes behind '--'" },
		{ { "drain", "P", "--parent", "Q" }, "'P' is one argument too many", "a command" },
		{ { "types", "--", "x" }, "'x' is one argument too many", "'mdevadm types" },
		{ { "list", "-" }, "'-' is one argument too many", "'mdevadm list" },
		{ { "types", "--", "-u", U1 }, "'-u' is one argument too many", "'mdevadm types" },
		{ { "stop", U1 },
		  "'" U1 "' is one argument too many",
		  "a device is named by --uuid: mdevadm stop --uuid " U1 },
		{ { "types", U1 }, "'" U1 "' is one argument too many", "'mdevadm types" },
		{ { "help", "nonsense" }, "there is no command 'nonsense'", "'mdevadm --help'" },
		{ { "help", "list", "x" }, "'x' is one argument too many", "'mdevadm list" },
		{ { "help", "drain", "x" }, "'x' is one argument too many", "" },
		{ { "stop" }, "--uuid or --all is missing", "'mdevadm stop" },
		{ { "start", "--jobs", "2", "-u", U1 }, "--jobs needs --all", "'mdevadm start" },
		{ { "modify", "-u", U1, "--live", "--jsonfile", "f", "-i", "1", "--type", "t" },
		  "--jsonfile and --live cannot be combined with --index",
		  "'mdevadm modify" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		_cleanup_(line_clear) struct line line;

		line_read_refused(&line, lines[i].words, lines[i].message);

		assert_int_equal(err_kind(line.e), ERR_USAGE);
		if (!str_starts_with(err_hint_text(line.e), lines[i].hint))
			fail_msg("%s: %s", lines[i].message, err_hint_text(line.e));
	}
}

static void help_counts_whatever_else_there_is(void **state)
{
	static char *const lines[][16] = {
		{ "modify", "--help" },
		{ "modify", "--defined", "--live", "--jsonfile", "b", "--help" },
		{ "modify", "--jsonfile", "--help" },
		{ "modify", "--jsonfile", "-h" },
		{ "modify", "-u", "-h", "--jsonfile" },
		{ "modify", "-dl", "-hu" },
		{ "modify", "-hz" },
		{ "modify", "-uh", "-u", "twice", "--help" },
		{ "modify", "--help", "--bogus" },
		{ "modify", "one", "too", "many", "--help" },
		{ "modify", "-u", "", "--index", "many", "--root=", "--base", "x", "-h" },
		{ "modify", "--auto", "--manual", "--value=1", "--delattr", "-h" },
		{ "help", "modify" },
		{ "--root", "R", "help", "--lock-timeout", "soon", "modify" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		_cleanup_(line_clear) struct line line;

		line_read_well(&line, lines[i]);

		assert_true(arguments_ask(&line.values));
		assert_true(option_is_given(&line.values, OPT_HELP));
		assert_ptr_equal(line.command, &command_modify);
	}
}

static void version_counts_as_help_does(void **state)
{
	_cleanup_(line_clear) struct line alone;
	_cleanup_(line_clear) struct line behind;
	(void)state;

	line_read_well(&alone, WORDS("-V", "frobnicate"));
	line_read_well(&behind, WORDS("stop", "--timeout", "soon", "--uuid", "--version", "-h"));

	assert_true(option_is_given(&alone.values, OPT_VERSION));
	assert_true(option_is_given(&behind.values, OPT_VERSION));
	assert_false(option_is_given(&behind.values, OPT_HELP));
}

static void help_without_a_command_is_that_of_the_program(void **state)
{
	static char *const lines[][16] = {
		{ "--help" }, { "-h", "list" }, { "help" }, { "help", "help" }
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		_cleanup_(line_clear) struct line line;

		line_read_well(&line, lines[i]);

		assert_true(option_is_given(&line.values, OPT_HELP));
		assert_ptr_equal(line.command, &command_none);
	}
}

static void every_option_is_described(void **state)
{
	(void)state;

	for (int i = 1; i < OPT_COUNT; i++) {
		const struct option_spec *one = option_spec((enum option)i);

		assert_non_null(one->name);
		assert_int_equal(one->kind == KIND_FLAG, one->metavar == NULL);
		assert_int_equal(one->kind == KIND_FLAG || one->kind == KIND_JSON ||
					 (i != OPT_BASE && option_is_repeatable((enum option)i)),
				 one->field == 0);
	}
}

/* Adds what the table has. */
static size_t add_options(const struct poptOption *table, const struct poptOption **ret)
{
	size_t count = 0;

	while (table[count].longName) {
		ret[count] = &table[count];
		count++;
	}
	return count;
}

/* What is one command's may be another's by another meaning. */
static void options_of_a_command_have_names_of_their_own(void **state)
{
	(void)state;

	for (size_t k = 0; command_at(k); k++) {
		const struct poptOption *options[2 * OPT_COUNT];
		struct option_tables tables;
		size_t count;

		option_tables_fill(&tables, command_at(k));
		count = add_options(tables.own, options);
		count += add_options(tables.common, options + count);
		for (size_t i = 0; i < count; i++) {
			for (size_t j = i + 1; j < count; j++) {
				assert_string_not_equal(options[i]->longName, options[j]->longName);
				if (options[i]->shortName)
					assert_int_not_equal(options[i]->shortName,
							     options[j]->shortName);
			}
		}
	}
}

int arguments_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms_of_options_are_the_same),
		cmocka_unit_test(value_is_taken_as_it_stands),
		cmocka_unit_test(word_is_the_parent_as_the_option_is),
		cmocka_unit_test(what_is_behind_the_dashes_is_the_command_alone),
		cmocka_unit_test(posixly_correct_changes_nothing),
		cmocka_unit_test(wrong_usage_says_what_is_wrong),
		cmocka_unit_test(help_counts_whatever_else_there_is),
		cmocka_unit_test(version_counts_as_help_does),
		cmocka_unit_test(help_without_a_command_is_that_of_the_program),
		cmocka_unit_test(every_option_is_described),
		cmocka_unit_test(options_of_a_command_have_names_of_their_own),
	};

	return cmocka_run_group_tests_name("arguments", tests, NULL, NULL);
}
