/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/uuid.h"

#include <string.h>

#include "fixture.h"
#include "suites.h"

#define CANONICAL "0123abcd-4567-89ef-0123-456789abcdef"
#define DIGITS	  "0123abcd456789ef0123456789abcdef"

static void every_spelling_becomes_the_canonical_one(void **state)
{
	static const char *const spellings[] = {
		CANONICAL,
		DIGITS,
		"0123ABCD-4567-89EF-0123-456789ABCDEF",
		"0123AbCd-4567-89eF-0123-456789aBcDeF",
		"0123ABCD456789EF0123456789ABCDEF",
		("{" CANONICAL "}"),
		"{0123ABCD-4567-89EF-0123-456789ABCDEF}",
		("urn:uuid:" CANONICAL),
		"urn:uuid:0123ABCD-4567-89EF-0123-456789ABCDEF",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(spellings); i++) {
		struct uuid uuid = { 0 };

		assert_true(uuid_parse(spellings[i], &uuid));
		assert_string_equal(uuid.text, CANONICAL);
	}
}

static void no_other_spelling_is_a_uuid(void **state)
{
	static const char *const others[] = {
		"",
		"-",
		"0123abcd-4567-89ef-0123-456789abcde",	 /* a digit too few */
		"0123abcd-4567-89ef-0123-456789abcdef0", /* one too many */
		"0123abcd456789ef0123456789abcde",
		"0123abcd456789ef0123456789abcdef0",
		"0123abcg-4567-89ef-0123-456789abcdef", /* no digit */
		"0123abcd-4567-89ef-0123-456789abcde ",
		" 123abcd-4567-89ef-0123-456789abcdef",
		"0123abcd-4567-89ef-0123-456789abcde\n",
		"0123abcd-456789ef-0123-4567-89abcdef", /* hyphens elsewhere */
		"0123abcd-4567-89ef-0123--56789abcdef",
		"0123abcd-456789ef0123456789abcdef",
		"-0123abcd456789ef0123456789abcdef---",
		("{" DIGITS "}"),
		("{" CANONICAL),
		(CANONICAL "}"),
		("(" CANONICAL ")"),
		("{{" CANONICAL "}}"),
		("urn:uuid:" DIGITS),
		("URN:UUID:" CANONICAL),
		("urn:uuid:{" CANONICAL "}"),
		("urn:" CANONICAL),
		(CANONICAL "/.."),
		"\303\24423abcd-4567-89ef-0123-456789abcdef",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		struct uuid uuid = { "untouched" };

		if (uuid_parse(others[i], &uuid))
			fail_msg("'%s' is taken for a UUID", others[i]);
		assert_string_equal(uuid.text, "untouched");
	}
}

static void generated_uuid_is_a_random_one_of_version_4(void **state)
{
	struct uuid uuid;
	struct uuid parsed;
	(void)state;

	assert_ok(uuid_generate(&uuid));

	assert_true(uuid_parse(uuid.text, &parsed));
	assert_true(uuid_is_equal(&uuid, &parsed));
	assert_int_equal(uuid.text[14], '4');
	assert_non_null(strchr("89ab", uuid.text[19]));
}

static void generated_uuids_differ(void **state)
{
	struct uuid one;
	struct uuid other;
	(void)state;

	assert_ok(uuid_generate(&one));
	assert_ok(uuid_generate(&other));

	assert_false(uuid_is_equal(&one, &other));
}

static void zeroed_uuid_is_unset(void **state)
{
	const struct uuid unset = { 0 };
	const struct uuid uuid = fixture_uuid(CANONICAL);
	(void)state;

	assert_false(uuid_is_set(&unset));
	assert_true(uuid_is_set(&uuid));
	assert_false(uuid_is_equal(&unset, &uuid));
}

int uuid_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_spelling_becomes_the_canonical_one),
		cmocka_unit_test(no_other_spelling_is_a_uuid),
		cmocka_unit_test(generated_uuid_is_a_random_one_of_version_4),
		cmocka_unit_test(generated_uuids_differ),
		cmocka_unit_test(zeroed_uuid_is_unset),
	};

	return cmocka_run_group_tests_name("uuid", tests, NULL, NULL);
}
