/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting one device that is claimed already. */
#pragma once

#include "context.h"

/* Errors do not name the device. */
err_t start_claimed(struct ops *ops, const struct claim *claim, struct device *dev, bool force);
