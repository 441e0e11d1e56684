#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2154
# What comes out of the build, for packagers.

bats_require_minimum_version 1.5.0

SOURCE=$BATS_TEST_DIRNAME/../..

# configure OPTION...: into a directory of this test.
configure() { cmake -S "$SOURCE" -B "$BATS_TEST_TMPDIR/build" -G Ninja "$@"; }

# without MODULE...: pkg-config, which does not find these modules.
without() {
	local module

	export PKG_CONFIG=$BATS_TEST_TMPDIR/pkg-config
	echo '#!/bin/sh' >"$PKG_CONFIG"
	for module in "$@"; do
		echo "case \"\$*\" in *$module*) exit 1 ;; esac" >>"$PKG_CONFIG"
	done
	echo 'exec pkg-config "$@"' >>"$PKG_CONFIG"
	chmod +x "$PKG_CONFIG"
}

# Whether the program has its tables read-only, and how it is bound: "lazily" or "now".
binding_with() { # LDFLAGS
	local program=$BATS_TEST_TMPDIR/build/src/mdevadm how=lazily

	rm -rf "$BATS_TEST_TMPDIR/build"
	LDFLAGS=$1 configure -DMDEVADM_TESTS=OFF -DCMAKE_BUILD_TYPE=RelWithDebInfo >/dev/null
	cmake --build "$BATS_TEST_TMPDIR/build" >/dev/null
	readelf -W -l "$program" | grep -q GNU_RELRO
	if readelf -W -d "$program" | grep -q BIND_NOW; then how=now; fi
	echo "$how"
}

@test "symbols are bound lazily where nobody asks otherwise" {
	[ "$(binding_with "")" = lazily ]
	[ "$(binding_with "-Wl,-z,relro")" = lazily ]
}

@test "a distribution that asks for immediate binding gets full RELRO" {
	[ "$(binding_with "-Wl,-z,relro -Wl,-z,now")" = now ]
	[ "$(binding_with "-Wl,-z,relro,-z,now")" = now ]
	[ "$(binding_with "-Wl,-z -Wl,now")" = now ]
	[ "$(binding_with "-z now -Wl,--as-needed")" = now ]
}

@test "definitions are installed where the program looks, whatever the prefix" {
	configure -DMDEVADM_TESTS=OFF -DCMAKE_INSTALL_PREFIX=/opt/mdevadm >/dev/null
	cmake --build "$BATS_TEST_TMPDIR/build" >/dev/null

	DESTDIR=$BATS_TEST_TMPDIR/root cmake --install "$BATS_TEST_TMPDIR/build" >/dev/null

	[ -d "$BATS_TEST_TMPDIR/root/etc/mdevctl.d" ]
	[ -x "$BATS_TEST_TMPDIR/root/opt/mdevadm/sbin/mdevadm" ]
	[ ! -e "$BATS_TEST_TMPDIR/root/opt/mdevadm/etc" ]
}

@test "completions are installed where the shells look for them" {
	configure -DMDEVADM_TESTS=OFF -DCMAKE_INSTALL_PREFIX=/usr >/dev/null
	cmake --build "$BATS_TEST_TMPDIR/build" >/dev/null

	DESTDIR=$BATS_TEST_TMPDIR/root cmake --install "$BATS_TEST_TMPDIR/build" >/dev/null

	cd "$BATS_TEST_TMPDIR/root/usr/share"
	[ "$(ls bash-completion/completions)" = mdevadm ]
	[ "$(ls zsh/site-functions)" = _mdevadm ]
	[ "$(ls fish/vendor_completions.d)" = mdevadm.fish ]
}

@test "completions for mdevctl's names are installed where somebody asks for them" {
	configure -DMDEVADM_TESTS=OFF -DCMAKE_INSTALL_PREFIX=/usr \
		-DMDEVADM_MDEVCTL_COMPLETIONS=ON >/dev/null
	cmake --build "$BATS_TEST_TMPDIR/build" >/dev/null

	DESTDIR=$BATS_TEST_TMPDIR/root cmake --install "$BATS_TEST_TMPDIR/build" >/dev/null

	cd "$BATS_TEST_TMPDIR/root/usr/share"
	cmp bash-completion/completions/lsmdev bash-completion/completions/mdevadm
	cmp bash-completion/completions/mdevctl bash-completion/completions/mdevadm
	cmp fish/vendor_completions.d/lsmdev.fish fish/vendor_completions.d/mdevadm.fish
	cmp fish/vendor_completions.d/mdevctl.fish fish/vendor_completions.d/mdevadm.fish
}

@test "the preset release needs neither fuse3 nor cmocka" {
	without fuse3 cmocka

	cd "$SOURCE"
	cmake --preset release -B "$BATS_TEST_TMPDIR/build" >/dev/null
}

@test "the tests are not built without fuse3, and the message says what to do" {
	without fuse3

	run configure

	[ "$status" -ne 0 ]
	[[ "$output" == *libfuse3-dev* && "$output" == *MDEVADM_TESTS=OFF* ]]
}

@test "ctest fails without cmocka, and says what is missing" {
	without cmocka
	configure >/dev/null

	run ctest --test-dir "$BATS_TEST_TMPDIR/build" --output-on-failure

	[ "$status" -ne 0 ]
	[[ "$output" == *libcmocka-dev* ]]
}

@test "all manuals are installed, those of mdevctl's names unless they are not wanted" {
	local page

	configure -DMDEVADM_TESTS=OFF -DCMAKE_INSTALL_PREFIX=/usr >/dev/null
	cmake --build "$BATS_TEST_TMPDIR/build" >/dev/null
	DESTDIR=$BATS_TEST_TMPDIR/all cmake --install "$BATS_TEST_TMPDIR/build" >/dev/null
	for page in "$SOURCE"/man/*; do
		[ -e "$BATS_TEST_TMPDIR/all/usr/share/man/man${page##*.}/${page##*/}" ]
	done

	configure -DMDEVADM_MDEVCTL_PAGES=OFF >/dev/null
	DESTDIR=$BATS_TEST_TMPDIR/own cmake --install "$BATS_TEST_TMPDIR/build" >/dev/null
	[ "$(ls "$BATS_TEST_TMPDIR/own/usr/share/man/man8")" = mdevadm.8 ]
}
