/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "suites.h"

#include <string.h>
#include <unistd.h>

#include "base/process.h"

/* For a test: a program that is no more in the group that was made for it. */
static int leave_group(void)
{
	if (setpgid(0, getpgid(getppid())) < 0 || write(STDOUT_FILENO, "left", 4) != 4)
		return 1;
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	int failed = 0;

	process_begin();
	if (argc > 1 && strcmp(argv[1], LEAVE_GROUP) == 0)
		return leave_group();
	failed += program_tests();
	failed += call_tests();
	failed += operation_tests();
	return failed != 0;
}
