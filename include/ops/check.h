/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is not as it should be, of a machine or of files. Takes no lock and changes nothing. */
#pragma once

#include "model/finding.h"
#include "ops/ops.h"

/* Zero-initialised before. */
struct check_result {
	struct finding_list findings; /* sorted */
	/* How many were looked at. */
	size_t definitions;
	size_t devices;
	size_t parents;
	size_t scripts;
};

void check_result_clear(struct check_result *result);

/* The word as a shell takes it, quoted if it has to be, for a remedy; owned by the caller. */
char *check_quote(const char *word);

/*
 * Looks at all that the machine has. What cannot be told is a finding, and the rest is looked at;
 * an error is a signal, or a look without which there is nothing to look at.
 */
err_t op_check(struct ops *ops, struct check_result *ret);

struct check_files_request {
	const char *const *files; /* definitions, or arrays as "list --dumpjson" prints them */
	size_t file_count;
	const char *types; /* a dump, which has the hardware; NULL: the machine's */
};

/*
 * Looks at these files in the place of the machine's definitions. Without @ops nothing of the
 * machine is looked at, and nothing is said of hardware unless the request has it.
 */
err_t op_check_files(struct ops *ops, const struct check_files_request *request,
		     struct check_result *ret);
