# shellcheck shell=bash disable=SC2034 # what is set here is for others
# Shared by tests/vm/setup and tests/vm/run; source it, do not run it.

PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C

vm_dir=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
cache=${MDEVADM_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mdevadm-vm}

say() {
	echo "${0##*/}: $*" >&2
}

die() {
	say "$@"
	exit 125
}

bad_usage() {
	die "$*; see ${0##*/} --help"
}

# Prints the kernels that $1 (6.1, 6.12 or all) means.
kernels_named() {
	case $1 in
	6.1 | 6.12) echo "$1" ;;
	all) echo 6.1 6.12 ;;
	*) bad_usage "unknown kernel '$1': 6.1, 6.12 or all" ;;
	esac
}

# Prints one word that changes when one of the files $@ does.
content_key() {
	cat "$@" | sha256sum | cut -c 1-16
}

# Is what stands in the directory or beside the file $1 made from the key $2?
is_current() {
	[ -r "$1.key" ] && [ "$(<"$1.key")" = "$2" ]
}

is_elf() {
	[ "$(head -c 4 "$1" | tr -d '\0')" = $'\177ELF' ]
}

# Where a path lies in the guest, whose /bin, /lib, … are links into /usr.
guest_path() {
	case $1 in
	/bin/* | /sbin/* | /lib/* | /lib64/*) echo "/usr$1" ;;
	*) echo "$1" ;;
	esac
}

# Copies the file $2 to the guest path $3 under the root $1.
put_file() {
	local to

	to=$1$(guest_path "$3")
	mkdir -p "${to%/*}"
	cp -L --remove-destination --preserve=mode,timestamps "$2" "$to"
}

# Puts the shared libraries of the ELF files $2… under the root $1; $LD_LIBRARY_PATH counts.
put_libraries() {
	local root=$1 libs lib

	shift
	[ $# -gt 0 ] || return 0
	# ldd fails for a static program, and says so among the others.
	libs=$(ldd "$@" 2>/dev/null || true)
	if grep -q 'not found' <<<"$libs"; then
		grep 'not found' <<<"$libs" >&2
		die "a program to be tested needs a library that is not there"
	fi
	while read -r lib; do
		[ -e "$root$(guest_path "$lib")" ] || put_file "$root" "$lib" "$lib"
	done < <(sed -nE 's/^\t(.* => )?(\/[^ ]+) \(0x[0-9a-f]+\)$/\2/p' <<<"$libs" | sort -u)
}

# Puts the libraries of all ELF files under the root $1 there; $2… are other places of libraries.
put_libraries_of_all() {
	local root=$1 file
	local elves=()

	while IFS= read -r -d '' file; do
		if is_elf "$file"; then
			elves+=("$file")
		fi
	done < <(find "$root" -type f -not -name '*.ko' -print0)
	put_libraries "$root" "${elves[@]}"
}

# Packs what is under $1 into the initramfs archive $2, padded as concatenation needs it.
# Everything belongs to root there, unless $3 is "owners".
pack() {
	local options=(--quiet -o -H newc)

	[ "${3-}" = owners ] || options+=(-R 0:0)
	(cd "$1" && find . | sort | cpio "${options[@]}") >"$2.new"
	truncate -s %512 "$2.new"
	mv "$2.new" "$2"
}
