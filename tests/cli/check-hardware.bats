#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# check: what parents, cards, the kernel and udev have, and lack.

load lib/common
load lib/check

setup() { setup_check; }

# A definition that nobody starts by itself, and one that is started.
manual() { define_raw "$1" "${2:-$U1}" '{"mdev_type": "nvidia-36"}'; }
auto() { define_raw "$1" "${2:-$U1}" '{"mdev_type": "nvidia-36", "start": "auto"}'; }

# --- sysfs ---

@test "an absent sysfs is found" {
	umount_sim
	rmdir "$SYS"

	finds fault sysfs-absent "$SYS" "no sysfs at '$SYS'" "mount it: mount -t sysfs sysfs $SYS"
}

@test "a sysfs that is mounted read-only is found" {
	mount -o remount,ro,bind "$SYS" || skip "cannot be remounted"

	finds fault sysfs-read-only "$SYS" \
		"no device can be started or stopped: EROFS (Read-only file system)" \
		"the sysfs at '$SYS' is mounted read-only: mount -o remount,rw $SYS"
}

@test "a type that cannot be read is found" {
	ctl 'garbage available_instances mtty mtty-1 many\n'

	finds fault type-unreadable mtty \
		"type 'mtty-1' of parent 'mtty' is left out: '$SYS/class/mdev_bus/mtty/mdev_supported_types/mtty-1/available_instances' has 'many', which is no number" \
		"the kernel's log says why: journalctl -k"
}

@test "what cannot be read of the hardware is found" {
	umount_sim
	pci 0000:06:00.0 mdev_supported_types/a/available_instances=1 mdev_supported_types/a/device_api=x
	mkdir "$SYS/devices/pci0000:00/0000:06:00.0/numa_node"
	ln -s ../../devices/pci0000:00/0000:06:00.0 "$SYS/class/mdev_bus/0000:06:00.0"

	run mdevadm check

	expect_status 9
	expect_findings_count 1
	expect_contains "fault: something about '0000:06:00.0' is left out: "
	expect_contains "where: 0000:06:00.0 (hardware-unreadable)"
}

@test "a device that cannot be looked at is found" {
	umount_sim
	pci 0000:06:00.0 mdev_supported_types/a/available_instances=1 mdev_supported_types/a/device_api=x \
		"$U1/mdev_type=no link" "$U1/remove="
	ln -s ../../devices/pci0000:00/0000:06:00.0 "$SYS/class/mdev_bus/0000:06:00.0"

	run mdevadm check

	expect_status 9
	expect_findings_count 1
	expect_contains "fault: device $U1 is left out: cannot read the link"
	expect_contains "where: $SYS (device-unreadable)"
}

# --- no parents ---

@test "no driver is a note where nothing is defined, and a fault where something is" {
	umount_sim
	text="no driver with mediated devices is loaded"
	advice="load that of the hardware: nvidia with its vGPU manager, kvmgt (Intel), vfio_ap or vfio_ccw (s390), or the sample mtty"
	finds note no-parent "$SYS" "$text" "$advice"
	manual 0000:06:00.0

	run mdevadm check

	expect_finding fault no-parent "$SYS" "$text" "$advice"
}

@test "a driver that has registered nothing is told from none" {
	ctl unregister mtty

	run mdevadm check

	expect_status 0
	expect_contains "note: no parent of mediated devices is registered
    where: $SYS (no-parent)"
}

@test "a parent that is registered without types is found" {
	echo '{"parents": [{"name": "mtty", "types": []}]}' >"$PLAIN"
	mount_sim "$PLAIN"

	finds fault parent-without-types mtty "parent 'mtty' is registered and has no type" \
		"the kernel's log says why: journalctl -k; then reload the driver"
}

MIG="a GPU in MIG mode has nothing until it is cut into instances: 'nvidia-smi mig -lgi' lists them, 'nvidia-smi mig -cgi' makes them"

# nvidia_parent TYPES [MORE]: a machine whose only parent is a GPU of NVIDIA's.
nvidia_parent() {
	printf '{"parents": [{"name": "0000:06:00.0", "path": "devices/pci0000:00/0000:06:00.0", "bus": "pci",
		"files": {"vendor": "0x10de\\n", "class": "0x030200\\n"}, "driver": "nvidia"%s, "types": [%s]}]}' \
		"${2:-}" "$1" >"$PLAIN"
	mount_sim "$PLAIN"
}

@test "a GPU of NVIDIA's that has no types may be in MIG mode" {
	nvidia_parent ''

	finds fault parent-without-types 0000:06:00.0 \
		"parent '0000:06:00.0' is registered and has no type" "$MIG"
}

@test "a GPU of NVIDIA's that offers no instance may be in MIG mode" {
	nvidia_parent '{"name": "nvidia-36", "instances": 0}'

	finds note no-instances 0000:06:00.0 \
		"GPU '0000:06:00.0' offers no instance of any type, and nothing runs on it" "$MIG"
}

@test "a GPU whose instances all run is no finding" {
	nvidia_parent '{"name": "nvidia-36", "instances": 1}'
	mdevadm start -p 0000:06:00.0 -t nvidia-36

	finds_nothing
}

@test "a card of whose functions one runs is no finding" {
	mount_sim sriov
	sed 's/"gpu0": 4/"gpu0": 1/' "$DESCRIPTIONS/sriov.json" >"$PLAIN"
	mount_sim "$PLAIN"
	mdevadm start -p 0000:06:00.4 -t nvidia-36

	finds_nothing
}

# --- what is in the way of a parent ---

@test "a device without a driver is told from one that is not there" {
	pci_tree
	pci 0000:06:00.0
	auto 0000:06:00.0

	run mdevadm check

	expect_finding fault parent-absent 0000:06:00.0 \
		"device '0000:06:00.0' is no parent: no driver is bound to it; 1 definition is on it, 1 auto" \
		"load the driver; the kernel's log says why it does not bind: journalctl -k"
}

# The rest of the machine: no parents at all, with the core loaded.
pci_tree() {
	umount_sim
	mkdir -p "$SYS/class/mdev_bus"
}

@test "a driver that offers nothing is named, with what it needs" {
	pci_tree
	pci 0000:06:00.0 "${NVIDIA[@]}" driver@../../bus/pci/drivers/nvidia
	pci 0000:00:02.0 driver@../../bus/pci/drivers/i915
	pci 0000:00:03.0 driver@../../bus/pci/drivers/e1000
	auto 0000:06:00.0
	manual 0000:00:02.0 "$U2"
	manual 0000:00:03.0 "$U3"

	run mdevadm check

	expect_finding fault parent-absent 0000:06:00.0 \
		"device '0000:06:00.0' is no parent: its driver 'nvidia' offers no mediated devices there; 1 definition is on it, 1 auto" \
		"it has to be the one of NVIDIA's vGPU software, with its manager running: systemctl status nvidia-vgpu-mgr"
	expect_finding note parent-absent 0000:00:02.0 \
		"device '0000:00:02.0' is no parent: its driver 'i915' offers no mediated devices there; 1 definition is on it, 0 auto" \
		"load kvmgt, and i915 with the parameter enable_gvt=1"
	expect_finding note parent-absent 0000:00:03.0 \
		"device '0000:00:03.0' is no parent: its driver 'e1000' offers no mediated devices there; 1 definition is on it, 0 auto" \
		"see whether that is the right driver, and the kernel's log: journalctl -k"
}

# A GPU with virtual functions at 06:00.4 and on, which are off.
card_without_functions() {
	pci_tree
	pci 0000:06:00.0 "${NVIDIA[@]}" sriov_totalvfs=16 sriov_numvfs=0 sriov_offset=4 sriov_stride=2
}

@test "virtual functions that are off are a note" {
	card_without_functions
	pci 0000:01:00.0 vendor=0x8086 class=0x020000 sriov_totalvfs=8 sriov_numvfs=0 sriov_offset=16 sriov_stride=1

	run mdevadm check

	expect_status 0
	expect_finding note functions-off 0000:06:00.0 \
		"the virtual functions of '0000:06:00.0' are off: there are 0 of 16" \
		"'/usr/lib/nvidia/sriov-manage -e 0000:06:00.0' makes them, at each start of the machine anew"
	[[ $output != *"functions of '0000:01:00.0'"* ]]
}

@test "virtual functions that are off and defined on are a fault" {
	card_without_functions
	manual 0000:06:00.6
	manual 0000:06:00.5 "$U2"

	run mdevadm check

	expect_finding fault functions-off 0000:06:00.0 \
		"the virtual functions of '0000:06:00.0' are off: there are 0 of 16; on those 1 definition is" \
		"'/usr/lib/nvidia/sriov-manage -e 0000:06:00.0' makes them, at each start of the machine anew"
	expect_contains "note: parent '0000:06:00.5' is not there; "
	[[ $output != *"'0000:06:00.6' is not there"* ]]
}

ON_VFIO_PCI="'0000:06:00.4' is bound to vfio-pci, so it goes to a guest as a whole and has no mediated devices"
UNBIND="if that is not meant, end what binds it (driverctl list-overrides, vfio-pci.ids=), then 'echo 0000:06:00.4 >/sys/bus/pci/drivers/vfio-pci/unbind'"

@test "a virtual function of NVIDIA's that vfio-pci has is a note, and one defined on a fault" {
	pci_tree
	pci 0000:06:00.0 "${NVIDIA[@]}" sriov_totalvfs=1 sriov_numvfs=1 virtfn0@../0000:06:00.4
	pci 0000:06:00.4 "${NVIDIA[@]}" physfn@../0000:06:00.0 driver@../../bus/pci/drivers/vfio-pci
	run mdevadm check
	expect_status 0
	expect_finding note function-on-vfio-pci 0000:06:00.4 "$ON_VFIO_PCI" "$UNBIND"
	manual 0000:06:00.4

	run mdevadm check

	expect_finding fault function-on-vfio-pci 0000:06:00.4 "$ON_VFIO_PCI" "$UNBIND"
	[[ $output != *"(parent-absent)"* ]]
}

# --- NVIDIA's own interface ---

vendor_card() {
	pci_tree
	pci 0000:06:00.0 "${NVIDIA[@]}" sriov_totalvfs=2 sriov_numvfs=2 \
		virtfn0@../0000:06:00.4 virtfn1@../0000:06:00.5 driver@../../bus/pci/drivers/nvidia
	for function in 0000:06:00.4 0000:06:00.5; do
		pci "$function" "${NVIDIA[@]}" physfn@../0000:06:00.0 driver@../../bus/pci/drivers/nvidia \
			nvidia/current_vgpu_type=0 nvidia/creatable_vgpu_types='1145 : NVIDIA L40S-1B'
	done
}

@test "NVIDIA's own interface is a note for each card" {
	vendor_card

	finds note nvidia-interface 0000:06:00.0 \
		"the GPU '0000:06:00.0' has NVIDIA's own interface instead of mediated devices, as since Linux 6.8 with vGPU 17" \
		"mdevadm cannot make vGPUs there: see NVIDIA's vGPU guide, and what its virtual functions have in $SYS/bus/pci/devices/*/nvidia"
}

@test "what is defined from the time of mdevs is found" {
	vendor_card
	auto 0000:06:00.4
	manual 0000:06:00.0 "$U2"

	run mdevadm check

	expect_finding fault definition-left-over 0000:06:00.4 \
		"what is defined there is left over: the GPU '0000:06:00.4' has NVIDIA's own interface instead of mediated devices, as since Linux 6.8 with vGPU 17; 1 definition is on it, 1 auto" \
		"'mdevadm undefine --all --parent 0000:06:00.4' removes it; vGPUs are made there as NVIDIA's vGPU guide says"
	expect_contains "where: 0000:06:00.0 (definition-left-over)"
	[[ $output != *"(parent-absent)"* ]]
	[[ $output != *"(no-parent)"* ]]
}

# --- vfio_ap ---

# matrix FEATURES GUEST_MATRIX
matrix() {
	printf '{"parents": [{"name": "matrix", "driver": "vfio_ap", "files": {"features": "%s\\n"}, "types": [
		{"name": "vfio_ap-passthrough", "instances": 9, "attrs": [
		  {"name": "matrix", "mode": "r", "value": "05.0004\\n05.0047\\n"},
		  {"name": "guest_matrix", "mode": "r", "value": "%s"}]}]}]}' "$1" "$2" >"$PLAIN"
	mount_sim "$PLAIN"
	mdevadm start -u "$U1" -p matrix -t vfio_ap-passthrough
}

@test "features that vfio_ap lacks are a note" {
	matrix "guest_matrix hotplug" '05.0004\n05.0047\n'

	finds note ap-features matrix "the kernel's vfio_ap lacks the features 'dyn', 'ap_config'" \
		"without them what a guest really gets cannot be seen, nor a running device be changed as a whole: use a later kernel"
}

@test "queues that are not bound to vfio_ap are found" {
	matrix "guest_matrix dyn ap_config" '05.0004\n'

	finds fault ap-queues-unbound "$U1" \
		"a guest of $U1 does not get all queues that are assigned to it: some are not bound to vfio_ap" \
		"compare 'matrix' and 'guest_matrix' of the device; 'lszcrypt -V' shows the drivers of the queues, /sys/bus/ap/apmask and aqmask which of them the host keeps"
}

@test "a matrix whose queues are all bound is no finding" {
	matrix "guest_matrix dyn ap_config" '05.0004\n05.0047\n'

	finds_nothing
}

# --- udev and systemd ---

@test "without a udev rule what is auto is not started" {
	rm "$RULES"/*
	finds_nothing
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm start -u "$U1"

	finds fault rule-absent "$RULES" \
		"no udev rule starts devices when their parent comes, and 1 definition is auto" \
		"install '$RULES/60-mdevadm.rules', which the package has; 'mdevadm start --all' starts all that is defined now"
}

@test "a rule that is hidden is none" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm start -u "$U1"
	mkdir -p "$MDEVADM_ROOT/etc/udev/rules.d"
	ln -s /dev/null "$MDEVADM_ROOT/etc/udev/rules.d/60-mdevadm.rules"

	run mdevadm check

	expect_status 9
	expect_contains "(rule-absent)"
}

@test "a rule of any name that starts devices is one" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm start -u "$U1"
	mv "$RULES/60-mdevadm.rules" "$RULES/99-local.rules"

	finds_nothing
}

# Something that a rule has to start, and that runs.
define_auto() {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm start -u "$U1"
}

@test "a rule whose program is not there is found, and matters if something is auto" {
	text="'$RULES/60-mdevadm.rules' runs '$MDEVADM_ROOT/opt/mdevadm', which cannot be run: ENOENT (No such file or directory)"
	advice="so that starts nothing when a parent comes: install the program there, or mend the path"
	sed -i 's#RUN+="[^ ]* start-parent#RUN+="/opt/mdevadm start-parent#' "$RULES/60-mdevadm.rules"
	finds note rule-without-program "$RULES/60-mdevadm.rules" "$text" "$advice"
	define_auto

	finds fault rule-without-program "$RULES/60-mdevadm.rules" "$text" "$advice"
}

@test "a rule that starts nothing is a note where another one does" {
	define_auto
	echo 'ACTION=="add", RUN+="/usr/sbin/mdevctl start-parent-mdevs %k"' >"$RULES/60-mdevctl.rules"

	finds note rule-without-program "$RULES/60-mdevctl.rules" \
		"'$RULES/60-mdevctl.rules' runs '$MDEVADM_ROOT/usr/sbin/mdevctl', which cannot be run: ENOENT (No such file or directory)" \
		"so that starts nothing when a parent comes: install the program there, or mend the path"
}

@test "a program that a rule finds by other means than a path is not missed" {
	# shellcheck disable=SC2016
	for program in '/bin/sh -c '"'mdevadm" '$env{HOME}/mdevadm' '/opt/%k/mdevadm'; do
		sed "s#RUN+=\"[^ ]* start-parent#RUN+=\"$program start-parent#" \
			"$MDEVADM_BUILD/60-mdevadm.rules" >"$RULES/60-mdevadm.rules"
		finds_nothing
	done
}

@test "a program without a path is one of udev's own directory" {
	define_auto
	sed 's#RUN+="[^ ]* start-parent#RUN+="mdevctl start-parent#' \
		"$MDEVADM_BUILD/60-mdevadm.rules" >"$RULES/60-mdevadm.rules"
	finds fault rule-without-program "$RULES/60-mdevadm.rules" \
		"'$RULES/60-mdevadm.rules' runs 'mdevctl', for which udev looks in '${RULES%/*}', and that cannot be run: ENOENT (No such file or directory)" \
		"so that starts nothing when a parent comes: write the program's whole path"
	cp /bin/true "${RULES%/*}/mdevctl"

	finds_nothing
}

@test "a rule that runs nothing when a parent comes is none that starts devices" {
	define_auto
	rule=$RULES/60-mdevadm.rules
	start='"/bin/true start-parent-mdevs %k"'
	while read -r text; do
		printf '%b\n' "$text" >"$rule"
		finds fault rule-absent "$RULES" \
			"no udev rule starts devices when their parent comes, and 1 definition is auto" \
			"install '$rule', which the package has; 'mdevadm start --all' starts all that is defined now"
	done <<-END
		ACTION=="remove", RUN+=$start
		ACTION=="remove|unbind", RUN+=$start
		ACTION!="remove", GOTO="end"\\nRUN+=$start\\nLABEL="end"
		RUN==$start
		ACTION=="add", RUN-=$start
		ENV{X}=$start
		ACTION=="remove", \\\\\\nRUN+=$start
	END
}

@test "rules of many forms start devices" {
	define_auto
	start='"/bin/true start-parent-mdevs %k"'
	mkdir -p "$MDEVADM_ROOT/bin"
	cp /bin/true "$MDEVADM_ROOT/bin"
	while read -r text; do
		printf '%b\n' "$text" >"$RULES/60-mdevadm.rules"
		finds_nothing
	done <<-END
		RUN=$start
		ACTION=="remove|add", RUN+=$start
		ACTION!="remove" , RUN{program} += $start
		ACTION=="ch*", RUN:=$start
		ACTION=="remove", GOTO="end"\\nRUN+=$start\\nLABEL="end"
		ACTION!="remove", TEST=="x", GOTO="end"\\nRUN+=$start\\nLABEL="end"
		ACTION=="bind", \\\\\\nRUN+=$start
		ACTION=="add", PROGRAM=$start
		ENV{X-Y}=="1", ATTR{a = b}!="x", RUN+=$start
	END
}

# With systemd the rule has a unit do the work.
@test "a rule whose unit is not there, or masked, is found" {
	define_auto
	mkdir -p "$RUN/systemd/system" "$UNITS"
	finds fault rule-without-unit "$RULES/60-mdevadm.rules" \
		"'$RULES/60-mdevadm.rules' has systemd start mdevadm-parent@.service, which is not there" \
		"install '$UNITS/mdevadm-parent@.service', which the package has"
	cp "$MDEVADM_BUILD/mdevadm-parent@.service" "$UNITS"
	finds_nothing
	mkdir -p "$MDEVADM_ROOT/etc/systemd/system"
	ln -s /dev/null "$MDEVADM_ROOT/etc/systemd/system/mdevadm-parent@.service"

	finds fault rule-without-unit "$RULES/60-mdevadm.rules" \
		"'$RULES/60-mdevadm.rules' has systemd start mdevadm-parent@.service, which is masked" \
		"'systemctl unmask mdevadm-parent@.service'"
}

@test "a unit whose program is not there is found" {
	define_auto
	mkdir -p "$RUN/systemd/system" "$UNITS"
	sed 's#^ExecStart=[^ ]*#ExecStart=/opt/mdevadm#' "$MDEVADM_BUILD/mdevadm-parent@.service" \
		>"$UNITS/mdevadm-parent@.service"

	run mdevadm check

	expect_status 9
	expect_contains "'$UNITS/mdevadm-parent@.service' runs '$MDEVADM_ROOT/opt/mdevadm', which cannot be run"
}

# mdevctl_rule PROGRAM: that of the other package.
mdevctl_rule() {
	mkdir -p "$MDEVADM_ROOT/usr/sbin"
	cp -P "$1" "$MDEVADM_ROOT/usr/sbin/mdevctl"
	echo 'ACTION=="add", RUN+="/usr/sbin/mdevctl start-parent-mdevs %k"' >"$RULES/60-mdevctl.rules"
}

@test "the rules of both packages are a fault" {
	mdevctl_rule /bin/true

	finds fault rules-both "$RULES/60-mdevadm.rules" \
		"2 udev rules start the devices of a parent that comes, and not all of them by mdevadm's locks: '$RULES/60-mdevadm.rules', '$RULES/60-mdevctl.rules'" \
		"keep one: a link to /dev/null of the other's name in /etc/udev/rules.d hides it, as removing its package does"
}

@test "two rules for one program are a note" {
	mkdir -p "$RUN/systemd/system" "$UNITS"
	cp "$MDEVADM_BUILD/mdevadm-parent@.service" "$UNITS"
	ln -s "$(realpath "$MDEVADM")" "$BATS_TEST_TMPDIR/link"
	mdevctl_rule "$BATS_TEST_TMPDIR/link"

	finds note rules-both "$RULES/60-mdevadm.rules" \
		"2 udev rules start the devices of a parent that comes: '$RULES/60-mdevadm.rules', '$RULES/60-mdevctl.rules'" \
		"keep one: a link to /dev/null of the other's name in /etc/udev/rules.d hides it, as removing its package does"
}

# --- what is no file ---

@test "a rule or a unit that is a FIFO is found, and not waited for" {
	define_auto
	mkfifo "$RULES/50-x.rules"
	run timeout 20 "$MDEVADM" check
	expect_finding fault cannot-tell "$RULES/50-x.rules" \
		"'$RULES/50-x.rules' is a FIFO, not a regular file" \
		"put a regular file of less than 1 MiB in its place, or remove it"
	rm "$RULES/50-x.rules"
	mkdir -p "$RUN/systemd/system" "$UNITS"
	mkfifo "$UNITS/mdevadm-parent@.service"

	run timeout 20 "$MDEVADM" check

	expect_finding fault cannot-tell "$UNITS/mdevadm-parent@.service" \
		"'$UNITS/mdevadm-parent@.service' is a FIFO, not a regular file" \
		"put a regular file of less than 1 MiB in its place, or remove it"
}

@test "a rule that is a link to a file is read" {
	define_auto
	mv "$RULES/60-mdevadm.rules" "$BATS_TEST_TMPDIR/rules"
	ln -s "$BATS_TEST_TMPDIR/rules" "$RULES/60-mdevadm.rules"

	finds_nothing
}
