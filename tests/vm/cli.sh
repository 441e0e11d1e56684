#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# In the guest: the command-line tests against the running kernel, with its mtty driver.
set -eu
export MDEVADM_TEST_BACKEND=kernel MDEVADM=/usr/sbin/mdevadm
exec bats --formatter tap /root/cli
