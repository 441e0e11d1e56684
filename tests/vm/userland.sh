# shellcheck shell=bash disable=SC2154 # lib.sh sets cache and vm_dir
# The part of tests/vm/setup that makes the guest's user land; sourced by it.
#
# In the cache: base.cpio (this machine's own tools, chosen by package), udev.cpio (on top of
# base) and systemd.cpio (a whole Debian, instead of both). Each holds a root with /bin, /lib,
# … as links into /usr, so that the other archives can be laid over it.

# The packages whose programs the guest has.
base_packages='bash coreutils grep sed mawk findutils diffutils util-linux mount bsdutils procps
	kmod jq strace bats hostname libc-bin'

# Opened with dlopen() by what is tested, so ldd does not know of them.
base_libraries='libudev.so.1 libsmartcols.so.1 libmount.so.1'

systemd_packages='systemd,systemd-sysv,udev,dbus,kmod,procps,jq,strace,bats,libudev1,libsmartcols1,libmount1'

# Prints the files of the package $1 that the guest needs.
package_files() {
	dpkg -L "$1" | grep -E '^/(usr/)?(s?bin|lib/bats-core|libexec/bats-core|lib/locale/C\.utf8)/'
}

make_root() {
	local root=$1 name

	mkdir -p "$root"/usr/{bin,sbin,lib,lib64} "$root"/{dev,proc,sys,run,tmp,root,etc,var/tmp,mnt}
	for name in bin sbin lib lib64; do
		ln -s "usr/$name" "$root/$name"
	done
	ln -s /run "$root/var/run"
	ln -s /proc/mounts "$root/etc/mtab"
	cp /usr/share/base-passwd/passwd.master "$root/etc/passwd"
	{
		cat /usr/share/base-passwd/group.master
		# Named in udev's rules.
		printf '%s:x:%s:\n' input 995 sgx 994 kvm 993 render 992
	} >"$root/etc/group"
	echo vm >"$root/etc/hostname"
}

make_base() {
	local root=$cache/base.new package file library

	say "packing the guest's tools"
	rm -rf "$root"
	make_root "$root"
	for package in $base_packages; do
		package_files "$package" | while read -r file; do
			[ ! -f "$file" ] || put_file "$root" "$file" "$file"
		done
	done
	# Links that belong to no package.
	put_file "$root" /usr/bin/awk /usr/bin/awk
	ln -s bash "$root/usr/bin/sh"
	for library in $base_libraries; do
		put_file "$root" "/lib/x86_64-linux-gnu/$library" "/lib/x86_64-linux-gnu/$library"
	done
	put_libraries_of_all "$root"
	pack "$root" "$cache/base.cpio"
	rm -r "$root"
}

make_udev() {
	local work=$cache/udev.new

	say "packing udev"
	rm -rf "$work"
	mkdir -p "$work/deb" "$work/unpacked" "$work/root/usr"
	download "$work/deb" udev
	dpkg-deb -x "$work"/deb/udev_*.deb "$work/unpacked"
	mkdir -p "$work/root/usr/lib"
	cp -a "$work/unpacked/bin" "$work/root/usr/bin"
	cp -a "$work/unpacked/lib/udev" "$work/unpacked/lib/systemd" "$work/root/usr/lib"
	cp -a "$work/unpacked/etc" "$work/root/etc"
	rm -rf "$work/root/etc/init.d" "$work"/root/usr/lib/udev/hwdb*
	put_libraries_of_all "$work/root"
	pack "$work/root" "$cache/udev.cpio"
	rm -r "$work"
}

# Prints the archive and the release that this machine's base-files come from.
debian_mirror() {
	local codename

	# shellcheck source=/dev/null
	codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
	# shellcheck disable=SC2016 # apt's variables
	apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' |
		awk -v codename="$codename" '$2 == codename && !found { print; found = 1 }'
}

make_systemd() {
	local root=$cache/systemd.new mirror codename unit

	[ "$(id -u)" -eq 0 ] || die "only root can make the image with systemd (debootstrap)"
	read -r mirror codename < <(debian_mirror) || die "apt's sources name no Debian release"
	say "making a Debian with systemd (debootstrap)"
	rm -rf "$root"
	debootstrap --variant=minbase --include="$systemd_packages" "$codename" "$root" "$mirror" \
		>"$cache/debootstrap.log" 2>&1 || {
		tail -n 20 "$cache/debootstrap.log" >&2
		die "debootstrap failed; see $cache/debootstrap.log"
	}
	rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,info,locale} \
		"$root"/usr/lib/udev/hwdb* "${root:?}"/dev/*
	echo vm >"$root/etc/hostname"
	: >"$root/etc/fstab"
	# Nobody logs in, and the serial lines are the harness's.
	for unit in serial-getty@ttyS0 getty@tty1 getty-static systemd-timesyncd; do
		ln -sf /dev/null "$root/etc/systemd/system/$unit.service"
	done
	# Without one, systemd takes this for the first boot and enables all that there is.
	echo 6d6465766164006d0000000000000001 >"$root/etc/machine-id"
	ln -s usr/lib/systemd/systemd "$root/init"
	pack "$root" "$cache/systemd.cpio" owners
	rm -r "$root"
}
