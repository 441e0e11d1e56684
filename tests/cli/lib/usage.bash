# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# What the tests of the command line itself share; loaded after common.

COMMANDS="define undefine modify start stop list types start-parent-mdevs"

# refuses MESSAGE COMMAND ARGUMENT...: wrong usage, of which the help is the cure.
refuses() {
	local message=$1

	shift
	run mdevadm "$@"

	expect_status 2
	expect_output "mdevadm: $message
hint: 'mdevadm $1 --help' lists the options"
}
