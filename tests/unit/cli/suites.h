/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tests of the floor 'cli': each runs those of a file and gives the number of failures. */
#pragma once

int arguments_tests(void);
int values_tests(void);
