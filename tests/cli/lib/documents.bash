# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Running the examples of a manual page or Markdown file; see documents.bats. Loaded after common.

SOURCE=$BATS_TEST_DIRNAME/../..
LIBRARY=$BATS_TEST_DIRNAME/lib

# Another simulated machine than the one before: $MACHINE, in whose directory home commands are run.
# Programs in its directory bin are found first.
new_machine() { # NAME
	local program

	end_machine
	MACHINE=$(mktemp -d "$BATS_TEST_TMPDIR/machine.XXXXXX")
	mkdir -p "$MACHINE"/{sys,etc/mdevctl.d,run,dev,usr/lib/mdevctl,bin,home}
	ln -s /proc "$MACHINE/proc"
	for program in mdevadm mdevctl lsmdev; do
		ln -s "$(realpath "$MDEVADM")" "$MACHINE/bin/$program"
	done
	ln -s "$(realpath "$MDEVSIM")" "$MACHINE/bin/mdevsim"
	export MDEVADM_ROOT=$MACHINE SYS=$MACHINE/sys
	PATH=$MACHINE/bin:$ORIGINAL_PATH
	mount_sim "$1"
	cd "$MACHINE/home" || return
}

# Also what an example has mounted.
unmount_below() { # DIRECTORY
	local mount

	awk -v below="$1/" 'index($5, below) == 1 { print $5 }' /proc/self/mountinfo |
		while read -r mount; do
			umount "$mount" 2>/dev/null || fusermount3 -u "$mount"
		done
}

end_machine() {
	[ -n "${MACHINE:-}" ] || return 0
	cd / || return
	unmount_below "$MACHINE"
	MACHINE=
}

# The machine's files have the paths that they have on a real one.
on_machine() { sed -E "s#(^|[ =\"'(>])(/etc/mdevctl\.d|/usr/lib/mdevctl|/run/)#\1$MACHINE\2#g"; }
as_shown() { sed "s#$MACHINE##g"; }

# Where the page has "..." anything may stand.
as_pattern() { sed -E 's/[^a-zA-Z0-9_ ]/\\&/g; s/\\\.\\\.\\\./*/g'; }
is_as_written() { # ACTUAL WRITTEN
	# shellcheck disable=SC2053
	[[ $1 == $(as_pattern <<<"$2") ]]
}

# Whether that output tells a failure, other than what was done all the same.
tells_failure() {
	grep -E '^(mdevadm|mdevctl|lsmdev): ' <<<"$1" |
		grep -qvE "^[a-z]+: (warning: |(parent|type|device) '|\.\.\.)"
}

# blame LINE TEXT: a failure, of which there may be many.
blame() { printf '%s:%s: %s\n' "$DOCUMENT" "$1" "$2" >>"$BATS_TEST_TMPDIR/failures"; }

# Runs what stands in the page; $last is how the command before ended, $out what this one printed.
try() { # COMMAND
	local command

	command=$(on_machine <<<"$1")
	eval "(exit $last); $command" >"$BATS_TEST_TMPDIR/out" 2>&1 </dev/null
	last=$?
	out=$(as_shown <"$BATS_TEST_TMPDIR/out")
}

# A command, what is written behind it, and the command after that.
check_command() { # LINE COMMAND WRITTEN NEXT
	try "$2"
	RUN=$((RUN + 1))
	is_as_written "$out" "$3" || blame "$1" "$2
--- written:
$3
--- printed:
$out"
	if [ "${4:-}" = 'echo $?' ]; then return; fi
	if tells_failure "$3"; then
		[ "$last" -ne 0 ] || blame "$1" "$2
--- does not fail"
	elif [ "$last" -ne 0 ]; then
		blame "$1" "$2
--- ends with status $last:
$out"
	fi
}

# The file that the directive before names; one that begins with #! is a program.
write_file() { # PATH TEXT
	local path=$1

	[[ $path != /* ]] || path=$MACHINE$path
	mkdir -p "$(dirname "$path")"
	printf '%s' "$2" >"$path"
	[[ $2 != '#!'* ]] || chmod 755 "$path"
	[[ $path != *.json ]] || jq . "$path" >/dev/null || blame "$3" "'$1' is no JSON"
}

# The lines of that kind from record $i on, each with a newline; $i is the last of them then.
gather() { # KIND
	gathered=
	while [ "${kinds[i + 1]:-}" = "$1" ]; do
		i=$((i + 1))
		gathered+=${texts[i]}$'\n'
	done
}

check_record() {
	local line=${lines_of[i]} text=${texts[i]}

	case ${kinds[i]} in
	section) new_machine two-gpus ;;
	machine) new_machine "$text" ;;
	before)
		try "$text"
		[ "$last" -eq 0 ] || blame "$line" "before: $text
$out"
		;;
	file)
		gather text
		write_file "$text" "$gathered" "$line"
		;;
	command)
		gather output
		check_command "$line" "$text" "${gathered%$'\n'}" "${texts[i + 1]:-}"
		;;
	shell)
		i=$((i - 1))
		gather shell
		bash -n -c "$gathered" || blame "$line" "the shell does not understand this"
		;;
	*) blame "$line" "${kinds[i]}: $text" ;;
	esac
}

# Runs all examples of the file; its failures are added to the others.
run_examples() { # FILE
	local kinds=() lines_of=() texts=() kind line text i gathered last=0 out

	DOCUMENT=${1#"$SOURCE/"} RUN=0
	while IFS=$'\037' read -r kind line text; do
		kinds+=("$kind") lines_of+=("$line") texts+=("$text")
	done < <(awk -f "$LIBRARY/examples.awk" "$1")
	for ((i = 0; i < ${#kinds[@]}; i++)); do
		check_record
	done
	echo "$RUN" >>"$BATS_TEST_TMPDIR/counts"
	end_machine
}

# examples_work FILE...: and there are some.
examples_work() {
	local file

	for file in "$@"; do
		(
			set +eET
			trap - ERR DEBUG EXIT
			# What an example ends must be the program itself.
			unset -f mdevadm
			ORIGINAL_PATH=$PATH
			run_examples "$file"
		) 3>&-
	done
	[ ! -e "$BATS_TEST_TMPDIR/failures" ] || {
		cat "$BATS_TEST_TMPDIR/failures"
		return 1
	}
	[ "$(awk '{ n += $1 } END { print n }' "$BATS_TEST_TMPDIR/counts")" -gt 0 ]
}

# --- options ---

# What help tells of a command's own options, "-u --uuid=UUID" a line.
options_in_help() { awk '/^Common options:/ { exit } { print }' | cut_options; }
common_options_in_help() { awk 'on { print } /^Common options:/ { on = 1 }' | cut_options; }
cut_options() {
	sed -nE 's/^ +((-[a-zA-Z]), )?(--[a-z-]+(\[?=[^ ]+)?)( .*)?$/\2 \3/p' | sed 's/^ //' | sort
}

# The same of the page's section (of level Sh or Ss).
options_in_page() { # PAGE LEVEL SECTION
	awk -v head=".$2 $3" '
		/^\.S[hs] / { on = $0 == head; next }
		on && /^\.It Fl / {
			sub(/^\.It /, "")
			gsub(/ Ns = Ns Ar /, "=")
			if (sub(/ Ns Oo = Ns Ar /, "[="))
				sub(/ Oc$/, "]")
			gsub(/ Ar /, "=")
			gsub(/Fl /, "-")
			gsub(/ , /, " ")
			print
		}' "$1" | sort
}

sections_in_page() { # PAGE HEAD: the .Ss in that .Sh
	awk -v head=".Sh $2" '/^\.Sh / { on = $0 == head } on && /^\.Ss / { print $2 }' "$1"
}
