# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of mdevadm, mdevctl and lsmdev. It is made by 'mdevadm completions fish'.
#
# What is typed is never run: the program is asked with it.

# The line before the cursor: its command, which may be empty, how many words there are behind it,
# and all words but the command.
function __mdevadm_line
    set -l words (commandline -opc)
    set -l command ''
    set -l count 0
    set -l rest
    string match -qr '(^|/)lsmdev$' -- $words[1]
    and set command list
    while set -q words[2]
        set -l word $words[2]
        set -e words[2]
        if test "$word" = --
            set -a rest $word $words[2..-1]
            break
        else if string match -qr '^-.' -- $word
            set -a rest $word
            # Letters may stand together.
            set -l name (string replace -r '^-[^-]*([^-])$' -- '-$1' $word)
            if set -q words[2]
                and begin
                    contains -- $name $__mdevadm_valued
                    or contains -- $command:$name $__mdevadm_valued
                end
                set -a rest $words[2]
                set -e words[2]
            end
        else if test -z "$command"
            set command $word
        else
            set count (math $count + 1)
            set -a rest $word
        end
    end
    string join -- \n $command $count $rest
end

function __mdevadm_is # COMMAND
    set -l line (__mdevadm_line)
    test "$line[1]" = "$argv[1]"
end

# Whether it has not got the words that it takes: one, or with "many" any number.
function __mdevadm_wants_word # COMMAND [many]
    set -l line (__mdevadm_line)
    test "$line[1]" = "$argv[1]"
    and not contains -- -- $line
    and test "$line[2]" = 0 -o "$argv[2]" = many
end

function __mdevadm_is_behind # COMMAND
    set -l line (__mdevadm_line)
    test "$line[1]" = "$argv[1]"
    and contains -- -- $line
end

# The place of the administrator's programs is not in everybody's PATH.
function __mdevadm_ask # OPTION
    set -l line (__mdevadm_line)
    set -lx PATH $PATH /usr/local/sbin /usr/sbin /sbin
    command -q mdevadm
    or return
    test -n "$line[1]"
    or set line[1] list
    command mdevadm complete $argv[1] -- $line[1] $line[3..-1] 2>/dev/null </dev/null
end

function __mdevadm_dirs
    __fish_complete_directories (commandline -ct | string replace -r -- '^--[^=]*=' '') ''
end

function __mdevadm_base
    set -l current (commandline -ct | string replace -r -- '^--base=' '')
    set -l parts (string split -m 1 = -- $current)
    if set -q parts[2]
        string join -- \n $parts[1]=(__fish_complete_directories $parts[2] '')
    else
        __mdevadm_ask base
    end
end

# What is behind "--" is another command's line.
function __mdevadm_command
    set -l words (commandline -opc)
    set -l behind (contains -i -- -- $words)
    set -e words[1..$behind]
    complete -C (string join -- ' ' (string escape -- $words) (commandline -ct))
end

function __mdevadm_add
    for name in mdevadm mdevctl lsmdev
        complete -c $name $argv
    end
end

for name in mdevadm mdevctl lsmdev
    complete -c $name -e
    complete -c $name -f
end

# TABLES

for command in '""' help
    __mdevadm_add -n "__mdevadm_is $command" -a help -d 'print the help of a command'
end
