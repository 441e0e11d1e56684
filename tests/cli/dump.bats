#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# `dump`: all that is known of a machine, in a file that mdevsim loads.

load lib/common
load lib/vendor
load lib/dump

setup() {
	needs_sim "machines of its own"
	common_setup
	DUMP=$BATS_TEST_TMPDIR/dump.json
	OTHER=$BATS_TEST_TMPDIR/other
	# Neither this machine's journal nor its programs have a say.
	BIN=$BATS_TEST_TMPDIR/bin
	mkdir "$BIN"
	program journalctl 'exit 0'
	PATH=$BIN:$PATH
}

teardown() {
	umount "$OTHER/sys" 2>/dev/null || fusermount3 -u "$OTHER/sys" 2>/dev/null || true
	common_teardown
}

program() { # NAME TEXT
	printf '#!/bin/sh\n%s\n' "$2" >"$BIN/$1"
	chmod 755 "$BIN/$1"
}

of_dump() { jq -r "$@" "$DUMP"; }
# The parent, type or device of that name in the dump.
MTTY='.parents[] | select(.name == "mtty")'

on_other() { MDEVADM_ROOT=$OTHER "$@"; }

# Both machines show the same, but for where they are.
expect_same_listings() {
	list_machine "$BATS_TEST_TMPDIR/here"
	on_other list_machine "$BATS_TEST_TMPDIR/there"
	sed -i "s#$MDEVADM_ROOT#ROOT#g" "$BATS_TEST_TMPDIR/here"/*
	sed -i "s#$OTHER#ROOT#g" "$BATS_TEST_TMPDIR/there"/*
	diff -r "$BATS_TEST_TMPDIR/here" "$BATS_TEST_TMPDIR/there"
}

# --- what is loaded from it ---

# loads_as_it_is DESCRIPTION LINES: with at least so many lines of devices that run.
loads_as_it_is() {
	mount_sim "$1"
	fill_machine
	mdevadm dump -o "$DUMP"

	load_dump "$DUMP" "$OTHER"

	[ "$(mdevadm list | wc -l)" -ge "$2" ]
	mdevadm types | grep -q 'held: new firmware'
	expect_same_listings
	grep -q "cannot be read" "$BATS_TEST_TMPDIR/there/list --defined, messages"
	# What cannot be listed is the same as well.
	on_other mdevadm dump -o "$DUMP.2"
	diff <(of_dump '.parents, .definitions, .records, .holds') \
		<(jq -r '.parents, .definitions, .records, .holds' "$DUMP.2")
}

@test "a dump of all sorts of parents is loaded as they are" { loads_as_it_is zoo 5; }
@test "a dump of two GPUs is loaded as they are" { loads_as_it_is two-gpus 8; }
@test "a dump of virtual functions is loaded as they are" {
	loads_as_it_is sriov 3
	run --separate-stderr on_other mdevadm list -p 0000:06:00.0
	[ "${#lines[@]}" -eq 3 ]
}

@test "every description has a test of its own here" {
	for description in "$DESCRIPTIONS"/*.json; do
		grep -q "loads_as_it_is $(basename "$description" .json) " "$BATS_TEST_FILENAME"
	done
}

@test "a loaded machine goes on as the first would: starts, stops and room" {
	mdevadm start -u "$U1" -p mtty -t mtty-2
	mdevadm dump -o "$DUMP"
	load_dump "$DUMP" "$OTHER"
	export MDEVADM_ROOT=$OTHER

	run mdevadm start -u "$U1" -p mtty -t mtty-2
	expect_status 4
	mdevadm start -u "$U2" -p mtty -t mtty-1
	mdevadm stop -u "$U1"

	SYS=$OTHER/sys
	[ "$(instances mtty mtty-2)" = 12 ]
	[ "$(instances mtty mtty-1)" = 21 ]
}

@test "devices that are stuck, in use or have attributes are loaded so" {
	local gpu=0000:06:00.0

	mount_sim two-gpus
	mdevadm start -u "$U1" -p $gpu -t nvidia-36
	mdevadm start -u "$U2" -p $gpu -t nvidia-36
	printf 'enable_uvm=1\n' >"$SYS/class/mdev_bus/$gpu/$U1/nvidia/vgpu_params"
	ctl stuck "$U2"
	mdevadm dump -o "$DUMP"

	load_dump "$DUMP" "$OTHER"

	[ "$(cat "$OTHER/sys/class/mdev_bus/$gpu/$U1/nvidia/vgpu_params")" = enable_uvm=1 ]
	run on_other mdevadm list
	expect_contains "$U2 $gpu nvidia-36 manual (stuck)"
	expect_same_listings
}

@test "IOMMU groups and numbers of device nodes are those of the machine" {
	for uuid in "$U1" "$U2" "$U3"; do
		mdevadm start -u "$uuid" -p mtty -t mtty-1
	done
	mdevadm stop "$U1"
	ctl number cdev 1:9 "$U3"
	mdevadm dump -o "$DUMP"

	load_dump "$DUMP" "$OTHER"

	for file in "$U2/iommu_group" "$U3/iommu_group"; do
		[ "$(readlink "$OTHER/sys/class/mdev_bus/mtty/$file")" = "$(readlink "$SYS/class/mdev_bus/mtty/$file")" ]
	done
	[ "$(cat "$OTHER/sys/class/vfio/2/dev")" = 240:2 ]
	[ "$(cat "$OTHER/sys/class/mdev_bus/mtty/$U3/vfio-dev/vfio2/dev")" = 1:9 ]
	[ ! -e "$OTHER/sys/class/mdev_bus/mtty/$U2/vfio-dev/vfio1/dev" ]
}

has_full_open() { readlink "/proc/$1/fd/0" | grep -q full; }

@test "who has a device open is in it" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl number cdev 1:7 "$U1"
	# shellcheck disable=SC2217 # that it has the node open is all
	sleep 100 </dev/full 3>&- &
	ends_with_test $!
	wait_until has_full_open $!

	mdevadm dump -o "$DUMP"

	[[ "$(of_dump "$MTTY | .devices[0].users")" == *"pid $! (sleep)"* ]]
}

@test "what cannot be read is an error in the dump, and loaded as that" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	chmod 700 "$ETC/mtty/$U1"
	mkfifo "$ETC/mtty/$U2"
	# A type that cannot be read, and one that shows no number.
	ctl garbage available_instances mtty mtty-2 'many\n'
	ctl error read EIO -1 mtty-1
	# Files that every type should have are missing.
	ctl hide 0000:00:02.0 i915-GVTg_V5_4 available_instances
	ctl hide 0000:00:02.0 i915-GVTg_V5_8 device_api

	run mdevadm dump -o "$DUMP"

	expect_status 9
	[[ ${lines[0]} == "mdevadm: "*" things could not be read" ]]
	[[ ${lines[1]} == "hint: the dump says what and why: jq "* ]]
	[ "$(of_dump "$MTTY | .types[0].available.errno")" = EIO ]
	[[ "$(of_dump "$MTTY | .types[0].available.error")" == "cannot read '"*"/mtty-1/available_instances': EIO (Input/output error)" ]]
	[ "$(of_dump "$MTTY | .types[1].available")" = many ]
	[[ "$(of_dump ".definitions[] | select(.name == \"$U2\").error")" == *"is a FIFO, not a regular file" ]]
	load_dump "$DUMP" "$OTHER" 2>"$BATS_TEST_TMPDIR/said"
	grep -q "definitions\[1\] is not unpacked, the dump could not read it: .*is a FIFO" "$BATS_TEST_TMPDIR/said"
	rm "$ETC/mtty/$U2"
	expect_same_listings
	[ "$(stat -c %a "$OTHER/etc/mdevctl.d/mtty/$U1")" = 700 ]
}

# Of a whole device that would say that it has gone.
@test "an attribute that answers ENODEV is an error, and not left out" {
	mount_sim two-gpus
	mdevadm start -u "$U1" -p 0000:06:00.0 -t nvidia-36
	ctl error read ENODEV -1 nvidia/vm_name

	run mdevadm dump -o "$DUMP"

	expect_status 9
	expect_line 0 "mdevadm: 1 thing could not be read"
	[ "$(of_dump '.parents[0].devices[0].attrs["nvidia/vm_name"].errno')" = ENODEV ]
	load_dump "$DUMP" "$OTHER"
	run cat "$OTHER/sys/class/mdev_bus/0000:06:00.0/$U1/nvidia/vm_name"
	expect_contains "No such device"
}

@test "definitions are in it to the last byte, whatever they are" {
	define_raw mtty "$U1" '{ "mdev_type":  "mtty-1",	"comment": "\u00e9 é" }'
	mkdir -p "$ETC/0000:00:02.0"
	printf '\xff\x00latin \xe9\n' >"$ETC/0000:00:02.0/$U2"
	printf '{\n' >"$ETC/mtty/${U3^^}"
	printf 'x' >"$ETC/mtty/readme"
	cp -r "$ETC" "$BATS_TEST_TMPDIR/before"

	mdevadm dump -o "$DUMP"

	load_dump "$DUMP" "$OTHER"
	diff -r "$BATS_TEST_TMPDIR/before" "$OTHER/etc/mdevctl.d"
	diff -r "$ETC" "$OTHER/etc/mdevctl.d"
}

@test "without a driver, or a sysfs, the dump says so" {
	umount_sim

	run mdevadm dump -o "$DUMP"
	expect_status 0
	[ "$(of_dump '.parents | length')" = 0 ]

	rmdir "$SYS"
	run mdevadm dump -o "$DUMP"
	expect_status 9
	[ "$(of_dump .parents.error)" = "no sysfs at '$SYS'" ]
}

@test "GPUs with NVIDIA's own interface are in it" {
	printf '{"parents": [{"name": "0000:01:00.4", "path": "devices/pci/0000:01:00.4", "bus": "pci",
		"physfn": "0000:01:00.0", "registered": false,
		"files": {"nvidia/current_vgpu_type": "0\\n", "nvidia/creatable_vgpu_types": "ID\\n"}}]}' \
		>"$BATS_TEST_TMPDIR/description"
	mount_sim "$BATS_TEST_TMPDIR/description"
	mdevadm dump -o "$DUMP"

	load_dump "$DUMP" "$OTHER"

	[ "$(of_dump '[.parents[].name] | join(" ")')" = "0000:01:00.0 0000:01:00.4" ]
	[ "$(of_dump '.parents[1].files["nvidia/current_vgpu_type"]')" = 0 ]
	run on_other mdevadm types
	expect_contains "has NVIDIA's own interface"
	expect_same_listings
}

# --- what it does to the machine ---

@test "a dump changes nothing, opens nothing for writing, and waits for no lock" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	hold_lock parents mtty
	find "$MDEVADM_ROOT" -path "$SYS" -prune -o -path "$MDEVADM_ROOT/proc" -prune -o -printf '%p %m %s %C@\n' | sort \
		>"$BATS_TEST_TMPDIR/before"
	cat "$SYS/.mdevsim/log" >"$BATS_TEST_TMPDIR/log"

	# The sanitizers' look at leaks cannot be traced.
	ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o "$BATS_TEST_TMPDIR/trace" \
		-e trace=openat,open,creat,openat2,mkdir,mkdirat,unlink,unlinkat,renameat,renameat2,flock,chmod,fchmod \
		"$MDEVADM" dump >"$DUMP"

	[ "$(of_dump "$MTTY | .devices[0].uuid")" = "$U1" ]
	grep "$MDEVADM_ROOT\|mtty" "$BATS_TEST_TMPDIR/trace" | grep -q openat
	run grep -E 'O_WRONLY|O_RDWR|O_CREAT|mkdir|unlink|rename|flock|chmod|creat\(' "$BATS_TEST_TMPDIR/trace"
	output=$(grep -v '"/dev/null"' <<<"$output" || true)
	[ -z "$output" ] || fail_with "it did"
	run grep -E '"(create|remove|uevent)"|/dev/vfio' "$BATS_TEST_TMPDIR/trace"
	output=$(grep openat <<<"$output" || true)
	[ -z "$output" ] || fail_with "it opened"
	diff "$BATS_TEST_TMPDIR/before" <(find "$MDEVADM_ROOT" -path "$SYS" -prune -o -path "$MDEVADM_ROOT/proc" -prune \
		-o -printf '%p %m %s %C@\n' | sort)
	cmp "$SYS/.mdevsim/log" "$BATS_TEST_TMPDIR/log"
}

@test "attributes that only take are named, and not read" {
	mdevadm start -u "$U1" -p matrix -t vfio_ap-passthrough
	mdevadm dump -o "$DUMP"

	of_dump '.parents[] | select(.name == "matrix").types[0].attrs[]' >"$BATS_TEST_TMPDIR/attrs"
	[ "$(jq -r 'select(.name == "assign_adapter").mode' "$BATS_TEST_TMPDIR/attrs")" = w ]
	[ "$(of_dump '.parents[] | select(.name == "matrix").devices[0].attrs | has("assign_adapter")')" = false ]
	[ "$(of_dump '.parents[] | select(.name == "matrix").devices[0].attrs.matrix')" = "" ]
}

@test "no script is asked" {
	mkdir -p "$LIB/scripts.d/callouts"
	printf '#!/bin/sh\ntouch %q\n' "$BATS_TEST_TMPDIR/asked" >"$LIB/scripts.d/callouts/one"
	chmod 755 "$LIB/scripts.d/callouts/one"
	mkdir -p "$SYS"

	mdevadm dump -o "$DUMP"

	[ ! -e "$BATS_TEST_TMPDIR/asked" ]
	[ "$(of_dump '.host.scripts["/usr/lib/mdevctl/scripts.d/callouts"][0]')" = one ]
}

# --- where it is written ---

@test "a file is its owner's alone, and replaced as a whole" {
	umask 000
	echo old >"$DUMP"
	chmod 644 "$DUMP"
	inode=$(stat -c %i "$DUMP")

	mdevadm dump --output "$DUMP"

	[ "$(stat -c %a "$DUMP")" = 600 ]
	[ "$(stat -c %i "$DUMP")" != "$inode" ]
	of_dump .version
	[ "$(find "$BATS_TEST_TMPDIR" -maxdepth 1 -name '.*' | wc -l)" = 0 ]
}

@test "a name alone is a file here, and - is standard output" {
	cd "$BATS_TEST_TMPDIR"

	mdevadm dump -o here.json
	mdevadm dump -o - >there.json
	mdevadm dump >plain.json

	diff <(jq .parents here.json) <(jq .parents there.json)
	diff <(jq .parents here.json) <(jq .parents plain.json)
	[ ! -e ./- ]
}

@test "nothing is written through a link, nor to what is no file" {
	echo precious >"$BATS_TEST_TMPDIR/precious"
	ln -s precious "$DUMP"

	run mdevadm dump -o "$DUMP"

	expect_status 10
	expect_output "mdevadm: '$DUMP' is a link, which is not written to
hint: give the name of a new file"
	[ "$(cat "$BATS_TEST_TMPDIR/precious")" = precious ]
	rm "$DUMP"
	mkfifo "$DUMP"
	run timeout 20 "$MDEVADM" dump -o "$DUMP"
	expect_status 10
	run mdevadm dump -o "$BATS_TEST_TMPDIR/"
	expect_status 10
	expect_output "mdevadm: '$BATS_TEST_TMPDIR/' is no name of a file
hint: give the name of a new file"
	run mdevadm dump -o "$BATS_TEST_TMPDIR/absent/dump.json"
	expect_status 1
	expect_contains "cannot open '$BATS_TEST_TMPDIR/absent"
	run mdevadm dump -o ""
	expect_status 2
	expect_contains "hint: give a file, or '-' for standard output"
}

@test "a write that fails leaves what was there" {
	echo old >"$DUMP"

	# A limit of the size of files, in 512 bytes: what a full disk would do.
	run bash -c 'ulimit -f 1; "$1" dump -o "$2"' - "$MDEVADM" "$DUMP"

	expect_status 1
	expect_contains EFBIG
	[ "$(cat "$DUMP")" = old ]
	[ "$(find "$BATS_TEST_TMPDIR" -maxdepth 1 -name '.*' | wc -l)" = 0 ]
}

# --- the host ---

@test "the host is told: kernel, system, programs, rules" {
	mkdir -p "$MDEVADM_ROOT"/etc/udev/rules.d "$MDEVADM_ROOT/usr/lib"
	echo 'ID=test' >"$MDEVADM_ROOT/usr/lib/os-release"
	ln -s ../usr/lib/os-release "$MDEVADM_ROOT/etc/os-release"
	touch "$MDEVADM_ROOT/etc/udev/rules.d/60-mine.rules"
	program mdevctl 'echo mdevctl 1.2.0; echo more'
	program libvirtd 'echo no luck >&2; exit 3'

	run mdevadm dump -o "$DUMP"

	expect_status 9
	[ "$(of_dump .host.kernel.release)" = "$(uname -r)" ]
	[ "$(of_dump .host.mdevadm)" = "$(mdevadm --version | cut -d ' ' -f 2)" ]
	[ "$(of_dump .host.os_release)" = ID=test ]
	[ "$(of_dump .host.machine_id)" = null ]
	[ "$(of_dump '.host.udev_rules["/etc/udev/rules.d"] | join(",")')" = 60-mine.rules ]
	[ "$(of_dump '.host.udev_rules["/usr/lib/udev/rules.d"]')" = null ]
	[ "$(of_dump .host.programs.mdevctl)" = "mdevctl 1.2.0" ]
	[ "$(of_dump .host.programs.libvirtd.error)" = "'libvirtd' ended with status 3: no luck" ]
	of_dump '.host.libraries[]' | grep -q '^libjansson\.so\.'
}

@test "the journal has the last lines that matter, the newest last" {
	# shellcheck disable=SC2016 # for the program
	program journalctl 'case "$*" in
		*--dmesg*--root='"$MDEVADM_ROOT"'*) for i in $(seq 500 -1 1); do echo "$i mdev $i"; echo "$i usb"; done ;;
		*--identifier=mdevadm*) echo "2 second"; echo "1 first" ;;
		*) exit 1 ;;
	esac'

	mdevadm dump -o "$DUMP"

	[ "$(of_dump '.journal.kernel | length')" = 200 ]
	[ "$(of_dump '.journal.kernel[0]')" = "301 mdev 301" ]
	[ "$(of_dump '.journal.kernel[-1]')" = "500 mdev 500" ]
	[ "$(of_dump '.journal.mdevadm | join(",")')" = "1 first,2 second" ]
}

@test "that there is no journal, or none can be read, is said" {
	program journalctl 'echo "No journal files were found." >&2; exit 1'
	mdevadm dump -o "$DUMP"
	[ "$(of_dump .journal.kernel.absent)" = "there is no journal of this boot" ]

	program journalctl 'echo "No journal files were opened due to insufficient permissions." >&2; exit 1'
	run mdevadm dump -o "$DUMP"
	expect_status 9
	[ "$(of_dump .journal.mdevadm.error)" = "'journalctl' ended with status 1: No journal files were opened due to insufficient permissions." ]

	run env PATH=/nowhere "$MDEVADM" dump -o "$DUMP"
	expect_status 0
	[ "$(of_dump .journal.kernel.absent)" = "there is no journalctl" ]
}

# --- what is taken out ---

# A machine with all that somebody may not want to send: "secret" in whatever spelling.
secret_machine() {
	local gpu=0000:06:00.0

	# With letters, so that upper case shows.
	U1=abcdefab-1111-4111-8111-111111111111
	mount_sim two-gpus
	mdevadm start -u "$U1" -p $gpu -t nvidia-36
	mdevadm define -u "$U1" -p $gpu -t nvidia-36
	define_raw 0000:07:00.0 "$U2" '{ "mdev_type": "nvidia-36", "start": "auto", "secret-key": { "a": "secret" },
		"comment": "of secret", "attrs": [ { "nvidia/vgpu_params": "uvm=1" }, { "own/attr": "secret" } ] }'
	define_raw 0000:07:00.0 "$U3" '{ "mdev_type": "secret'
	define_raw 0000:07:00.0 secret-notes '{}'
	mkdir -p "$ETC/0000:07:00.0" "$MDEVADM_ROOT"/{etc,run}/libvirt/qemu
	mkfifo "$ETC/0000:07:00.0/secret-pipe"
	mdevadm hold 0000:07:00.0 --reason "secret reasons"
	printf 'secret00112233445566778899aabbcc\n' >"$MDEVADM_ROOT/etc/machine-id"
	printf 'root:x:0:0::/:\nsecretuser:x:1000:1000:Secret:/home:/bin/sh\nnobody:x:65534:1::/:\n' >"$MDEVADM_ROOT/etc/passwd"
	touch "$MDEVADM_ROOT/etc/libvirt/qemu/secret-vm.xml"
	host=$(uname -n)
	program journalctl 'case "$*" in
		*--dmesg*) echo "vfio: '"$U1"' and GPU-'"${U1^^}"' on 0000:06:00.0 of '"$host"', Serial Number: SECRET-0123" ;;
		*) echo "start '"$U1"' by secretuser for secret-vm, not secret-vms" ;;
	esac'
}

@test "--redact takes out names, UUIDs, serial numbers, reasons, comments and unknown values" {
	secret_machine

	run mdevadm dump --redact -o "$DUMP"

	expect_status 9
	run grep -in "secret" "$DUMP"
	expect_output '"start facade00-0000-4000-8000-000000000001 by user1 for domain1, not secret-vms"' ||
		[ "${#lines[@]}" = 1 ] || fail_with "it has that still"
	run grep -ciF -e "${U1:0:13}" -e "${U2:0:13}" "$DUMP"
	expect_output 0
	[ "$(of_dump .host.name)" = removed ]
	[ "$(of_dump .host.machine_id)" = removed ]
}

@test "--redact keeps addresses and types, and replaces a UUID by the same each time" {
	secret_machine

	mdevadm dump --redact -o "$DUMP" || [ $? -eq 9 ]

	made_up=$(of_dump '.parents[0].devices[0].uuid')
	[[ $made_up =~ ^facade00-0000-4000-8000-[0-9a-f]{12}$ ]]
	[ "$(of_dump '.parents[0].devices[0].type')" = nvidia-36 ]
	[ "$(of_dump '.definitions[0].parent')" = 0000:06:00.0 ]
	[ "$(of_dump '.definitions[0].name')" = "$made_up" ]
	[ "$(of_dump '.records[0].name')" = "$made_up" ]
	[ "$(of_dump '.journal.kernel[0]')" = "vfio: $made_up and GPU-${made_up^^} on 0000:06:00.0 of host1, Serial Number: removed" ]
	[ "$(of_dump '.journal.mdevadm[0]')" = "start $made_up by user1 for domain1, not secret-vms" ]
	[ "$(of_dump '.definitions[1].text | fromjson | .attrs | tojson')" = \
		'[{"nvidia/vgpu_params":"uvm=1"},{"own/attr":"removed"}]' ]
	[ "$(of_dump '.definitions[1].text | fromjson | .removed1')" = removed ]
	[ "$(of_dump '.holds[0].text | fromjson | .hold.reason')" = removed ]
}

@test "a redacted dump is a machine as well" {
	secret_machine
	rm "$ETC/0000:07:00.0/secret-pipe"
	mdevadm dump --redact -o "$DUMP"

	load_dump "$DUMP" "$OTHER"

	diff <(mdevadm types | sed 's/secret reasons/removed/') <(on_other mdevadm types)
	diff <(mdevadm list --defined 2>/dev/null | cut -d ' ' -f 2-) <(on_other mdevadm list --defined 2>/dev/null | cut -d ' ' -f 2-)
	diff <(mdevadm list | cut -d ' ' -f 2-) <(on_other mdevadm list | cut -d ' ' -f 2-)
	run on_other mdevadm list --defined
	expect_contains "is defined, but cannot be read"
}

@test "a PCI device that cannot be looked at spoils nothing else of a dump" {
	needs_sim "another sysfs"
	mount_sim sriov
	copy_sysfs
	ln -s zz "$SYS/bus/pci/devices/zz"

	run --separate-stderr mdevadm dump

	expect_status 9
	[ "$(jq -r '.parents[] | select(.name == "zz").path.errno' <<<"$output")" = ELOOP ]
	[ "$(jq -c '[.parents[].name]' <<<"$output")" = '["0000:06:00.0","0000:06:00.4","0000:06:00.5","0000:06:00.6","zz"]' ]
}
