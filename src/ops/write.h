/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one place from which the kernel is written to. Each of these refuses a device other than
 * the claimed one, and a parent that the claim does not cover.
 */
#pragma once

#include "claim.h"

err_t write_create(const struct claim *claim, const struct device *dev);
err_t write_attrs(const struct claim *claim, const struct device *dev);
/*
 * Of the locks, a removal that blocks keeps what it needs. *ret_goes_on: it was begun and goes on
 * by itself; see mdev_remove().
 */
err_t write_remove(struct claim *claim, const char *parent, const struct deadline *deadline,
		   bool *ret_goes_on);
/* Has a script change the device. */
err_t write_live(const struct claim *claim, const struct device *dev,
		 struct callout_operation *operation);
