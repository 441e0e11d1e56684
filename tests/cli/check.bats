#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# check: what is wrong with definitions, devices, scripts and what /run remembers.

load lib/common
load lib/check
load lib/scripts

setup() {
	setup_check
	set_script_paths
}

# --- nothing ---

@test "check finds nothing on a machine where nothing is wrong" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm define -u "$U2" -p mtty -t mtty-2
	mdevadm start -u "$U1"

	run mdevadm check

	expect_status 0
	expect_output "nothing found: 2 definitions, 1 device, 0 scripts, 1 parent"
}

# Their definitions are sane; what is said of the machine itself are notes.
@test "check finds no fault on any machine of ours" {
	local description parent type

	for description in "$DESCRIPTIONS"/*.json; do
		mount_sim "$description"
		rm -rf "${ETC:?}"/* "$RUN/mdevadm"
		for parent in "$SYS"/class/mdev_bus/*; do
			for type in "$parent"/mdev_supported_types/*; do break; done
			mdevadm define -p "${parent##*/}" -t "${type##*/}" --auto >/dev/null
			mdevadm start-parent-mdevs "${parent##*/}"
		done
		run mdevadm check
		expect_status 0
		mdevadm stop --all
		run mdevadm check
		[ "$(grep '^fault: ' <<<"$output" | grep -vc 'is auto and does not run')" -eq 0 ]
	done
}

@test "check changes nothing and takes no lock" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U1"
	find "$ETC" "$RUN" -exec stat -c '%n %Z %s' {} + >"$BATS_TEST_TMPDIR/before"
	hold_lock parents mtty
	hold_lock_of_device=$HOLDER

	run mdevadm check --lock-timeout 0

	expect_status 0
	kill "$hold_lock_of_device"
	find "$ETC" "$RUN" -exec stat -c '%n %Z %s' {} + >"$BATS_TEST_TMPDIR/after"
	diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
}

@test "findings are sorted by what they are about, and counted" {
	define_raw mtty "$U2" '{'
	define_raw mtty "$U1" '{'
	define_raw other "$U3" '{"mdev_type": "mtty-1"}'

	run mdevadm check

	expect_status 9
	[ "$(sed -n 's/^    where: //p' <<<"$output")" = "$ETC/mtty/$U1 (definition-unreadable)
$ETC/mtty/$U2 (definition-unreadable)
other (parent-absent)" ]
	[ "${lines[-1]}" = "2 faults and 1 note: 1 definition, 0 devices, 0 scripts, 1 parent" ]
}

# --- definitions ---

@test "a definition that cannot be read is found" {
	define_raw mtty "$U1" '{"start": "auto"}'

	finds fault definition-unreadable "$ETC/mtty/$U1" \
		"'$ETC/mtty/$U1', line 1: no 'mdev_type' is given" \
		"add \"mdev_type\": \"TYPE\""
}

@test "a file that is no definition is found" {
	define_raw mtty README hello

	finds fault definition-name "$ETC/mtty" "'$ETC/mtty/README' is ignored: its name is no UUID" \
		"move it out of the definitions"
}

@test "a name that is not canonical is found" {
	define_raw mtty "${U1^^}A" '{"mdev_type": "mtty-1"}'
	mv "$ETC/mtty/${U1^^}A" "$ETC/mtty/{$U1}"

	finds fault definition-name "$ETC/mtty" "'$ETC/mtty/{$U1}' is not in the canonical spelling" \
		"rename it to '$U1'; the next change of it does so, too"
}

@test "a file in the place of a parent is found" {
	mkdir -p "$ETC"
	echo hello >"$ETC/$U1"

	finds fault definition-name "$ETC/$U1" "'$ETC/$U1' is no directory of definitions" \
		"a definition is a file '$ETC/PARENT/UUID': move it there, or out of '$ETC'"
}

@test "a key that is probably misspelt is a fault" {
	define_raw mtty "$U1" '{"mdev_type": "mtty-1", "autostart": true}'

	finds fault definition-keys "$ETC/mtty/$U1" \
		"'$ETC/mtty/$U1' has keys that mean nothing here: 'autostart'" \
		"did you mean 'start' by 'autostart'?"
}

@test "a key that is somebody else's is a note" {
	define_raw mtty "$U1" '{"mdev_type": "mtty-1", "x-owner": "nova"}'

	finds note definition-keys "$ETC/mtty/$U1" \
		"'$ETC/mtty/$U1' has keys that mean nothing here: 'x-owner'" \
		"the keys that count are 'mdev_type', 'start' and 'attrs'"
}

@test "a start mode that is none is found" {
	define_raw mtty "$U1" '{"mdev_type": "mtty-1", "start": "always"}'

	finds fault definition-start "$ETC/mtty/$U1" \
		"'$ETC/mtty/$U1', line 1: 'start' is \"always\", which counts as \"manual\"" \
		'write "auto" or "manual"'
}

@test "a definition that others can change is found" {
	define_raw mtty "$U1" '{"mdev_type": "mtty-1"}'
	chmod 666 "$ETC/mtty/$U1"

	run mdevadm check

	expect_status 9
	expect_findings_count 1
	expect_contains "fault: others than root say what root writes to devices: '$ETC/mtty/$U1' can be written by others than root (mode 0666)"
	expect_contains "where: $ETC/mtty/$U1 (definition-untrusted)"
	expect_contains "'chmod go-w $ETC/mtty/$U1'"
}

@test "a place that others can change is found once" {
	define_raw mtty "$U1" '{"mdev_type": "mtty-1"}'
	define_raw mtty "$U2" '{"mdev_type": "mtty-1"}'
	chmod 777 "$ETC"

	run mdevadm check

	expect_findings_count 1
	expect_contains "where: $ETC (definition-untrusted)"
}

@test "a UUID that is auto on two parents is a fault" {
	mount_sim two-gpus
	define_raw 0000:06:00.0 "$U1" '{"mdev_type": "nvidia-36", "start": "auto"}'
	define_raw 0000:07:00.0 "$U1" '{"mdev_type": "nvidia-36", "start": "auto"}'
	mdevadm start -u "$U1" -p 0000:06:00.0

	finds fault definition-twice "$U1" \
		"$U1 is defined 2 times, of which one can run and 2 are auto: '$ETC/0000:06:00.0/$U1', '$ETC/0000:07:00.0/$U1'" \
		"make all but one manual, or remove it: 'mdevadm undefine --uuid $U1 --parent PARENT'"
}

@test "a UUID on two parents of which one is auto is a note" {
	mount_sim two-gpus
	define_raw 0000:06:00.0 "$U1" '{"mdev_type": "nvidia-36", "start": "auto"}'
	define_raw 0000:07:00.0 "$U1" '{"mdev_type": "nvidia-36"}'
	mdevadm start -u "$U1" -p 0000:06:00.0

	finds note definition-twice "$U1" \
		"$U1 is defined 2 times, of which one can run and 1 is auto: '$ETC/0000:06:00.0/$U1', '$ETC/0000:07:00.0/$U1'" \
		"make all but one manual, or remove it: 'mdevadm undefine --uuid $U1 --parent PARENT'"
}

# --- parents and types of definitions ---

@test "an absent parent of what is auto is a fault" {
	define_raw 0000:3b:00.0 "$U1" '{"mdev_type": "nvidia-36", "start": "auto"}'
	define_raw 0000:3b:00.0 "$U2" '{"mdev_type": "nvidia-36"}'

	finds fault parent-absent 0000:3b:00.0 \
		"parent '0000:3b:00.0' is not there; 2 definitions are on it, 1 auto" \
		"see whether the hardware is there and its driver is loaded; if it is gone for good: 'mdevadm undefine --all --parent 0000:3b:00.0'"
}

@test "an absent parent of what nobody starts by itself is a note" {
	define_raw mttv "$U1" '{"mdev_type": "mtty-1"}'

	finds note parent-absent mttv "parent 'mttv' is not there; 1 definition is on it, 0 auto" \
		"did you mean 'mtty'? If not, see whether the hardware is there and its driver is loaded; if it is gone for good: 'mdevadm undefine --all --parent mttv'"
}

@test "a definition on a physical function is found" {
	mount_sim sriov
	define_raw 0000:06:00.0 "$U1" '{"mdev_type": "nvidia-36"}'

	run mdevadm check

	expect_finding fault definition-on-card 0000:06:00.0 \
		"'0000:06:00.0' is a physical function, and only its virtual ones are parents; 1 definition is on it, 0 auto" \
		"define on one of them: 'mdevadm types --parent 0000:06:00.0' lists them"
	expect_findings_count 1
}

@test "a type that the parent has not is found" {
	define_raw mtty "$U1" '{"mdev_type": "mtty-9"}'

	finds fault type-absent "$ETC/mtty/$U1" "parent 'mtty' has no type 'mtty-9'" \
		"it has 'mtty-1', 'mtty-2': change the definition's type to what is meant"
}

# Two cards of one driver, of which one has another number for the same name.
renumbered() {
	cat >"$BATS_TEST_TMPDIR/renumbered.json" <<-END
		{"parents": [
		  {"name": "0000:06:00.0", "driver": "nvidia", "types": [{"name": "nvidia-63", "label": "GRID P4-1Q"}]},
		  {"name": "0000:07:00.0", "driver": "nvidia", "types": [
		    {"name": "nvidia-46", "label": "GRID P4-1Q"}, {"name": "nvidia-47", "label": "GRID P4-2Q"}]}]}
	END
	mount_sim "$BATS_TEST_TMPDIR/renumbered.json"
}

@test "a type that has another number on this parent is found" {
	renumbered
	define_raw 0000:07:00.0 "$U1" '{"mdev_type": "nvidia-63"}'

	finds fault type-renumbered "$ETC/0000:07:00.0/$U1" \
		"parent '0000:07:00.0' has no type 'nvidia-63', which is 'GRID P4-1Q': here that is 'nvidia-46'" \
		"if that is meant: 'mdevadm modify --uuid $U1 --parent 0000:07:00.0 --type nvidia-46'"
}

@test "a definition that has a type's name is a note" {
	renumbered
	define_raw 0000:07:00.0 "$U1" '{"mdev_type": "GRID P4-1Q"}'

	finds note type-by-name "$ETC/0000:07:00.0/$U1" \
		"the definition has a type's name, 'GRID P4-1Q': it is 'nvidia-46' on parent '0000:07:00.0' now, and mdevctl and libvirt do not find it" \
		"if that is meant: 'mdevadm modify --uuid $U1 --parent 0000:07:00.0 --type nvidia-46'"
}

@test "a number that means another type elsewhere is a note" {
	sed -i 's/"Single port serial"/"A"/; s/"Dual port serial"/"B"/' "$PLAIN"
	jq '.parents += [{"name": "other", "types": [{"name": "mtty-1", "label": "C"}]}]' "$PLAIN" >"$PLAIN.2"
	mount_sim "$PLAIN.2"
	define_raw mtty "$U1" '{"mdev_type": "mtty-1"}'

	finds note type-of-two-names "$ETC/mtty/$U1" \
		"type 'mtty-1' is 'A' on parent 'mtty', but 'C' on 'other'" \
		"see whether the definition was made for another card: 'mdevadm types' shows what both have"
}

# --- devices ---

@test "what is auto and does not run is found" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto

	finds fault device-not-running "$U1" "$U1 is auto and does not run, though parent 'mtty' is there" \
		"'mdevadm start --uuid $U1 --parent mtty' starts it, or says why not"
}

@test "a device of another type than defined is found" {
	mdevadm start -u "$U1" -p mtty -t mtty-2
	define_raw mtty "$U1" '{"mdev_type": "mtty-1"}'

	finds fault device-differs "$U1" "$U1 runs with type 'mtty-2', but is defined with 'mtty-1'" \
		"'mdevadm restart --defined --uuid $U1' makes it as defined; or change the definition"
}

@test "a device on another parent than defined is found" {
	mount_sim two-gpus
	mdevadm start -u "$U1" -p 0000:06:00.0 -t nvidia-36
	define_raw 0000:07:00.0 "$U1" '{"mdev_type": "nvidia-36"}'

	finds fault device-differs "$U1" \
		"$U1 runs with parent '0000:06:00.0', but is defined with '0000:07:00.0'" \
		"'mdevadm restart --defined --uuid $U1' makes it as defined; or change the definition"
}

@test "an attribute of another value than defined is found" {
	mount_sim two-gpus
	mdevadm define -u "$U1" -p 0000:06:00.0 -t nvidia-36 --addattr nvidia/vgpu_params=x=1
	mdevadm start -u "$U1"
	mdevadm modify -u "$U1" --setattr nvidia/vgpu_params=x=2

	finds fault device-differs "$U1" \
		"$U1 runs with nvidia/vgpu_params 'x=1', but is defined with 'x=2'" \
		"'mdevadm restart --defined --uuid $U1' makes it as defined; or change the definition"
}

@test "what a script tells of an attribute counts where it cannot be read" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	define_raw mtty "$U1" '{"mdev_type": "mtty-1", "attrs": [{"a": "1"}, {"b": "0x2b"}]}'
	# shellcheck disable=SC2016
	callout 10-tells '[ "$event $action" = "get attributes" ] || exit 2; echo "[{\"b\":\"43\"},{\"a\":\"1\"}]"'
	finds_nothing
	# shellcheck disable=SC2016
	callout 10-tells '[ "$event $action" = "get attributes" ] || exit 2; echo "[{\"b\":\"43\"},{\"a\":\"2\"}]"'

	finds fault device-differs "$U1" "$U1 runs with a '2', but is defined with '1'" \
		"'mdevadm restart --defined --uuid $U1' makes it as defined; or change the definition"
}

@test "attributes that nobody knows are no finding" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	rm -r "$RUN/mdevadm/devices"
	define_raw mtty "$U1" '{"mdev_type": "mtty-1", "attrs": [{"a": "1"}]}'

	finds_nothing
}

@test "a stuck device is found" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl stuck "$U1"

	finds fault device-stuck "$U1" \
		"$U1 on parent 'mtty' is stuck: the kernel has no way to remove it any more" \
		"'mdevadm stop --all --parent mtty', then reload the parent's driver, then 'mdevadm start-parent-mdevs mtty'"
}

@test "a device whose removal waits is a note" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl open "$U1"
	echo 1 >"$SYS/bus/mdev/devices/$U1/remove" &
	ends_with_test $!
	wait_until eval "! runs $U1"

	run mdevadm check

	expect_status 0
	expect_finding note device-going "$U1" \
		"$U1 on parent 'mtty' is being removed, and goes when nobody has it open any more" \
		"end what uses it, such as its virtual machine"
	ctl close "$U1"
}

@test "a device that goes meanwhile is no finding" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl open "$U1"
	echo 1 >"$SYS/bus/mdev/devices/$U1/remove" &
	ends_with_test $!
	wait_until eval "! runs $U1"
	rm -r "$RUN/mdevadm/devices"
	(sleep 0.2 && ctl close "$U1") &

	finds_nothing
}

# A record of a process that is not there any more.
record_of() { # UUID STATE INODE
	mkdir -p "$RUN/mdevadm/devices"
	printf '{"version":1,"state":"%s","parent":"mtty","type":"mtty-1","attrs":[],"inode":%s,"pid":99999999,"since":1}' \
		"$2" "$3" >"$RUN/mdevadm/devices/$1"
}

@test "a device whose start died is found" {
	echo "$U1" >"$SYS/class/mdev_bus/mtty/mdev_supported_types/mtty-1/create"
	record_of "$U1" starting 0

	finds fault device-incomplete "$U1" \
		"a start of $U1 on parent 'mtty' ended in the middle: the device may lack attributes" \
		"'mdevadm stop --uuid $U1' removes it, and a start makes it anew"
}

@test "a start that is under way is no finding" {
	ctl delay create 3000
	mdevadm start -u "$U1" -p mtty -t mtty-1 &
	wait_until test -e "$RUN/mdevadm/devices/$U1"

	run mdevadm check

	expect_status 0
	expect_contains "nothing found: "
	wait
}

# --- what /run remembers ---

@test "a record that cannot be read is found" {
	mkdir -p "$RUN/mdevadm/devices"
	echo '{"version":1}' >"$RUN/mdevadm/devices/$U1"

	finds fault record-unreadable "$RUN/mdevadm/devices/$U1" \
		"'$RUN/mdevadm/devices/$U1' is not understood: its state is not known" \
		"remove '$RUN/mdevadm/devices/$U1': it only says how the device was started"
}

@test "a record of a device that is not there is a note" {
	record_of "$U1" running 7

	finds note record-left-over "$RUN/mdevadm/devices/$U1" \
		"$U1 is remembered as running on parent 'mtty', and is not there" \
		"it does no harm: 'rm $RUN/mdevadm/devices/$U1' removes it, as a restart of the machine does"
}

@test "a record of an earlier device of that UUID is a note" {
	echo "$U1" >"$SYS/class/mdev_bus/mtty/mdev_supported_types/mtty-1/create"
	record_of "$U1" running 7

	finds note record-left-over "$RUN/mdevadm/devices/$U1" \
		"$U1 is remembered as it was started once, and was made anew by something else since" \
		"it does no harm: 'rm $RUN/mdevadm/devices/$U1' removes it, as a restart of the machine does"
}

@test "a start that died before there was a device is a note" {
	record_of "$U1" starting 0

	finds note record-left-over "$RUN/mdevadm/devices/$U1" \
		"a start of $U1 on parent 'mtty' ended in the middle, and no device is left of it" \
		"it does no harm: 'rm $RUN/mdevadm/devices/$U1' removes it, as a restart of the machine does"
}

@test "a record of a drain that is over is a note" {
	mkdir -p "$RUN/mdevadm/devices"
	echo '{"version":1,"state":"drained","drained":{"hold":"x","parent":"mtty","type":"mtty-1","attrs":[]}}' \
		>"$RUN/mdevadm/devices/$U1"

	finds note record-left-over "$RUN/mdevadm/devices/$U1" \
		"$U1 is remembered as drained of parent 'mtty', and that drain is over" \
		"it does no harm: 'rm $RUN/mdevadm/devices/$U1' removes it, as a restart of the machine does"
}

@test "a held parent is a note, and what does not run there is none" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm hold mtty --reason "firmware"

	run mdevadm check

	expect_status 0
	expect_findings_count 1
	[[ ${lines[0]} == "note: parent 'mtty' is held since "????-??-??" "??:??" by user $(id -u): firmware" ]]
	expect_contains "where: mtty (parent-held)
    remedy: nothing is started there until 'mdevadm resume mtty'"
}

@test "a drained parent is a note that counts what comes back" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U2" -p mtty -t mtty-1
	mdevadm drain mtty --reason "new card"

	run mdevadm check

	expect_status 0
	expect_findings_count 1
	[[ ${lines[0]} == "note: parent 'mtty' is drained since "*", and 2 devices are to come back: new card" ]]
	expect_contains "remedy: 'mdevadm resume mtty' brings them back"
}

@test "a hold that cannot be read is found" {
	mkdir -p "$RUN/mdevadm/held"
	echo '{"version":1}' >"$RUN/mdevadm/held/mtty"

	finds fault hold-unreadable mtty "'$RUN/mdevadm/held/mtty' is not understood: nobody holds it" \
		"'mdevadm resume --abandon mtty' removes it"
}

@test "a lock's file that a killed run has left is a note, and one that is held is none" {
	mkdir -p "$RUN/mdevadm/lock/devices"
	: >"$RUN/mdevadm/lock/devices/$U1"
	hold_lock devices "$U2"

	finds note lock-left-over "$RUN/mdevadm/lock/devices/$U1" \
		"a run that was killed has left its lock's file, which nobody holds" \
		"it does no harm: the next run for that device removes it"
}

# Each remedy is run as it stands.
# shellcheck disable=SC2016
@test "a remedy can be typed, whatever the parent's name is" {
	local name command

	for name in 'a b' 'q"' "it's" '$(false)' 'a;b' 'a\b' 'ä'; do
		define_raw "$name" "$U1" '{"mdev_type": "mtty-1"}'
		run mdevadm check
		expect_status 0
		command=$(sed -n "s/.*for good: '\(mdevadm undefine.*\)'\$/\1/p" <<<"$output")
		[[ $command == "mdevadm undefine --all --parent "* ]] || fail_with "no command"
		eval "$command"
		[ ! -e "$ETC/$name/$U1" ] || fail_with "$command does not take it away"
		rm -rf "${ETC:?}/$name"
	done
}

# mdevadm itself refuses such a name.
@test "a remedy with a name that cannot be seen is quoted as such" {
	define_raw $'a\e\x01b' "$U1" '{"mdev_type": "mtty-1"}'

	run mdevadm check

	expect_contains "'mdevadm undefine --all --parent \$'a\x1b\x01b''"
}

# A run makes the file first, and takes the lock then.
@test "a lock's file that is made anew all the time is none that was left" {
	file=$RUN/mdevadm/lock/devices/$U1
	mkdir -p "${file%/*}"
	: >"$file"
	(while :; do
		sleep 0.02
		touch "$file"
	done) 3>&- &
	maker=$!

	run mdevadm check
	kill "$maker"

	expect_status 0
	[[ $output == "nothing found: "* ]] || fail_with "something is found"
}

@test "a record of a device that a run has locked is none that was left" {
	record_of "$U1" running 7
	record_of "$U2" running 7
	hold_lock devices "$U1"

	finds note record-left-over "$RUN/mdevadm/devices/$U2" \
		"$U2 is remembered as running on parent 'mtty', and is not there" \
		"it does no harm: 'rm $RUN/mdevadm/devices/$U2' removes it, as a restart of the machine does"
}

@test "a record that changes meanwhile is none that was left" {
	record_of "$U1" running 7
	(while :; do
		sleep 0.02
		touch "$RUN/mdevadm/devices/$U1"
	done) 3>&- &
	maker=$!

	run mdevadm check
	kill "$maker"

	expect_status 0
	[[ $output == "nothing found: "* ]] || fail_with "something is found"
}

# --- scripts ---

@test "a script that is not executable is found" {
	callout 10-a 'exit 2'
	chmod 644 "$CALLOUTS/10-a"

	finds fault script-left-out "$LIB/scripts.d" "'$CALLOUTS/10-a' is not executable and not run" \
		"'chmod +x $CALLOUTS/10-a', or move it elsewhere"
}

@test "a notifier that leads nowhere is found" {
	mkdir -p "$NOTIFIERS"
	ln -s nowhere "$NOTIFIERS/10-a"

	run mdevadm check

	expect_status 9
	expect_findings_count 1
	expect_contains "where: $LIB/scripts.d (script-left-out)
    remedy: mend the link, or remove it"
}

@test "a script that others can change is found, and not called" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	callout 10-a "touch $BATS_TEST_TMPDIR/called"
	chmod 777 "$CALLOUTS/10-a"

	run mdevadm check

	expect_status 9
	expect_findings_count 1
	expect_contains "fault: a script is not run: '$CALLOUTS/10-a' can be written by others than root (mode 0777)
    where: $LIB/scripts.d (script-untrusted)"
	[ ! -e "$BATS_TEST_TMPDIR/called" ]
}

@test "a script whose capabilities cannot be read is found" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	callout 10-a 'echo "{\"supports\":"'

	run mdevadm check

	expect_status 9
	expect_contains "the answer to 'get capabilities' cannot be read"
	expect_contains "where: $LIB/scripts.d (script-fails)"
}

@test "a script that hangs is found once, and the rest is looked at" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U1"
	callout 10-a 'sleep 100'
	define_raw mtty "$U2" '{'

	run mdevadm check --callout-timeout 1

	expect_status 9
	[ "$(grep -c '(script-fails)' <<<"$output")" -eq 1 ]
	expect_contains "(definition-unreadable)"
}

@test "an answer to 'get attributes' that cannot be read is found" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	# shellcheck disable=SC2016
	callout 10-a '[ "$action" = attributes ] || exit 2; echo "[{\"a\": 1}]"'

	run mdevadm check

	expect_status 9
	expect_contains "fault: no attributes of $U1: the answer to 'get attributes' cannot be read: "
	expect_contains "where: $LIB/scripts.d (script-fails)"
}

# --- what cannot be looked at ---

@test "a look that fails is a fault, and the others go on" {
	mkdir -p "$RUN/mdevadm"
	echo hello >"$RUN/mdevadm/elsewhere"
	mkdir -p "$RUN/mdevadm/devices/$U1"
	define_raw mtty "$U2" '{'

	run mdevadm check

	expect_status 9
	expect_contains "where: $RUN/mdevadm/devices/$U1 (record-unreadable)"
	expect_contains "(definition-unreadable)"
}

@test "--json has the findings with their ids" {
	define_raw other "$U1" '{"mdev_type": "mtty-1", "start": "auto"}'

	run --separate-stderr mdevadm check --json

	expect_status 9
	[ "$(jq -c '[.version, .command, (.messages[] | [.severity, .operation, .id, .object, .status, .errno])]' <<<"$output")" = \
		'[1,"check",["fault","check","parent-absent","other",9,null]]' ]
	[ "$(jq -r '.messages[0].message' <<<"$output")" = "parent 'other' is not there; 1 definition is on it, 1 auto" ]
	[[ $(jq -r '.messages[0].hint' <<<"$output") == "see whether the hardware is there"* ]]
}

@test "who may not look is told to be root" {
	[ "$(id -u)" -eq 0 ] || skip "is no root"
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U1"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR" "$BATS_FILE_TMPDIR" 2>/dev/null || true
	chmod 600 "$ETC/mtty/$U1"
	cp "$MDEVADM" "$MDEVADM_ROOT/mdevadm"
	setpriv --reuid 65534 --regid 65534 --clear-groups test -r "$MDEVADM_ROOT/mdevadm" ||
		skip "nobody can come here"

	run setpriv --reuid 65534 --regid 65534 --clear-groups "$MDEVADM_ROOT/mdevadm" check

	expect_status 0
	expect_contains "where: $ETC/mtty/$U1 (cannot-tell)
    remedy: run it as root"
}
