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

set -g __mdevadm_valued --root --base --lock-timeout --callout-timeout define:--uuid define:-u define:--parent define:-p define:--type define:-t define:--jsonfile define:--addattr undefine:--uuid undefine:-u undefine:--parent undefine:-p modify:--uuid modify:-u modify:--parent modify:-p modify:--type modify:-t modify:--jsonfile modify:--addattr modify:--setattr modify:--delattr-name modify:--index modify:-i modify:--value start:--uuid start:-u start:--parent start:-p start:--type start:-t start:--jsonfile start:--jobs start:--wait stop:--uuid stop:-u stop:--parent stop:-p stop:--jobs stop:--timeout stop:--wait-users restart:--uuid restart:-u restart:--timeout restart:--wait-users list:--uuid list:-u list:--parent list:-p list:--columns list:--color types:--parent types:-p types:--columns types:--color parents:--parent parents:-p parents:--columns parents:--color status:--uuid status:-u status:--parent status:-p status:--columns status:--color status:--by-node status:--by-pid metrics:--output metrics:-o drain:--jobs drain:--timeout drain:--wait-users drain:--reason drain:--parent drain:-p resume:--jobs resume:--timeout resume:--parent resume:-p hold:--reason hold:--parent hold:-p wait:--parent wait:-p wait:--type wait:-t wait:--instances wait:--timeout check:--file check:-f check:--types dump:--output dump:-o monitor:--parent monitor:-p monitor:--timeout start-parent-mdevs:--jobs start-parent-mdevs:--parent start-parent-mdevs:-p
__mdevadm_add -l help -s h -d 'print this help'
__mdevadm_add -l version -s V -d 'print the version'
__mdevadm_add -l root -x -a '(__mdevadm_dirs)' -d 'work on the files below DIR'
__mdevadm_add -l base -x -a '(__mdevadm_base)' -d 'move one directory alone; KEY is etc, lib, run, sys, dev or proc'
__mdevadm_add -l lock-timeout -x -d 'wait at most SEC seconds for other runs (30; 0 does not wait)'
__mdevadm_add -l callout-timeout -x -d 'end a callout script after SEC seconds (120)'
__mdevadm_add -l json -x -d 'print one JSON document, errors included'
__mdevadm_add -n '__mdevadm_is ""' -a define -d 'keep a definition of a device'
__mdevadm_add -n '__mdevadm_is help' -a define -d 'keep a definition of a device'
__mdevadm_add -n '__mdevadm_is define' -l uuid -s u -x -a '(__mdevadm_ask uuid)' -d 'the device (default: a new UUID, printed)'
__mdevadm_add -n '__mdevadm_is define' -l parent -s p -x -a '(__mdevadm_ask parent)' -d 'its parent device'
__mdevadm_add -n '__mdevadm_is define' -l type -s t -x -a '(__mdevadm_ask type)' -d 'its type'
__mdevadm_add -n '__mdevadm_is define' -l jsonfile -r -F -d 'read the definition from FILE'
__mdevadm_add -n '__mdevadm_is define' -l auto -s a -d 'start it when the parent appears'
__mdevadm_add -n '__mdevadm_is define' -l manual -s m -d 'start it only when asked to (default)'
__mdevadm_add -n '__mdevadm_is define' -l addattr -x -a '(__mdevadm_ask addattr)' -d 'an attribute of it; may be repeated'
__mdevadm_add -n '__mdevadm_is define' -l force -s f -d 'go on although a callout refuses'
__mdevadm_add -n '__mdevadm_is define' -l now -d 'and start it'
__mdevadm_add -n '__mdevadm_is define' -l replace -d 'also if it is defined there already'
__mdevadm_add -n '__mdevadm_is ""' -a undefine -d 'remove a definition; a running device stays'
__mdevadm_add -n '__mdevadm_is help' -a undefine -d 'remove a definition; a running device stays'
__mdevadm_add -n '__mdevadm_wants_word undefine many' -x -a '(__mdevadm_ask uuid)'
__mdevadm_add -n '__mdevadm_is undefine' -l uuid -s u -x -a '(__mdevadm_ask uuid)' -d 'the device'
__mdevadm_add -n '__mdevadm_is undefine' -l parent -s p -x -a '(__mdevadm_ask parent)' -d 'its parent device (default: all on which it is defined)'
__mdevadm_add -n '__mdevadm_is undefine' -l force -s f -d 'go on although a callout refuses'
__mdevadm_add -n '__mdevadm_is undefine' -l all -d 'all that is defined on PARENT'
__mdevadm_add -n '__mdevadm_is undefine' -l now -d 'stop what runs first'
__mdevadm_add -n '__mdevadm_is ""' -a modify -d 'change a definition, or a running device'
__mdevadm_add -n '__mdevadm_is help' -a modify -d 'change a definition, or a running device'
__mdevadm_add -n '__mdevadm_wants_word modify many' -x -a '(__mdevadm_ask uuid)'
__mdevadm_add -n '__mdevadm_is modify' -l uuid -s u -x -a '(__mdevadm_ask uuid)' -d 'the device'
__mdevadm_add -n '__mdevadm_is modify' -l parent -s p -x -a '(__mdevadm_ask parent)' -d 'its parent device, where several define it'
__mdevadm_add -n '__mdevadm_is modify' -l type -s t -x -a '(__mdevadm_ask type)' -d 'give it another type'
__mdevadm_add -n '__mdevadm_is modify' -l jsonfile -r -F -d 'replace all of it by the definition in FILE'
__mdevadm_add -n '__mdevadm_is modify' -l auto -s a -d 'start it when the parent appears'
__mdevadm_add -n '__mdevadm_is modify' -l manual -s m -d 'start it only when asked to'
__mdevadm_add -n '__mdevadm_is modify' -l addattr -x -a '(__mdevadm_ask addattr)' -d 'add an attribute'
__mdevadm_add -n '__mdevadm_is modify' -l setattr -x -a '(__mdevadm_ask setattr)' -d 'give an attribute another value, or add it'
__mdevadm_add -n '__mdevadm_is modify' -l delattr -d 'delete an attribute'
__mdevadm_add -n '__mdevadm_is modify' -l delattr-name -x -a '(__mdevadm_ask delattr-name)' -d 'delete the attributes of that name'
__mdevadm_add -n '__mdevadm_is modify' -l index -s i -x -a '(__mdevadm_ask index)' -d 'where to add or delete (default: at the end)'
__mdevadm_add -n '__mdevadm_is modify' -l value -x -d 'the value, if --addattr has NAME alone'
__mdevadm_add -n '__mdevadm_is modify' -l live -s l -d 'change the running device'
__mdevadm_add -n '__mdevadm_is modify' -l defined -s d -d 'change the definition (default; with --live: both)'
__mdevadm_add -n '__mdevadm_is modify' -l force -s f -d 'go on although a callout refuses'
__mdevadm_add -n '__mdevadm_is ""' -a start -d 'create a device, defined or not'
__mdevadm_add -n '__mdevadm_is help' -a start -d 'create a device, defined or not'
__mdevadm_add -n '__mdevadm_wants_word start many' -x -a '(__mdevadm_ask uuid)'
__mdevadm_add -n '__mdevadm_is start' -l uuid -s u -x -a '(__mdevadm_ask uuid)' -d 'the device (default: a new UUID, printed)'
__mdevadm_add -n '__mdevadm_is start' -l parent -s p -x -a '(__mdevadm_ask parent)' -d 'its parent device (default: of those with that type, the emptiest)'
__mdevadm_add -n '__mdevadm_is start' -l type -s t -x -a '(__mdevadm_ask type)' -d 'its type, if it is not defined'
__mdevadm_add -n '__mdevadm_is start' -l jsonfile -r -F -d 'start what FILE describes, without defining it'
__mdevadm_add -n '__mdevadm_is start' -l force -s f -d 'go on although a callout refuses'
__mdevadm_add -n '__mdevadm_is start' -l all -d 'all that is defined (on PARENT)'
__mdevadm_add -n '__mdevadm_is start' -l ensure -d 'it is no failure if that is so already'
__mdevadm_add -n '__mdevadm_is start' -l detailed-exitcode -d 'exit with 20 if something was changed'
__mdevadm_add -n '__mdevadm_is start' -l jobs -x -d 'do N devices at a time (8)'
__mdevadm_add -n '__mdevadm_is start' -l wait -x -d 'wait at most SEC seconds for parent, type and room'
__mdevadm_add -n '__mdevadm_is ""' -a stop -d 'remove a device; its definition stays'
__mdevadm_add -n '__mdevadm_is help' -a stop -d 'remove a device; its definition stays'
__mdevadm_add -n '__mdevadm_wants_word stop many' -x -a '(__mdevadm_ask uuid)'
__mdevadm_add -n '__mdevadm_is stop' -l uuid -s u -x -a '(__mdevadm_ask uuid)' -d 'the device'
__mdevadm_add -n '__mdevadm_is stop' -l parent -s p -x -a '(__mdevadm_ask parent)' -d 'with --all: on this parent'
__mdevadm_add -n '__mdevadm_is stop' -l force -s f -d 'go on although a callout refuses'
__mdevadm_add -n '__mdevadm_is stop' -l all -d 'all that run (on PARENT)'
__mdevadm_add -n '__mdevadm_is stop' -l ensure -d 'it is no failure if that is so already'
__mdevadm_add -n '__mdevadm_is stop' -l detailed-exitcode -d 'exit with 20 if something was changed'
__mdevadm_add -n '__mdevadm_is stop' -l jobs -x -d 'do N devices at a time (8)'
__mdevadm_add -n '__mdevadm_is stop' -l timeout -x -d 'wait at most SEC seconds for a removal that blocks (30)'
__mdevadm_add -n '__mdevadm_is stop' -l wait-users -x -d 'wait at most SEC seconds for those who have a device open'
__mdevadm_add -n '__mdevadm_is ""' -a restart -d 'remove a device and create it again as it was'
__mdevadm_add -n '__mdevadm_is help' -a restart -d 'remove a device and create it again as it was'
__mdevadm_add -n '__mdevadm_wants_word restart many' -x -a '(__mdevadm_ask uuid)'
__mdevadm_add -n '__mdevadm_is restart' -l uuid -s u -x -a '(__mdevadm_ask uuid)' -d 'the device'
__mdevadm_add -n '__mdevadm_is restart' -l defined -s d -d 'as its definition says (default: as it ran)'
__mdevadm_add -n '__mdevadm_is restart' -l force -s f -d 'go on although a callout refuses'
__mdevadm_add -n '__mdevadm_is restart' -l timeout -x -d 'wait at most SEC seconds for a removal that blocks (30)'
__mdevadm_add -n '__mdevadm_is restart' -l wait-users -x -d 'wait at most SEC seconds for those who have a device open'
__mdevadm_add -n '__mdevadm_is ""' -a list -d 'list the devices that run, or the definitions'
__mdevadm_add -n '__mdevadm_is help' -a list -d 'list the devices that run, or the definitions'
__mdevadm_add -n '__mdevadm_wants_word list many' -x -a '(__mdevadm_ask uuid)'
__mdevadm_add -n '__mdevadm_is list' -l uuid -s u -x -a '(__mdevadm_ask uuid)' -d 'only this device'
__mdevadm_add -n '__mdevadm_is list' -l parent -s p -x -a '(__mdevadm_ask parent)' -d 'only devices of this parent'
__mdevadm_add -n '__mdevadm_is list' -l defined -s d -d 'definitions (default: the devices that run)'
__mdevadm_add -n '__mdevadm_is list' -l dumpjson -d 'print JSON'
__mdevadm_add -n '__mdevadm_is list' -l verbose -s v -d 'show attributes as well'
__mdevadm_add -n '__mdevadm_is list' -l strict -d 'exit with 9 if anything had to be left out'
__mdevadm_add -n '__mdevadm_is list' -l columns -x -d 'print a table of these columns (\'help\' lists them; \'+A,B\' adds)'
__mdevadm_add -n '__mdevadm_is list' -l noheadings -d 'print no line of headings'
__mdevadm_add -n '__mdevadm_is list' -l raw -d 'print a table for programs to split at blanks'
__mdevadm_add -n '__mdevadm_is list' -l tree -d 'print a tree of physical functions, parents, types and devices'
__mdevadm_add -n '__mdevadm_is list' -l color -x -d 'auto (default), always or never'
__mdevadm_add -n '__mdevadm_is ""' -a types -d 'list parents, their types and how many instances are left'
__mdevadm_add -n '__mdevadm_is help' -a types -d 'list parents, their types and how many instances are left'
__mdevadm_add -n '__mdevadm_is types' -l parent -s p -x -a '(__mdevadm_ask parent)' -d 'only types of this parent'
__mdevadm_add -n '__mdevadm_is types' -l dumpjson -d 'print JSON'
__mdevadm_add -n '__mdevadm_is types' -l strict -d 'exit with 9 if anything had to be left out'
__mdevadm_add -n '__mdevadm_is types' -l columns -x -d 'print a table of these columns (\'help\' lists them; \'+A,B\' adds)'
__mdevadm_add -n '__mdevadm_is types' -l noheadings -d 'print no line of headings'
__mdevadm_add -n '__mdevadm_is types' -l raw -d 'print a table for programs to split at blanks'
__mdevadm_add -n '__mdevadm_is types' -l tree -d 'print a tree of physical functions, parents, types and devices'
__mdevadm_add -n '__mdevadm_is types' -l color -x -d 'auto (default), always or never'
__mdevadm_add -n '__mdevadm_is ""' -a parents -d 'list parents, their hardware, and what room is left'
__mdevadm_add -n '__mdevadm_is help' -a parents -d 'list parents, their hardware, and what room is left'
__mdevadm_add -n '__mdevadm_wants_word parents' -x -a '(__mdevadm_ask parent)'
__mdevadm_add -n '__mdevadm_is parents' -l parent -s p -x -a '(__mdevadm_ask parent)' -d 'only this parent, with its card or virtual functions'
__mdevadm_add -n '__mdevadm_is parents' -l strict -d 'exit with 9 if anything had to be left out'
__mdevadm_add -n '__mdevadm_is parents' -l columns -x -d 'print a table of these columns (\'help\' lists them; \'+A,B\' adds)'
__mdevadm_add -n '__mdevadm_is parents' -l noheadings -d 'print no line of headings'
__mdevadm_add -n '__mdevadm_is parents' -l raw -d 'print a table for programs to split at blanks'
__mdevadm_add -n '__mdevadm_is parents' -l tree -d 'print a tree of physical functions, parents, types and devices'
__mdevadm_add -n '__mdevadm_is parents' -l color -x -d 'auto (default), always or never'
__mdevadm_add -n '__mdevadm_is parents' -l types -d 'list their types as well'
__mdevadm_add -n '__mdevadm_is ""' -a status -d 'compare what runs with what is defined, and say who uses it'
__mdevadm_add -n '__mdevadm_is help' -a status -d 'compare what runs with what is defined, and say who uses it'
__mdevadm_add -n '__mdevadm_wants_word status many' -x -a '(__mdevadm_ask uuid)'
__mdevadm_add -n '__mdevadm_is status' -l uuid -s u -x -a '(__mdevadm_ask uuid)' -d 'only this device'
__mdevadm_add -n '__mdevadm_is status' -l parent -s p -x -a '(__mdevadm_ask parent)' -d 'only devices of this parent'
__mdevadm_add -n '__mdevadm_is status' -l strict -d 'exit with 9 if anything had to be left out'
__mdevadm_add -n '__mdevadm_is status' -l detailed-exitcode -d 'exit with 20 if a device is not as it should be'
__mdevadm_add -n '__mdevadm_is status' -l columns -x -d 'print a table of these columns (\'help\' lists them; \'+A,B\' adds)'
__mdevadm_add -n '__mdevadm_is status' -l noheadings -d 'print no line of headings'
__mdevadm_add -n '__mdevadm_is status' -l raw -d 'print a table for programs to split at blanks'
__mdevadm_add -n '__mdevadm_is status' -l tree -d 'print a tree of physical functions, parents, types and devices'
__mdevadm_add -n '__mdevadm_is status' -l color -x -d 'auto (default), always or never'
__mdevadm_add -n '__mdevadm_is status' -l diff -d 'show what is otherwise than defined'
__mdevadm_add -n '__mdevadm_is status' -l diff-only -d 'only devices that are otherwise than defined'
__mdevadm_add -n '__mdevadm_is status' -l unused -d 'only devices that run and that nobody has open'
__mdevadm_add -n '__mdevadm_is status' -l failed -d 'only devices that should run by themselves and do not'
__mdevadm_add -n '__mdevadm_is status' -l by-node -x -d 'only the device behind that node, as /dev/vfio/12'
__mdevadm_add -n '__mdevadm_is status' -l by-pid -x -d 'only devices that this process has open'
__mdevadm_add -n '__mdevadm_is ""' -a metrics -d 'print numbers for Prometheus'
__mdevadm_add -n '__mdevadm_is help' -a metrics -d 'print numbers for Prometheus'
__mdevadm_add -n '__mdevadm_is metrics' -l strict -d 'exit with 9 if anything had to be left out'
__mdevadm_add -n '__mdevadm_is metrics' -l output -s o -r -F -d 'write to FILE, as a whole'
__mdevadm_add -n '__mdevadm_is ""' -a drain -d 'stop a parent\'s devices, run a command, start them again'
__mdevadm_add -n '__mdevadm_is help' -a drain -d 'stop a parent\'s devices, run a command, start them again'
__mdevadm_add -n '__mdevadm_wants_word drain' -x -a '(__mdevadm_ask parent)'
__mdevadm_add -n '__mdevadm_is_behind drain' -x -a '(__mdevadm_command)'
__mdevadm_add -n '__mdevadm_is drain' -l force -s f -d 'go on although a callout refuses'
__mdevadm_add -n '__mdevadm_is drain' -l jobs -x -d 'do N devices at a time (8)'
__mdevadm_add -n '__mdevadm_is drain' -l timeout -x -d 'wait at most SEC seconds for each removal, and for the parent to come back (30)'
__mdevadm_add -n '__mdevadm_is drain' -l wait-users -x -d 'wait at most SEC seconds for those who have a device open'
__mdevadm_add -n '__mdevadm_is drain' -l reason -x -d 'what to tell those who want to start'
__mdevadm_add -n '__mdevadm_is drain' -l dry-run -d 'only show what would be stopped'
__mdevadm_add -n '__mdevadm_is ""' -a resume -d 'start again what ran on a held parent, and lift the hold'
__mdevadm_add -n '__mdevadm_is help' -a resume -d 'start again what ran on a held parent, and lift the hold'
__mdevadm_add -n '__mdevadm_wants_word resume' -x -a '(__mdevadm_ask parent)'
__mdevadm_add -n '__mdevadm_is resume' -l force -s f -d 'go on although a callout refuses'
__mdevadm_add -n '__mdevadm_is resume' -l jobs -x -d 'do N devices at a time (8)'
__mdevadm_add -n '__mdevadm_is resume' -l timeout -x -d 'wait at most SEC seconds for the parent to come back (30)'
__mdevadm_add -n '__mdevadm_is resume' -l abandon -d 'lift the hold, and start nothing'
__mdevadm_add -n '__mdevadm_is ""' -a hold -d 'let nothing be started on a parent'
__mdevadm_add -n '__mdevadm_is help' -a hold -d 'let nothing be started on a parent'
__mdevadm_add -n '__mdevadm_wants_word hold' -x -a '(__mdevadm_ask parent)'
__mdevadm_add -n '__mdevadm_is hold' -l reason -x -d 'what to tell those who want to start'
__mdevadm_add -n '__mdevadm_is ""' -a wait -d 'wait until a parent, or a type of it, is there'
__mdevadm_add -n '__mdevadm_is help' -a wait -d 'wait until a parent, or a type of it, is there'
__mdevadm_add -n '__mdevadm_wants_word wait' -x -a '(__mdevadm_ask parent)'
__mdevadm_add -n '__mdevadm_is wait' -l parent -s p -x -a '(__mdevadm_ask parent)' -d 'the parent to wait for'
__mdevadm_add -n '__mdevadm_is wait' -l type -s t -x -a '(__mdevadm_ask type)' -d 'and this type of it'
__mdevadm_add -n '__mdevadm_is wait' -l instances -x -d 'until at least N of the type are left'
__mdevadm_add -n '__mdevadm_is wait' -l timeout -x -d 'wait at most SEC seconds (30)'
__mdevadm_add -n '__mdevadm_is ""' -a check -d 'look for what is not as it should be, and change nothing'
__mdevadm_add -n '__mdevadm_is help' -a check -d 'look for what is not as it should be, and change nothing'
__mdevadm_add -n '__mdevadm_wants_word check many' -F
__mdevadm_add -n '__mdevadm_is check' -l file -s f -F -d 'look at this definition, or list of definitions'
__mdevadm_add -n '__mdevadm_is check' -l offline -d 'look at nothing of this machine'
__mdevadm_add -n '__mdevadm_is check' -l types -r -F -d 'the hardware is what this dump describes'
__mdevadm_add -n '__mdevadm_is ""' -a dump -d 'write all that is known of the machine, for a report'
__mdevadm_add -n '__mdevadm_is help' -a dump -d 'write all that is known of the machine, for a report'
__mdevadm_add -n '__mdevadm_is dump' -l output -s o -r -F -d 'write to FILE, for its owner alone'
__mdevadm_add -n '__mdevadm_is dump' -l redact -d 'take out names of hosts and people, serial numbers and UUIDs'
__mdevadm_add -n '__mdevadm_is ""' -a monitor -d 'tell when parents, devices, definitions and holds change'
__mdevadm_add -n '__mdevadm_is help' -a monitor -d 'tell when parents, devices, definitions and holds change'
__mdevadm_add -n '__mdevadm_wants_word monitor' -x -a '(__mdevadm_ask parent)'
__mdevadm_add -n '__mdevadm_is monitor' -l parent -s p -x -a '(__mdevadm_ask parent)' -d 'only what is of this parent'
__mdevadm_add -n '__mdevadm_is monitor' -l timeout -x -d 'end after SEC seconds (default: never)'
__mdevadm_add -n '__mdevadm_is monitor' -l who -d 'name who creates and removes devices (root)'
__mdevadm_add -n '__mdevadm_is ""' -a start-parent-mdevs -d 'start the devices of a parent that are defined as auto'
__mdevadm_add -n '__mdevadm_is help' -a start-parent-mdevs -d 'start the devices of a parent that are defined as auto'
__mdevadm_add -n '__mdevadm_wants_word start-parent-mdevs' -x -a '(__mdevadm_ask parent)'
__mdevadm_add -n '__mdevadm_is start-parent-mdevs' -l jobs -x -d 'do N devices at a time (8)'

for command in '""' help
    __mdevadm_add -n "__mdevadm_is $command" -a help -d 'print the help of a command'
end
