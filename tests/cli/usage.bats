#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154

load lib/common

COMMANDS="define undefine modify start stop list types start-parent-mdevs"
UUID_HINT="hint: give 32 hexadecimal digits, such as 83c32df7-d52e-4ec1-9668-1f3c7e4df107"

# refuses MESSAGE COMMAND ARGUMENT...: wrong usage, of which the help is the cure.
refuses() {
	local message=$1

	shift
	run mdevadm "$@"

	expect_status 2
	expect_output "mdevadm: $message
hint: 'mdevadm $1 --help' lists the options"
}

# accepts_uuid TEXT: as that of $U1.
accepts_uuid() {
	run mdevadm define -u "$1" -p mtty -t mtty-1

	expect_status 0
	expect_output ""
	[ "$(ls "$ETC/mtty")" = "$U1" ]
}

refuses_uuid() {
	run mdevadm list -u "$1"

	expect_status 10
	expect_output "mdevadm: invalid UUID '${2-$1}'
$UUID_HINT"
}

refuses_lock_timeout() {
	run mdevadm list --lock-timeout="$1"

	expect_status 2
	expect_output "mdevadm: --lock-timeout: '$1' is not a number of seconds
hint: give a whole number from 0 (do not wait) to 86400"
}

# A directory with one definition, for --root and --base.
make_other_root() {
	OTHER=$BATS_TEST_TMPDIR/other
	mkdir -p "$OTHER/etc/mdevctl.d/elsewhere" "$OTHER/sys" "$OTHER/run"
	printf '{"mdev_type": "t", "start": "auto"}' >"$OTHER/etc/mdevctl.d/elsewhere/$U3"
}
OF_OTHER="$U3 elsewhere t auto"

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

@test "a command is not abbreviated" {
	run mdevadm lis

	expect_status 2
	expect_line 0 "mdevadm: there is no command 'lis'"
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

@test "a long option is not abbreviated" {
	run mdevadm list --def

	expect_status 2
	expect_output "mdevadm: --def: unknown option
hint: did you mean '--defined'? 'mdevadm list --help' lists the options"
}

@test "every command refuses an argument that it does not take" {
	for command in define undefine modify start stop list types; do
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

# --- forms of options ---

@test "short options take their value as the next argument" {
	run mdevadm define -u "$U1" -p mtty -t mtty-1 -a -f

	expect_status 0
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 auto" ]
}

@test "short options take their value joined" {
	run mdevadm define -u"$U1" -pmtty -tmtty-1 -af

	expect_status 0
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 auto" ]
}

@test "long options take their value as the next argument" {
	run mdevadm define --uuid "$U1" --parent mtty --type mtty-1 --auto --force

	expect_status 0
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 auto" ]
}

@test "long options take their value after an equals sign" {
	run mdevadm define --uuid="$U1" --parent=mtty --type=mtty-1

	expect_status 0
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 manual" ]
}

@test "a value may begin with a hyphen after an equals sign" {
	run mdevadm define -u "$U1" -p absent --type=-slow

	expect_status 0
	[ "$(mdevadm list -d)" = "$U1 absent -slow manual" ]
}

@test "a value may begin with a hyphen as the next argument" {
	run mdevadm define -u "$U1" -p absent -t -slow

	expect_status 0
	[ "$(mdevadm list -d)" = "$U1 absent -slow manual" ]
}

@test "a value may have an equals sign" {
	mdevadm define -u "$U1" -p absent -t t

	run mdevadm modify -u "$U1" --addattr=nvidia/vgpu_params --value=frl_config=60,a=b

	expect_status 0
	grep -qF '"nvidia/vgpu_params": "frl_config=60,a=b"' "$ETC/absent/$U1"
}

@test "a value of an attribute may be negative" {
	mdevadm define -u "$U1" -p absent -t t

	run mdevadm modify -u "$U1" --addattr level --value -5

	expect_status 0
	grep -qF '"level": "-5"' "$ETC/absent/$U1"
}

@test "short flags can be joined" {
	mdevadm define -u "$U1" -p absent -t t

	run mdevadm list -dv

	expect_status 0
	expect_output "$U1 absent t manual"
}

# --- help and version ---

@test "--help and -h print help, and exit with 0" {
	for option in --help -h; do
		run mdevadm $option

		expect_status 0
		expect_line 0 "Usage: mdevadm [OPTION...] COMMAND"
		expect_contains "  modify     change a definition, or a running device"
		expect_contains "'mdevadm COMMAND --help' lists a command's options."
	done
}

@test "help names no hidden command" {
	run mdevadm --help

	[[ "$output" != *start-parent-mdevs* ]] || fail_with "it does"
}

@test "--help and -h of every command print its help, and exit with 0" {
	for command in $COMMANDS; do
		for option in --help -h; do
			run mdevadm "$command" $option

			expect_status 0
			[[ "${lines[0]}" == "Usage: mdevadm $command [OPTION...]"* ]] ||
				fail_with "no usage of $command"
		done
	done
}

@test "help has every option of mdevctl's" {
	local -A options=(
		[define]="--uuid= --auto --parent= --type= --jsonfile= --force"
		[undefine]="--uuid= --parent= --force"
		[modify]="--uuid= --parent= --type= --addattr= --delattr --index= --value= --auto
			--manual --live --defined --jsonfile= --force"
		[start]="--uuid= --parent= --type= --jsonfile= --force"
		[stop]="--uuid= --force"
		[list]="--defined --dumpjson --verbose --uuid= --parent="
		[types]="--parent= --dumpjson"
	)

	for command in "${!options[@]}"; do
		run mdevadm "$command" --help
		for option in ${options[$command]} --help --version; do
			expect_contains " $option"
		done
	done
}

@test "help goes to standard output" {
	run --separate-stderr mdevadm define --help

	[ -n "$output" ] && [ -z "$stderr" ]
}

@test "libvirt's probe for live updates gets help" {
	run mdevadm modify --defined --live --jsonfile b --help

	expect_status 0
	expect_line 0 "Usage: mdevadm modify [OPTION...]"
}

@test "--help counts even if other options have impossible values" {
	run mdevadm modify -u nonsense -p ../x --index many --lock-timeout soon --help

	expect_status 0
	expect_line 0 "Usage: mdevadm modify [OPTION...]"
}

@test "--help counts even if --base has an impossible value" {
	run mdevadm list --base nonsense --help

	expect_status 0
	expect_line 0 "Usage: mdevadm list [OPTION...]"
}

@test "--help counts even if other options exclude each other" {
	run mdevadm modify --auto --manual --delattr --value 1 --help

	expect_status 0
}

@test "--help counts even if an argument is too many" {
	run mdevadm list more --help

	expect_status 0
}

@test "--help counts wherever it stands" {
	run mdevadm modify --help --live

	expect_status 0
}

@test "--help does nothing else" {
	mdevadm define -p mtty -u "$U1" -t mtty-1 --help

	[ -z "$(ls "$ETC")" ]
}

@test "--version and -V print the version, everywhere" {
	for command in "" $COMMANDS; do
		for option in --version -V; do
			# shellcheck disable=SC2086
			run mdevadm $command $option

			expect_status 0
			[[ "$output" =~ ^mdevadm\ [0-9]+\.[0-9]+\.[0-9]+$ ]] ||
				fail_with "no version"
		done
	done
}

@test "--help and --version need none of the directories" {
	for option in --help --version; do
		run mdevadm --root "$BATS_TEST_TMPDIR/absent" $option
		expect_status 0
		run mdevadm list --root "$BATS_TEST_TMPDIR/absent" $option
		expect_status 0
	done
	[ ! -e "$BATS_TEST_TMPDIR/absent" ]
}

@test "--help does not care for MDEVADM_LOCK_TIMEOUT" {
	MDEVADM_LOCK_TIMEOUT=soon run mdevadm list --help

	expect_status 0
}

# --- called by other names ---

@test "called as mdevctl, --version tells the version that it stands for" {
	own=$(mdevadm --version)

	for option in --version -V; do
		run called_as mdevctl $option

		expect_status 0
		expect_output "mdevctl 1.4.0 ($own)"
	done
}

@test "called as mdevctl, every command has the same version" {
	own=$(mdevadm --version)

	for command in $COMMANDS; do
		run called_as mdevctl "$command" --version

		expect_status 0
		expect_output "mdevctl 1.4.0 ($own)"
	done
}

@test "called as mdevctl, help shows that name" {
	run called_as mdevctl define --help

	expect_status 0
	expect_line 0 "Usage: mdevctl define [OPTION...]"
}

@test "called as mdevctl it does the same" {
	called_as mdevctl define --uuid "$U1" --parent mtty --type mtty-1
	called_as mdevctl modify --uuid "$U1" --auto
	called_as mdevctl start --uuid "$U1"

	run called_as mdevctl list

	expect_status 0
	expect_output "$U1 mtty mtty-1 auto (defined)"
	[ "$(mdevadm list)" = "$output" ]
}

@test "called as mdevctl, errors begin with that name" {
	run called_as mdevctl start -u "$ABSENT"

	expect_status 3
	[[ "${lines[0]}" == "mdevctl: cannot start $ABSENT: "* ]] || fail_with "they do not"
}

@test "called as mdevctl it answers libvirt's probe" {
	run called_as mdevctl modify --defined --live --jsonfile b --help

	expect_status 0
}

@test "called as lsmdev it is list" {
	mdevadm define -u "$U1" -p absent -t t --auto

	run called_as lsmdev -d

	expect_status 0
	expect_output "$U1 absent t auto"
}

@test "called as lsmdev it takes list's options" {
	mdevadm define -u "$U1" -p absent -t t
	mdevadm define -u "$U2" -p absent -t t

	run called_as lsmdev --defined --uuid="$U2" --parent absent --verbose
	expect_output "$U2 absent t manual"

	run called_as lsmdev --defined --dumpjson -u "$ABSENT"
	expect_output "[]"
}

@test "called as lsmdev it takes no command" {
	run called_as lsmdev list

	expect_status 2
	expect_output "lsmdev: 'list' is one argument too many
hint: 'mdevadm list --help' lists the options"
}

@test "called as lsmdev, help is list's" {
	run called_as lsmdev --help

	expect_status 0
	expect_line 0 "Usage: lsmdev [OPTION...]"
	expect_contains " --dumpjson"
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
	refuses "--uuid is missing" undefine
	refuses "--uuid is missing" undefine -p mtty
}

@test "start needs a UUID or a parent" {
	refuses "--uuid, --parent or --all is missing" start
	refuses "--uuid, --parent or --all is missing" start -t mtty-1
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
	local message="--type, --jsonfile, --auto, --manual, --addattr or --delattr is missing"

	refuses "$message" modify -u "$U1"
	refuses "$message" modify -u "$U1" --index 0
	refuses "$message" modify -u "$U1" --defined
}

@test "modify --index needs an attribute to add or delete" {
	refuses "--index needs --addattr or --delattr" modify -u "$U1" -t mtty-1 --index 0
}

@test "modify --addattr needs --value, and the reverse" {
	refuses "--addattr needs --value" modify -u "$U1" --addattr a
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

# --- UUIDs ---

@test "a UUID is read in lower case with hyphens" {
	accepts_uuid "$U1"
}

@test "a UUID is read in upper and mixed case" {
	run mdevadm define -u ABCDEFAB-cdef-4ABC-8def-ABCDEFabcdef -p absent -t t

	expect_status 0
	[ "$(ls "$ETC/absent")" = abcdefab-cdef-4abc-8def-abcdefabcdef ]
}

@test "a UUID is read without hyphens" {
	accepts_uuid "${U1//-/}"
}

@test "a UUID is read with hyphens in braces" {
	accepts_uuid "{$U1}"
}

@test "a UUID is read after urn:uuid:" {
	accepts_uuid "urn:uuid:$U1"
}

@test "an empty UUID is refused" {
	refuses_uuid ""
}

@test "a UUID of too few or too many digits is refused" {
	refuses_uuid "${U1%?}"
	refuses_uuid "${U1}1"
	refuses_uuid "${U1//-/}1"
}

@test "a UUID with a character that is no digit is refused" {
	refuses_uuid "g${U1#?}"
	refuses_uuid " ${U1#?}"
	refuses_uuid "$U1 "
}

@test "a UUID with hyphens in other places is refused" {
	refuses_uuid 111111111-111-4111-8111-111111111111
	refuses_uuid -1111111-1111-4111-8111-111111111111
}

@test "a UUID in braces is refused without hyphens or one of the braces" {
	refuses_uuid "{${U1//-/}}"
	refuses_uuid "{$U1"
	refuses_uuid "$U1}"
}

@test "a UUID that is a path is refused" {
	refuses_uuid ../../etc/passwd
}

@test "an invalid UUID is shown without control characters" {
	refuses_uuid $'\e[31m' '\x1b[31m'
}

@test "an invalid UUID is refused by every command that takes one" {
	for command in "define -p mtty" undefine "modify --auto" start stop list; do
		# shellcheck disable=SC2086
		run mdevadm $command -u nonsense

		expect_status 10
		expect_output "mdevadm: invalid UUID 'nonsense'
$UUID_HINT"
	done
}

# --- other roots ---

@test "--root moves everything, before and after the command" {
	make_other_root

	run mdevadm --root "$OTHER" list -d
	expect_output "$OF_OTHER"
	run mdevadm --root="$OTHER" list -d
	expect_output "$OF_OTHER"
	run mdevadm list -d --root "$OTHER"
	expect_output "$OF_OTHER"
}

@test "--root is written to" {
	make_other_root

	run mdevadm define -u "$U1" -p elsewhere -t t --root "$OTHER"

	expect_status 0
	[ -e "$OTHER/etc/mdevctl.d/elsewhere/$U1" ]
	[ -d "$OTHER/run/mdevadm" ]
	[ ! -e "$ETC/elsewhere" ]
}

@test "--root before and after the command is given twice" {
	refuses "--root is given twice" list --root / --root /
	run mdevadm --root / list --root /
	expect_status 2
	expect_line 0 "mdevadm: --root is given twice"
}

@test "--root may be relative, and messages show the whole path" {
	make_other_root
	printf nonsense >"$OTHER/etc/mdevctl.d/elsewhere/$U1"
	cd "$BATS_TEST_TMPDIR"

	run --separate-stderr mdevadm list -d --root other/

	[ "$output" = "$OF_OTHER" ]
	[[ "$stderr" == *"'$OTHER/etc/mdevctl.d/elsewhere/$U1'"* ]]
}

@test "an empty --root is refused" {
	run mdevadm list --root ""

	expect_status 2
	expect_output "mdevadm: the root directory is empty
hint: give a directory"
}

@test "MDEVADM_ROOT moves everything" {
	make_other_root

	MDEVADM_ROOT=$OTHER run mdevadm list -d

	expect_output "$OF_OTHER"
}

@test "MDEVCTL_ENV_ROOT moves everything" {
	make_other_root
	unset MDEVADM_ROOT

	MDEVCTL_ENV_ROOT=$OTHER run mdevadm list -d

	expect_output "$OF_OTHER"
}

@test "MDEVADM_ROOT counts before MDEVCTL_ENV_ROOT, and --root before both" {
	make_other_root

	MDEVCTL_ENV_ROOT=/nowhere MDEVADM_ROOT=$OTHER run mdevadm list -d
	expect_output "$OF_OTHER"
	MDEVCTL_ENV_ROOT=/nowhere MDEVADM_ROOT=/nowhere run mdevadm list -d --root "$OTHER"
	expect_output "$OF_OTHER"
}

@test "--base moves one directory alone, before and after the command" {
	make_other_root
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm --base etc="$OTHER/etc" list -d
	expect_output "$OF_OTHER"
	run mdevadm list -d --base=etc="$OTHER/etc"
	expect_output "$OF_OTHER"
	run mdevadm list --base etc="$OTHER/etc"
	expect_output "$U1 mtty mtty-1 manual"
}

@test "--base can be given for several directories" {
	make_other_root
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm list --base etc="$OTHER/etc" --base sys="$OTHER/sys"

	expect_status 0
	expect_output ""
}

@test "--base counts before --root" {
	make_other_root

	run mdevadm list -d --root /nowhere --base etc="$OTHER/etc"

	expect_output "$OF_OTHER"
}

@test "--base takes every key" {
	for key in etc lib run sys dev proc; do
		run mdevadm list --root "$BATS_TEST_TMPDIR" --base $key="$BATS_TEST_TMPDIR"

		expect_status 0
		expect_output ""
	done
}

@test "--base without a key is refused" {
	for value in /tmp tmp=/tmp =/tmp etcetera=/tmp et=/tmp; do
		run mdevadm list --base $value

		expect_status 2
		expect_output "mdevadm: --base: '$value' is not KEY=DIR
hint: KEY is etc, lib, run, sys, dev or proc"
	done
}

@test "--base without a directory is refused" {
	run mdevadm list --base etc=

	expect_status 2
	expect_output "mdevadm: a base directory is empty
hint: give a directory"
}

@test "locks elsewhere than everybody else's are refused" {
	unset MDEVADM_ROOT

	run mdevadm list --base run="$BATS_TEST_TMPDIR"

	expect_status 2
	expect_output "mdevadm: '--base run=$BATS_TEST_TMPDIR' alone would keep out nobody: other runs change the same devices under the locks in /run
hint: move sys as well (--base sys=DIR), or everything (--root DIR)"
}

@test "locks elsewhere are allowed where sysfs is elsewhere, too" {
	make_other_root
	unset MDEVADM_ROOT

	run mdevadm list -d --base run="$OTHER/run" --base sys="$OTHER/sys" --base etc="$OTHER/etc"

	expect_status 0
	expect_output "$OF_OTHER"
}

# --- lock time-outs ---

@test "--lock-timeout takes whole seconds up to a day" {
	for seconds in 0 1 30 86400; do
		run mdevadm list --lock-timeout $seconds
		expect_status 0
	done
}

@test "--lock-timeout counts before the command, too" {
	hold_lock devices "$U1"

	run mdevadm --lock-timeout 0 define -u "$U1" -p absent -t t

	expect_status 5
}

@test "--lock-timeout that is no whole number of seconds is refused" {
	for value in "" -1 1.5 soon 1s 0x10 " 1" +1; do
		refuses_lock_timeout "$value"
	done
}

@test "--lock-timeout that is too large is refused" {
	refuses_lock_timeout 86401
	refuses_lock_timeout 99999999999999999999999
}

@test "MDEVADM_LOCK_TIMEOUT counts where there is no --lock-timeout" {
	hold_lock devices "$U1"

	MDEVADM_LOCK_TIMEOUT=0 run mdevadm define -u "$U1" -p absent -t t
	expect_status 5
	MDEVADM_LOCK_TIMEOUT=3600 run mdevadm define -u "$U1" -p absent -t t --lock-timeout 0
	expect_status 5
}

@test "MDEVADM_LOCK_TIMEOUT that is no whole number of seconds is refused" {
	MDEVADM_LOCK_TIMEOUT=soon run mdevadm list

	expect_status 2
	expect_output "mdevadm: MDEVADM_LOCK_TIMEOUT: 'soon' is not a number of seconds
hint: give a whole number from 0 (do not wait) to 86400"
}

@test "an empty MDEVADM_LOCK_TIMEOUT is as good as none" {
	MDEVADM_LOCK_TIMEOUT='' run mdevadm list

	expect_status 0
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
	expect_output "mdevadm: cannot write the output: EBADF (Bad file descriptor)"
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
