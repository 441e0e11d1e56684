# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash

# What is printed, with a blank between two columns.
squeezed() {
	local status=0

	"$@" >"$BATS_TEST_TMPDIR/table" || status=$?
	sed -E 's/ +/ /g; s/ $//' "$BATS_TEST_TMPDIR/table"
	return "$status"
}

# table COLUMNS [ARG...]: of parents, types, devices; without headings.
parents_table() { squeezed mdevadm parents --noheadings --columns "$@"; }
types_table() { squeezed mdevadm types --noheadings --columns "$@"; }
status_table() { squeezed mdevadm status --noheadings --columns "$@"; }
