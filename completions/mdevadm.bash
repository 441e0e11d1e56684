# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034
# Completion of mdevadm, mdevctl and lsmdev. It is made by 'mdevadm completions bash'.
#
# What is typed is never run: it is read character by character, and the program is asked with it.
# The functions share these variables of _mdevadm: words (without quotes), current (the last one),
# quote (the one that is open), kept (how much of current readline leaves as it is), command, rest
# (the words but it), wanting (the option that has no value yet), count (of the command's words),
# behind (the place of "--", or empty), options, argument, takes_many and takes_command.

_mdevadm_list_commands() {
	commands=(
		define$'\t''keep a definition of a device'
		undefine$'\t''remove a definition; a running device stays'
		modify$'\t''change a definition, or a running device'
		start$'\t''create a device, defined or not'
		stop$'\t''remove a device; its definition stays'
		restart$'\t''remove a device and create it again as it was'
		list$'\t''list the devices that run, or the definitions'
		types$'\t''list parents, their types and how many instances are left'
		parents$'\t''list parents, their hardware, and what room is left'
		status$'\t''compare what runs with what is defined, and say who uses it'
		metrics$'\t''print numbers for Prometheus'
		drain$'\t''stop a parent'\''s devices, run a command, start them again'
		resume$'\t''start again what ran on a held parent, and lift the hold'
		hold$'\t''let nothing be started on a parent'
		wait$'\t''wait until a parent, or a type of it, is there'
		check$'\t''look for what is not as it should be, and change nothing'
		dump$'\t''write all that is known of the machine, for a report'
		monitor$'\t''tell when parents, devices, definitions and holds change'
		start-parent-mdevs$'\t''start the devices of a parent that are defined as auto'
	)
}

_mdevadm_list_options() { # COMMAND
	options=(
			--help -h flag 'print this help'
			--version -V flag 'print the version'
			--root '' dir 'work on the files below DIR'
			--base '' base 'move one directory alone; KEY is etc, lib, run, sys, dev or proc'
			--lock-timeout '' text 'wait at most SEC seconds for other runs (30; 0 does not wait)'
			--callout-timeout '' text 'end a callout script after SEC seconds (120)'
			--json '' text 'print one JSON document, errors included'
	)
	case $1 in
	define)
		options+=(
			--uuid -u ask 'the device (default: a new UUID, printed)'
			--parent -p ask 'its parent device'
			--type -t ask 'its type'
			--jsonfile '' file 'read the definition from FILE'
			--auto -a flag 'start it when the parent appears'
			--manual -m flag 'start it only when asked to (default)'
			--addattr '' ask 'an attribute of it; may be repeated'
			--force -f flag 'go on although a callout refuses'
			--now '' flag 'and start it'
			--replace '' flag 'also if it is defined there already'
		)
		;;
	undefine)
		argument=uuid takes_many=yes takes_command=''
		options+=(
			--uuid -u ask 'the device'
			--parent -p ask 'its parent device (default: all on which it is defined)'
			--force -f flag 'go on although a callout refuses'
			--all '' flag 'all that is defined on PARENT'
			--now '' flag 'stop what runs first'
		)
		;;
	modify)
		argument=uuid takes_many=yes takes_command=''
		options+=(
			--uuid -u ask 'the device'
			--parent -p ask 'its parent device, where several define it'
			--type -t ask 'give it another type'
			--jsonfile '' file 'replace all of it by the definition in FILE'
			--auto -a flag 'start it when the parent appears'
			--manual -m flag 'start it only when asked to'
			--addattr '' ask 'add an attribute'
			--setattr '' ask 'give an attribute another value, or add it'
			--delattr '' flag 'delete an attribute'
			--delattr-name '' ask 'delete the attributes of that name'
			--index -i ask 'where to add or delete (default: at the end)'
			--value '' text 'the value, if --addattr has NAME alone'
			--live -l flag 'change the running device'
			--defined -d flag 'change the definition (default; with --live: both)'
			--force -f flag 'go on although a callout refuses'
		)
		;;
	start)
		argument=uuid takes_many=yes takes_command=''
		options+=(
			--uuid -u ask 'the device (default: a new UUID, printed)'
			--parent -p ask 'its parent device (default: of those with that type, the emptiest)'
			--type -t ask 'its type, if it is not defined'
			--jsonfile '' file 'start what FILE describes, without defining it'
			--force -f flag 'go on although a callout refuses'
			--all '' flag 'all that is defined (on PARENT)'
			--ensure '' flag 'it is no failure if that is so already'
			--detailed-exitcode '' flag 'exit with 20 if something was changed'
			--jobs '' text 'do N devices at a time (8)'
			--wait '' text 'wait at most SEC seconds for parent, type and room'
		)
		;;
	stop)
		argument=uuid takes_many=yes takes_command=''
		options+=(
			--uuid -u ask 'the device'
			--parent -p ask 'with --all: on this parent'
			--force -f flag 'go on although a callout refuses'
			--all '' flag 'all that run (on PARENT)'
			--ensure '' flag 'it is no failure if that is so already'
			--detailed-exitcode '' flag 'exit with 20 if something was changed'
			--jobs '' text 'do N devices at a time (8)'
			--timeout '' text 'wait at most SEC seconds for a removal that blocks (30)'
			--wait-users '' text 'wait at most SEC seconds for those who have a device open'
		)
		;;
	restart)
		argument=uuid takes_many=yes takes_command=''
		options+=(
			--uuid -u ask 'the device'
			--defined -d flag 'as its definition says (default: as it ran)'
			--force -f flag 'go on although a callout refuses'
			--timeout '' text 'wait at most SEC seconds for a removal that blocks (30)'
			--wait-users '' text 'wait at most SEC seconds for those who have a device open'
		)
		;;
	list)
		argument=uuid takes_many=yes takes_command=''
		options+=(
			--uuid -u ask 'only this device'
			--parent -p ask 'only devices of this parent'
			--defined -d flag 'definitions (default: the devices that run)'
			--dumpjson '' flag 'print JSON'
			--verbose -v flag 'show attributes as well'
			--strict '' flag 'exit with 9 if anything had to be left out'
			--columns '' text 'print a table of these columns ('\''help'\'' lists them; '\''+A,B'\'' adds)'
			--noheadings '' flag 'print no line of headings'
			--raw '' flag 'print a table for programs to split at blanks'
			--tree '' flag 'print a tree of physical functions, parents, types and devices'
			--color '' text 'auto (default), always or never'
		)
		;;
	types)
		options+=(
			--parent -p ask 'only types of this parent'
			--dumpjson '' flag 'print JSON'
			--strict '' flag 'exit with 9 if anything had to be left out'
			--columns '' text 'print a table of these columns ('\''help'\'' lists them; '\''+A,B'\'' adds)'
			--noheadings '' flag 'print no line of headings'
			--raw '' flag 'print a table for programs to split at blanks'
			--tree '' flag 'print a tree of physical functions, parents, types and devices'
			--color '' text 'auto (default), always or never'
		)
		;;
	parents)
		argument=parent takes_many='' takes_command=''
		options+=(
			--parent -p ask 'only this parent, with its card or virtual functions'
			--strict '' flag 'exit with 9 if anything had to be left out'
			--columns '' text 'print a table of these columns ('\''help'\'' lists them; '\''+A,B'\'' adds)'
			--noheadings '' flag 'print no line of headings'
			--raw '' flag 'print a table for programs to split at blanks'
			--tree '' flag 'print a tree of physical functions, parents, types and devices'
			--color '' text 'auto (default), always or never'
			--types '' flag 'list their types as well'
		)
		;;
	status)
		argument=uuid takes_many=yes takes_command=''
		options+=(
			--uuid -u ask 'only this device'
			--parent -p ask 'only devices of this parent'
			--strict '' flag 'exit with 9 if anything had to be left out'
			--detailed-exitcode '' flag 'exit with 20 if a device is not as it should be'
			--columns '' text 'print a table of these columns ('\''help'\'' lists them; '\''+A,B'\'' adds)'
			--noheadings '' flag 'print no line of headings'
			--raw '' flag 'print a table for programs to split at blanks'
			--tree '' flag 'print a tree of physical functions, parents, types and devices'
			--color '' text 'auto (default), always or never'
			--diff '' flag 'show what is otherwise than defined'
			--diff-only '' flag 'only devices that are otherwise than defined'
			--unused '' flag 'only devices that run and that nobody has open'
			--failed '' flag 'only devices that should run by themselves and do not'
			--by-node '' text 'only the device behind that node, as /dev/vfio/12'
			--by-pid '' text 'only devices that this process has open'
		)
		;;
	metrics)
		options+=(
			--strict '' flag 'exit with 9 if anything had to be left out'
			--output -o file 'write to FILE, as a whole'
		)
		;;
	drain)
		argument=parent takes_many='' takes_command=yes
		options+=(
			--force -f flag 'go on although a callout refuses'
			--jobs '' text 'do N devices at a time (8)'
			--timeout '' text 'wait at most SEC seconds for each removal, and for the parent to come back (30)'
			--wait-users '' text 'wait at most SEC seconds for those who have a device open'
			--reason '' text 'what to tell those who want to start'
			--dry-run '' flag 'only show what would be stopped'
		)
		;;
	resume)
		argument=parent takes_many='' takes_command=''
		options+=(
			--force -f flag 'go on although a callout refuses'
			--jobs '' text 'do N devices at a time (8)'
			--timeout '' text 'wait at most SEC seconds for the parent to come back (30)'
			--abandon '' flag 'lift the hold, and start nothing'
		)
		;;
	hold)
		argument=parent takes_many='' takes_command=''
		options+=(
			--reason '' text 'what to tell those who want to start'
		)
		;;
	wait)
		argument=parent takes_many='' takes_command=''
		options+=(
			--parent -p ask 'the parent to wait for'
			--type -t ask 'and this type of it'
			--instances '' text 'until at least N of the type are left'
			--timeout '' text 'wait at most SEC seconds (30)'
		)
		;;
	check)
		argument=file takes_many=yes takes_command=''
		options+=(
			--file -f file 'look at this definition, or list of definitions'
			--offline '' flag 'look at nothing of this machine'
			--types '' file 'the hardware is what this dump describes'
		)
		;;
	dump)
		options+=(
			--output -o file 'write to FILE, for its owner alone'
			--redact '' flag 'take out names of hosts and people, serial numbers and UUIDs'
		)
		;;
	monitor)
		argument=parent takes_many='' takes_command=''
		options+=(
			--parent -p ask 'only what is of this parent'
			--timeout '' text 'end after SEC seconds (default: never)'
			--who '' flag 'name who creates and removes devices (root)'
		)
		;;
	start-parent-mdevs)
		argument=parent takes_many='' takes_command=''
		options+=(
			--jobs '' text 'do N devices at a time (8)'
		)
		;;
	esac
}

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
