/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tests of the floor 'model': each runs those of a file and gives the number of failures. */
#pragma once

int ap_tests(void);
int device_tests(void);
int device_json_tests(void);
int inventory_tests(void);
int name_tests(void);
int parent_tests(void);
int status_tests(void);
