#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# In the guest, with systemd: the rule starts mdevadm-parent@.service at each registration.
# shellcheck disable=SC2317
set -u
# shellcheck source=tests/vm/boot.bash
source /root/boot.bash

unit=mdevadm-parent@mdevtest.0.service
driver=/sys/bus/platform/drivers/mdevtest
parameters=/sys/module/mdevtest/parameters

runs_of() { journalctl -b -o cat -u "$1" | grep -c '^Starting mdevadm-parent@'; }
has_run() { [ "$(runs_of "$1")" -gt "$2" ]; }
is_idle() { [[ $(systemctl is-active "$1") =~ ^(inactive|failed)$ ]]; }
ran_and_ended() { until_true has_run "$1" "$2" && until_true is_idle "$1"; }
status_says() { systemctl status --no-pager "$1" | grep -F "$2"; }
journal_says() { journalctl -b -o cat -u "$unit" | grep -qF "$1"; }
is_under_way() { [ "$(systemctl is-active "$unit")" = activating ]; }
rebind() {
	echo mdevtest.0 >$driver/unbind
	until_true none_runs
	echo mdevtest.0 >$driver/bind
}

define_three mtty mtty-1
for round in 1 2 3 4 5; do
	before=$(runs_of mdevadm-parent@mtty.service)
	modprobe mtty
	check "loading the driver starts the two that are auto (round $round of 5)" exactly_both_run
	check "the unit did it, and does not remain active (round $round of 5)" \
		ran_and_ended mdevadm-parent@mtty.service "$before"
	modprobe -r mtty
	until_true none_runs
done
check "systemctl status shows what it did" \
	status_says mdevadm-parent@mtty.service "Finished mdevadm-parent@mtty.service"
rm -r /etc/mdevctl.d/mtty

define_three mdevtest.0 mdevtest-plain
modprobe mdevtest
check "the devices of a platform device start" exactly_both_run
until_true is_idle $unit
for round in 1 2 3 4 5; do
	clear_log
	rebind
	check "a parent that outlives its driver starts them again, once each (round $round of 5)" \
		once_each
	until_true is_idle $unit
done

# The first run is held up in the kernel while the parent goes and comes again.
echo mdevtest.0 >$driver/unbind
until_true none_runs
echo 2000 >$parameters/probe_ms
before=$(runs_of $unit)
echo mdevtest.0 >$driver/bind
until_true is_under_way
(rebind) &
sleep 0.5
echo 0 >$parameters/probe_ms
wait
check "a registration during a run leads to another run" until_true has_run $unit $((before + 1))
check "after which the devices run" exactly_both_run
until_true is_idle $unit

mdevadm define -u $BROKEN -p mdevtest.0 -t absent --auto
rebind
check "one that fails keeps no other from starting" until_true both_run
until_true is_idle $unit
check "and is named in the journal" \
	until_true journal_says "cannot start $BROKEN"
check "and makes the unit fail" [ "$(systemctl is-failed $unit)" = failed ]
finish
