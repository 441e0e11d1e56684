/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "suites.h"

int main(void)
{
	return definition_tests() != 0;
}
