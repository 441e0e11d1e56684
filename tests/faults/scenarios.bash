# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034
# What each command begins from, and what it has to have done. For a scenario NAME there are:
#
#	prepare_NAME	makes what is there before
#	line_NAME	sets LINE, mdevadm's arguments
#	done_NAME	what exit status 0 promises
#	repeat_NAME	makes the right run without a fault, after which all has to be as wanted
#
# The last two say `wrong TEXT` for each thing that is not so. The parent `matrix` has two devices:
# $TRANSIENT, whose attributes only its record has, and $DEFINED; and $AUTO, an auto definition that
# does not run. All have attributes, each other ones.

PARENT=matrix
TYPE=vfio_ap-passthrough
TRANSIENT=11111111-1111-4111-8111-111111111111
DEFINED=22222222-2222-4222-8222-222222222222
AUTO=33333333-3333-4333-8333-333333333333

# As the simulator's log has them.
declare -A ATTRS=(
	[$TRANSIENT]="assign_adapter=5 assign_adapter=6 assign_domain=0xab "
	[$DEFINED]="assign_adapter=7 assign_domain=4 assign_control_domain=0xcd "
	[$AUTO]="assign_domain=9 assign_adapter=3 "
)

# --- making ---

# definition UUID MODE
definition() {
	local attr text=''

	for attr in ${ATTRS[$1]}; do
		text+="${text:+, }{\"${attr%%=*}\": \"${attr#*=}\"}"
	done
	printf '{"mdev_type": "%s", "start": "%s", "attrs": [%s]}\n' "$TYPE" "$2" "$text"
}

has_dir() { [ -e "$SYS/class/mdev_bus/$PARENT/$1" ]; }
has_link() { [ -e "$SYS/bus/mdev/devices/$1" ]; }
has_any() { has_dir "$TRANSIENT" || has_dir "$DEFINED" || has_dir "$AUTO"; }

remove_by_hand() {
	local uuid

	for uuid in "$TRANSIENT" "$DEFINED" "$AUTO"; do
		! has_dir "$uuid" || { printf 1 >"$SYS/class/mdev_bus/$PARENT/$uuid/remove"; } 2>/dev/null
	done
}

# No device, nothing below /run, nothing in the simulator's log; after a point that failed, another
# simulator.
reset() {
	CREATE=$SYS/class/mdev_bus/$PARENT/mdev_supported_types/$TYPE/create
	rm -rf "$RUN/mdevadm" "$WORK/seen"
	remove_by_hand
	if has_any || [ ${#WRONG[@]} -gt 0 ]; then
		umount_sim
		mount_sim
	fi
	printf reset >"$SYS/.mdevsim/ctl"
	[ -d "$ETC/$PARENT" ] || mkdir "$ETC/$PARENT"
	definition "$DEFINED" manual >"$ETC/$PARENT/$DEFINED"
	definition "$AUTO" auto >"$ETC/$PARENT/$AUTO"
	definition "$TRANSIENT" manual >"$WORK/transient"
}

# must ARGUMENT...: mdevadm, before the fault.
must() { "$MDEVADM" "$@" >"$WORK/said" 2>&1 || broken "mdevadm $*"; }

# --- seeing ---

# What was written to the device since it was created last, in REPLY.
find_written() {
	local uuid=$1 lines line fields

	REPLY=
	mapfile -t lines <"$SYS/.mdevsim/log"
	for line in "${lines[@]}"; do
		# Number, time, pid, event, object, value, result.
		read -ra fields <<<"$line"
		case ${fields[3]} in
		create-end)
			[ "${fields[5]} ${fields[6]}" != "$uuid ok" ] || REPLY= ;;
		attr)
			[[ "${fields[4]} ${fields[6]}" != */"$uuid"/*\ ok ]] ||
				REPLY+="${fields[4]##*/"$uuid"/}=${fields[5]%\\n} " ;;
		esac
	done
}

is_complete() {
	has_dir "$1" && has_link "$1" && find_written "$1" && [ "$REPLY" = "${ATTRS[$1]}" ]
}

expect_complete() {
	if ! has_dir "$1" || ! has_link "$1"; then
		wrong "$1 is not there"
	elif ! is_complete "$1"; then
		wrong "$1 has the attributes '$REPLY', not '${ATTRS[$1]}'"
	fi
}

expect_gone() {
	if has_dir "$1" || has_link "$1"; then
		wrong "$1 is there"
	fi
}
expect_none() {
	expect_gone "$TRANSIENT"
	expect_gone "$DEFINED"
	expect_gone "$AUTO"
}

# Before a hold was one file, it was a directory with the file `reason`.
is_held() { [ -f "$RUN/mdevadm/held/$PARENT" ] || [ -f "$RUN/mdevadm/held/$PARENT/reason" ]; }

# What a drain has stopped is back, and others can create devices as before.
expect_drained() {
	expect_complete "$TRANSIENT"
	expect_complete "$DEFINED"
	! is_held || wrong "the parent is held"
	[ "$(stat -c %a "$CREATE")" = 200 ] || wrong "$CREATE has the mode $(stat -c %a "$CREATE")"
}

# The simulator: no rule of the kernel's was broken, nothing is half there.
expect_rules() {
	local key value

	while read -r key value; do
		case $key in
		violations_total | stuck_devices | crashes | orphans)
			[ "$value" = 0 ] || wrong "$key is $value" ;;
		esac
	done <"$SYS/.mdevsim/stats"
}

# COMMAND writes down each device that it finds on the parent.
expect_command_alone() {
	[ ! -s "$WORK/seen" ] || wrong "the command ran while a device was there: $(cat "$WORK/seen")"
}

# expect_status STATUS...: of the repeated run.
expect_status() {
	[[ " $* " == *" $STATUS "* ]] || wrong "status $STATUS: $(said)"
}

# --- the scenarios ---

prepare_drain() {
	reset
	must start -u "$TRANSIENT" -p "$PARENT" --jsonfile "$WORK/transient"
	must start -u "$DEFINED"
}
line_drain() { LINE=(drain --jobs 1 "$PARENT"); }
done_drain() {
	expect_none
	is_held || wrong "the parent is not held"
}
repeat_drain() { resume_again; }

# A drain that has begun holds the parent or has removed something. One that has not leaves what is
# auto alone, and there is nothing to resume.
has_begun() { is_held || [[ "$(<"$SYS/.mdevsim/log")" == *" remove-begin "* ]]; }

# Did the run say that something is amiss? To be asked before the next run.
has_told() { [ "$STATUS" -ne 0 ] || [[ "$(said)" == *warning:* ]]; }

# After a hold that is there, and after a death, one resume has to suffice. If the first run lifted
# the hold and told that something did not start, that can be an auto device: those have a command
# of their own. What was drained has to be back.
resume_again() {
	local has_begun='' may_lack_auto='' good=(0 4)

	! has_begun || has_begun=1
	if is_held; then
		good=(0)
	elif has_told && [ -z "${IS_KILLED:-}" ]; then
		may_lack_auto=1
	fi
	run_mdevadm resume --jobs 1 "$PARENT"
	expect_status "${good[@]}"
	if [ -n "$has_begun" ] && [ -n "$may_lack_auto" ] && ! has_dir "$AUTO"; then
		run_mdevadm start-parent-mdevs "$PARENT"
		expect_status 0
	fi
	expect_drained
	[ -z "$has_begun" ] || expect_complete "$AUTO"
}

# shellcheck disable=SC2016
COMMAND='for device in "$0"/*-*-*-*-*; do [ ! -e "$device" ] || echo "$device"; done >"$1"'

prepare_drain_command() { prepare_drain; }
line_drain_command() {
	LINE=(drain --jobs 1 "$PARENT" -- sh -c "$COMMAND" "$SYS/class/mdev_bus/$PARENT" "$WORK/seen")
}
# The status is the command's: an auto device that does not start is a warning.
done_drain_command() {
	[ -e "$WORK/seen" ] || wrong "the command did not run"
	expect_drained
	has_told || expect_complete "$AUTO"
}
repeat_drain_command() { resume_again; }

prepare_resume() {
	prepare_drain
	must drain "$PARENT"
}
line_resume() { LINE=(resume --jobs 1 "$PARENT"); }
done_resume() {
	expect_drained
	expect_complete "$AUTO"
}
repeat_resume() { resume_again; }

prepare_stop() { prepare_drain; }
line_stop() { LINE=(stop -u "$TRANSIENT"); }
done_stop() { expect_gone "$TRANSIENT"; }
# What the first run did cannot be done again.
repeat_stop() {
	local good=(0)

	has_dir "$TRANSIENT" || good=(0 3 4)
	run_mdevadm stop -u "$TRANSIENT"
	expect_status "${good[@]}"
	expect_gone "$TRANSIENT"
	expect_complete "$DEFINED"
}

prepare_start() {
	reset
	must start -u "$TRANSIENT" -p "$PARENT" --jsonfile "$WORK/transient"
}
line_start() { LINE=(start -u "$DEFINED"); }
done_start() { expect_complete "$DEFINED"; }
repeat_start() {
	local good=(0)

	! is_complete "$DEFINED" || good=(0 4)
	run_mdevadm start -u "$DEFINED"
	expect_status "${good[@]}"
	expect_complete "$DEFINED"
	expect_complete "$TRANSIENT"
}

# A start on a held parent: refused, whatever else fails.
prepare_start_held() { prepare_resume; }
line_start_held() { LINE=(start -u "$DEFINED"); }
done_start_held() { wrong "a start on a held parent succeeded"; }
repeat_start_held() {
	expect_none
	resume_again
}

# What a listing leaves out it tells: with --strict and status 0 it shows what it shows without a fault.
prepare_listing() { # SCENARIO
	prepare_drain
	must hold "$PARENT" --reason "a reason"
	"line_$1"
	"$MDEVADM" "${LINE[@]}" >"$WORK/good" || broken "mdevadm ${LINE[*]}"
}

prepare_status() { prepare_listing status; }
line_status() {
	LINE=(status --strict --raw --columns "uuid,parent,type,start,state,owner,defined,nodes,used,flags")
}
done_status() { expect_listing; }
repeat_status() { expect_listing_again; }

prepare_parents() { prepare_listing parents; }
line_parents() {
	LINE=(parents --strict --raw --columns "parent,driver,types,running,defined,room,held_reason,path,vfs")
}
done_parents() { expect_listing; }
repeat_parents() { expect_listing_again; }

expect_listing() {
	diff "$WORK/good" "$WORK/said" >"$WORK/difference" ||
		wrong "something is left out: $(head -n 5 "$WORK/difference" | tr '\n' ' ')"
}
expect_listing_again() {
	run_mdevadm "${LINE[@]}"
	expect_status 0
	expect_listing
}

# A check of a machine with a finding of each sort. Whatever look fails, it is told of instead.
CHECK_FINDS=(device-not-running definition-unreadable definition-name record-left-over record-unreadable
	parent-held hold-unreadable lock-left-over rule-absent script-left-out)
prepare_check() {
	local run=$RUN/mdevadm scripts=$MDEVADM_ROOT/usr/lib/mdevctl/scripts.d/callouts
	local absent=55555555-5555-4555-8555-555555555555

	prepare_drain
	mkdir -p "$scripts" "$run/held" "$run/lock/devices"
	echo >"$scripts/README"
	echo '{' >"$ETC/$PARENT/$absent"
	echo >"$ETC/$PARENT/README"
	echo '{}' >"$run/devices/$absent"
	echo >"$run/devices/README"
	echo '{"version":1,"hold":{"reason":"why","uid":0,"since":0}}' >"$run/held/other"
	echo '{}' >"$run/held/another"
	: >"$run/lock/devices/$absent"
}
line_check() { LINE=(check); }
done_check() { wrong "nothing was found"; }
repeat_check() {
	local said id

	said=$(said)
	if [[ " 0 9 " == *" $STATUS "* && ! $said =~ (ENOMEM|ENFILE|EIO)" (" ]]; then
		for id in "${CHECK_FINDS[@]}"; do
			[[ $said == *"($id)"* ]] || wrong "$id is not told, nor why"
		done
	fi
	rm -rf "$MDEVADM_ROOT/usr/lib/mdevctl" "$ETC/$PARENT/README" "$ETC/$PARENT/"5555*
}

# What a dump leaves out it tells: with status 0 it has all, with 9 it has an error for each thing.
prepare_dump() {
	prepare_drain
	rm -f "$WORK/dump.json"
	must dump -o "$WORK/good.json"
}
line_dump() { LINE=(dump -o "$WORK/dump.json"); }
machine_of() { jq -S '.parents, .definitions, .records, .holds' "$1"; }
done_dump() {
	diff <(machine_of "$WORK/good.json") <(machine_of "$WORK/dump.json") >"$WORK/difference" ||
		wrong "something is left out: $(head -n 5 "$WORK/difference" | tr '\n' ' ')"
}
repeat_dump() {
	[ "$STATUS" -ne 9 ] || jq -e '[.. | objects | select(has("error"))] != []' "$WORK/dump.json" >/dev/null ||
		wrong "the dump has no error"
	[ ! -e "$WORK/dump.json" ] || jq -e .version "$WORK/dump.json" >/dev/null ||
		wrong "the dump is torn"
	run_mdevadm dump -o "$WORK/dump.json"
	expect_status 0
	done_dump
	[ -z "$(find "$WORK" -maxdepth 1 -name '.mdevadm*')" ] || wrong "a file was left"
	expect_complete "$TRANSIENT"
	expect_complete "$DEFINED"
}
