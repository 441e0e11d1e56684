/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"
#include "suites.h"

int main(void)
{
	int failed = 0;

	failed += gate_tests();
	failed += lock_tests();
	failed += process_tests();
	return failed != 0;
}
