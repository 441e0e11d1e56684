/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"
#include "suites.h"

int main(void)
{
	int failed = 0;

	failed += mdev_tests();
	failed += mdev_change_tests();
	failed += sysfs_tests();
	failed += types_tests();
	return failed != 0;
}
