#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# In the guest: the command-line tests that have the tag `kernel` (see tests/cli/lib/common.bash)
# against the running kernel, with its mtty driver. The last line has the counts.
set -eu -o pipefail
export MDEVADM_TEST_BACKEND=kernel MDEVADM=/usr/sbin/mdevadm MDEVADM_STRESS_SECONDS=5
cd /root/cli

mapfile -t files < <(grep -lE '^# bats (file|test)_tags=.*\bkernel\b' -- *.bats)
all=$(cat -- *.bats | grep -c '^@test')
log=/tmp/cli.tap
modprobe mtty
status=0
bats --formatter tap --filter-tags kernel "${files[@]}" 2>&1 | tee "$log" || status=$?

ok=$(grep -c '^ok ' "$log" || true)
skipped=$(grep -c '^ok .*# skip' "$log" || true)
bad=$(grep -c '^not ok ' "$log" || true)
echo "# on $(uname -r): $((ok - skipped)) run, $skipped skipped, $bad failed;" \
	"$((all - ok - bad)) others have no tag \`kernel\`: they are the same anywhere"
exit "$status"
