#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# Many runs at once. MDEVADM_STRESS_SECONDS (5) is how long the workers of one test work,
# MDEVADM_STRESS_ROUNDS (50) how often many change one definition.

# bats file_tags=slow
load lib/common
load lib/life

: "${MDEVADM_STRESS_SECONDS:=5}"
: "${MDEVADM_STRESS_ROUNDS:=50}"
MANY=16

say() { printf '# %s\n' "$*" >&3; }

# uuid_of ROUND
uuid_of() { printf '%08d%s' "$1" "${U1#????????}"; }

# at_once ARGUMENT...: as many runs of mdevadm, each with WORKER in its arguments replaced by its
# number. Sets OK to how many succeeded; the others' statuses are in STATUSES.
at_once() {
	local i pid status pids=()

	OK=0 STATUSES=()
	for ((i = 0; i < MANY; i++)); do
		"$MDEVADM" "${@//WORKER/$i}" 2>>"$BATS_TEST_TMPDIR/said" 3>&- &
		pids+=("$!")
	done
	for pid in "${pids[@]}"; do
		status=0
		wait "$pid" || status=$?
		if [ "$status" = 0 ]; then
			OK=$((OK + 1))
		else
			STATUSES+=("$status")
		fi
	done
}

# Lists definitions over and over, and counts, until there is a file `enough`.
list_on_and_on() {
	local lists=0 failures=0

	until [ -e "$BATS_TEST_TMPDIR/enough" ]; do
		lists=$((lists + 1))
		"$MDEVADM" list -d -v >/dev/null 2>"$BATS_TEST_TMPDIR/list" &&
			! [ -s "$BATS_TEST_TMPDIR/list" ] || failures=$((failures + 1))
	done
	echo "$lists $failures" >"$BATS_TEST_TMPDIR/lists"
}

@test "16 runs that add an attribute at once all succeed, and none is lost" {
	local round uuid done=0 there=0 lists failures lister

	list_on_and_on 3>&- &
	lister=$!
	for ((round = 0; round < MDEVADM_STRESS_ROUNDS; round++)); do
		uuid=$(uuid_of "$round")
		mdevadm define -u "$uuid" -p mtty -t mtty-1
		at_once modify -u "$uuid" --addattr nameWORKER --value "$round"
		done=$((done + OK))
		there=$((there + $(grep -o "\"name[0-9]*\": \"$round\"" "$ETC/mtty/$uuid" | sort -u | wc -l)))
	done
	: >"$BATS_TEST_TMPDIR/enough"
	wait "$lister"
	read -r lists failures <"$BATS_TEST_TMPDIR/lists"

	say "modify: $done of $((MANY * MDEVADM_STRESS_ROUNDS)) succeeded, $there attributes are there;" \
		"$failures of $lists lists failed"
	[ "$done" = $((MANY * MDEVADM_STRESS_ROUNDS)) ]
	[ "$there" = "$done" ]
	[ "$lists" -gt 0 ]
	[ "$failures" = 0 ]
	[ ! -s "$BATS_TEST_TMPDIR/said" ]
	[ "$(find "$ETC" -name '.*.new')" = "" ]
}

@test "of 16 runs that define one UUID at once exactly one succeeds" {
	local round other done=0 rounds=0 others=0

	for ((round = 0; round < MDEVADM_STRESS_ROUNDS; round++)); do
		at_once define -u "$(uuid_of "$round")" -p mtty -t mtty-1
		done=$((done + OK))
		rounds=$((rounds + (OK == 1)))
		for other in "${STATUSES[@]}"; do
			others=$((others + (other != 4)))
		done
	done

	say "define: exactly one succeeded in $rounds of $MDEVADM_STRESS_ROUNDS rounds"
	[ "$rounds" = "$MDEVADM_STRESS_ROUNDS" ]
	[ "$others" = 0 ]
	[ "$(find "$ETC/mtty" -type f | wc -l)" = "$MDEVADM_STRESS_ROUNDS" ]
}

# bats test_tags=kernel
@test "of 16 starts of one UUID at once exactly one succeeds" {
	local round other ok=0 others=0

	for ((round = 0; round < 5; round++)); do
		at_once start -u "$(uuid_of "$round")" -p mtty -t mtty-1
		ok=$((ok + OK))
		for other in "${STATUSES[@]}"; do
			others=$((others + (other != 4)))
		done
	done

	say "start: $ok succeeded in 5 rounds"
	[ "$ok" = 5 ]
	[ "$others" = 0 ]
	[ "$(instances mtty mtty-1)" = 19 ]
}

# bats test_tags=kernel
@test "starts of 16 devices at once all succeed" {
	at_once start -p mtty -t mtty-1

	[ "$OK" = $MANY ]
	[ "$(instances mtty mtty-1)" = 8 ]
}

# work HOW SECONDS: eight workers on three UUIDs. Sets STARTS, STOPS, NOTHING, OTHERS.
work() {
	local i pids=()

	export MDEVADM SYS
	for i in {1..8}; do
		bash "$BATS_TEST_DIRNAME/lib/start-and-stop.bash" "$@" "$U1" "$U2" "$U3" \
			>"$BATS_TEST_TMPDIR/worker.$i" 3>&- &
		pids+=("$!")
	done
	wait "${pids[@]}"
	read -r STARTS STOPS NOTHING OTHERS < <(awk '{ a += $1; b += $2; c += $3; d += $4 }
		END { print a, b, c, d }' "$BATS_TEST_TMPDIR"/worker.*)
}

say_counts() {
	say "$1: $STARTS starts, $STOPS stops, $NOTHING with nothing to do, $OTHERS others"
	[ "$MDEVADM_TEST_BACKEND" = kernel ] ||
		say "$1: $(tr '\n' ' ' <"$SYS/.mdevsim/stats")"
}

# All went as it should, and nothing is left.
expect_good_work() {
	local uuid

	for uuid in "$U1" "$U2" "$U3"; do
		is_gone "$uuid" || mdevadm stop -u "$uuid"
	done
	[ "$OTHERS" = 0 ] || fail_with "$(cat "$BATS_TEST_TMPDIR/others")"
	[ "$STARTS" -gt 0 ]
	[ "$STOPS" -gt 0 ]
	[ "$(instances mtty mtty-1)" = 24 ]
	[ "$(find "$RUN/mdevadm/lock/devices" -type f)" = "" ]
	[ "$MDEVADM_TEST_BACKEND" = kernel ] || no_rule_broken
}

# bats test_tags=kernel
@test "8 workers that start and stop three devices break no rule of the kernel's" {
	[ "$MDEVADM_TEST_BACKEND" = kernel ] || ctl delay create 30
	[ "$MDEVADM_TEST_BACKEND" = kernel ] || ctl delay remove 10

	work mdevadm "$MDEVADM_STRESS_SECONDS"

	say_counts "mdevadm"
	expect_good_work
}

@test "8 workers that start and stop three devices break no rule of a kernel before 5.2" {
	needs_sim "the life cycle before Linux 5.2"
	mount_sim zoo --legacy
	ctl delay create 30
	ctl delay remove 10

	work mdevadm "$MDEVADM_STRESS_SECONDS"

	say_counts "mdevadm, legacy"
	expect_good_work
}

# The control: these counters do count.
@test "the same workers without locks break the kernel's rules" {
	needs_sim "it spoils the kernel"
	ctl delay create 30
	ctl delay remove 10

	work sysfs 2

	say_counts "no locks"
	[ "$(stat_of violations_total)" -gt 0 ]
	[ "$(stat_of stuck_devices)" -gt 0 ]
}

@test "the same workers without locks break the rules of a kernel before 5.2" {
	needs_sim "it spoils the kernel"
	mount_sim zoo --legacy
	ctl delay create 30
	ctl delay remove 10

	work sysfs 2

	say_counts "no locks, legacy"
	[ "$(stat_of violations_total)" -gt 0 ]
}
