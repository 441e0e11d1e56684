# SPDX-License-Identifier: LGPL-2.1-or-later
# Prints what a manual page or a Markdown file has to run, a record a line: KIND, the number of its
# line, and a text; US (\037) parts them. tests/cli/documents.bats says how the text is marked.

function put(kind, text) { printf "%s\037%d\037%s\n", kind, FNR, text }

# mdoc's escapes are no part of what is shown.
function shown(line) {
	if (is_page) {
		gsub(/\\&/, "", line)
		gsub(/\\\(aq/, "'", line)
		gsub(/\\-/, "-", line)
		gsub(/\\e/, "\\", line)
	}
	return line
}

# A directive: "machine: NAME", "before: COMMAND" or "file: PATH".
function direct(text, kind) {
	kind = text
	sub(/:.*/, "", kind)
	sub(/^[a-z]+: */, "", text)
	put(kind, text)
	if (kind == "file")
		of_file = 1
}

function begin_block(its_kind) {
	kind = of_file ? "file" : its_kind
	of_file = 0
	is_first = 1
	command = ""
}

function end_block() {
	if (command != "")
		put("bad", "the last command is not whole")
	kind = ""
}

function add_command(text) {
	if (command == "")
		first_line = FNR
	command = command text
	if (command ~ /\\$/) {
		sub(/ *\\$/, " ", command)
	} else if (command !~ /\|$/) {
		printf "command\037%d\037%s\n", first_line, command
		command = ""
	} else {
		command = command " "
	}
}

function add_session(line) {
	if (is_first && line !~ /^[#$] /) {
		if (!is_page)
			put("bad", "a session begins with a command")
		kind = "other"
	} else if (command != "") {
		sub(/^ +/, "", line)
		add_command(line)
	} else if (line ~ /^[#$] /) {
		add_command(substr(line, 3))
	} else {
		put("output", line)
	}
}

function add(line) {
	if (kind == "file") {
		put("text", line)
	} else if (kind == "session") {
		add_session(line)
	} else if (kind == "unit" && line ~ /^Exec[A-Za-z]*=-?\/usr\/sbin\//) {
		sub(/^[^\/]*\/usr\/sbin\//, "", line)
		put("command", line)
	} else if (kind == "shell") {
		put("shell", line)
	}
	is_first = 0
}

FNR == 1 { is_page = FILENAME !~ /\.md$/ }

is_page && /^\.S[hs] / && kind == "" { put("section", substr($0, 5)); next }
is_page && /^\.\\" [a-z]+: / { direct(substr($0, 5)); next }
is_page && /^\.Bd .*-literal/ { begin_block("session"); next }
is_page && /^\.Ed/ && kind != "" { end_block(); next }

!is_page && /^#+ / && kind == "" { sub(/^#+ /, ""); put("section", $0); next }
# See tests/cli/screens.bats.
!is_page && /^<!-- screen: / { next }
!is_page && /^<!-- [a-z]+: .* -->$/ { direct(substr($0, 6, length($0) - 9)); next }
!is_page && /^```/ && kind == "" {
	begin_block(/console/ ? "session" : /ini/ ? "unit" : /sh/ ? "shell" : "other")
	next
}
!is_page && /^```/ { end_block(); next }

kind != "" { add(shown($0)) }
