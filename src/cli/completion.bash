# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034
# Completion of mdevadm, mdevctl and lsmdev. It is made by 'mdevadm completions bash'.
#
# What is typed is never run: it is read character by character, and the program is asked with it.
# The functions share these variables of _mdevadm: words (without quotes), current (the last one),
# quote (the one that is open), kept (how much of current readline leaves as it is), command, rest
# (the words but it), wanting (the option that has no value yet), count (of the command's words),
# behind (the place of "--", or empty), options, argument, takes_many and takes_command.

# TABLES

_mdevadm_read_line() {
	local line=${COMP_LINE:0:COMP_POINT} char i in_word='' word='' kept_before=0

	for ((i = 0; i < ${#line}; i++)); do
		char=${line:i:1}
		if [[ $char == [[:space:]] && -z $quote ]]; then
			[[ -z $in_word ]] || words+=("$word")
			in_word='' word='' kept=0
			continue
		fi
		in_word=yes
		if [[ $char == "\\" && $quote != "'" ]]; then
			i=$((i + 1)) word+=${line:i:1}
		elif [[ -n $quote && $char == "$quote" ]]; then
			quote='' kept=$kept_before
		elif [[ -z $quote && $char == [\"\'] ]]; then
			quote=$char kept_before=$kept kept=${#word}
		else
			word+=$char
			[[ -n $quote || $COMP_WORDBREAKS != *"$char"* ]] || kept=${#word}
		fi
	done
	current=$word
}

# The value's kind of an option, or nothing.
_mdevadm_find_option() { # --NAME|-LETTER
	local i

	found=''
	for ((i = 0; i < ${#options[@]}; i += 4)); do
		if [[ ${options[i]} == "$1" || ${options[i + 1]} == "$1" ]]; then
			name=${options[i]#--} found=${options[i + 2]}
			return
		fi
	done
}

# Sets wanting if an option in the word takes the next one. Letters may stand together.
_mdevadm_read_option() { # WORD
	local found name i

	if [[ $1 == --* ]]; then
		_mdevadm_find_option "$1"
		[[ -z $found || $found == flag ]] || wanting=$name
		return
	fi
	for ((i = 1; i < ${#1}; i++)); do
		_mdevadm_find_option "-${1:i:1}"
		[[ -n $found && $found != flag ]] || continue
		[[ $((i + 1)) -lt ${#1} ]] || wanting=$name
		return
	done
}

_mdevadm_read_words() {
	local i word

	_mdevadm_list_options "$command"
	for ((i = 1; i < ${#words[@]}; i++)); do
		word=${words[i]}
		if [[ -n $wanting ]]; then
			wanting=''
		elif [[ $word == -- ]]; then
			behind=$i
			return
		elif [[ $word == -?* ]]; then
			_mdevadm_read_option "$word"
		elif [[ -z $command ]]; then
			command=$word
			_mdevadm_list_options "$command"
			continue
		else
			count=$((count + 1))
		fi
		rest+=("$word")
	done
}

_mdevadm_quote() { # TEXT
	case $quote in
	"'") quoted=${1//\'/"'\\''"} ;;
	'"')
		quoted=${1//\\/"\\\\"} quoted=${quoted//\"/"\\\""}
		quoted=${quoted//\$/"\\\$"} quoted=${quoted//\`/"\\\`"}
		;;
	*)
		quoted=''
		[[ -z $1 ]] || printf -v quoted %q "$1"
		;;
	esac
}

# Offers what the current word begins, of VALUE<TAB>DESCRIPTION. The descriptions are seen in lists,
# and are left out where the value would be inserted with it.
_mdevadm_offer() { # PREFIX LINE...
	local prefix=$1 line value quoted texts=()
	local -A seen=()

	shift
	for line in "$@"; do
		[[ $prefix$line == "$current"* ]] || continue
		value=$prefix${line%%$'\t'*}
		[[ -z ${seen[$value]-} ]] || continue
		seen[$value]=yes
		_mdevadm_quote "${value:kept}"
		COMPREPLY+=("$quoted")
		texts+=("$quoted  (${line#*$'\t'})")
	done
	if [[ ${#COMPREPLY[@]} -eq 1 ]]; then
		[[ $value != *= && ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
	elif [[ ${COMP_TYPE-9} -ne 37 && ${COMP_TYPE-9} -ne 42 ]]; then
		COMPREPLY=("${texts[@]}")
	fi
}

# The place of the administrator's programs is not in everybody's PATH. Of a pipe, mapfile would
# read each byte alone.
_mdevadm_ask() { # OPTION PREFIX
	local - text IFS=$'\n'

	set -f
	text=$(PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin command mdevadm \
		complete "$1" -- "${command:-list}" "${rest[@]}" 2>/dev/null </dev/null)
	# shellcheck disable=SC2086
	_mdevadm_offer "$2" $text
}

# bash quotes these itself.
_mdevadm_offer_paths() { # -d|-f PREFIX
	local path paths

	mapfile -t paths < <(compgen "$1" -- "${current:${#2}}" 2>/dev/null)
	compopt -o filenames 2>/dev/null
	for path in "${paths[@]}"; do
		path=$2$path
		COMPREPLY+=("${path:kept}")
	done
}

_mdevadm_offer_values() { # OPTION PREFIX
	local found name value=${current:${#2}}

	_mdevadm_find_option "--$1"
	case $found in
	ask) _mdevadm_ask "$1" "$2" ;;
	file) _mdevadm_offer_paths -f "$2" ;;
	dir) _mdevadm_offer_paths -d "$2" ;;
	base)
		if [[ $value == *=* ]]; then
			_mdevadm_offer_paths -d "$2${value%%=*}="
		else
			_mdevadm_ask "$1" "$2"
		fi
		;;
	esac
}

# What a word may be that the command takes.
_mdevadm_offer_words() {
	local found name

	_mdevadm_find_option "--$argument"
	case $found in
	file) _mdevadm_offer_paths -f '' ;;
	*) _mdevadm_ask "$argument" '' ;;
	esac
}

_mdevadm_offer_options() {
	local i lines=()

	for ((i = 0; i < ${#options[@]}; i += 4)); do
		lines+=("${options[i]}"$'\t'"${options[i + 3]}")
	done
	_mdevadm_offer '' "${lines[@]}"
}

_mdevadm_offer_commands() {
	local commands

	_mdevadm_list_commands
	_mdevadm_offer '' "${commands[@]}" help$'\t''print the help of a command'
}

# What is behind "--" is another command's line.
_mdevadm_offer_command() {
	local i

	if [[ $behind -eq $((${#words[@]} - 1)) ]]; then
		mapfile -t COMPREPLY < <(compgen -c -- "$current" 2>/dev/null)
		return
	fi
	for ((i = 1; i < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} != -- ]] || break
	done
	if declare -F _comp_command_offset >/dev/null; then
		_comp_command_offset $((i + 1))
	elif declare -F _command_offset >/dev/null; then
		_command_offset $((i + 1))
	else
		_mdevadm_offer_paths -f ''
	fi
}

_mdevadm() {
	local words=() current='' quote='' kept=0 command='' rest=() wanting='' count=0 behind=''
	local options=() argument='' takes_many='' takes_command=''

	COMPREPLY=()
	_mdevadm_read_line
	[[ ${words[0]##*/} != lsmdev ]] || command=list
	_mdevadm_read_words
	if [[ -n $wanting ]]; then
		_mdevadm_offer_values "$wanting" ''
	elif [[ -n $behind && -n $takes_command ]]; then
		_mdevadm_offer_command
	elif [[ -z $behind && $current == --*=* ]]; then
		wanting=${current%%=*}
		_mdevadm_offer_values "${wanting#--}" "$wanting="
	elif [[ -z $behind && $current == -* ]]; then
		_mdevadm_offer_options
	elif [[ -z $command || ($command == help && $count -eq 0) ]]; then
		_mdevadm_offer_commands
	elif [[ -n $argument && ($count -eq 0 || -n $takes_many) ]]; then
		_mdevadm_offer_words
	fi
}

complete -F _mdevadm mdevadm mdevctl lsmdev
