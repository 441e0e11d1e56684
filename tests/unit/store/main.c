/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"
#include "suites.h"

int main(void)
{
	int failed = 0;

	failed += store_read_tests();
	failed += store_save_tests();
	failed += store_spelling_tests();
	return failed != 0;
}
