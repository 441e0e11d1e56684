# shellcheck shell=bash disable=SC2154 # lib.sh sets cache and vm_dir
# The part of tests/vm/setup that fetches a kernel and builds its modules; sourced by it.
#
# In the cache, for a kernel K:
#	kernel-K/vmlinux	uncompressed: QEMU starts it through PVH, without unpacking
#	kernel-K/tree		headers, kept for building mdevtest again
#	kernel-K/modules	/lib/modules of the guest, without mdevtest
#	modules-K.cpio		the same with mdevtest and vfio-hold, packed

# What the guest can load, besides the samples and mdevtest; their dependencies come along.
kernel_modules='vfio vfio_iommu_type1 mdev fuse overlay loop autofs4 ext4 squashfs
	virtio_pci virtio_blk virtio_console 9p 9pnet_virtio dm_mod null_blk'

# Prints the release, such as 6.1.0-1-amd64, of the newest packaged kernel $1.
newest_release() {
	local pattern="^linux-image-${1//./\\.}\\.[0-9]+(-[0-9]+)?(\\+[a-z0-9]+)?-amd64\$" release

	for release in $(apt-cache pkgnames "linux-image-$1." | grep -E "$pattern" |
		sed 's/^linux-image-//' | sort -rV); do
		# An old image may still be listed when its headers are not.
		if apt-cache show "linux-headers-$release" >/dev/null 2>&1; then
			echo "$release"
			return
		fi
	done
	die "apt knows no kernel $1 with headers; has 'apt-get update' been run?"
}

# Downloads the packages $2… into the directory $1.
download() {
	local dir=$1 options=(-q)

	shift
	[ "$(id -u)" -ne 0 ] || options+=(-o APT::Sandbox::User=root)
	(cd "$dir" && apt-get "${options[@]}" download "$@" >apt.log 2>&1) || {
		cat "$dir/apt.log" >&2
		die "cannot download $*; 'apt-get update' may help"
	}
}

# Writes the uncompressed kernel of the bzImage $1 to $2. The offsets are those of
# Documentation/arch/x86/boot.rst; the payload ends with its length, four bytes.
unpack_kernel() {
	local sectors offset length payload=$2.payload

	sectors=$(od -An -tu1 -j 497 -N 1 "$1")
	offset=$(od -An -tu4 -j 584 -N 4 "$1")
	length=$(od -An -tu4 -j 588 -N 4 "$1")
	tail -c +$(((sectors + 1) * 512 + offset + 1)) "$1" | head -c $((length - 4)) >"$payload"
	case $(od -An -tx1 -N 4 "$payload" | tr -d ' ') in
	fd377a58) xz -dc <"$payload" >"$2" ;;
	28b52ffd) zstd -qdc <"$payload" >"$2" ;;
	1f8b*) gzip -dc <"$payload" >"$2" ;;
	*) die "the kernel in $1 is packed in a way that setup does not know" ;;
	esac
	rm "$payload"
	is_elf "$2" || die "no ELF kernel in $1"
}

# Builds the modules in the directory $2 with the headers under $1; the log is kept in $2/log.
build_modules() {
	local headers

	headers=$(echo "$1"/usr/src/linux-headers-*-amd64)
	make -C "$headers" M="$2" modules >"$2/log" 2>&1 || {
		cat "$2/log" >&2
		die "cannot build the modules in $2"
	}
}

# Makes the unpacked headers under $1 usable where they are.
relocate_headers() {
	local headers

	headers=$(echo "$1"/usr/src/linux-headers-*-amd64)
	echo "include ${headers%-amd64}-common/Makefile" >"$headers/Makefile"
	# With a vmlinux there, kbuild wants to make BTF and asks for pahole.
	rm -f "$headers/vmlinux"
}

# Copies the modules that the guest can load from the unpacked image $1 to the root $2.
select_modules() {
	local image=$1 root=$2 release=$3 module file

	mkdir -p "$root/usr/lib/modules/$release"
	depmod -b "$image" "$release"
	for module in $kernel_modules; do
		# The name may also be that of something built in, or be unknown to this kernel.
		modprobe -d "$image" -S "$release" --show-depends "$module" 2>/dev/null || true
	done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | sort -u | while read -r file; do
		put_file "$root" "$file" "${file#"$image"}"
	done
	cp "$image/lib/modules/$release"/modules.{order,builtin,builtin.modinfo} \
		"$root/usr/lib/modules/$release"
}

fetch_kernel() {
	local version=$1 dir=$2 release package

	release=$(newest_release "$version")
	say "kernel $version: fetching $release"
	mkdir -p "$dir/deb" "$dir/image" "$dir/tree" "$dir/samples"
	echo "$release" >"$dir/release"
	# shellcheck disable=SC2046 # package names
	download "$dir/deb" "linux-image-$release" "linux-headers-$release" "linux-source-$version" \
		$(apt-cache depends "linux-headers-$release" |
			sed -nE 's/^ *Depends: (linux-(headers|kbuild)-[^ ]*)$/\1/p')
	for package in "$dir"/deb/linux-{headers,kbuild}-*.deb; do
		dpkg-deb -x "$package" "$dir/tree"
	done
	dpkg-deb -x "$dir"/deb/linux-image-*.deb "$dir/image"
	say "kernel $version: taking the sample drivers out of the source"
	dpkg-deb --fsys-tarfile "$dir"/deb/linux-source-*.deb |
		tar -xO "./usr/src/linux-source-$version.tar.xz" | xz -dc -T 2 |
		tar -x -C "$dir/samples" --strip-components=3 "linux-source-$version/samples/vfio-mdev"
	rm -r "$dir/deb"
}

# Makes the directory kernel-$1 in the cache.
make_kernel() {
	local version=$1 dir=$cache/kernel-$1.new release

	rm -rf "$dir" "$cache/kernel-$version" "$cache/kernel-$version.key"
	mkdir -p "$dir"
	fetch_kernel "$version" "$dir"
	release=$(<"$dir/release")

	unpack_kernel "$dir/image/boot/vmlinuz-$release" "$dir/vmlinux"
	select_modules "$dir/image" "$dir/modules" "$release"
	rm -r "$dir/image"

	say "kernel $version: building mtty, mdpy and mbochs"
	echo 'obj-m := mtty.o mdpy.o mbochs.o' >"$dir/samples/Kbuild"
	relocate_headers "$dir/tree"
	build_modules "$dir/tree" "$dir/samples"
	mkdir "$dir/modules/usr/lib/modules/$release/extra"
	cp "$dir"/samples/*.ko "$dir/modules/usr/lib/modules/$release/extra"
	rm -r "$dir/samples"

	mv "$dir" "$cache/kernel-$version"
	relocate_headers "$cache/kernel-$version/tree"
}

# Builds mdevtest for the kernel $1, and vfio-hold, and packs modules-$1.cpio.
make_modules() {
	local version=$1 kernel=$cache/kernel-$1 work=$cache/mdevtest-$1 release

	say "kernel $version: building mdevtest"
	release=$(<"$kernel/release")
	rm -rf "$work"
	mkdir -p "$work/build"
	cp "$vm_dir"/driver/{Kbuild,mdevtest*.c} "$work/build"
	build_modules "$kernel/tree" "$work/build"
	cp -a "$kernel/modules" "$work/root"
	cp "$work"/build/*.ko "$work/root/usr/lib/modules/$release/extra"
	# depmod looks under /lib.
	ln -s usr/lib "$work/root/lib"
	depmod -b "$work/root" "$release"
	rm "$work/root/lib"
	mkdir -p "$work/root/usr/local/bin"
	gcc-12 -O2 -Wall -static -o "$work/root/usr/local/bin/vfio-hold" "$vm_dir/driver/vfio-hold.c"
	pack "$work/root" "$cache/modules-$version.cpio"
	rm -r "$work"
}
