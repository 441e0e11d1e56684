/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How what runs differs from its definition. */
#pragma once

#include "model/status.h"
#include "ops_private.h"

/*
 * Adds the differences between @status, which runs, and @defined. Attributes are read back, of
 * what cannot be read scripts are asked, and what nobody can tell is unknown.
 */
void find_drift(const struct ops *ops, const struct device *defined, struct device_status *status);
