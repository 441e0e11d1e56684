/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "suites.h"

int main(void)
{
	int failed = 0;

	failed += arguments_tests();
	failed += values_tests();
	return failed != 0;
}
