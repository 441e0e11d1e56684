/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The attributes of devices that run. */
#pragma once

#include "ops_private.h"

/*
 * Asks scripts, for several devices at a time. What goes wrong is a warning; an error is only
 * that a signal came.
 */
err_t ask_for_attrs(struct ops *ops, const struct device_list *devices);
