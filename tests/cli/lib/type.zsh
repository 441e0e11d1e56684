# SPDX-License-Identifier: LGPL-2.1-or-later
# Types at an interactive shell in a terminal of its own: zsh -f type.zsh COMMAND KEYS. The shell
# has been made to say READY, and to say "LINE: <what is typed>DONE" at Control-O.
zmodload zsh/zpty || exit 1

zpty typist "stty cols 250 rows 100; exec $1"
zpty -r -m typist said '*READY*' || exit 1
zpty -w -n typist "$2"$'\x0f'
zpty -r -m typist said '*DONE*' || exit 1
zpty -d typist
# After a list, the cursor goes back to the line.
print -r -- "$said" | sed $'s/\e\\[[0-9]*A/\\\n/g; s/\e\\[[0-9;?]*[a-zA-Z]//g; s/[\r\a]//g'
