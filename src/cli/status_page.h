/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One device, told whole. */
#pragma once

#include "command.h"

void status_page_print(struct output *output, const struct device_status *status);
/* A line for each thing that is otherwise than defined, or cannot be told. */
void status_differences_print(struct output *output, const struct device_status *status,
			      bool has_colors);
