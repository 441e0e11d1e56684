# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Installing what a script needs; to be sourced.

has_package() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# need_packages PACKAGE...: installs those that are missing, or says what to do and ends.
need_packages() {
	local package missing=()

	if ! command -v dpkg-query >/dev/null; then
		echo "not a Debian system: it is assumed that the equivalents of these packages are there: $*" >&2
		return 0
	fi
	for package in "$@"; do
		has_package "$package" || missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		echo "missing packages; install them as root: apt-get install ${missing[*]}" >&2
		exit 1
	fi
	echo "installing: ${missing[*]}"
	apt-get -qq update
	DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends -y \
		"${missing[@]}" >/dev/null
}
