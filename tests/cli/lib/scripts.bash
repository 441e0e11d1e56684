# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Callout and notifier scripts for tests. Each writes a line "NAME EVENT ACTION STATE" into $LOG
# when it is called, and then does what its body says; $type, $event, $action, $state, $uuid and
# $parent are set, $HERE is the test's directory.

HERE=${BATS_TEST_TMPDIR:-}
LOG=$HERE/calls
export HERE LOG MDEVADM

# Its paths depend on the backend, which the common setup chooses.
set_script_paths() {
	CALLOUTS=$LIB/scripts.d/callouts NOTIFIERS=$LIB/scripts.d/notifiers
	mkdir -p "$CALLOUTS" "$NOTIFIERS"
	: >"$LOG"
}

# write_script DIRECTORY NAME BODY
write_script() {
	mkdir -p "$1"
	# A new file: the old one may be running.
	rm -f "$1/$2"
	cat >"$1/$2" <<END
#!/bin/sh
while getopts t:e:a:s:u:p: option; do
	case \$option in
	t) type=\$OPTARG ;;
	e) event=\$OPTARG ;;
	a) action=\$OPTARG ;;
	s) state=\$OPTARG ;;
	u) uuid=\$OPTARG ;;
	p) parent=\$OPTARG ;;
	esac
done
echo "\${0##*/} \$event \$action \$state" >>"\$LOG"
# A run of mdevadm on the same device; its status goes into a file.
nested() {
	"\$MDEVADM" modify -u "\$uuid" --auto
	echo \$? >"\$HERE/\$event-status"
}
$3
END
	chmod 755 "$1/$2"
}

callout() { write_script "$CALLOUTS" "$1" "${2:-}"; }
notifier() { write_script "$NOTIFIERS" "$1" "${2:-}"; }
etc_callout() { write_script "$ETC/scripts.d/callouts" "$1" "${2:-}"; }

# versioned ACTIONS EVENTS [STATUS]: the part of a body that answers get capabilities.
versioned() {
	printf '%s' "if [ \"\$action\" = capabilities ]; then
	echo '{\"supports\": {\"version\": 2, \"actions\": [$1], \"events\": [$2]}}'
	exit ${3:-0}
fi"
}

definition() {
	printf '{\n  "mdev_type": "%s",\n  "start": "manual",\n  "attrs": [\n    {\n      "power/control": "on"\n    }\n  ]\n}' "$1"
}

# The calls so far, but for get capabilities, are exactly these.
expect_calls() {
	local calls

	calls=$(grep -v ' get capabilities ' "$LOG" || true)
	[ "$calls" = "$1" ] || {
		printf 'the calls are not:\n%s\n--- but:\n%s\n' "$1" "$calls"
		return 1
	}
}

# bats does not see that a line beginning with ! failed.
not() { ! "$@"; }

# Seconds that a command took, in $SECONDS_TAKEN.
run_timed() {
	local begin=$SECONDS

	run "$@"
	# shellcheck disable=SC2034
	SECONDS_TAKEN=$((SECONDS - begin))
}
