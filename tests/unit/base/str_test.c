/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/str.h"

#include <limits.h>
#include <string.h>

#include "fixture.h"
#include "suites.h"

static void check_escape(const char *text, const char *expected)
{
	_cleanup_(mem_freep) char *escaped = str_escape(text);

	assert_string_equal(escaped, expected);
}

static void printable_text_stays_as_it_is(void **state)
{
	static const char *const texts[] = {
		"",
		"plain",
		"with spaces ~ and \\ and \"",
		"\xc3\xa4\xc3\xb6\xc3\xbc",  /* U+00E4 U+00F6 U+00FC */
		"\xc2\xa0",		     /* U+00A0, the first behind the controls */
		"\xe0\xa0\x80 \xed\x9f\xbf", /* U+0800, U+D7FF */
		"\xe2\x82\xac",		     /* U+20AC */
		"\xf0\x90\x80\x80",	     /* U+10000 */
		"\xf4\x8f\xbf\xbf",	     /* U+10FFFF */
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		check_escape(texts[i], texts[i]);
		assert_true(str_is_plain(texts[i]));
	}
}

static void control_characters_are_escaped(void **state)
{
	(void)state;

	check_escape("a\nb", "a\\x0ab");
	check_escape("\x1b[31m", "\\x1b[31m");
	check_escape("\t\x01\x1f\x7f", "\\x09\\x01\\x1f\\x7f");
	check_escape("\xc2\x9b"
		     "31m",
		     "\\xc2\\x9b31m");
	assert_false(str_is_plain("a\nb"));
	assert_false(str_is_plain("\xc2\x80"));
}

/* The bounds of each range, and what is beside it. */
static void what_shows_as_other_text_is_escaped(void **state)
{
	static const struct {
		const char *text;
		const char *shown;
	} cases[] = {
		/*
		 * To mislead is what they are here for. NOLINTBEGIN(misc-misleading-bidirectional)
		 */
		{ "nvidia\u202e63", "nvidia\\xe2\\x80\\xae63" },
		{ "\xc2\x80", "\\xc2\\x80" }, /* C1, whose first and last C cannot name by \u */
		{ "\xc2\x9f", "\\xc2\\x9f" },
		{ "\u00ad", "\\xc2\\xad" },
		{ "\u034f", "\\xcd\\x8f" },
		{ "\u061c", "\\xd8\\x9c" },
		{ "\u115f\u1160", "\\xe1\\x85\\x9f\\xe1\\x85\\xa0" },
		{ "\u180e", "\\xe1\\xa0\\x8e" },
		{ "\u200a\u200b", "\u200a\\xe2\\x80\\x8b" },
		{ "\u200f\u2010", "\\xe2\\x80\\x8f\u2010" },
		{ "\u2027\u2028", "\u2027\\xe2\\x80\\xa8" },
		{ "\u2029", "\\xe2\\x80\\xa9" },
		{ "\u202a", "\\xe2\\x80\\xaa" },
		{ "\u202e\u202f", "\\xe2\\x80\\xae\u202f" },
		{ "\u2060", "\\xe2\\x81\\xa0" },
		{ "\u2066", "\\xe2\\x81\\xa6" },
		{ "\u2069", "\\xe2\\x81\\xa9" },
		{ "\u206f\u2070", "\\xe2\\x81\\xaf\u2070" },
		{ "\u3164", "\\xe3\\x85\\xa4" },
		{ "\ufe0f", "\\xef\\xb8\\x8f" },
		{ "\ufeff", "\\xef\\xbb\\xbf" },
		{ "\ufffb\ufffd", "\\xef\\xbf\\xbb\ufffd" },
		{ "\U000e0001", "\\xf3\\xa0\\x80\\x81" },
		{ "\U000e0fff\U000e1000", "\\xf3\\xa0\\xbf\\xbf\U000e1000" },
		/* NOLINTEND(misc-misleading-bidirectional) */
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		check_escape(cases[i].text, cases[i].shown);
		assert_false(str_is_plain(cases[i].text));
	}
}

static void bytes_that_are_not_utf8_are_escaped(void **state)
{
	(void)state;

	check_escape("\xff\xfe", "\\xff\\xfe");
	check_escape("\x80", "\\x80");	 /* without a first byte */
	check_escape("\xc3", "\\xc3");	 /* cut short by the end */
	check_escape("\xc3(", "\\xc3("); /* and by another character */
	check_escape("\xe2\x82", "\\xe2\\x82");
	check_escape("\xf0\x90\x80", "\\xf0\\x90\\x80");
	check_escape("\xc0\xaf", "\\xc0\\xaf"); /* overlong forms */
	check_escape("\xe0\x80\xaf", "\\xe0\\x80\\xaf");
	check_escape("\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf");
	check_escape("\xed\xa0\x80", "\\xed\\xa0\\x80");	  /* a surrogate */
	check_escape("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* beyond U+10FFFF */
	assert_false(str_is_plain("\xff"));
}

static void number_is_read_up_to_its_maximum(void **state)
{
	unsigned long number = 0;
	(void)state;

	assert_true(str_to_number("0", 0, &number));
	assert_int_equal(number, 0);
	assert_true(str_to_number("007", 7, &number));
	assert_int_equal(number, 7);
	assert_true(str_to_number("86400", 86400, &number));
	assert_int_equal(number, 86400);
	assert_true(str_to_number("18446744073709551615", ULONG_MAX, &number));
	assert_true(number == ULONG_MAX);
}

static void anything_else_is_no_number(void **state)
{
	static const char *const texts[] = {
		"",
		" ",
		"-1",
		"+1",
		"1 ",
		" 1",
		"1.0",
		"0x10",
		"1e3",
		"ten",
		"86401",
		"9999999",
		"18446744073709551616",
		"99999999999999999999999",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		unsigned long number = 42;

		if (str_to_number(texts[i], 86400, &number))
			fail_msg("'%s' is taken for %lu", texts[i], number);
		assert_int_equal(number, 42);
	}
}

static void number_beyond_a_maximum_of_one_digit_is_none(void **state)
{
	unsigned long number = 42;
	(void)state;

	assert_false(str_to_number("6", 5, &number));
	assert_false(str_to_number("10", 9, &number));
	assert_false(str_to_number("18446744073709551616", ULONG_MAX, &number));
	assert_int_equal(number, 42);
}

static void sorted_list_has_everything_once_in_byte_order(void **state)
{
	static const char *const items[] = { "b", "a", "\xc3\xa4", "B", "b", "a", "aa", "b" };
	static const char *const sorted[] = { "B", "a", "aa", "b", "\xc3\xa4" };
	_cleanup_(strlist_clear) struct strlist list = { 0 };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		strlist_add(&list, mem_strdup(items[i]));

	strlist_sort(&list);

	assert_int_equal(list.count, ARRAY_SIZE(sorted));
	for (size_t i = 0; i < list.count; i++)
		assert_string_equal(list.items[i], sorted[i]);
}

static void sorting_nothing_does_nothing(void **state)
{
	struct strlist list = { 0 };
	(void)state;

	strlist_sort(&list);

	assert_int_equal(list.count, 0);
}

static void lists_are_equal_if_their_items_are(void **state)
{
	_cleanup_(strlist_clear) struct strlist one = { 0 };
	_cleanup_(strlist_clear) struct strlist other = { 0 };
	(void)state;

	assert_true(strlist_is_equal(&one, &other));
	strlist_add(&one, mem_strdup("a"));
	assert_false(strlist_is_equal(&one, &other));
	strlist_add(&other, mem_strdup("b"));
	assert_false(strlist_is_equal(&one, &other));
	strlist_add(&one, mem_strdup("b"));
	assert_true(strlist_has(&one, "b"));
	assert_false(strlist_has(&other, "a"));
	assert_false(strlist_has(&one, "ab"));
}

static void cleared_list_is_empty_and_can_be_used_again(void **state)
{
	_cleanup_(strlist_clear) struct strlist list = { 0 };
	(void)state;
	for (int i = 0; i < 100; i++)
		strlist_add(&list, mem_printf("%d", i));

	strlist_clear(&list);

	assert_int_equal(list.count, 0);
	strlist_add(&list, mem_strdup("again"));
	assert_true(strlist_has(&list, "again"));
}

static void base_name_is_what_is_behind_the_last_slash(void **state)
{
	(void)state;

	assert_string_equal(str_base_name("../../devices/mtty"), "mtty");
	assert_string_equal(str_base_name("mtty"), "mtty");
	assert_string_equal(str_base_name("dir/"), "");
}

static void prefix_is_compared_to_its_end(void **state)
{
	(void)state;

	assert_true(str_starts_with("mdevadm", "mdev"));
	assert_true(str_starts_with("mdev", "mdev"));
	assert_true(str_starts_with("mdev", ""));
	assert_false(str_starts_with("mde", "mdev"));
}

static void joined_list_has_commas_between_and_quotes_around(void **state)
{
	_cleanup_(strlist_clear) struct strlist list = { 0 };
	_cleanup_(mem_freep) char *none = strlist_join(&list, "'");
	_cleanup_(mem_freep) char *one = NULL;
	_cleanup_(mem_freep) char *plain = NULL;
	_cleanup_(mem_freep) char *quoted = NULL;
	_cleanup_(mem_freep) char *some = NULL;
	_cleanup_(mem_freep) char *all = NULL;
	(void)state;

	strlist_add(&list, mem_strdup("b"));
	one = strlist_join(&list, "'");
	strlist_add(&list, mem_strdup("a"));
	plain = strlist_join(&list, "");
	quoted = strlist_join(&list, "'");
	some = strlist_join_some(&list, "'", 1);
	all = strlist_join_some(&list, "'", 2);

	assert_string_equal(none, "");
	assert_string_equal(one, "'b'");
	assert_string_equal(plain, "b, a");
	assert_string_equal(quoted, "'b', 'a'");
	assert_string_equal(some, "'b' and more");
	assert_string_equal(all, "'b', 'a'");
}

static void nearest_is_what_was_probably_meant(void **state)
{
	static const char *const names[] = { "define", "undefine", "modify", "start",
					     "stop",   "list",	   "resume", NULL };
	static const struct {
		const char *word;
		const char *meant;
	} words[] = {
		{ "list", "list" },	{ "lst", "list" },	 { "ilst", "list" },
		{ "liist", "list" },	{ "LIST", "list" },	 { "statr", "start" },
		{ "satrt", "start" },	{ "sotp", "stop" },	 { "stopx", "stop" },
		{ "def", "define" },	{ "undef", "undefine" }, { "mdofiy", "modify" },
		{ "resmue", "resume" }, { "rezoom", NULL },	 { "frobnicate", NULL },
		{ "", NULL },		{ "l", NULL },		 { "ls", NULL },
		{ "st", NULL },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		const char *nearest = str_nearest(words[i].word, names);

		if (!words[i].meant && nearest)
			fail_msg("'%s' is taken for '%s'", words[i].word, nearest);
		if (words[i].meant && (!nearest || strcmp(nearest, words[i].meant) != 0))
			fail_msg("'%s' is not taken for '%s'", words[i].word, words[i].meant);
	}
}

static void nothing_is_near_to_a_long_word_or_among_long_names(void **state)
{
	static const char longer[] = "a-name-that-no-option-and-no-key-has";
	static const char *const names[] = { longer, "a-name", NULL };
	static const char *const none[] = { NULL };
	(void)state;

	assert_null(str_nearest(longer, names));
	assert_null(str_nearest("a-name-that-no-option-and-no-key", names));
	assert_string_equal(str_nearest("a-nam", names), "a-name");
	assert_null(str_nearest("a-name", none));
}

int str_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(printable_text_stays_as_it_is),
		cmocka_unit_test(control_characters_are_escaped),
		cmocka_unit_test(what_shows_as_other_text_is_escaped),
		cmocka_unit_test(bytes_that_are_not_utf8_are_escaped),
		cmocka_unit_test(number_is_read_up_to_its_maximum),
		cmocka_unit_test(anything_else_is_no_number),
		cmocka_unit_test(number_beyond_a_maximum_of_one_digit_is_none),
		cmocka_unit_test(sorted_list_has_everything_once_in_byte_order),
		cmocka_unit_test(sorting_nothing_does_nothing),
		cmocka_unit_test(lists_are_equal_if_their_items_are),
		cmocka_unit_test(cleared_list_is_empty_and_can_be_used_again),
		cmocka_unit_test(joined_list_has_commas_between_and_quotes_around),
		cmocka_unit_test(base_name_is_what_is_behind_the_last_slash),
		cmocka_unit_test(prefix_is_compared_to_its_end),
		cmocka_unit_test(nearest_is_what_was_probably_meant),
		cmocka_unit_test(nothing_is_near_to_a_long_word_or_among_long_names),
	};

	return cmocka_run_group_tests_name("str", tests, NULL, NULL);
}
