#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# --json: one document on standard output, whatever happens. lib/common validates each.

load lib/common
load lib/life

# has FILTER: true of the document that was printed.
has() { jq -e "$1" <<<"$output" >/dev/null || fail_with "not so: $1"; }
run_json() { run --separate-stderr mdevadm "$@" --json; }

setup() {
	needs_sim "jq and a schema"
	common_setup
}

@test "every command prints a document of one shape" {
	local command

	for command in "define -u $U1 -p mtty -t mtty-1" list "list -d" types parents status metrics \
		"modify -u $U1 --auto" "start -u $U1" "restart -u $U1" "drain mtty --dry-run" "stop -u $U1" \
		"hold mtty --reason r" "resume mtty" "wait mtty" "undefine -u $U1" "start-parent-mdevs mtty" \
		"completions bash"; do
		# shellcheck disable=SC2086
		run_json $command
		expect_status 0
		has ".version == 1 and .command == \"${command%% *}\" and .host == \"$(uname -n)\""
		has '[.parents, .types, .devices, .results, .messages] | all(type == "array")'
	done
}

@test "the version of the document can be pinned, and another one is refused" {
	run --separate-stderr mdevadm list --json=1
	expect_status 0
	has '.version == 1'

	run --separate-stderr mdevadm list --json=2
	expect_status 2
	has '.messages[0].message == "--json: there is no version '"'2'"' of the document"'
}

@test "--json takes no word from the next one" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run --separate-stderr mdevadm status --json "$U1"

	expect_status 0
	has '.devices[0].uuid == "'"$U1"'"'
}

@test "a command line that cannot be read is told in a document as well" {
	for words in "--json nosuch" "list --json --nosuch" "list --nosuch --json" "start --json" \
		"list --json --dumpjson" "--json"; do
		# shellcheck disable=SC2086
		run --separate-stderr mdevadm $words
		expect_status 2
		has '.messages[0] | .severity == "error" and .status == 2 and .hint != null'
		[ -n "$stderr" ]
	done
}

@test "what is wrong with the root is told in a document as well" {
	run_json list --root "$BATS_TEST_TMPDIR/nosuch"

	has '.command == "list" and (.messages | any(.message | contains("there is no root directory")))'
}

@test "a failure says on what, with which errno, and what to do" {
	ctl error create EPERM 1 "$U1"

	run_json start -u "$U1" -p mtty -t mtty-1

	expect_status 1
	has '.messages[0] | .severity == "error" and .operation == "start" and .object == "'"$U1"'"
		and .errno == "EPERM" and .status == 1 and .hint != null'
	has '.results[0] | .operation == "start" and .done == false and .errno == "EPERM"'
	[[ "$stderr" == "mdevadm: cannot start $U1"* ]]
}

@test "what was made is told by its UUID, and nothing else is printed" {
	run_json start -p mtty -t mtty-1

	expect_status 0
	uuid=$(jq -r '.results[0].uuid' <<<"$output")
	runs "$uuid"
	has '.results == [{operation: "start", uuid: "'"$uuid"'", parent: "mtty", done: true, status: 0, errno: null}]'
}

@test "a batch tells what was done, and of what failed which device it was" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm define -u "$U2" -p mtty -t mtty-1
	ctl error create EPERM 1 "$U2"

	run_json start --all

	expect_status 9
	has '.results | map({(.uuid): .done}) | add == {"'"$U1"'": true, "'"$U2"'": false}'
	has '.messages | any(.severity == "warning" and .object == "'"$U2"'" and .errno == "EPERM")'
	has '.messages[-1] | .severity == "error" and .status == 9'
}

@test "of several devices that are named, each failure has its own" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run_json stop "$U1" "$U2" "$U3"

	expect_status 9
	has '[.messages[] | select(.status == 3).object] == ["'"$U2"'", "'"$U3"'"]'
	has '.results | map(.uuid) == ["'"$U1"'"]'
}

@test "a name that was not typed as it is is a note" {
	mount_sim sriov

	run_json types --parent 06:00.4

	has '.messages == [{severity: "note", operation: "types", object: null, id: null, status: null, errno: null, hint: null,
		message: "parent '"'06:00.4' is '0000:06:00.4'"'"}]'
}

@test "the command of a drain does not write into the document" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run --separate-stderr mdevadm drain mtty --json -- echo said

	expect_status 0
	has '.results | map(.operation) == ["stop", "start", "drain"]'
	[ "$stderr" = said ]
}

@test "a dry run tells what would be done" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run_json drain mtty --dry-run

	has '.results == [{operation: "stop", uuid: "'"$U1"'", parent: "mtty", done: false, status: 0, errno: null}]'
}

@test "list, types, parents and status show the same objects" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U1"

	list=$(mdevadm list --json | jq -S .devices)
	status=$(mdevadm status --json | jq -S .devices)
	types=$(mdevadm types --json | jq -S .types)
	parents=$(mdevadm parents --json | jq -S .types)

	[ "$list" = "$status" ] || fail_with "$(diff <(echo "$list") <(echo "$status"))"
	[ "$types" = "$parents" ]
}

@test "list --defined has what is defined, list what runs" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U2" -p mtty -t mtty-1

	run_json list -d
	has '.devices | map(.uuid) == ["'"$U1"'"]'
	run_json list
	has '.devices | map(.uuid) == ["'"$U2"'"]'
}

@test "a document that cannot be written is an error, which names what was made" {
	needs_sim "/dev/full"

	run bash -c '"$1" start -p mtty -t mtty-1 --json 2>&1 >/dev/full' bash "$MDEVADM"

	expect_status 1
	expect_contains "cannot write the output: ENOSPC"
}

@test "names that are no UTF-8 make no document invalid" {
	define_raw $'p\xff' "$U1" '{"mdev_type": "t", "start": "auto"}'

	run_json status

	expect_status 0
	has '.devices[0].parent == "p\\xff"'
}

@test "what is written is the schema's, and the schema is one" {
	run /usr/bin/python3 -c 'import json, sys, jsonschema
jsonschema.Draft202012Validator.check_schema(json.load(open(sys.argv[1])))' "$LIB_DIR/../../../docs/schema/report.json"

	expect_status 0
}

@test "every test with --json has its documents validated" {
	# shellcheck disable=SC2016
	run grep -nE '"\$MDEVADM".* --json( |=|$)' "$BATS_TEST_DIRNAME"/*.bats

	output=$(grep -v '/report.bats:' <<<"$output") || true
	expect_output ""
}
