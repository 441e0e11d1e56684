/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tests of the floor 'state': each runs those of a file and gives the number of failures. */
#pragma once

int held_tests(void);
int record_tests(void);
