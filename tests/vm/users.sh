#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# In the guest: who counts as a user of a device, removals that block because somebody has it open,
# and parents that go by another's hand. Prints TAP. The harness fails the run if the kernel
# complains.
# shellcheck disable=SC2317
set -u
# shellcheck source=tests/vm/boot.bash
source /root/boot.bash

parent=mdevtest.0
directory=/sys/devices/platform/$parent
device=$directory/$AUTO1
parameters=/sys/module/mdevtest/parameters
driver=/sys/bus/platform/drivers/mdevtest
callouts=/usr/lib/mdevctl/scripts.d/callouts
run=/run/mdevadm

is() {
	[ "$1" = "$2" ] && return
	printf '# got:    %q\n# wanted: %q\n' "$1" "$2"
	return 1
}
lacks() { [ ! -e "$1" ]; }

start() { mdevadm start -u "${1:-$AUTO1}" -p $parent -t mdevtest-vfio; }
# With an attribute that no definition has.
start_with_attribute() {
	echo '{"mdev_type":"mdevtest-vfio","start":"manual","attrs":[{"alpha":"one"}]}' >/tmp/device.json
	mdevadm start -u $AUTO1 -p $parent --jsonfile /tmp/device.json
}
is_there() { [ -e "$device" ]; }
is_gone() { [ ! -e "$device" ]; }
has_alpha() { is "$(cat "$device/alpha")" one; }
is_held() { [ -e "$run/held/$parent" ]; }
command_ran() { [ -e /tmp/command ]; }

# try COMMAND...: sets $status and $said.
try() {
	said=$("$@" 2>&1)
	status=$?
	printf '%s\n' "$said" | sed "s/^/# $2: /"
}
# ends STATUS TEXT: what was tried ended so and said this.
ends() {
	is "$status" "$1" || return
	[[ $said == *"$2"* ]] && return
	echo "# it did not say '$2'"
	return 1
}
drain_with_command() {
	rm -f /tmp/command
	try mdevadm drain $parent "$@" -- touch /tmp/command
}

# All that there is of the device: what the driver was asked for, the kernel's files, the tool's.
everything() {
	cat $directory/log
	find "$device" $directory/mdev_supported_types -printf '%p %m %i\n' | sort
	find $run/devices $run/held -type f -exec sha256sum {} + 2>/dev/null
}
remember() { everything >/tmp/before; }
nothing_changed() { diff /tmp/before <(everything) | sed "s/^/# /"; cmp -s /tmp/before <(everything); }

# hold [HOW] UUID: until let_go. $holder is its pid.
hold() {
	vfio-hold "$@" >/tmp/hold.log 2>&1 &
	holder=$!
	until_holding
}
until_holding() { until_true grep -q holding /tmp/hold.log || cat /tmp/hold.log; }
# As libvirt starts QEMU: in a mount namespace with a /dev of its own and nodes that were made there.
hold_with_own_dev() {
	# shellcheck disable=SC2016
	unshare -m bash -c '
		mount -t tmpfs none /mnt
		mkdir /mnt/vfio
		for node in /dev/vfio/*; do
			[ ! -c "$node" ] || mknod "/mnt/vfio/${node##*/}" c $(stat -c "0x%t 0x%T" "$node")
		done
		mount --move /mnt /dev
		exec vfio-hold "$@"' - "$@" >/tmp/hold.log 2>&1 &
	holder=$!
	until_holding
}
let_go() {
	kill "$holder"
	wait "$holder" 2>/dev/null
	rm -f /tmp/hold.log
}

# Somebody opens the device before its removal is written, and a run with these options does not see it.
blind="--base proc=/tmp/nothing --base dev=/tmp/nothing"
# There is always a process: without any it would be no procfs.
mkdir -p /tmp/nothing/1/fd
open_before_removal() {
	mkdir -p $callouts
	cat >$callouts/open.sh <<-END
	#!/bin/bash
	[[ "\$*" == *"-e pre -a stop"* ]] || exit 0
	setsid vfio-hold $AUTO1 >/tmp/hold.log 2>&1 </dev/null &
	echo \$! >/tmp/holder
	until grep -q holding /tmp/hold.log; do sleep 0.05; done
	END
	chmod 755 $callouts/open.sh
}
nobody_opens() { rm -rf /usr/lib/mdevctl; }
close_it() {
	kill "$(</tmp/holder)"
	rm -f /tmp/hold.log
}

modprobe vfio_iommu_type1 2>/dev/null
modprobe mdevtest
start

group=$(basename "$(readlink "$device/iommu_group")")
number_of() { echo "$((0x$(stat -c %t "$1"))):$((0x$(stat -c %T "$1")))"; }
echo "# the number of the group's node: $(cat "/sys/class/vfio/$group/dev")"
check "sysfs has it" is "$(cat "/sys/class/vfio/$group/dev")" "$(number_of "/dev/vfio/$group")"
echo "# the number of a node of the device's own: $(cat "$device"/vfio-dev/*/dev 2>/dev/null || echo none)"
find /dev/vfio -type c | sed 's/^/# /'

# in_use NAME HOW...: somebody has it open, so that nothing may be begun.
in_use() {
	local name=$1

	shift
	remember
	"$@" $AUTO1
	try mdevadm stop -u $AUTO1 --timeout 1
	check "$name: stop refuses, and names who has it" ends 6 "in use by pid $holder (vfio-hold)"
	try mdevadm drain $parent --timeout 1
	check "$name: so does drain" ends 6 "in use by pid $holder (vfio-hold)"
	try mdevadm status $AUTO1
	check "$name: status names who has it" ends 0 "Used by:     pid $holder (vfio-hold)"
	check "$name: and finds it by the process" is "$(mdevadm status --by-pid "$holder" --noheadings --columns uuid)" $AUTO1
	check "$name: and by the node" is "$(mdevadm status --by-node "$group" --noheadings --columns used)" yes
	drain_with_command --timeout 1
	check "$name: and drain with a command" ends 125 "in use by pid $holder (vfio-hold)"
	check "$name: the command did not run" lacks /tmp/command
	check "$name: nothing was written, to the kernel or below /run" nothing_changed
	let_go
	drain_with_command
	check "$name: afterwards drain succeeds" ends 0 ""
	check "$name: and the command ran" command_ran
	check "$name: and it runs again" is_there
	check "$name: and can be stopped" mdevadm stop -u $AUTO1
	start
}
in_use "group and device" hold
in_use "group and device below a /dev of its own" hold_with_own_dev

# Without the group no process shows whose device it has; the group still answers that it is open.
remember
hold --device $AUTO1
try mdevadm stop -u $AUTO1 --timeout 1
check "a device open without its group: stop refuses" ends 6 "in use by a process that cannot be seen"
check "a device open without its group is not called idle" is "$(mdevadm status --noheadings --columns used $AUTO1)" -
drain_with_command
check "a device open without its group: so does drain" ends 125 "in use by"
check "a device open without its group: nothing was done" nothing_changed
let_go

# From another pid namespace.
remember
hold $AUTO1
try unshare -m -p -f --mount-proc mdevadm stop -u $AUTO1 --timeout 1
check "a user of another pid namespace: stop refuses" ends 6 "in use by a process that cannot be seen"
check "a user of another pid namespace: nothing was done" nothing_changed
try unshare -m -p -f --mount-proc mdevadm status $AUTO1
check "from another pid namespace no device is called idle" ends 0 "Used by:     not known"
let_go

# Not in use.
check "a device that nobody has open is idle" is "$(mdevadm status --noheadings --columns uuid --unused)" $AUTO1
hold --path $AUTO1
check "a descriptor of the path alone (O_PATH) is no use: stop succeeds" mdevadm stop -u $AUTO1
check "and it is gone" is_gone
let_go
for how in hold hold_with_own_dev; do
	start
	$how --group $AUTO1
	try mdevadm stop -u $AUTO1
	check "the group alone, as libvirt has it ($how): stop succeeds" ends 0 ""
	check "and it is gone ($how)" is_gone
	let_go
	start
	$how --group $AUTO1
	drain_with_command
	check "the group alone ($how): drain succeeds" ends 0 ""
	check "and the command ran, and it runs again ($how)" eval "command_ran && is_there"
	let_go
	mdevadm stop -u $AUTO1
done

# The group here, the device there: only the removal tells.
start
hold --split $AUTO1
try mdevadm stop -u $AUTO1 --timeout 1
check "the group here, the device in another process: stop ends with 6" ends 6 ""
let_go
until_true is_gone
mdevadm stop -u $AUTO1 >/dev/null 2>&1

# A removal of its own that blocks.
start_with_attribute
open_before_removal
# shellcheck disable=SC2086
try mdevadm $blind stop -u $AUTO1 --timeout 1
nobody_opens
check "a removal of its own that blocks is given up after --timeout" ends 6 "goes on with it"
check "meanwhile the device's directory is there" is_there
check "and its link is not" lacks /sys/bus/mdev/devices/$AUTO1
try mdevadm stop -u $AUTO1 --timeout 1 --lock-timeout 1
check "another stop does not succeed meanwhile" [ "$status" -ne 0 ]
check "other devices of the parent go on" eval "start $AUTO2 && mdevadm stop -u $AUTO2"
close_it
check "the removal ends when the device is closed" until_true is_gone
check "and the UUID can be used again" start

# The same for a drain.
mdevadm stop -u $AUTO1
start_with_attribute
open_before_removal
# shellcheck disable=SC2086
drain_with_command $blind --timeout 1
nobody_opens
check "a drain's removal that blocks: drain fails" ends 125 "goes on with it"
check "and does not run its command" lacks /tmp/command
check "the parent stays held" is_held
try start $AUTO2
check "and nothing can be started on it" ends 5 ""
close_it
check "the removal ends when the device is closed" until_true is_gone
check "resume brings the device back" mdevadm resume $parent
check "as it ran" has_alpha
check "and the parent is not held any more" lacks $run/held/$parent

open_before_removal
# shellcheck disable=SC2086
drain_with_command $blind --timeout 1
nobody_opens
check "another one: drain fails" ends 125 "goes on with it"
try mdevadm resume --lock-timeout 1 $parent
check "resume has to wait for the removal" ends 5 ""
try mdevadm resume --abandon --lock-timeout 1 $parent
check "resume --abandon has not, although the removal still blocks" ends 0 ""
check "it does: the device's directory is there" is_there
check "the parent is not held any more" lacks $run/held/$parent
check "and other devices can be started on it" start $AUTO2
close_it
check "the removal ends when the device is closed" until_true is_gone
check "the device that was given up does not come back" \
	eval "mdevadm start-parent-mdevs $parent && is_gone"
check "and its UUID can be used again" start
mdevadm stop -u $AUTO2

# The removal is somebody else's, who does not look.
hold $AUTO1
(echo 1 >/sys/bus/mdev/devices/$AUTO1/remove) &
remover=$!
until_true grep -q "^$AUTO1 remove$" $directory/log
remember
try mdevadm stop -u $AUTO1 --timeout 1
check "somebody else's removal that blocks: stop gives up after --timeout" ends 6 "has not ended"
drain_with_command --lock-timeout 1
check "drain refuses" ends 125 "has not ended"
check "and does not run its command" lacks /tmp/command
check "and nothing was changed" nothing_changed
let_go
wait $remover
check "the removal ends when the device is closed" is_gone
drain_with_command
check "then drain succeeds, and the command runs" eval "ends 0 '' && command_ran"
check "nothing was left to bring back" none_runs

# Stuck: removed by somebody else while it was being created.
echo 60000 >$parameters/probe_ms
(echo $AUTO1 >$directory/mdev_supported_types/mdevtest-plain/create) &
until_true [ -e $device/remove ]
(echo 1 >$device/remove) 2>/dev/null
echo 0 >$parameters/probe_ms
wait
check "a device can be stuck" eval "is_there && lacks $device/remove"
drain_with_command
check "drain refuses then, and names the way out" ends 125 "start-parent-mdevs $parent"
check "and does not run its command" lacks /tmp/command
try mdevadm stop -u $AUTO1
check "stop says that it is stuck" ends 1 "it is stuck"
echo $parent >$driver/unbind
echo $parent >$driver/bind
check "the driver's going frees it" start
mdevadm stop -u $AUTO1

# The driver goes by another's hand, slowly. The class's link to the parent is the first to go, then
# the devices, one after the other, and then the types.
start $AUTO1
start $AUTO2
echo 3000 >$parameters/remove_ms
(echo $parent >$driver/unbind) &
until_true lacks /sys/class/mdev_bus/$parent
is_going() { [ ! -e "/sys/bus/mdev/devices/$1" ]; }
if is_going $AUTO1; then
	going=$AUTO1 linked=$AUTO2
else
	going=$AUTO2 linked=$AUTO1
fi
try mdevadm stop -u $going --timeout 1
check "stop of a device that goes with its driver does not succeed before it has gone" \
	eval "[ $status -ne 0 ] || lacks $directory/$going"
try mdevadm stop -u $linked
check "stop of one that will go with its driver succeeds" ends 0 ""
check "when it has gone" lacks $directory/$linked
echo 0 >$parameters/remove_ms
wait
echo $parent >$driver/bind

# The same, begun between the look and the removal, and held up by another device that is open.
has_devices() { compgen -G "$directory/*-*-*-*-*" >/dev/null; }
unbind_before_removal() {
	mkdir -p $callouts
	cat >$callouts/unbind.sh <<-END
	#!/bin/bash
	[[ "\$*" == *"-e pre -a stop"* ]] && [ ! -e /tmp/holder ] || exit 0
	other=$AUTO1
	[[ "\$*" != *$AUTO1* ]] || other=$AUTO2
	setsid vfio-hold \$other >/tmp/hold.log 2>&1 </dev/null &
	echo \$! >/tmp/holder
	until grep -q holding /tmp/hold.log; do sleep 0.05; done
	setsid sh -c 'echo $parent >$driver/unbind' >/dev/null 2>&1 </dev/null &
	while [ -e /sys/class/mdev_bus/$parent ]; do sleep 0.05; done
	END
	chmod 755 $callouts/unbind.sh
	rm -f /tmp/holder
}
bind_again() {
	close_it
	until_true lacks $directory/mdev_supported_types
	echo $parent >$driver/bind
}
start $AUTO1
start $AUTO2
unbind_before_removal
try mdevadm stop -u $AUTO2 --timeout 1
nobody_opens
where=$([ -e $directory/$AUTO2 ] && echo there || echo gone)
check "stop of a device that its driver is to take along: 0 says that it has gone" \
	eval "[ $status -ne 0 ] || is $where gone"
bind_again

start $AUTO1
start $AUTO2
unbind_before_removal
drain_with_command --jobs 1 --timeout 1 --lock-timeout 2
nobody_opens
check "a drain meanwhile: a device is there, and open" has_devices
check "drain fails" ends 125 ""
check "and does not run its command" lacks /tmp/command
bind_again
try mdevadm resume $parent
check "resume starts again what was stopped" ends 0 ""
finish
