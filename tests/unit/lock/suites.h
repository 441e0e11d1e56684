/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tests of the floor 'lock': each runs those of a file and gives the number of failures. */
#pragma once

int gate_tests(void);
int lock_tests(void);
int process_tests(void);
