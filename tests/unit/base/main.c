/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"
#include "suites.h"

int main(void)
{
	int failed = 0;

	failed += beneath_tests();
	failed += deadline_tests();
	failed += dir_tests();
	failed += env_tests();
	failed += err_tests();
	failed += json_tests();
	failed += json_text_tests();
	failed += process_tests();
	failed += raw_file_tests();
	failed += replace_tests();
	failed += str_tests();
	failed += trust_tests();
	failed += uuid_tests();
	failed += watch_tests();
	return failed != 0;
}
