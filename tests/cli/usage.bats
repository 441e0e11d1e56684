#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# Which commands there are, what each needs and excludes, and where its output goes.

load lib/common
load lib/usage

# --- commands ---

@test "without a command there is nothing to do" {
	run mdevadm

	expect_status 2
	expect_output "mdevadm: no command is given
hint: 'mdevadm --help' lists the commands"
}

@test "an unknown command is refused" {
	run mdevadm frobnicate

	expect_status 2
	expect_output "mdevadm: there is no command 'frobnicate'
hint: 'mdevadm --help' lists the commands"
}

@test "an unknown command is shown without control characters" {
	run mdevadm $'\e[2Jfrob\nnicate'

	expect_status 2
	expect_line 0 "mdevadm: there is no command '\x1b[2Jfrob\x0anicate'"
}

@test "a command is not abbreviated, but the near one is named" {
	run mdevadm lis

	expect_status 2
	expect_output "mdevadm: there is no command 'lis'
hint: did you mean 'list'?"
}

@test "an empty command is refused" {
	run mdevadm ""

	expect_status 2
	expect_line 0 "mdevadm: there is no command ''"
}

@test "an unknown option before the command is refused" {
	run mdevadm --bogus list

	expect_status 2
	expect_output "mdevadm: --bogus: unknown option
hint: 'mdevadm --help' lists the options"
}

@test "every command refuses an option that it does not know" {
	for command in $COMMANDS; do
		refuses "--bogus: unknown option" "$command" --bogus
	done
}

@test "an option of another command is refused" {
	refuses "--live: unknown option" define -p mtty --live
}

@test "a long option is not abbreviated, but the near one is named" {
	run mdevadm list --def

	expect_status 2
	expect_output "mdevadm: --def: unknown option
hint: did you mean '--defined'?"
}

@test "every command refuses an argument that it does not take" {
	for command in define types; do
		refuses "'more' is one argument too many" "$command" more
	done
}

@test "start-parent-mdevs refuses a second parent" {
	refuses "'matrix' is one argument too many" start-parent-mdevs mtty matrix
}

@test "start-parent-mdevs needs a parent" {
	refuses "PARENT is missing" start-parent-mdevs
}

@test "an option without its value is refused" {
	refuses "-u: missing argument" list -u
	refuses "--uuid: missing argument" list --uuid
}

@test "a value for an option that takes none is refused" {
	refuses "--defined=yes: option does not take an argument" list --defined=yes
}

@test "an option with a value that is given twice is refused" {
	refuses "--uuid is given twice" list -u "$U1" --uuid "$U2"
}

@test "an option with a value that is given twice is refused even if both are the same" {
	refuses "--parent is given twice" types -p mtty -p mtty
}

@test "a flag that is given twice is as good as once" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run mdevadm list -d -d --defined

	expect_status 0
	expect_output "$U1 mtty mtty-1 manual"
}

# --- rules ---

@test "define needs a UUID or a parent" {
	refuses "--uuid or --parent is missing" define -t mtty-1
}

@test "define --jsonfile excludes --type and --auto" {
	refuses "--jsonfile cannot be combined with --type" \
		define -p mtty --jsonfile /dev/null -t mtty-1
	refuses "--jsonfile cannot be combined with --auto" \
		define -p mtty --jsonfile /dev/null --auto
	refuses "--jsonfile cannot be combined with --type and --auto" \
		define -p mtty --jsonfile /dev/null --auto --type mtty-1
}

@test "define --jsonfile needs a parent" {
	refuses "--jsonfile needs --parent" define -u "$U1" --jsonfile /dev/null
}

@test "undefine needs a UUID" {
	refuses "--uuid or --all is missing" undefine
	refuses "--uuid or --all is missing" undefine -p mtty
}

@test "start needs a UUID or a parent" {
	refuses "--uuid, --parent, --type or --all is missing" start
}

@test "start --jsonfile excludes --type" {
	refuses "--jsonfile cannot be combined with --type" \
		start -p mtty --jsonfile /dev/null -t mtty-1
}

@test "start --jsonfile needs a parent" {
	refuses "--jsonfile needs --parent" start -u "$U1" --jsonfile /dev/null
}

@test "stop needs a UUID" {
	refuses "--uuid or --all is missing" stop
}

@test "modify needs a UUID" {
	refuses "--uuid is missing" modify --auto
}

@test "modify needs something to change" {
	local message="--type, --jsonfile, --auto, --manual, --addattr, --setattr, --delattr or --delattr-name is missing"

	refuses "$message" modify -u "$U1"
	refuses "$message" modify -u "$U1" --index 0
	refuses "$message" modify -u "$U1" --defined
}

@test "modify --index needs an attribute to add or delete" {
	refuses "--index needs --addattr or --delattr" modify -u "$U1" -t mtty-1 --index 0
}

@test "modify --addattr needs --value, and the reverse" {
	run mdevadm modify -u "$U1" --addattr a
	expect_status 2
	expect_output "mdevadm: --addattr: 'a' is not NAME=VALUE
hint: '--addattr NAME=' has an empty value"
	refuses "--value needs --addattr" modify -u "$U1" --value 1
}

@test "modify --value excludes --delattr" {
	refuses "--value cannot be combined with --delattr" modify -u "$U1" --delattr --value 1
}

@test "modify --addattr excludes --delattr" {
	refuses "--addattr cannot be combined with --delattr" \
		modify -u "$U1" --delattr --addattr a --value 1
}

@test "modify --auto and --manual exclude --index and --value" {
	refuses "--auto cannot be combined with --index" modify -u "$U1" --auto --index 1
	refuses "--manual cannot be combined with --index" modify -u "$U1" --manual -i 1
	refuses "--auto cannot be combined with --value" \
		modify -u "$U1" --auto --addattr a --value 1
	refuses "--manual cannot be combined with --value" \
		modify -u "$U1" --manual --addattr a --value 1
}

@test "modify --jsonfile and --live exclude --index and --value" {
	refuses "--jsonfile cannot be combined with --index" \
		modify -u "$U1" -p mtty --jsonfile /dev/null --index 1
	refuses "--jsonfile cannot be combined with --value" \
		modify -u "$U1" -p mtty --jsonfile /dev/null --value 1
	refuses "--jsonfile and --live cannot be combined with --index" \
		modify -u "$U1" -p mtty --jsonfile /dev/null --live --index 1
}

@test "modify --jsonfile and --live exclude --type" {
	refuses "--jsonfile cannot be combined with --type" \
		modify -u "$U1" -p mtty --jsonfile /dev/null --type mtty-1
	refuses "--jsonfile and --live cannot be combined with --type" \
		modify -u "$U1" -p mtty --jsonfile /dev/null --live --type mtty-1
}

@test "modify --live needs --jsonfile" {
	refuses "--live needs --jsonfile" modify -u "$U1" --live
	refuses "--live needs --jsonfile" modify -u "$U1" --live --auto
}

@test "modify --auto excludes --manual" {
	refuses "--auto cannot be combined with --manual" modify -u "$U1" --auto --manual
}

@test "modify --jsonfile excludes other changes" {
	refuses "--jsonfile cannot be combined with --auto" \
		modify -u "$U1" -p mtty --jsonfile /dev/null --auto
	refuses "--jsonfile cannot be combined with --delattr" \
		modify -u "$U1" -p mtty --jsonfile /dev/null --delattr
}

# --- output ---

# More than a pipe takes.
define_many() {
	local i

	mkdir -p "$ETC/many"
	for ((i = 0; i < 1500; i++)); do
		printf '{"mdev_type": "a-type-of-some-length"}' \
			>"$ETC/many/$(printf '%08x' $i)-0000-4000-8000-000000000000"
	done
}

# A place that nobody can write to.
fails_on_full_device() {
	run bash -c '"$@" >/dev/full' bash "$MDEVADM" "$@"

	expect_status 1
	expect_output "mdevadm: cannot write the output: ENOSPC (No space left on device)
hint: make room on that file system"
}

@test "list tells of output that it cannot write" {
	mdevadm define -u "$U1" -p absent -t t

	fails_on_full_device list -d
	fails_on_full_device list -d --dumpjson
}

@test "types tells of output that it cannot write" {
	fails_on_full_device types
	fails_on_full_device types --dumpjson
}

@test "help and version tell of output that they cannot write" {
	fails_on_full_device --help
	fails_on_full_device list --version
}

@test "a closed standard output is an error where there is something to say" {
	mdevadm define -u "$U1" -p absent -t t

	run bash -c '"$1" list -d >&-' bash "$MDEVADM"

	expect_status 1
	expect_output "mdevadm: cannot write the output: EBADF (Bad file descriptor)
hint: its standard streams must be open: redirect them to /dev/null"
}

@test "a closed standard output is no error where there is nothing to say" {
	run bash -c '"$@" >&-' bash "$MDEVADM" define -u "$U1" -p absent -t t

	expect_status 0
	[ -e "$ETC/absent/$U1" ]
}

@test "closed standard streams let no message get into a file" {
	before=$(find "$ETC" "$RUN/mdevadm" -type f -size +0 2>/dev/null || true)

	bash -c '"$@" <&- >&- 2>&-' bash "$MDEVADM" define -u "$U1" -p mtty -t no-such-type

	[ -z "$before" ]
	[ "$(find "$ETC" -type f -size +0)" = "$ETC/mtty/$U1" ]
	[ "$(tail -c 1 "$ETC/mtty/$U1")" = "}" ]
	run ! grep -r warning "$ETC" "$RUN/mdevadm"
}

@test "a full pipe that does not block gets everything in the end" {
	define_many
	expected=$(mdevadm list -d | cksum)

	# dd leaves the pipe, which is one for both, non-blocking.
	got=$({
		pid=$BASHPID
		dd if=/dev/null oflag=nonblock 2>/dev/null
		grep '^flags:' "/proc/$pid/fdinfo/1" >"$BATS_TEST_TMPDIR/flags"
		"$MDEVADM" list -d
		echo $? >"$BATS_TEST_TMPDIR/status"
	} | {
		sleep 0.3
		cksum
	})

	grep -q '4001$' "$BATS_TEST_TMPDIR/flags"
	[ "$got" = "$expected" ]
	[ "$(cat "$BATS_TEST_TMPDIR/status")" = 0 ]
}

@test "a reader that goes away ends the listing" {
	define_many

	run bash -c '"$1" list -d | head -n 1; echo "${PIPESTATUS[0]}"' bash "$MDEVADM"

	expect_line 0 "00000000-0000-4000-8000-000000000000 many a-type-of-some-length manual"
	[ "${lines[1]}" != 0 ] || fail_with "success"
}
