/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What went wrong, for whom, and what to do about it. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>

#include "base/mem.h"

/* Each kind's number is the program's exit status for it. */
enum err_kind {
	ERR_FAILED = 1,
	ERR_USAGE = 2,
	ERR_NOT_FOUND = 3,
	ERR_EXISTS = 4,
	ERR_BUSY = 5,
	ERR_IN_USE = 6,
	ERR_NO_INSTANCE = 7,
	ERR_REFUSED = 8,
	ERR_PARTIAL = 9,
	ERR_INVALID = 10,
};

struct err;

/*
 * The result of whatever can fail: NULL is success, else an error that the caller owns.
 * For return types only (a variable is a struct err *): a macro and no typedef, because
 * that way the compiler objects to every result that is thrown away.
 */
#define err_t __attribute__((warn_unused_result)) struct err *

/* The message starts in lower case, quotes values, and has no full stop. */
err_t err_new(enum err_kind kind, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Appends ": NAME (description)" of @errnum; the kind is ERR_FAILED unless set. */
err_t err_errno(int errnum, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* These take an error, change it and give it back; NULL stays NULL. */
err_t err_set_kind(struct err *e, enum err_kind kind);
/* Puts "PREFIX: " before the message. */
err_t err_wrap(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Advice that names a command or a path; a hint that is there already stays. */
err_t err_hint(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
/*
 * The same for what the errno says of itself, of whatever it is: rights, room and limits. What to
 * do about others depends on what was attempted: err_advice() has that only if nobody said more.
 */
err_t err_hint_for_errnum(struct err *e);
/* Says what it is about, a UUID or a parent: what is said first stays. */
err_t err_about(struct err *e, const char *object);
/* Adds @also (taken) behind @first; either may be NULL. The first one counts. */
err_t err_also(struct err *first, struct err *also);

/*
 * For a change whose last step failed when the change was visible already: says so, and adds what
 * to do. err_has_effect() tells such an error from one of a change that was not made.
 */
err_t err_took_effect(struct err *e);
bool err_has_effect(const struct err *e);

/* Returns from the function that it stands in with the error of @call, if that is one. */
#define TRY(call)                            \
	do {                                 \
		struct err *tried_ = (call); \
		if (tried_)                  \
			return tried_;       \
	} while (0)

/* Whether @e, which may be NULL, has that errno. */
bool err_is(const struct err *e, int errnum);
/*
 * Whether @e says that what was looked for is surely not there: ENOENT, ENOTDIR, and the kernel's
 * ENODEV for what went meanwhile. Any other error tells nothing of that.
 */
bool err_is_absence(const struct err *e);
/* The same of an errno. */
bool errnum_is_absence(int errnum);

enum err_kind err_kind(const struct err *e);
int err_errnum(const struct err *e);
/* Borrowed; NULL if nobody has said what it is about. */
const char *err_object(const struct err *e);
/* Borrowed. */
const char *err_message(const struct err *e);
/* Borrowed; NULL if there is none. */
const char *err_hint_text(const struct err *e);
/* The hint, or else what its errno suggests; borrowed, NULL if there is neither. */
const char *err_advice(const struct err *e);
/* The error added behind this one, borrowed; NULL at the end. */
const struct err *err_next(const struct err *e);

void err_free(struct err *e);
DEFINE_CLEANUP(struct err *, err_free)
