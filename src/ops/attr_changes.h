/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changing the attributes of a definition. */
#pragma once

#include "ops/ops.h"

/* One after the other; ERR_INVALID, and what is there in the hint, for one that means nothing. */
err_t attr_changes_make(struct device *dev, const struct attr_change *changes, size_t count);
