#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031
# check FILE...: the definitions of a configuration repository, here or for other hardware.

load lib/common
load lib/check

setup() {
	setup_check
	REPO=$BATS_TEST_TMPDIR/repo/mdevctl.d
	DUMP=$DESCRIPTIONS/two-gpus.json
	GPU=0000:06:00.0
	CHECK=(--offline)
}

# in_repo PARENT NAME TEXT: a file of the repository.
in_repo() {
	mkdir -p "$REPO/$1"
	printf '%s\n' "$3" >"$REPO/$1/$2"
}

@test "sane definitions and lists of them are found to be so" {
	in_repo "$GPU" "$U1" '{"mdev_type": "nvidia-36", "start": "auto"}'
	in_repo "$GPU" "$U2" '{"mdev_type": "nvidia-36"}'
	mdevadm define -u "$U3" -p mtty -t mtty-1
	mdevadm list --defined --dumpjson >"$REPO/list.json"

	run mdevadm check --offline -f "$REPO/$GPU/$U1" --file "$REPO/$GPU/$U2" "$REPO/list.json"

	expect_status 0
	expect_output "nothing found: 3 definitions"
}

@test "--offline looks at nothing of this machine" {
	in_repo "$GPU" "$U1" '{"mdev_type": "nvidia-36", "start": "auto"}'
	define_raw mtty "$U2" '{'
	umount_sim
	rmdir "$SYS"

	ASAN_OPTIONS=detect_leaks=0 run strace -f -e trace=%file -o "$BATS_TEST_TMPDIR/calls" "$MDEVADM" check --offline "$REPO/$GPU/$U1"

	expect_output "nothing found: 1 definition"
	[[ $(grep -c "$MDEVADM_ROOT" "$BATS_TEST_TMPDIR/calls") -eq 0 ]] ||
		fail_with "$(grep "$MDEVADM_ROOT" "$BATS_TEST_TMPDIR/calls")"
}

@test "a broken definition is found, and the others are looked at" {
	in_repo "$GPU" "$U1" '{"mdev_type": "nvidia-36",
"attrs": [{"a": 1}]}'
	in_repo "$GPU" "$U2" '{"mdev_type": "nvidia-36", "star": "auto"}'

	run mdevadm check --offline "$REPO/$GPU/$U1" "$REPO/$GPU/$U2"

	expect_finding fault definition-unreadable "$REPO/$GPU/$U1" \
		"'$REPO/$GPU/$U1', line 2: the value of attribute 'a' is not a string" "put it in quotes"
	expect_finding fault definition-keys "$REPO/$GPU/$U2" \
		"'$REPO/$GPU/$U2' has keys that mean nothing here: 'star'" \
		"did you mean 'start' by 'star'?"
	[ "${lines[-1]}" = "2 faults and 0 notes: 1 definition" ]
}

@test "a file that is not there is found" {
	CHECK+=("$BATS_TEST_TMPDIR/absent")
	run mdevadm check "${CHECK[@]}"

	expect_status 9
	expect_contains "fault: cannot open '$BATS_TEST_TMPDIR/absent': ENOENT (No such file or directory)"
	expect_contains "where: $BATS_TEST_TMPDIR/absent (definition-unreadable)"
}

LIST_HINT="a list is as 'mdevadm list --defined --dumpjson' prints it: [{\"PARENT\": [{\"UUID\": {…}}]}]"

@test "a list that is none is found" {
	echo '[{"P": {"U": 1}}]' >"$BATS_TEST_TMPDIR/list"
	CHECK+=("$BATS_TEST_TMPDIR/list")

	finds fault definition-unreadable "$BATS_TEST_TMPDIR/list" \
		"'$BATS_TEST_TMPDIR/list', parent 'P': what is on it is no array" "$LIST_HINT"
}

@test "what is bad in a list hides nothing behind it" {
	file=$BATS_TEST_TMPDIR/list
	echo "[7, {\"P\": [5, {\"$U1\": 7}, null, {\"$U2\": {}}], \"Q\": 1}, {\"R\": [{\"zz\": {\"mdev_type\": \"a\"}}]}]" >"$file"

	run mdevadm check --offline "$file"

	expect_status 9
	expect_finding fault definition-unreadable "$file" "'$file', item 1 is no object with a parent" "$LIST_HINT"
	expect_finding fault definition-unreadable "$file" \
		"'$file', parent 'P', item 1 is no object with a UUID" "$LIST_HINT"
	expect_finding fault definition-unreadable "$file, P/$U1" \
		"'$file, P/$U1', line 1: a definition is a JSON object" \
		'write {"mdev_type": "TYPE", "start": "manual", "attrs": []}'
	expect_finding fault definition-unreadable "$file" \
		"'$file', parent 'P', item 3 is no object with a UUID" "$LIST_HINT"
	expect_finding fault definition-unreadable "$file, P/$U2" \
		"'$file, P/$U2', line 1: no 'mdev_type' is given" "add \"mdev_type\": \"TYPE\""
	expect_finding fault definition-unreadable "$file" \
		"'$file', parent 'Q': what is on it is no array" "$LIST_HINT"
	expect_finding fault definition-name "$file, R/zz" "'zz' is no UUID" \
		"write 32 hexadecimal digits, such as 83c32df7-d52e-4ec1-9668-1f3c7e4df107"
	expect_findings_count 7
}

@test "a file that is named as a definition is no list" {
	in_repo "$GPU" "$U1" '[]'
	CHECK+=("$REPO/$GPU/$U1")

	finds fault definition-unreadable "$REPO/$GPU/$U1" \
		"'$REPO/$GPU/$U1', line 1: a definition is a JSON object" \
		'write {"mdev_type": "TYPE", "start": "manual", "attrs": []}'
}

@test "in a list each definition is looked at" {
	echo "[{\"mtty\": [{\"$U1\": {\"mdev_type\": \"a\"}}, {\"$U2\": {}}, {\"xy\": {\"mdev_type\": \"a\"}}]}]" \
		>"$BATS_TEST_TMPDIR/list"

	run mdevadm check --offline "$BATS_TEST_TMPDIR/list"

	expect_finding fault definition-unreadable "$BATS_TEST_TMPDIR/list, mtty/$U2" \
		"'$BATS_TEST_TMPDIR/list, mtty/$U2', line 1: no 'mdev_type' is given" \
		"add \"mdev_type\": \"TYPE\""
	expect_finding fault definition-name "$BATS_TEST_TMPDIR/list, mtty/xy" "'xy' is no UUID" \
		"write 32 hexadecimal digits, such as 83c32df7-d52e-4ec1-9668-1f3c7e4df107"
	expect_findings_count 2
}

@test "a name that is not canonical is found" {
	in_repo "$GPU" "${U1//-/}" '{"mdev_type": "nvidia-36"}'
	CHECK+=("$REPO/$GPU/${U1//-/}")

	finds fault definition-name "$REPO/$GPU/${U1//-/}" \
		"'${U1//-/}' is not in the canonical spelling" "write it as '$U1'"
}

@test "any file may be a definition, and has no UUID then" {
	in_repo x one.json '{"mdev_type": "nvidia-36", "start": "auto"}'
	in_repo x two.json '{"mdev_type": "nvidia-36", "start": "auto"}'
	CHECK+=("$REPO/x/one.json" "$REPO/x/two.json" --types "$DUMP")

	finds_nothing
}

@test "one UUID twice is found, in whatever files" {
	in_repo "$GPU" "$U1" '{"mdev_type": "nvidia-36", "start": "auto"}'
	echo "[{\"$GPU\": [{\"$U1\": {\"mdev_type\": \"nvidia-36\", \"start\": \"auto\"}}]}]" >"$REPO/list"
	CHECK+=("$REPO/$GPU/$U1" "$REPO/list")

	finds fault definition-twice "$U1" \
		"$U1 is defined 2 times, of which one can run and 2 are auto: '$REPO/$GPU/$U1', '$REPO/list, $GPU/$U1'" \
		"keep one, or make all but one manual"
}

@test "whatever is wrong with a file, there is a remedy" {
	local remedy='a definition is as {"mdev_type": "TYPE", "start": "manual", "attrs": []}: mend the file, or remove it'

	in_repo "$GPU" "$U1" ''
	in_repo "$GPU" "$U2" '{"mdev_type": "a"}}'
	truncate -s 65M "$REPO/$GPU/$U3"

	run mdevadm check --offline "$REPO/$GPU/$U1" "$REPO/$GPU/$U2" "$REPO/$GPU/$U3"

	expect_finding fault definition-unreadable "$REPO/$GPU/$U1" "'$REPO/$GPU/$U1' is empty" "$remedy"
	expect_finding fault definition-unreadable "$REPO/$GPU/$U2" \
		"'$REPO/$GPU/$U2', line 1, column 19: there is more behind its end" "$remedy"
	expect_finding fault definition-unreadable "$REPO/$GPU/$U3" \
		"'$REPO/$GPU/$U3' is larger than 67108864 bytes" "$remedy"
}

# --- hardware ---

@test "--types tells what is there of hardware elsewhere" {
	in_repo "$GPU" "$U1" '{"mdev_type": "nvidia-36", "start": "auto"}'
	in_repo "$GPU" "$U2" '{"mdev_type": "nvidia-99"}'
	in_repo 0000:99:00.0 "$U3" '{"mdev_type": "nvidia-36", "start": "auto"}'

	run mdevadm check --offline --types "$DUMP" "$REPO"/*/*

	expect_finding fault type-absent "$REPO/$GPU/$U2" "parent '$GPU' has no type 'nvidia-99'" \
		"it has 'nvidia-36', 'nvidia-37', 'nvidia-38', 'nvidia-39', 'nvidia-40', 'nvidia-41': change the definition's type to what is meant"
	expect_finding fault parent-absent 0000:99:00.0 \
		"parent '0000:99:00.0' is not there; 1 definition is on it, 1 auto" \
		"did you mean '$GPU'? If not, the hardware that '$DUMP' describes has no such parent"
	[ "${lines[-1]}" = "2 faults and 0 notes: 3 definitions, 2 parents" ]
}

@test "--types knows the names of types" {
	in_repo "$GPU" "$U1" '{"mdev_type": "GRID V100D-1Q"}'
	CHECK+=(--types "$DUMP" "$REPO/$GPU/$U1")

	finds note type-by-name "$REPO/$GPU/$U1" \
		"the definition has a type's name, 'GRID V100D-1Q': it is 'nvidia-36' on parent '$GPU' now, and mdevctl and libvirt do not find it" \
		"if that is meant: 'mdevadm modify --uuid $U1 --parent $GPU --type nvidia-36'"
}

@test "a parent's directory may be where one stands" {
	in_repo "$GPU" "$U1" '{"mdev_type": "nvidia-99"}'
	cd "$REPO/$GPU"

	run mdevadm check --offline --types "$DUMP" "$U1"

	expect_status 9
	expect_contains "parent '$GPU' has no type 'nvidia-99'"
}

@test "--types that are no dump are an error, not a finding" {
	in_repo "$GPU" "$U1" '{"mdev_type": "nvidia-36"}'
	echo '{"parents": [{}]}' >"$BATS_TEST_TMPDIR/dump"

	run mdevadm check --offline --types "$BATS_TEST_TMPDIR/dump" "$REPO/$GPU/$U1"

	expect_status 10
	expect_line 0 "mdevadm: '$BATS_TEST_TMPDIR/dump' does not describe the hardware: a parent has no name"
	expect_line 1 "hint: it has to be a dump: {\"parents\": [{\"name\": \"PARENT\", \"types\": [{\"name\": \"TYPE\", \"label\": \"NAME\"}]}]}"
}

@test "an empty file of --types is told with what it has to be" {
	in_repo "$GPU" "$U1" '{"mdev_type": "nvidia-36"}'
	: >"$BATS_TEST_TMPDIR/dump"

	run mdevadm check --offline --types "$BATS_TEST_TMPDIR/dump" "$REPO/$GPU/$U1"

	expect_status 10
	expect_line 0 "mdevadm: '$BATS_TEST_TMPDIR/dump' is empty"
	expect_line 1 "hint: it has to be a dump: {\"parents\": [{\"name\": \"PARENT\", \"types\": [{\"name\": \"TYPE\", \"label\": \"NAME\"}]}]}"
}

@test "files without --offline are looked at with this machine's hardware alone" {
	in_repo mtty "$U1" '{"mdev_type": "mtty-9", "start": "auto"}'
	define_raw mtty "$U2" '{'
	CHECK=("$REPO/mtty/$U1")

	finds fault type-absent "$REPO/mtty/$U1" "parent 'mtty' has no type 'mtty-9'" \
		"it has 'mtty-1', 'mtty-2': change the definition's type to what is meant"
}

@test "standard input is a file, too" {
	run --separate-stderr mdevadm check --offline - <<<'{"mdev_type": "a", "start": 1}'

	expect_status 9
	expect_contains "(definition-start)"
}

# --- usage ---

@test "check says what its options need" {
	run mdevadm check --offline
	expect_status 2
	expect_line 0 "mdevadm: --offline needs --file"
	run mdevadm check --types "$DUMP" "$DUMP"
	expect_status 2
	expect_line 0 "mdevadm: --types needs --offline"

	run mdevadm check -f ''

	expect_status 2
	expect_line 0 "mdevadm: --file: the file's name is empty"
}

@test "a file may be called like an option" {
	cd "$BATS_TEST_TMPDIR"
	echo '{' >--offline

	run mdevadm check --offline -- --offline

	expect_status 9
	expect_contains "where: --offline (definition-unreadable)"
}

@test "what is in a file cannot command the terminal" {
	printf '{"mdev_type": "a", "x\x1b[31m": 1}' >"$BATS_TEST_TMPDIR/file"

	run mdevadm check --offline "$BATS_TEST_TMPDIR/file"

	[[ $output != *$'\e'* ]]
}
