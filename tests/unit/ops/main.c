/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/process.h"
#include "suites.h"

int main(void)
{
	int failed = 0;

	process_begin();
	failed += definition_tests();
	failed += snapshot_tests();
	failed += who_tests();
	failed += write_tests();
	return failed != 0;
}
