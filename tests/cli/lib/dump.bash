# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Dumps of one machine, loaded as another; in test files behind common, in a virtual machine's script
# and where its dump is looked at.

BROKEN_UUID=99999999-9999-4999-8999-999999999999

# Starts and defines a device of each type that there is, as far as there is room; one parent is held,
# and one definition is broken. ETC and SYS are the machine's.
fill_machine() {
	local parent type held

	for parent in "$SYS"/class/mdev_bus/*; do
		parent=${parent##*/}
		held=$parent
		for type in "$SYS/class/mdev_bus/$parent"/mdev_supported_types/*; do
			mdevadm start -p "$parent" -t "${type##*/}" >/dev/null 2>&1 || true
			mdevadm define -p "$parent" -t "${type##*/}" -a >/dev/null
		done
	done
	printf '{ "mdev_type": "broken' >"$ETC/$held/$BROKEN_UUID"
	mdevadm hold "$held" --reason "new firmware"
}

# Writes into the directory what the machine shows, on both streams: a file for each listing.
list_machine() { # DIRECTORY
	local options

	mkdir -p "$1"
	while read -r options; do
		# shellcheck disable=SC2086
		mdevadm $options >"$1/$options" 2>"$1/$options, messages" || echo "status $?" >>"$1/$options"
	done <<-'END'
		list
		list --verbose
		list --dumpjson
		list --defined
		list --defined --verbose
		list --defined --dumpjson
		types
		types --dumpjson
	END
}

# load_dump FILE DIR: a machine of its own below DIR is what the dump says.
load_dump() {
	mkdir -p "$2"/{sys,etc,run,dev}
	[ -e "$2/proc" ] || ln -s /proc "$2/proc"
	"$MDEVSIM" --unpack "$2" "$1" "$2/sys" >/dev/null
}
