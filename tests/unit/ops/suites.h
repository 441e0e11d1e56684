/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tests of the floor 'ops': each runs those of a file and gives the number of failures. */
#pragma once

int definition_tests(void);
int snapshot_tests(void);
int who_tests(void);
int write_tests(void);
