#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# In the guest: a machine with devices of all sample drivers, its dump, and its listings. Prints TAP,
# then both, a file after the other, for tests/vm/dump-loads.
# shellcheck disable=SC2317 # called by check
set -u
# shellcheck source=tests/vm/boot.bash
source /root/boot.bash
# shellcheck source=tests/cli/lib/dump.bash
source /root/dump.bash
# shellcheck disable=SC2034 # for dump.bash
SYS=/sys ETC=/etc/mdevctl.d

out=/tmp/out
mkdir -p $out "$ETC"
modprobe -a mtty mdpy mbochs
modprobe mdevtest bare=1

all_drivers_have_devices() {
	local parent

	for parent in mtty mdpy mbochs mdevtest.0 mdevtest-bare; do
		mdevadm list 2>/dev/null | grep -q " $parent " || {
			echo "# $parent has none"
			return 1
		}
	done
}
is_whole() {
	mdevadm dump -o "$out/dump.json" && jq -e '.parents | length >= 5' "$out/dump.json" >/dev/null &&
		jq -e '[.. | objects | .error // empty] == []' "$out/dump.json" >/dev/null
}
# What the driver of mdevtest was asked: nothing by a look at it.
log_is_as_before() {
	cmp /tmp/log /sys/devices/platform/mdevtest.0/log
}
everything() {
	find /sys/class/mdev_bus/*/ /sys/bus/mdev /run/mdevadm "$ETC" -printf '%p %m %i\n' | sort
}
changes_nothing() {
	everything >/tmp/before
	mdevadm dump >/dev/null
	everything | diff /tmp/before -
}
opens_nothing_but_to_read() {
	strace -f -qq -e trace=open,openat,openat2,creat -o /tmp/trace mdevadm dump >/dev/null
	grep -q available_instances /tmp/trace || return
	! grep -E '"(/dev/vfio.*|create|remove|.*/(create|remove))"|O_WRONLY|O_RDWR|O_CREAT' /tmp/trace |
		grep -v '"/dev/null"'
}

fill_machine
check "each driver has devices that run" all_drivers_have_devices
cp /sys/devices/platform/mdevtest.0/log /tmp/log
check "a dump of it has no error" is_whole
check "a dump changes nothing" changes_nothing
check "a dump writes nothing to the driver" log_is_as_before
check "a dump opens no group, and nothing to write" opens_nothing_but_to_read
list_machine $out/listings
cd $out || exit
find . -type f | while read -r file; do
	echo "file begins: $file"
	base64 "$file"
	echo "file ends"
done
finish
