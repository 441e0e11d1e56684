/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* With this argument the test program leaves its process group, and waits. */
#define LEAVE_GROUP "leave-group"

int call_tests(void);
int operation_tests(void);
int program_tests(void);
