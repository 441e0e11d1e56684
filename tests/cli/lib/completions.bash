# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2016,SC2154,SC1003
# Completion in the real shells; loaded after common. SHELL is bash, zsh or fish, with nothing of
# the user's or the machine's configuration.

COMPLETIONS=$(realpath "$BATS_TEST_DIRNAME/../../completions")
TYPE=$BATS_TEST_DIRNAME/lib/type.zsh

setup_completions() {
	local name

	export BIN=$BATS_TEST_TMPDIR/bin COMPLETIONS
	mkdir "$BIN" "$BATS_TEST_TMPDIR/zsh"
	for name in mdevadm mdevctl lsmdev; do
		ln -s "$(realpath "$MDEVADM")" "$BIN/$name"
	done
	PATH=$BIN:$PATH
	cp "$COMPLETIONS/mdevadm.zsh" "$BATS_TEST_TMPDIR/zsh/_mdevadm"
	write_bashrc >"$BATS_TEST_TMPDIR/bashrc"
	write_zshrc >"$BATS_TEST_TMPDIR/zsh/.zshrc"
	cd "$BATS_TEST_TMPDIR" || return
}

needs_shell() { command -v "$1" >/dev/null || skip "$1 is not installed"; }

write_bashrc() {
	cat <<-'END'
		source "$COMPLETIONS/mdevadm.bash"
		bind 'set enable-bracketed-paste off' 'set bell-style none'
		bind -x '"\C-o": printf "\nLINE: <%s>DONE" "$READLINE_LINE"'
		PS1=READY
	END
}

# Control-T lists, even a single one.
write_zshrc() {
	cat <<-'END'
		fpath=("$ZDOTDIR" $fpath)
		autoload -U compinit
		compinit -u -D
		unset zle_bracketed_paste
		setopt no_beep
		LISTMAX=10000
		zstyle ':completion:*' list-separator '|'
		say() { zle -I; printf '\nLINE: <%s>DONE' "$BUFFER" }
		zle -N say
		bindkey '^O' say
		bindkey '^T' list-choices
		PS1=READY
	END
}

# offered SHELL LINE: what a TAB at its end offers, as sorted lines of VALUE<TAB>DESCRIPTION. bash
# has no description where there is but one, and has values as they would be inserted.
offered() {
	needs_shell "$1"
	"offered_by_$1" "$2" 2>&1 | LC_ALL=C sort
}

# As readline calls the function.
offered_by_bash() {
	bash --norc --noprofile -c '
		COMP_WORDBREAKS=$'\'' \t\n"\'\''@><=;|&(:'\''
		source "$COMPLETIONS/mdevadm.bash"
		spec=$(complete -p "${1%% *}")
		COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=9 COMP_KEY=9
		read -ra COMP_WORDS <<<"$1"
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		[[ $spec == *"-F _mdevadm "* ]] && _mdevadm
		[ ${#COMPREPLY[@]} -eq 0 ] || printf "%s\n" "${COMPREPLY[@]}"' bash "$1" |
		sed -E 's/  \((.*)\)$/\t\1/'
}

offered_by_zsh() {
	typed_in zsh "$1"$'\x14' | sed -nE 's/ +\| /\t/p' | sed -E 's/READY.*$//; s/ +$//'
}

offered_by_fish() {
	timeout 20 fish --no-config -c 'source "$COMPLETIONS/mdevadm.fish"; complete -C "$argv[1]"' "$1"
}

# typed_in bash|zsh KEYS: what is on the terminal then.
typed_in() {
	needs_shell zsh
	case $1 in
	bash) timeout 20 zsh -f "$TYPE" "bash --noprofile --rcfile '$BATS_TEST_TMPDIR/bashrc' -i" "$2" ;;
	zsh) ZDOTDIR=$BATS_TEST_TMPDIR/zsh timeout 20 zsh -f "$TYPE" "zsh -di" "$2" ;;
	esac
}

# completed_in SHELL KEYS: the line that is there after them.
completed_in() { typed_in "$@" | sed -nE 's/^LINE: <(.*)>DONE.*/\1/p'; }

# expect_offered SHELL LINE OFFER...: exactly these, in this order.
expect_offered() {
	local shell=$1 line=$2 expected

	shift 2
	expected=$(printf '%s\n' "$@")
	needs_shell "$shell"
	run offered "$shell" "$line"
	expect_output "$expected"
}

# The values alone.
expect_values() {
	local shell=$1 line=$2 expected

	shift 2
	expected=$(printf '%s\n' "$@")
	needs_shell "$shell"
	run offered "$shell" "$line"
	output=$(cut -f 1 <<<"$output")
	expect_output "$expected"
}

expect_completed() { # SHELL KEYS LINE
	needs_shell zsh
	run completed_in "$1" "$2"
	expect_output "$3"
}
