# shellcheck shell=bash
# Shows that the guest of tests/vm/run and the test driver do what their descriptions say.
# Runs in the guest; needs nothing of the tool.

mtty=/sys/devices/virtual/mtty/mtty
parent=/sys/devices/platform/mdevtest.0
params=/sys/module/mdevtest/parameters
driver=/sys/bus/platform/drivers/mdevtest
plain=$parent/mdev_supported_types/mdevtest-plain
vfio=$parent/mdev_supported_types/mdevtest-vfio
u1=11111111-1111-4111-8111-111111111111
u2=22222222-2222-4222-8222-222222222222
passed=0
failed=0

# is GOT WANTED
is() {
	[ "$1" = "$2" ] && return
	printf '# got:    %q\n# wanted: %q\n' "$1" "$2"
	return 1
}

# refuses ERRNO_NAME VALUE FILE: a write of VALUE fails so.
refuses() {
	local trace

	trace=$(strace -qq -e trace=write -o /dev/fd/3 bash -c "printf '%s\n' '$2' >'$3'" 3>&1 2>/dev/null)
	[[ $trace == *" $1 "* ]] && return
	echo "# wanted $1: $trace"
	return 1
}

# Runs the test function $1, whose name is its sentence.
check() {
	local output

	if output=$("$1" 2>&1); then
		echo "ok $1"
		passed=$((passed + 1))
	else
		echo "not ok $1"
		[ -z "$output" ] || echo "$output"
		failed=$((failed + 1))
	fi
}

nothing_is_loaded_at_boot() {
	[ ! -e /sys/bus/mdev ] && [ ! -e /sys/class/mdev_bus ]
}

mtty_has_its_types_with_24_and_12_instances() {
	modprobe mtty &&
		is "$(cat $mtty/mdev_supported_types/mtty-1/available_instances)" 24 &&
		is "$(cat $mtty/mdev_supported_types/mtty-2/available_instances)" 12
}

mdpy_and_mbochs_load() {
	modprobe -a mdpy mbochs &&
		is "$(ls /sys/class/mdev_bus)" $'mbochs\nmdpy\nmtty'
}

mtty_makes_a_device() {
	echo $u1 >$mtty/mdev_supported_types/mtty-2/create &&
		is "$(cat $mtty/mdev_supported_types/mtty-1/available_instances)" 22 &&
		is "$(readlink /sys/bus/mdev/devices/$u1/mdev_type)" ../mdev_supported_types/mtty-2 &&
		is "$(ls /dev/vfio)" $'0\nvfio'
}

mtty_removes_a_device() {
	echo 1 >/sys/bus/mdev/devices/$u1/remove &&
		is "$(ls /sys/bus/mdev/devices)" '' &&
		is "$(cat $mtty/mdev_supported_types/mtty-1/available_instances)" 24
}

an_open_device_blocks_its_removal_and_the_unloading() {
	local holder remover

	echo $u1 >$mtty/mdev_supported_types/mtty-1/create
	coproc vfio-hold $u1
	holder=$COPROC_PID
	read -r -u "${COPROC[0]}" && is "$REPLY" holding || return
	! modprobe -r mtty 2>/dev/null || return
	bash -c "echo 1 >/sys/bus/mdev/devices/$u1/remove" &
	remover=$!
	sleep 1
	kill -0 $remover && [ -d $mtty/$u1 ] && [ ! -e /sys/bus/mdev/devices/$u1 ] || return
	kill "$holder"
	wait $remover
	[ ! -e $mtty/$u1 ]
}

mdevtest_brings_its_parent_and_types() {
	modprobe mdevtest instances=3 bare=1 &&
		is "$(ls $parent/mdev_supported_types)" $'mdevtest-plain\nmdevtest-vfio' &&
		is "$(cat $plain/available_instances)" 3 &&
		is "$(cat $plain/name)" plain &&
		is "$(wc -l <$plain/description)" 2
}

a_parent_without_driver_has_types_that_begin_with_a_hyphen() {
	is "$(ls /sys/class/mdev_bus/mdevtest-bare/mdev_supported_types)" $'-plain\n-vfio'
}

a_plain_device_has_no_iommu_group() {
	echo $u1 >$plain/create &&
		[ ! -e $parent/$u1/iommu_group ] && [ ! -e $parent/$u1/vfio-dev ] && [ ! -e /dev/vfio/0 ]
}

a_vfio_device_has_one() {
	echo $u2 >$vfio/create && [ -e $parent/$u2/iommu_group ] && [ -c /dev/vfio/0 ]
}

instances_run_out() {
	local other=33333333-3333-4333-8333-333333333333

	echo $other >$plain/create &&
		refuses EUSERS 44444444-4444-4444-8444-444444444444 $plain/create &&
		echo 1 >$parent/$other/remove
}

the_log_has_the_writes_of_all_devices_in_order() {
	echo clear >$parent/log &&
		echo one >$parent/$u1/alpha && echo two >$parent/$u2/alpha &&
		printf 3 >$parent/$u1/assign && printf 4 >$parent/$u1/assign &&
		echo five >$parent/$u2/vendor/level &&
		is "$(cat $parent/log)" "$u1 write alpha \"one\\n\"
$u2 write alpha \"two\\n\"
$u1 write assign \"3\"
$u1 write assign \"4\"
$u2 write vendor/level \"five\\n\"" &&
		is "$(cat $parent/$u2/alpha)" two
}

picky_refuses_bad() {
	refuses EINVAL bad $parent/$u1/picky &&
		echo good >$parent/$u1/picky && is "$(cat $parent/$u1/picky)" good
}

vendor_params_loses_its_last_character() {
	printf abc >$parent/$u1/vendor/params && is "$(cat $parent/$u1/vendor/params)" ab
}

a_write_only_attribute_cannot_be_read() {
	is "$(stat -c %a $parent/$u1/assign)" 200 && ! cat $parent/$u1/assign
}

creates_fail_as_often_as_asked() {
	local other=33333333-3333-4333-8333-333333333333

	echo 1 >$params/probe_errno_count && echo 28 >$params/probe_errno &&
		refuses ENOSPC $other $plain/create && echo $other >$plain/create &&
		echo 0 >$params/probe_errno && echo 1 >$parent/$other/remove
}

a_slow_remove_ends_early_when_told() {
	local start=$SECONDS

	echo 60000 >$params/remove_ms
	echo 1 >$parent/$u2/remove &
	sleep 0.5
	[ -e $parent/$u2 ] && [ ! -e /sys/bus/mdev/devices/$u2 ] || return
	echo 0 >$params/remove_ms
	wait
	[ ! -e $parent/$u2 ] && [ $((SECONDS - start)) -lt 20 ]
}

a_remove_during_the_create_leaves_a_stuck_device() {
	echo 60000 >$params/probe_ms
	echo $u2 >$plain/create &
	while [ ! -e $parent/$u2/remove ]; do :; done
	refuses EAGAIN 1 $parent/$u2/remove || return
	echo 0 >$params/probe_ms
	wait
	[ -e $parent/$u2 ] && [ ! -e $parent/$u2/remove ] && refuses EEXIST $u2 $plain/create
}

unbinding_takes_the_types_and_leaves_the_parent() {
	echo mdevtest.0 >$driver/unbind &&
		[ -d $parent ] && [ ! -e $parent/mdev_supported_types ] && [ ! -e $parent/$u1 ] &&
		[ ! -e $parent/$u2 ] && [ ! -e /sys/class/mdev_bus/mdevtest.0 ]
}

binding_brings_them_back_and_frees_the_stuck_device() {
	echo mdevtest.0 >$driver/bind &&
		is "$(cat $plain/available_instances)" 3 &&
		echo $u2 >$plain/create && [ -e $parent/$u2/remove ]
}

a_driver_that_goes_takes_the_class_link_first_and_the_types_last() {
	local other=33333333-3333-4333-8333-333333333333 tries=0

	echo $u1 >$plain/create
	echo 60000 >$params/remove_ms
	echo mdevtest.0 >$driver/unbind &
	while [ -e /sys/bus/mdev/devices/$u2 ] && ((tries++ < 1000)); do sleep 0.01; done
	[ ! -e /sys/class/mdev_bus/mdevtest.0 ] && [ -e $parent/$u2 ] && [ -e $parent/$u1/remove ] &&
		[ -e /sys/bus/mdev/devices/$u1 ] && refuses ENODEV $other $plain/create || return
	echo 0 >$params/remove_ms
	wait
	[ ! -e $parent/$u1 ] && echo mdevtest.0 >$driver/bind && echo $u1 >$plain/create
}

unloading_removes_the_devices() {
	modprobe -r mdevtest && is "$(ls /sys/bus/mdev/devices)" ''
}

all_is_unloaded() {
	modprobe -r mtty mdpy mbochs && modprobe -r mdevtest_parent && [ ! -e $parent ]
}

# The functions of this file, in order, but for those that take arguments.
while read -r name; do
	check "$name"
done < <(sed -nE 's/^([a-z0-9_]+)\(\) \{$/\1/p' "$0" | grep -vxE 'is|refuses|check')
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
