/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "suites.h"

int main(void)
{
	int failed = 0;

	failed += definition_tests();
	failed += write_tests();
	return failed != 0;
}
