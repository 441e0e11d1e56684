#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# In the guest, with udevd or without: what 'monitor' tells of what others do, and of whom. Prints
# TAP. The harness fails the run if the kernel complains.
# shellcheck disable=SC2317
set -u
# shellcheck source=tests/vm/boot.bash
source /root/boot.bash

told=/tmp/told
complaints=/tmp/complaints
tracing=/sys/kernel/tracing
types=/sys/class/mdev_bus/mtty/mdev_supported_types
writers=10
each=10

# begin_monitor OPTION...: goes on when it is ready.
begin_monitor() {
	: >$told
	mdevadm monitor --json "$@" >$told 2>$complaints &
	monitor=$!
	until_true grep -q '"ready"' $told
}
end_monitor() {
	kill -TERM "$monitor"
	wait "$monitor"
}

# count_told FILTER: how many of the events it fits.
count_told() { jq -c "select(.event | $1)" $told | wc -l; }
is_count() { [ "$(count_told "$1")" -eq "$2" ]; }
has_told() { [ "$(count_told "$1")" -gt 0 ]; }

# What runs, as the events say.
told_to_run() {
	jq -r 'select(.event.what == "device") | "\(.event.action) \(.event.uuid)"' "$told" |
		awk '{ on[$2] = $1 != "removed" } END { for (u in on) if (on[u]) print u }' | sort
}
what_runs() { find /sys/bus/mdev/devices -type l -printf '%f\n' | sort; }
is_told_what_runs() { [ "$(told_to_run)" = "$(what_runs)" ]; }

uuid_of() { printf '%08x-0000-4000-8000-%012x' "$1" "$2"; }

# A program of somebody else's: creates and removes devices as fast as it can, and notes its pid.
write_programs() {
	local number

	for ((number = 1; number <= writers; number++)); do
		cat >/tmp/writer-$number <<-END
		#!/bin/bash
		for ((i = 1; i <= $each; i++)); do
			uuid=\$(printf '%08x-0000-4000-8000-%012x' $number \$i)
			echo \$uuid >$types/mtty-1/create && echo "added \$uuid \$\$ writer-$number"
			echo 1 >/sys/bus/mdev/devices/\$uuid/remove && echo "removed \$uuid \$\$ writer-$number"
		done
		END
		chmod 755 /tmp/writer-$number
	done
}

storm() {
	local number pids=()

	: >/tmp/done
	for ((number = 1; number <= writers; number++)); do
		/tmp/writer-$number >>/tmp/done &
		pids+=($!)
	done
	wait "${pids[@]}"
}

# print_attributed ACTION: how many of what was done are told with the right pid and command.
print_attributed() {
	jq -r "select(.event.what == \"device\" and .event.action == \"$1\") |
		\"$1 \(.event.uuid) \(.event.by.pid) \(.event.by.command)\"" "$told" | sort >/tmp/attributed
	grep "^$1 " /tmp/done | sort | comm -12 - /tmp/attributed | wc -l
}
all_attributed() {
	local right

	right=$(print_attributed "$1")
	echo "# $1: $right of $((writers * each)) named rightly, $(wc -l </tmp/attributed) told"
	[ "$right" -eq $((writers * each)) ] && [ "$(wc -l </tmp/attributed)" -eq "$right" ]
}

is_clean() { ! compgen -G "$tracing/instances/mdevadm_*" >/dev/null && ! grep -qs mdevadm_ "$tracing/kprobe_events"; }
has_left() { compgen -G "$tracing/instances/mdevadm_*" >/dev/null && grep -q mdevadm_ "$tracing/kprobe_events"; }

# Without tracefs there is an answer.
umount $tracing 2>/dev/null
mdevadm monitor --who --timeout 1 >$told 2>$complaints
status=$?
sed 's/^/# /' $complaints
check "without tracefs, --who fails and names the remedy" \
	eval "[ $status -eq 1 ] && grep -q '^hint: mount -t tracefs tracefs $tracing' $complaints"
mount -t tracefs tracefs $tracing

# The driver comes and goes.
begin_monitor --who
modprobe mtty
check "a parent that comes is told, with its types" \
	until_true has_told '.what == "parent" and .action == "added" and .parent == "mtty"'
echo $AUTO1 >$types/mtty-2/create
check "a device that somebody creates is told" \
	until_true has_told '.action == "added" and .uuid == "'$AUTO1'"'
modprobe -r mtty
check "a driver that goes takes its device along, by modprobe" \
	until_true has_told '.action == "removed" and .uuid == "'$AUTO1'" and .by.command == "modprobe"'
check "and the parent is told to have gone" \
	until_true has_told '.what == "parent" and .action == "removed"'
check "a signal ends it, and that is success" end_monitor
check "nothing of its tracing is left" is_clean
modprobe mtty

# Who does what.
write_programs
begin_monitor --who
storm
check "all creates of a storm are told" until_true is_count '.what == "device" and .action == "added"' 100
check "and all removals" until_true is_count '.what == "device" and .action == "removed"' 100
check "each create with the pid and the command that made it" all_attributed added
check "each removal as well" all_attributed removed
mdevadm start -u $AUTO1 -p mtty -t mtty-2
check "a start of its own is by mdevadm" \
	until_true has_told '.action == "added" and .uuid == "'$AUTO1'" and .by.command == "mdevadm"'
check "and ends as running" until_true has_told '.uuid == "'$AUTO1'" and .what == "device" and .state == "running"'
mdevadm stop -u $AUTO1
check "a stop as well" \
	until_true has_told '.action == "removed" and .uuid == "'$AUTO1'" and .by.command == "mdevadm"'

# What a killed one leaves, the next takes away; one that lives keeps its own.
kill -KILL "$monitor"
wait "$monitor" 2>/dev/null
check "a killed monitor leaves its tracing" has_left
begin_monitor --who
check "the next run takes it away, and has its own" \
	[ "$(find $tracing/instances -maxdepth 1 -name 'mdevadm_*' | wc -l)" -eq 1 ]
mdevadm monitor --who --timeout 1 >/dev/null 2>&1
check "one that ends leaves the other's" has_left
echo $AUTO2 >$types/mtty-2/create
check "which goes on" until_true has_told '.action == "added" and .uuid == "'$AUTO2'" and .by.pid == '$$
check "it ends well" end_monitor
check "and nothing is left" is_clean

# More than it can be told while it is stopped.
begin_monitor
kill -STOP "$monitor"
for ((i = 1; i <= 600; i++)); do
	uuid=$(uuid_of 99 $i)
	echo "$uuid" >$types/mtty-1/create
	((i > 595)) || echo 1 >"/sys/bus/mdev/devices/$uuid/remove"
done
echo 1 >/sys/bus/mdev/devices/$AUTO2/remove
kill -CONT "$monitor"
check "a lost burst is said" until_true has_told '.action == "resynchronised"'
check "and what runs then is told" until_true is_told_what_runs
[ ! -s $complaints ] || sed 's/^/# /' $complaints
echo "# $(count_told '.action == "added"') creates told of 600"
check "it ends well" end_monitor
finish
