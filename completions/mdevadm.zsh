#compdef mdevadm mdevctl lsmdev
# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of mdevadm, mdevctl and lsmdev. It is made by 'mdevadm completions zsh'.
#
# What is typed is never run: its quotes are taken off, and the program is asked with it.

_mdevadm_list_commands() {
	commands=(
		'define:keep a definition of a device'
		'undefine:remove a definition; a running device stays'
		'modify:change a definition, or a running device'
		'start:create a device, defined or not'
		'stop:remove a device; its definition stays'
		'restart:remove a device and create it again as it was'
		'list:list the devices that run, or the definitions'
		'types:list parents, their types and how many instances are left'
		'parents:list parents, their hardware, and what room is left'
		'status:compare what runs with what is defined, and say who uses it'
		'metrics:print numbers for Prometheus'
		'drain:stop a parent'\''s devices, run a command, start them again'
		'resume:start again what ran on a held parent, and lift the hold'
		'hold:let nothing be started on a parent'
		'wait:wait until a parent, or a type of it, is there'
		'check:look for what is not as it should be, and change nothing'
		'dump:write all that is known of the machine, for a report'
		'monitor:tell when parents, devices, definitions and holds change'
		'start-parent-mdevs:start the devices of a parent that are defined as auto'
	)
}

_mdevadm_list_specs() { # COMMAND
	specs=(
		'(-h --help)'{-h,--help}'[print this help]'
		'(-V --version)'{-V,--version}'[print the version]'
		--root='[work on the files below DIR]:DIR:_files -/'
		\*--base='[move one directory alone; KEY is etc, lib, run, sys, dev or proc]:KEY=DIR: _mdevadm_base'
		--lock-timeout='[wait at most SEC seconds for other runs (30; 0 does not wait)]:SEC: '
		--callout-timeout='[end a callout script after SEC seconds (120)]:SEC: '
		--json='[print one JSON document, errors included]:1: '
	)
	case $1 in
	(define) specs+=(
		'(-u --uuid)'{-u+,--uuid=}'[the device (default\: a new UUID, printed)]:UUID: _mdevadm_ask uuid'
		'(-p --parent)'{-p+,--parent=}'[its parent device]:PARENT: _mdevadm_ask parent'
		'(-t --type)'{-t+,--type=}'[its type]:TYPE: _mdevadm_ask type'
		--jsonfile='[read the definition from FILE]:FILE:_files'
		'(-a --auto)'{-a,--auto}'[start it when the parent appears]'
		'(-m --manual)'{-m,--manual}'[start it only when asked to (default)]'
		\*--addattr='[an attribute of it; may be repeated]:NAME=VALUE: _mdevadm_ask addattr'
		'(-f --force)'{-f,--force}'[go on although a callout refuses]'
		--now'[and start it]'
		--replace'[also if it is defined there already]'
		) ;;
	(undefine) specs+=(
		'(-u --uuid)'{-u+,--uuid=}'[the device]:UUID: _mdevadm_ask uuid'
		'(-p --parent)'{-p+,--parent=}'[its parent device (default\: all on which it is defined)]:PARENT: _mdevadm_ask parent'
		'(-f --force)'{-f,--force}'[go on although a callout refuses]'
		--all'[all that is defined on PARENT]'
		--now'[stop what runs first]'
		'*:UUID: _mdevadm_ask uuid'
		) ;;
	(modify) specs+=(
		'(-u --uuid)'{-u+,--uuid=}'[the device]:UUID: _mdevadm_ask uuid'
		'(-p --parent)'{-p+,--parent=}'[its parent device, where several define it]:PARENT: _mdevadm_ask parent'
		'(-t --type)'{-t+,--type=}'[give it another type]:TYPE: _mdevadm_ask type'
		--jsonfile='[replace all of it by the definition in FILE]:FILE:_files'
		'(-a --auto)'{-a,--auto}'[start it when the parent appears]'
		'(-m --manual)'{-m,--manual}'[start it only when asked to]'
		\*--addattr='[add an attribute]:NAME=VALUE: _mdevadm_ask addattr'
		\*--setattr='[give an attribute another value, or add it]:NAME=VALUE: _mdevadm_ask setattr'
		--delattr'[delete an attribute]'
		\*--delattr-name='[delete the attributes of that name]:NAME: _mdevadm_ask delattr-name'
		'(-i --index)'{-i+,--index=}'[where to add or delete (default\: at the end)]:N: _mdevadm_ask index'
		--value='[the value, if --addattr has NAME alone]:VALUE: '
		'(-l --live)'{-l,--live}'[change the running device]'
		'(-d --defined)'{-d,--defined}'[change the definition (default; with --live\: both)]'
		'(-f --force)'{-f,--force}'[go on although a callout refuses]'
		'*:UUID: _mdevadm_ask uuid'
		) ;;
	(start) specs+=(
		'(-u --uuid)'{-u+,--uuid=}'[the device (default\: a new UUID, printed)]:UUID: _mdevadm_ask uuid'
		'(-p --parent)'{-p+,--parent=}'[its parent device (default\: of those with that type, the emptiest)]:PARENT: _mdevadm_ask parent'
		'(-t --type)'{-t+,--type=}'[its type, if it is not defined]:TYPE: _mdevadm_ask type'
		--jsonfile='[start what FILE describes, without defining it]:FILE:_files'
		'(-f --force)'{-f,--force}'[go on although a callout refuses]'
		--all'[all that is defined (on PARENT)]'
		--ensure'[it is no failure if that is so already]'
		--detailed-exitcode'[exit with 20 if something was changed]'
		--jobs='[do N devices at a time (8)]:N: '
		--wait='[wait at most SEC seconds for parent, type and room]:SEC: '
		'*:UUID: _mdevadm_ask uuid'
		) ;;
	(stop) specs+=(
		'(-u --uuid)'{-u+,--uuid=}'[the device]:UUID: _mdevadm_ask uuid'
		'(-p --parent)'{-p+,--parent=}'[with --all\: on this parent]:PARENT: _mdevadm_ask parent'
		'(-f --force)'{-f,--force}'[go on although a callout refuses]'
		--all'[all that run (on PARENT)]'
		--ensure'[it is no failure if that is so already]'
		--detailed-exitcode'[exit with 20 if something was changed]'
		--jobs='[do N devices at a time (8)]:N: '
		--timeout='[wait at most SEC seconds for a removal that blocks (30)]:SEC: '
		--wait-users='[wait at most SEC seconds for those who have a device open]:SEC: '
		'*:UUID: _mdevadm_ask uuid'
		) ;;
	(restart) specs+=(
		'(-u --uuid)'{-u+,--uuid=}'[the device]:UUID: _mdevadm_ask uuid'
		'(-d --defined)'{-d,--defined}'[as its definition says (default\: as it ran)]'
		'(-f --force)'{-f,--force}'[go on although a callout refuses]'
		--timeout='[wait at most SEC seconds for a removal that blocks (30)]:SEC: '
		--wait-users='[wait at most SEC seconds for those who have a device open]:SEC: '
		'*:UUID: _mdevadm_ask uuid'
		) ;;
	(list) specs+=(
		'(-u --uuid)'{-u+,--uuid=}'[only this device]:UUID: _mdevadm_ask uuid'
		'(-p --parent)'{-p+,--parent=}'[only devices of this parent]:PARENT: _mdevadm_ask parent'
		'(-d --defined)'{-d,--defined}'[definitions (default\: the devices that run)]'
		--dumpjson'[print JSON]'
		'(-v --verbose)'{-v,--verbose}'[show attributes as well]'
		--strict'[exit with 9 if anything had to be left out]'
		--columns='[print a table of these columns ('\''help'\'' lists them; '\''+A,B'\'' adds)]:LIST: '
		--noheadings'[print no line of headings]'
		--raw'[print a table for programs to split at blanks]'
		--tree'[print a tree of physical functions, parents, types and devices]'
		--color='[auto (default), always or never]:WHEN: '
		'*:UUID: _mdevadm_ask uuid'
		) ;;
	(types) specs+=(
		'(-p --parent)'{-p+,--parent=}'[only types of this parent]:PARENT: _mdevadm_ask parent'
		--dumpjson'[print JSON]'
		--strict'[exit with 9 if anything had to be left out]'
		--columns='[print a table of these columns ('\''help'\'' lists them; '\''+A,B'\'' adds)]:LIST: '
		--noheadings'[print no line of headings]'
		--raw'[print a table for programs to split at blanks]'
		--tree'[print a tree of physical functions, parents, types and devices]'
		--color='[auto (default), always or never]:WHEN: '
		) ;;
	(parents) specs+=(
		'(-p --parent)'{-p+,--parent=}'[only this parent, with its card or virtual functions]:PARENT: _mdevadm_ask parent'
		--strict'[exit with 9 if anything had to be left out]'
		--columns='[print a table of these columns ('\''help'\'' lists them; '\''+A,B'\'' adds)]:LIST: '
		--noheadings'[print no line of headings]'
		--raw'[print a table for programs to split at blanks]'
		--tree'[print a tree of physical functions, parents, types and devices]'
		--color='[auto (default), always or never]:WHEN: '
		--types'[list their types as well]'
		'1:PARENT: _mdevadm_ask parent'
		) ;;
	(status) specs+=(
		'(-u --uuid)'{-u+,--uuid=}'[only this device]:UUID: _mdevadm_ask uuid'
		'(-p --parent)'{-p+,--parent=}'[only devices of this parent]:PARENT: _mdevadm_ask parent'
		--strict'[exit with 9 if anything had to be left out]'
		--detailed-exitcode'[exit with 20 if a device is not as it should be]'
		--columns='[print a table of these columns ('\''help'\'' lists them; '\''+A,B'\'' adds)]:LIST: '
		--noheadings'[print no line of headings]'
		--raw'[print a table for programs to split at blanks]'
		--tree'[print a tree of physical functions, parents, types and devices]'
		--color='[auto (default), always or never]:WHEN: '
		--diff'[show what is otherwise than defined]'
		--diff-only'[only devices that are otherwise than defined]'
		--unused'[only devices that run and that nobody has open]'
		--failed'[only devices that should run by themselves and do not]'
		--by-node='[only the device behind that node, as /dev/vfio/12]:NODE: '
		--by-pid='[only devices that this process has open]:PID: '
		'*:UUID: _mdevadm_ask uuid'
		) ;;
	(metrics) specs+=(
		--strict'[exit with 9 if anything had to be left out]'
		'(-o --output)'{-o+,--output=}'[write to FILE, as a whole]:FILE:_files'
		) ;;
	(drain) takes_command=yes specs+=(
		'(-f --force)'{-f,--force}'[go on although a callout refuses]'
		--jobs='[do N devices at a time (8)]:N: '
		--timeout='[wait at most SEC seconds for each removal, and for the parent to come back (30)]:SEC: '
		--wait-users='[wait at most SEC seconds for those who have a device open]:SEC: '
		--reason='[what to tell those who want to start]:TEXT: '
		--dry-run'[only show what would be stopped]'
		'1:PARENT: _mdevadm_ask parent'
		) ;;
	(resume) specs+=(
		'(-f --force)'{-f,--force}'[go on although a callout refuses]'
		--jobs='[do N devices at a time (8)]:N: '
		--timeout='[wait at most SEC seconds for the parent to come back (30)]:SEC: '
		--abandon'[lift the hold, and start nothing]'
		'1:PARENT: _mdevadm_ask parent'
		) ;;
	(hold) specs+=(
		--reason='[what to tell those who want to start]:TEXT: '
		'1:PARENT: _mdevadm_ask parent'
		) ;;
	(wait) specs+=(
		'(-p --parent)'{-p+,--parent=}'[the parent to wait for]:PARENT: _mdevadm_ask parent'
		'(-t --type)'{-t+,--type=}'[and this type of it]:TYPE: _mdevadm_ask type'
		--instances='[until at least N of the type are left]:N: '
		--timeout='[wait at most SEC seconds (30)]:SEC: '
		'1:PARENT: _mdevadm_ask parent'
		) ;;
	(check) specs+=(
		\*{-f+,--file=}'[look at this definition, or list of definitions]:FILE:_files'
		--offline'[look at nothing of this machine]'
		--types='[the hardware is what this dump describes]:DUMP:_files'
		'*:FILE:_files'
		) ;;
	(dump) specs+=(
		'(-o --output)'{-o+,--output=}'[write to FILE, for its owner alone]:FILE:_files'
		--redact'[take out names of hosts and people, serial numbers and UUIDs]'
		) ;;
	(monitor) specs+=(
		'(-p --parent)'{-p+,--parent=}'[only what is of this parent]:PARENT: _mdevadm_ask parent'
		--timeout='[end after SEC seconds (default\: never)]:SEC: '
		--who'[name who creates and removes devices (root)]'
		'1:PARENT: _mdevadm_ask parent'
		) ;;
	(start-parent-mdevs) specs+=(
		--jobs='[do N devices at a time (8)]:N: '
		'1:PARENT: _mdevadm_ask parent'
		) ;;
	esac
}

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
