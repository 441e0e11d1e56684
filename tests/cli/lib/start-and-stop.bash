#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Starts and stops devices at random for a while, as one of several that do so at once:
#
#	start-and-stop.bash HOW SECONDS UUID...
#
# HOW is `mdevadm` ($MDEVADM is the program), or `sysfs`: the same writes without any lock. Prints
# how many starts and stops succeeded, how many were told that there was nothing to do, and how many
# ended in any other way: "STARTS STOPS NOTHING OTHERS". What these others said goes to stderr.
# $SYS is where sysfs is; the devices are of type mtty-1 on parent mtty.

how=$1
end=$((SECONDS + $2))
shift 2
uuids=("$@")
starts=0 stops=0 nothing=0 others=0

start_by_mdevadm() { "$MDEVADM" start -u "$1" -p mtty -t mtty-1 2>&1; }
stop_by_mdevadm() { "$MDEVADM" stop -u "$1" 2>&1; }

# With the statuses that mdevadm has for it: the kernel alone decides.
start_by_sysfs() {
	printf '%s' "$1" 2>/dev/null >"$SYS/class/mdev_bus/mtty/mdev_supported_types/mtty-1/create" ||
		return 4
}
stop_by_sysfs() { printf 1 2>/dev/null >"$SYS/class/mdev_bus/mtty/$1/remove" || return 3; }

while ((SECONDS < end)); do
	uuid=${uuids[RANDOM % ${#uuids[@]}]}
	do=start
	((RANDOM % 2)) && do=stop
	status=0
	said=$("${do}_by_$how" "$uuid") || status=$?
	case $do$status in
	start0) starts=$((starts + 1)) ;;
	stop0) stops=$((stops + 1)) ;;
	start4 | stop3) nothing=$((nothing + 1)) ;;
	*)
		others=$((others + 1))
		printf '%s %s: status %s: %s\n' "$do" "$uuid" "$status" "$said" >&2
		;;
	esac
done 2>>"$BATS_TEST_TMPDIR/others"
echo "$starts $stops $nothing $others"
