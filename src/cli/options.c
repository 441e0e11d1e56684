/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "options.h"

#include <stddef.h>

#define FIELD(name) offsetof(struct values, name)

static const struct option_spec specs[OPT_COUNT] = {
	[OPT_HELP] = { "help", 'h', KIND_FLAG, NULL, "print this help", 0 },
	[OPT_VERSION] = { "version", 'V', KIND_FLAG, NULL, "print the version", 0 },
	[OPT_ROOT] = { "root", 0, KIND_DIR, "DIR", "work on the files below DIR", FIELD(env.root) },
	[OPT_BASE] = { "base", 0, KIND_BASE, "KEY=DIR",
		       "move one directory alone; KEY is etc, lib, run, sys, dev or proc",
		       FIELD(env.base) },
	[OPT_LOCK_TIMEOUT] = { "lock-timeout", 0, KIND_SECONDS, "SEC",
			       "wait at most SEC seconds for other runs (30; 0 does not wait)",
			       FIELD(env.lock_timeout_ms) },
	[OPT_CALLOUT_TIMEOUT] = { "callout-timeout", 0, KIND_SECONDS_NOT_0, "SEC",
				  "end a callout script after SEC seconds (120)",
				  FIELD(env.callout_timeout_ms) },
	[OPT_UUID] = { "uuid", 'u', KIND_UUID, "UUID", "the device", FIELD(uuid) },
	[OPT_PARENT] = { "parent", 'p', KIND_PARENT, "PARENT", "its parent device", FIELD(parent) },
	[OPT_TYPE] = { "type", 't', KIND_TYPE, "TYPE", "its type", FIELD(type) },
	[OPT_JSONFILE] = { "jsonfile", 0, KIND_FILE, "FILE", "read the definition from FILE",
			   FIELD(jsonfile) },
	[OPT_AUTO] = { "auto", 'a', KIND_FLAG, NULL, "start it when the parent appears", 0 },
	[OPT_MANUAL] = { "manual", 'm', KIND_FLAG, NULL, "start it only when asked to", 0 },
	[OPT_ADDATTR] = { "addattr", 0, KIND_ATTR, "NAME=VALUE", "add an attribute", 0 },
	[OPT_SETATTR] = { "setattr", 0, KIND_ATTR_VALUE, "NAME=VALUE",
			  "give an attribute another value, or add it", 0 },
	[OPT_DELATTR] = { "delattr", 0, KIND_FLAG, NULL, "delete an attribute", 0 },
	[OPT_DELATTR_NAME] = { "delattr-name", 0, KIND_ATTR_NAME, "NAME",
			       "delete the attributes of that name", 0 },
	[OPT_INDEX] = { "index", 'i', KIND_INDEX, "N",
			"where to add or delete (default: at the end)", FIELD(attr_index) },
	[OPT_VALUE] = { "value", 0, KIND_VALUE, "VALUE", "the value, if --addattr has NAME alone",
			FIELD(attr_value) },
	[OPT_LIVE] = { "live", 'l', KIND_FLAG, NULL, "change the running device", 0 },
	[OPT_DEFINED] = { "defined", 'd', KIND_FLAG, NULL,
			  "definitions (default: the devices that run)", 0 },
	[OPT_DUMPJSON] = { "dumpjson", 0, KIND_FLAG, NULL, "print JSON", 0 },
	[OPT_VERBOSE] = { "verbose", 'v', KIND_FLAG, NULL, "show attributes as well", 0 },
	[OPT_STRICT] = { "strict", 0, KIND_FLAG, NULL, "exit with 9 if anything had to be left out",
			 0 },
	[OPT_FORCE] = { "force", 'f', KIND_FLAG, NULL, "go on although a callout refuses", 0 },
	[OPT_ALL] = { "all", 0, KIND_FLAG, NULL, "all that run (on PARENT)", 0 },
	[OPT_NOW] = { "now", 0, KIND_FLAG, NULL, "and start it", 0 },
	[OPT_REPLACE] = { "replace", 0, KIND_FLAG, NULL, "also if it is defined there already", 0 },
	[OPT_ENSURE] = { "ensure", 0, KIND_FLAG, NULL, "it is no failure if that is so already",
			 0 },
	[OPT_DETAILED_EXITCODE] = { "detailed-exitcode", 0, KIND_FLAG, NULL,
				    "exit with 20 if something was changed", 0 },
	[OPT_JOBS] = { "jobs", 0, KIND_COUNT, "N", "do N devices at a time (8)", FIELD(jobs) },
	[OPT_INSTANCES] = { "instances", 0, KIND_COUNT, "N", "until N of the type are left",
			    FIELD(instances) },
	[OPT_WAIT] = { "wait", 0, KIND_SECONDS, "SEC",
		       "wait at most SEC seconds for parent, type and room", FIELD(wait_ms) },
	[OPT_TIMEOUT] = { "timeout", 0, KIND_SECONDS, "SEC", "wait at most SEC seconds (30)",
			  FIELD(timeout_ms) },
	[OPT_WAIT_USERS] = { "wait-users", 0, KIND_SECONDS, "SEC",
			     "wait at most SEC seconds for those who have a device open",
			     FIELD(wait_users_ms) },
	[OPT_REASON] = { "reason", 0, KIND_REASON, "TEXT", "what to tell those who want to start",
			 FIELD(reason) },
	[OPT_DRY_RUN] = { "dry-run", 0, KIND_FLAG, NULL, "only show what would be stopped", 0 },
	[OPT_ABANDON] = { "abandon", 0, KIND_FLAG, NULL, "lift the hold, and start nothing", 0 },
	[OPT_FILE] = { "file", 'f', KIND_FILES, "FILE",
		       "look at this definition, or list of definitions", 0 },
	[OPT_OFFLINE] = { "offline", 0, KIND_FLAG, NULL, "look at nothing of this machine", 0 },
	[OPT_TYPES] = { "types", 0, KIND_FILE, "DUMP", "the hardware is what this dump describes",
			FIELD(types) },
	[OPT_JSON] = { "json", 0, KIND_JSON, "1", "print one JSON document, errors included", 0 },
	[OPT_COLUMNS] = { "columns", 0, KIND_COLUMNS, "LIST",
			  "print a table of these columns ('help' lists them; '+A,B' adds)",
			  FIELD(columns) },
	[OPT_NOHEADINGS] = { "noheadings", 0, KIND_FLAG, NULL, "print no line of headings", 0 },
	[OPT_RAW] = { "raw", 0, KIND_FLAG, NULL, "print a table for programs to split at blanks",
		      0 },
	[OPT_TREE] = { "tree", 0, KIND_FLAG, NULL,
		       "print a tree of physical functions, parents, types and devices", 0 },
	[OPT_COLOR] = { "color", 0, KIND_COLOR, "WHEN", "auto (default), always or never",
			FIELD(color) },
	[OPT_WITH_TYPES] = { "types", 0, KIND_FLAG, NULL, "list their types as well", 0 },
	[OPT_DIFF] = { "diff", 0, KIND_FLAG, NULL, "show what is otherwise than defined", 0 },
	[OPT_DIFF_ONLY] = { "diff-only", 0, KIND_FLAG, NULL,
			    "only devices that are otherwise than defined", 0 },
	[OPT_UNUSED] = { "unused", 0, KIND_FLAG, NULL,
			 "only devices that run and that nobody has open", 0 },
	[OPT_FAILED] = { "failed", 0, KIND_FLAG, NULL,
			 "only devices that should run by themselves and do not", 0 },
	[OPT_BY_NODE] = { "by-node", 0, KIND_NODE, "NODE",
			  "only the device behind that node, as /dev/vfio/12", FIELD(node) },
	[OPT_BY_PID] = { "by-pid", 0, KIND_PID, "PID", "only devices that this process has open",
			 FIELD(pid) },
	[OPT_WHO] = { "who", 0, KIND_FLAG, NULL, "name who creates and removes devices (root)", 0 },
	[OPT_WORD] = { "word", 0, KIND_WORD, "WORD", "what is meant", FIELD(word) },
	[OPT_OUTPUT] = { "output", 'o', KIND_NEW_FILE, "FILE", "write to FILE, as a whole",
			 FIELD(output) },
	[OPT_REDACT] = { "redact", 0, KIND_FLAG, NULL,
			 "take out names of hosts and people, serial numbers and UUIDs", 0 },
};

const struct option_spec *option_spec(enum option option)
{
	return &specs[option];
}

bool option_is_repeatable(enum option option)
{
	enum option_kind kind = specs[option].kind;

	return kind == KIND_BASE || kind == KIND_ATTR || kind == KIND_ATTR_VALUE ||
	       kind == KIND_ATTR_NAME || kind == KIND_FILES;
}
