# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What all tests of the simulator share; MDEVSIM is its path.
# shellcheck disable=SC2034

A=00000000-0000-0000-0000-00000000000a
B=00000000-0000-0000-0000-00000000000b
ZOO=$BATS_TEST_DIRNAME/descriptions/zoo.json

# Mounts the zoo at $sys.
setup() {
	sys=$BATS_TEST_TMPDIR/sys
	mkdir "$sys"
	daemon=$("$MDEVSIM" "$ZOO" "$sys")
	mtty=$sys/class/mdev_bus/mtty
	one=$mtty/mdev_supported_types/mtty-1
	two=$mtty/mdev_supported_types/mtty-2
	matrix=$sys/class/mdev_bus/matrix
}

teardown() {
	end
}

end() {
	kill "$daemon" 2>/dev/null || true
	while mountpoint -q "$sys"; do :; done
}

restart() { # ARGUMENT...
	end
	daemon=$("$MDEVSIM" "$@" "$sys")
}

# Writes exactly TEXT; prints "ok", or the errno as strerror says it.
put() { # FILE TEXT
	local out
	if out=$({ printf %s "$2" >"$1"; } 2>&1); then
		echo ok
	else
		echo "${out##*: }"
	fi
}

ctl() {
	printf '%s\n' "$*" >"$sys/.mdevsim/ctl"
}

stat_of() { # KEY
	awk -v key="$1" '$1 == key { print $2 }' "$sys/.mdevsim/stats"
}

# Polls, without a sleep, until the command succeeds.
await() {
	local end=$((SECONDS + 5))
	until "$@"; do ((SECONDS < end)) || return 1; done
}

# $(<FILE) without bash's word about a missing one.
content() {
	cat "$1" 2>/dev/null
}

restart_json() { # DESCRIPTION
	echo "$1" >"$BATS_TEST_TMPDIR/host.json"
	restart "$BATS_TEST_TMPDIR/host.json"
}

# With one parent, p.
restart_with() { # MEMBERS
	restart_json "{ \"parents\": [ { \"name\": \"p\", $1 } ] }"
}

# Whether DESCRIPTION is refused with WORDS.
is_refused() { # DESCRIPTION WORDS
	mkdir "$BATS_TEST_TMPDIR/other"
	echo "$1" >"$BATS_TEST_TMPDIR/bad.json"
	run timeout 10 "$MDEVSIM" "$BATS_TEST_TMPDIR/bad.json" "$BATS_TEST_TMPDIR/other"
	[ "$status" -ne 0 ] || kill "$output"
	[ "$status" -eq 1 ] && [ "$output" = "mdevsim: $BATS_TEST_TMPDIR/bad.json: $2" ]
}
