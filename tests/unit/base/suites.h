/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tests of the floor 'base': each runs those of a file and gives the number of failures. */
#pragma once

int beneath_tests(void);
int deadline_tests(void);
int dir_tests(void);
int env_tests(void);
int err_tests(void);
int json_tests(void);
int json_text_tests(void);
int process_tests(void);
int raw_file_tests(void);
int replace_tests(void);
int str_tests(void);
int trust_tests(void);
int uuid_tests(void);
int watch_tests(void);
