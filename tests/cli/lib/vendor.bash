# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Trees of files in the place of the simulator: NVIDIA's interface without mdevs, and what is spoilt.

# vendor_vf ADDRESS CURRENT [LINE...]: a virtual function of 0000:41:00.0 with that list of types.
vendor_vf() {
	local address=$1 current=$2
	local dir=$SYS/devices/pci0000:40/$address

	shift 2
	mkdir -p "$dir/nvidia" "$SYS/devices/pci0000:40/0000:41:00.0" "$SYS/bus/pci/devices"
	ln -sfn ../0000:41:00.0 "$dir/physfn"
	ln -sfn "../../../devices/pci0000:40/$address" "$SYS/bus/pci/devices/$address"
	ln -sfn ../../../devices/pci0000:40/0000:41:00.0 "$SYS/bus/pci/devices/0000:41:00.0"
	ln -sfn "../$address" "$SYS/devices/pci0000:40/0000:41:00.0/virtfn$((${address##*.} - 4))"
	echo "$current" >"$dir/nvidia/current_vgpu_type"
	printf '%s\n' "$@" >"$dir/nvidia/creatable_vgpu_types"
}

# In the simulator's place a copy of what it shows, in which anything can be spoilt.
copy_sysfs() {
	local device

	# What is for writing alone cannot be copied.
	cp -a "$SYS" "$BATS_TEST_TMPDIR/copy" 2>/dev/null || true
	umount_sim
	rm -rf "$BATS_TEST_TMPDIR/copy/.mdevsim"
	rmdir "$SYS"
	mv "$BATS_TEST_TMPDIR/copy" "$SYS"
	for device in "$SYS"/bus/mdev/devices/*-*; do
		[ ! -e "$device" ] || : >"$device/remove"
	done
}
