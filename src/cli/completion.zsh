#compdef mdevadm mdevctl lsmdev
# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of mdevadm, mdevctl and lsmdev. It is made by 'mdevadm completions zsh'.
#
# What is typed is never run: its quotes are taken off, and the program is asked with it.

# TABLES

# The place of the administrator's programs is not in everybody's PATH.
_mdevadm_ask() { # OPTION
	local -x PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
	local line value
	local -a described end

	for line in "${(@f)$(command mdevadm complete $1 -- ${mdevadm_command:-list} \
		"${mdevadm_rest[@]}" 2>/dev/null </dev/null)}"; do
		[[ -n $line ]] || continue
		value=${line%%$'\t'*}
		[[ $value != *= ]] || end=(-S '')
		described+=("${${value//\\/\\\\}//:/\\:}:${line#*$'\t'}")
	done
	_describe -t values $1 described "${(@)end}"
}

_mdevadm_base() {
	if compset -P '*='; then
		_files -/
	else
		_mdevadm_ask base
	fi
}

_mdevadm_commands() {
	local -a commands

	_mdevadm_list_commands
	commands+=('help:print the help of a command')
	_describe -t commands command commands
}

# Makes the command the first of the words, as it is with other programs. $specs are the common
# options.
_mdevadm_read_words() {
	local valued="${(j:|:)${(M)${specs[@]}:#*--*=\[*}}"
	integer i

	if [[ ${words[1]:t} == lsmdev ]]; then
		mdevadm_command=list
		mdevadm_rest=("${(@Q)words[2,CURRENT-1]}")
		return
	fi
	mdevadm_rest=("${(@Q)words[2,CURRENT-1]}")
	for ((i = 2; i < CURRENT; i++)); do
		if [[ $words[i] == --[^=]# && $valued == *$words[i]=\[* ]]; then
			i+=1
		elif [[ $words[i] != -?* ]]; then
			mdevadm_command=${(Q)words[i]}
			mdevadm_rest[i-1]=()
			words=("$mdevadm_command" "${(@)words[i+1,-1]}")
			CURRENT=$((CURRENT - i + 1))
			compstate[restore]=''
			return
		fi
	done
}

_mdevadm() {
	local mdevadm_command takes_command curcontext=$curcontext
	local -a mdevadm_rest specs
	integer behind

	setopt local_options extended_glob
	_mdevadm_list_specs ''
	_mdevadm_read_words
	_mdevadm_list_specs "$mdevadm_command"
	behind=${words[(i)--]}
	if [[ -n $takes_command ]] && ((behind < CURRENT)); then
		words=("${(@)words[behind+1,-1]}")
		CURRENT=$((CURRENT - behind))
		_normal
		return
	fi
	[[ $mdevadm_command != (help|) ]] || specs+=('1:command:_mdevadm_commands')
	curcontext="${curcontext%:*:*}:mdevadm-$mdevadm_command:"
	_arguments -s -S $specs
}

_mdevadm "$@"
