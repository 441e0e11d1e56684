/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One call of one script. */
#pragma once

#include "callout/callout.h"
#include "scripts.h"

enum event {
	EVENT_PRE,
	EVENT_POST,
	EVENT_LIVE,
	EVENT_GET,
	EVENT_NOTIFY,
	EVENT_COUNT,
};

enum state {
	STATE_NONE,
	STATE_SUCCESS,
	STATE_FAILURE,
};

/* Their names in the protocol; the tables end with NULL. */
extern const char *const action_names[];
extern const char *const event_names[];

/* What a script is called with. Borrowed. */
struct call {
	enum event event;
	enum action action;
	enum state state;
	const char *type;
	const char *uuid;
	const char *parent;
	const char *input; /* NULL: nothing on its standard input */
};

enum answer_kind {
	ANSWER_OK,
	ANSWER_NOT_MINE, /* not its type of device */
	ANSWER_REFUSED,
	ANSWER_ABSENT, /* as if the script were not there; it has been said why */
};

/* Zero-initialised is empty. */
struct answer {
	enum answer_kind kind;
	int status;   /* of its exit */
	char *output; /* without the NULs and blanks at its end */
	size_t size;
	bool is_cut; /* it was more than is kept */
};

/*
 * Fails with ERR_REFUSED if the script had to be ended at its time limit, and with ERR_FAILED
 * when a signal interrupts this run or the system lacks something.
 */
err_t call_script(const struct env *env, struct script *script, const struct call *call,
		  struct answer *ret);
void answer_clear(struct answer *answer);
/* ERR_INVALID if the answer is not all that the script wrote. */
err_t call_check_answer(const struct script *script, const struct answer *answer);
/* ERR_REFUSED in words. */
err_t call_refusal(const struct script *script, const struct call *call,
		   const struct answer *answer);
