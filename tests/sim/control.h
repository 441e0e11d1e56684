/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The directory .mdevsim: commands, log and counters. */
#pragma once

#include "sim.h"

void control_add(struct sim *sim);
