/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"
#include "suites.h"

int main(void)
{
	int failed = 0;

	failed += ap_tests();
	failed += device_tests();
	failed += device_json_tests();
	failed += inventory_tests();
	failed += name_tests();
	failed += parent_tests();
	failed += status_tests();
	return failed != 0;
}
