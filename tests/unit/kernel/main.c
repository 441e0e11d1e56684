/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"
#include "suites.h"

int main(void)
{
	int failed = 0;

	failed += attrs_tests();
	failed += create_tests();
	failed += machine_tests();
	failed += mounts_tests();
	failed += remove_tests();
	failed += scan_tests();
	failed += support_tests();
	failed += sysfs_tests();
	failed += trace_tests();
	failed += types_tests();
	failed += users_tests();
	return failed != 0;
}
