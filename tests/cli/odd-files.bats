#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Definitions as other programs, and people, leave them: what is read, what is kept, what is said.
# shellcheck disable=SC2030,SC2031,SC2154

load lib/common
load lib/life
load lib/peer

FILE() { printf '%s/mtty/%s' "$ETC" "$U1"; }
way_out() {
	printf "hint: mend '%s'; or 'mdevadm modify --uuid %s --parent mtty --jsonfile FILE' replaces it, and 'mdevadm undefine' removes it" \
		"$(FILE)" "$U1"
}
# How list tells of a definition that it cannot read.
unreadable() { printf "mdevadm: warning: %s on parent 'mtty' is defined, but cannot be read: '%s'%s" "$U1" "$(FILE)" "$1"; }

# --- beside mdevctl ---

# all_odd COMMAND: with the UUID, the name and the printf format of each odd definition.
all_odd() {
	local name format n=0

	while IFS='|' read -r name format; do
		[[ "$name" != '#'* ]] || continue
		n=$((n + 1))
		"$1" "$(printf '%08d-0000-4000-8000-000000000000' $n)" "$name" "$format"
	done <"$BATS_TEST_DIRNAME/data/odd-definitions"
}

# shellcheck disable=SC2059
write_odd() { printf "$3" >"$ETC/mtty/$1"; }

# mdevctl lists nothing if it cannot read one: so it gets each alone, in $ETC.
ask_peer() {
	local line

	cp "$BATS_TEST_TMPDIR/all/$1" "$ETC/mtty/$1"
	line=$(peer list -d 2>/dev/null | tr -d '\0' | grep "^$1 mtty") || true
	rm "$ETC/mtty/$1"
	[ -z "$line" ] || printf '%s %s\n' "$2" "$line" >>"$BATS_TEST_TMPDIR/theirs"
}

@test "every definition that mdevctl lists is listed, or named if nothing could start it" {
	needs_peer
	mkdir -p "$ETC/mtty"
	all_odd write_odd

	run --separate-stderr mdevadm list -d

	expect_status 0
	printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/ours"
	mv "$ETC/mtty" "$BATS_TEST_TMPDIR/all"
	mkdir "$ETC/mtty"
	all_odd ask_peer
	[ "$(wc -l <"$BATS_TEST_TMPDIR/theirs")" -ge 40 ]
	told=
	while read -r name uuid rest; do
		! grep -qxF "$uuid $rest" "$BATS_TEST_TMPDIR/ours" || continue
		[[ "$stderr" == *"$uuid on parent 'mtty' is defined, but cannot be read: "* ]] ||
			fail_with "this is missing: $name: $uuid $rest"
		told+="$name "
	done <"$BATS_TEST_TMPDIR/theirs"
	# Types and attributes that can be no file's names, and NUL characters.
	[ "$told" = "empty-type val-u0000 name-empty name-up name-abs type-slash type-dot type-nl type-u0000 type-long " ] ||
		fail_with "these are told instead of listed: $told"
}

# --- what is read ---

@test "attributes that are null are none, in a file and with --jsonfile" {
	define_raw mtty "$U1" '{"mdev_type": "mtty-1", "start": "auto", "attrs": null}'

	printf '{"mdev_type": "mtty-1", "attrs": null}' | "$MDEVADM" define -u "$U2" -p mtty --jsonfile /dev/stdin
	start_from_pipe '{"mdev_type": "mtty-1", "start": null, "attrs": null}' -u "$U3" -p mtty
	mdevadm start-parent-mdevs mtty

	[ "$(mdevadm list)" = "$U1 mtty mtty-1 auto (defined)
$U3 mtty mtty-1 manual" ]
	[ "$(mdevadm list -d -u "$U2")" = "$U2 mtty mtty-1 manual" ]
}

@test "of a repeated key the last counts, at any depth" {
	define_raw mtty "$U1" '{"mdev_type": "x", "start": "auto", "mdev\u005ftype": "mtty-1", "start": "manual", "attrs": 1, "attrs": [{"power/control": "off", "power/control": "on"}], "x": {"y": 1, "y": 2}}'

	run mdevadm list -d -v

	expect_status 0
	expect_output "$U1 mtty mtty-1 manual
  Attrs:
    @{0}: {\"power/control\":\"on\"}"
}

@test "a start mode in another spelling is manual, with a warning" {
	for start in '"Auto"' '"AUTO"' '" auto"' '"yes"' '""' true 1 '["auto"]'; do
		define_raw mtty "$U1" "{\"mdev_type\": \"mtty-1\",
\"start\": $start}"

		run --separate-stderr mdevadm list -d

		expect_status 0
		expect_output "$U1 mtty mtty-1 manual"
		[ "$stderr" = "mdevadm: warning: '$(FILE)', line 2: 'start' is $start, which counts as \"manual\"
hint: write \"auto\" or \"manual\"" ] || fail_with "$stderr"
	done
}

@test "Windows line ends, blank lines and NUL bytes at the end are no fault" {
	mkdir -p "$ETC/mtty"
	printf '\r\n{\r\n\t"mdev_type": "mtty-1",\r\n"start": "auto"}\r\n\n\0\0' >"$(FILE)"

	run mdevadm list -d

	expect_output "$U1 mtty mtty-1 auto"
}

# --- what is kept ---

@test "keys that are not ours are kept to the last digit and blank" {
	local foreign='"n" :  [0.1, 1E2, -0, 12345678901234.5678, 1e-7, 1e400, -0.0, 123456789012345678901234567890,
	9223372036854775808 ], "o":{"z":1,"a":{"b":[ ]},"z":2}, "s": "\u00e9\u0000\/é\ud83d\ude00"'

	define_raw mtty "$U1" "{$foreign, \"mdev_type\":\"mtty-1\"}"

	for option in --auto --manual "--addattr a --value 1" --delattr "--type mtty-1 --manual"; do
		# shellcheck disable=SC2086
		mdevadm modify -u "$U1" $option 2>/dev/null
		[[ "$(cat "$(FILE)")" == *"  ${foreign%%, \"o\"*},"* ]] || fail_with "$(cat "$(FILE)")"
		[[ "$(cat "$(FILE)")" == *'"o":{"z":1,"a":{"b":[ ]},"z":2}'* ]]
		[[ "$(cat "$(FILE)")" == *'"s": "\u00e9\u0000\/é\ud83d\ude00"'* ]]
	done
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 manual" ]
}

@test "a definition of nearly one mebibyte in one line can be changed" {
	python3 -c 'print("{\"mdev_type\":\"mtty-1\",\"start\":\"manual\",\"attrs\":[" + ",".join(["{\"a\":\"1\"}"] * 103800) + "]}", end="")' \
		>"$BATS_TEST_TMPDIR/large"
	define_raw mtty "$U1" "$(cat "$BATS_TEST_TMPDIR/large")"
	[ "$(stat -c %s "$(FILE)")" -gt 1030000 ]

	run mdevadm modify -u "$U1" --auto

	expect_status 0
	expect_output ""
	[ "$(sed 's/"auto"/"manual"/' "$(FILE)")" = "$(cat "$BATS_TEST_TMPDIR/large")" ]
}

# --- what cannot be read ---

@test "a definition that cannot be read is told of in a line, and fails a strict list alone" {
	define_raw mtty "$U1" '{"mdev_type": "mtty-1", "attrs": {}}'
	define_raw mtty "$U2" '{"mdev_type": "mtty-1"}'

	for options in "" "-v" "--dumpjson" "-p mtty"; do
		# shellcheck disable=SC2086
		run --separate-stderr mdevadm list -d $options
		expect_status 0
		[ "${stderr%%$'\n'*}" = "$(unreadable ", line 1: attributes are not an array")" ] || fail_with "$stderr"
		[[ "$output" == *"$U2"* ]]
	done
	run -9 mdevadm list -d --strict
	run --separate-stderr mdevadm list -d -u "$U1"
	expect_status 0
	expect_output ""
	[ "${stderr%%$'\n'*}" = "$(unreadable ", line 1: attributes are not an array")" ]
}

# refused_with FILE MESSAGE HINT: MESSAGE is what comes behind the file's name.
refused_with() {
	mkdir -p "$ETC/mtty"
	# shellcheck disable=SC2059
	printf "$1" >"$(FILE)"
	run mdevadm list -d
	expect_status 0
	expect_line 0 "$(unreadable "$2")"
	expect_line 1 "$3"
	[ "${#lines[@]}" -eq 2 ] || fail_with "there is more"
}

@test "what makes a definition unreadable is said in plain words, with a way out" {
	refused_with '\xef\xbb\xbf{"mdev_type":"mtty-1"}' " begins with a byte order mark" \
		"hint: save it as UTF-8 without one; sed '1s/^\\xEF\\xBB\\xBF//' takes it away"
	refused_with '\xff\xfe{\0' " is UTF-16, not UTF-8" "hint: 'iconv -f UTF-16 -t UTF-8' converts it"
	refused_with '{"mdev_type":"mtty-1","x":"\xe9"}' ", line 1, column 27: it is not UTF-8" "$(way_out)"
	refused_with 'mdev_type=mtty-1\nstart=auto\n' \
		" is no JSON but has lines KEY=VALUE, as the first versions of mdevctl wrote" "$(way_out)"
	refused_with '' " is empty" "$(way_out)"
	refused_with '\0\0\0' " is empty" "$(way_out)"
	refused_with '{"mdev_type":"mtty-1"' ", line 1, column 21: it ends too early" "$(way_out)"
	refused_with '{"mdev_type":"a\\u0000"}' ", line 1: 'a' is followed by the character \\u0000" \
		"hint: take \\u0000 away: nothing can take it"
	refused_with '[]' ", line 1: a definition is a JSON object" \
		'hint: write {"mdev_type": "TYPE", "start": "manual", "attrs": []}'
}

@test "the advice about a byte order mark leads out" {
	mkdir -p "$ETC/mtty"
	printf '\xef\xbb\xbf{"mdev_type":"mtty-1"}' >"$(FILE)"

	sed -i '1s/^\xEF\xBB\xBF//' "$(FILE)"

	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 manual" ]
}

@test "define replaces a definition that cannot be read, and says so" {
	for broken in '{' 'mdev_type=mtty-1' '{"mdev_type": "a/b"}'; do
		define_raw mtty "$U1" "$broken"
		chmod 640 "$(FILE)"

		run mdevadm define -u "$U1" -p mtty -t mtty-1

		expect_status 0
		[[ "${lines[0]}" == "mdevadm: warning: the definition that is replaced cannot be read: '$(FILE)'"* ]] ||
			fail_with "it does not"
		[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 manual" ]
		[ "$(stat -c %a "$(FILE)")" = 640 ]
	done
}

@test "define replaces no definition that it cannot look at" {
	needs strace
	define_raw mtty "$U1" '{"mdev_type": "mtty-1"}'

	# The first is of the names in the directory's own look, the next of the file.
	for errnum in EIO EACCES EMFILE; do
		run env ASAN_OPTIONS=detect_leaks=0 strace -o "$BATS_TEST_TMPDIR/injected" -P "$ETC/mtty" -e trace=openat \
			-e "inject=openat:error=$errnum:when=1" "$MDEVADM" define -u "$U1" -p mtty -t mtty-2

		expect_status 1
		grep -q "$U1.*INJECTED" "$BATS_TEST_TMPDIR/injected"
		[ "$(cat "$(FILE)")" = '{"mdev_type": "mtty-1"}' ]
	done
}

@test "modify --jsonfile replaces a definition that cannot be read, and undefine removes it" {
	define_raw mtty "$U1" 'mdev_type=mtty-1'

	mdevadm modify -u "$U1" -p mtty --jsonfile <(definition mtty-2)
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-2 manual" ]

	define_raw mtty "$U1" 'mdev_type=mtty-1'
	mdevadm undefine -u "$U1"
	lacks "$(FILE)"
}

@test "a change of a definition that cannot be read says how to replace it" {
	define_raw mtty "$U1" '{'

	for command in "modify -u $U1 --auto" "start -u $U1"; do
		# shellcheck disable=SC2086
		run mdevadm $command
		expect_status 10
		expect_line 1 "$(way_out)"
	done
}

@test "a file beside the parents' directories is told of with the way out" {
	printf '{"mdev_type": "mtty-1"}' >"$ETC/mine.json"
	mdevadm define -u "$U1" -p mtty -t mtty-1
	local message="'$ETC/mine.json' is no directory of definitions
hint: a definition is a file '$ETC/PARENT/UUID': move it there, or out of '$ETC'"

	run --separate-stderr mdevadm list -d
	expect_output "$U1 mtty mtty-1 manual"
	[ "$stderr" = "mdevadm: warning: $message" ]

	run mdevadm define -u "$U2" -p mine.json -t mtty-1
	expect_status 10
	expect_contains "mdevadm: cannot define $U2: $message"
	mdevadm start -u "$U1"
}

# --- keys that mean nothing ---

unknown_keys() {
	printf "mdevadm: warning: '%s' has keys that mean nothing here: 'attributes'
hint: did you mean 'attrs' by 'attributes'?" "$1"
}

@test "unknown keys are warned about once by define, modify and start, and not by list" {
	local json='{"mdev_type": "mtty-1", "attributes": []}'

	printf '%s' "$json" >"$BATS_TEST_TMPDIR/json"
	run mdevadm define -u "$U1" -p mtty --jsonfile "$BATS_TEST_TMPDIR/json"
	expect_status 0
	expect_output "$(unknown_keys "$BATS_TEST_TMPDIR/json")"

	for command in "modify -u $U1 --auto" "start -u $U1" "modify -u $U1 --manual"; do
		# shellcheck disable=SC2086
		run mdevadm $command
		expect_status 0
		expect_output "$(unknown_keys "$(FILE)")"
	done
	run mdevadm list -d
	expect_output "$U1 mtty mtty-1 manual (active)"
	mdevadm stop -u "$U1"
	mdevadm modify -u "$U1" --auto 2>/dev/null
	run mdevadm start-parent-mdevs mtty
	expect_output "$(unknown_keys "$(FILE)")"
}

# --- what reaches the kernel ---

@test "a value is written with one newline, and an empty one not at all" {
	needs_sim "its log of writes"
	define_raw matrix "$U1" '{"mdev_type": "vfio_ap-passthrough", "attrs": [{"assign_adapter": "5\n"}, {"assign_adapter": "6"}, {"assign_domain": "4\n\n"}, {"assign_domain": ""}]}'

	run mdevadm start -u "$U1"

	expect_status 0
	[ "$(attr_writes "$U1")" = 'assign_adapter 5\n ok
assign_adapter 6\n ok
assign_domain 4\n ok' ] || fail_with "$(attr_writes "$U1")"
}

@test "an attribute that is not there is an error with an empty value, too" {
	define_raw mtty "$U1" '{"mdev_type": "mtty-1", "attrs": [{"absent": ""}]}'

	run mdevadm start -u "$U1"

	expect_status 3
	is_gone "$U1"
}

# --- --jsonfile ---

@test "a --jsonfile that cannot be read is an error with a way out" {
	local advice="hint: 'mdevadm list --defined --dumpjson --uuid UUID' prints a definition; --jsonfile takes a file, or /dev/stdin"

	: >"$BATS_TEST_TMPDIR/empty"
	head -c 1048577 /dev/zero | tr '\0' ' ' >"$BATS_TEST_TMPDIR/large"
	for command in "define -u $U1 -p mtty" "start -u $U1 -p mtty" "modify -u $U1 -p mtty"; do
		# shellcheck disable=SC2086
		run mdevadm $command --jsonfile "$BATS_TEST_TMPDIR/absent"
		expect_contains "'$BATS_TEST_TMPDIR/absent': ENOENT (No such file or directory)"
		expect_line 1 "$advice"
		# shellcheck disable=SC2086
		run mdevadm $command --jsonfile "$BATS_TEST_TMPDIR"
		expect_contains "cannot read '$BATS_TEST_TMPDIR': EISDIR (Is a directory)"
		expect_line 1 "$advice"
		# shellcheck disable=SC2086
		run mdevadm $command --jsonfile "$BATS_TEST_TMPDIR/empty"
		expect_status 10
		expect_contains "'$BATS_TEST_TMPDIR/empty' is empty"
		expect_line 1 "$advice"
		# shellcheck disable=SC2086
		run mdevadm $command --jsonfile "$BATS_TEST_TMPDIR/large"
		expect_status 10
		expect_contains "'$BATS_TEST_TMPDIR/large' is larger than 1048576 bytes"
		expect_line 1 "$advice"
	done
}
