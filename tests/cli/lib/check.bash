# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# What the tests of `check` share: a machine that has nothing wrong, and what is to be found on one
# that has. Loaded after common.

setup_check() {
	common_setup
	needs_sim "a root directory of its own"
	RULES=$MDEVADM_ROOT/usr/lib/udev/rules.d
	UNITS=$MDEVADM_ROOT/usr/lib/systemd/system
	PLAIN=$BATS_TEST_TMPDIR/plain.json
	cat >"$PLAIN" <<-END
		{"parents": [{"name": "mtty", "ports": 24, "types": [
		  {"name": "mtty-1", "label": "Single port serial"},
		  {"name": "mtty-2", "label": "Dual port serial", "cost": 2}]}]}
	END
	mount_sim "$PLAIN"
	install_rule
}

# As the package does, with the program that the rule runs.
install_rule() {
	local program

	mkdir -p "$RULES"
	cp "$MDEVADM_BUILD/60-mdevadm.rules" "$RULES"
	program=$(sed -n 's/.*RUN+="\([^ ]*\) start-parent-mdevs.*/\1/p' "$RULES/60-mdevadm.rules")
	mkdir -p "$MDEVADM_ROOT${program%/*}"
	ln -s "$(realpath "$MDEVADM")" "$MDEVADM_ROOT$program"
}

# finding SEVERITY ID OBJECT MESSAGE [REMEDY]: as it is printed.
finding() {
	printf '%s: %s\n    where: %s (%s)\n' "$1" "$4" "$3" "$2"
	[ $# -lt 5 ] || printf '    remedy: %s\n' "$5"
}

# The last `run` has found this; `finds` also runs it: check, with $CHECK.
expect_finding() {
	local expected

	expected=$(finding "$@")
	[[ $'\n'$output$'\n' == *$'\n'"$expected"$'\n'* ]] || fail_with "it is not found:
$expected"
	[ "$1" = note ] || expect_status 9
	can_be_typed "${5:-}"
}

# The commands of ours that a remedy names are no wrong usage.
can_be_typed() { # REMEDY
	local words

	while read -r _ words; do
		# shellcheck disable=SC2086
		MDEVADM_ROOT=$BATS_TEST_TMPDIR/other mdevadm $words >/dev/null 2>&1 || [ $? -ne 2 ] ||
			fail_with "'mdevadm $words' is wrong usage"
	done < <(grep -oE "'mdevadm( [^']*)?'" <<<"$1" | tr -d "'" |
		sed -E "s/\bPARENT\b/mtty/; s/\bFILE\b/x/")
}
expect_findings_count() {
	[ "$(grep -c '^    where: ' <<<"$output" || true)" -eq "$1" ] || fail_with "not $1 findings"
}
# And nothing else.
finds() {
	run mdevadm check "${CHECK[@]}"

	expect_finding "$@"
	expect_findings_count 1
	[ "$1" = fault ] || expect_status 0
}
CHECK=()
finds_nothing() {
	run mdevadm check "${CHECK[@]}"

	expect_status 0
	[[ $output == "nothing found: "* ]] || fail_with "something is found"
}

# --- a machine of plain files ---

# pci NAME [FILE=TEXT | LINK@TARGET]...: a PCI device without a parent.
pci() {
	local dir=$SYS/devices/pci0000:00/$1 word

	mkdir -p "$dir" "$SYS/bus/pci/devices" "$SYS/class/mdev_bus"
	ln -s "../../../devices/pci0000:00/$1" "$SYS/bus/pci/devices/$1"
	shift
	for word in "$@"; do
		case $word in
		*@*) ln -s "${word#*@}" "$dir/${word%%@*}" ;;
		*)
			mkdir -p "$(dirname "$dir/${word%%=*}")"
			printf '%s\n' "${word#*=}" >"$dir/${word%%=*}"
			;;
		esac
	done
}
NVIDIA=(vendor=0x10de class=0x030200)
