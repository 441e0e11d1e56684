/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices, parents and types as tables, trees and documents. */
#pragma once

#include "command.h"

/* Whether a command that has a text of its own prints something else. */
bool listing_is_wanted(const struct invocation *invocation);

/* These put all into the document if one is asked for, else print a table. */
err_t listing_print_devices(struct invocation *invocation, const struct status_list *devices);
err_t listing_print_parents(struct invocation *invocation, const struct parent_info_list *parents,
			    bool has_types);
err_t listing_print_types(struct invocation *invocation, const struct parent_info_list *parents);
