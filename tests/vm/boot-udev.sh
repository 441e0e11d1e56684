#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# In the guest, with udevd alone: the rule starts what is auto, and only that, at each registration.
# shellcheck disable=SC2317
set -u
# shellcheck source=tests/vm/boot.bash
source /root/boot.bash

load_mtty() { modprobe mtty && udevadm settle && exactly_both_run; }
unload_mtty() { modprobe -r mtty && udevadm settle && until_true none_runs; }

define_three mtty mtty-1
for round in 1 2 3 4 5; do
	check "loading the driver starts the two that are auto (round $round of 5)" \
		load_mtty
	check "unloading it takes them away (round $round of 5)" unload_mtty
done
rm -r /etc/mdevctl.d/mtty

# A parent that outlives its driver; its driver's log tells that each was created once.
define_three mdevtest.0 mdevtest-plain
modprobe mdevtest
udevadm settle
check "a platform device's auto devices start" exactly_both_run
driver=/sys/bus/platform/drivers/mdevtest
for round in 1 2 3 4 5; do
	clear_log
	echo mdevtest.0 >$driver/unbind
	udevadm settle
	until_true none_runs
	echo mdevtest.0 >$driver/bind
	udevadm settle
	check "binding the driver again starts them, once each (round $round of 5)" once_each
done
finish
