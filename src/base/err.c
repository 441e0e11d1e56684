/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/err.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct err {
	enum err_kind kind;
	int errnum;
	bool has_effect;
	char *message;
	char *hint;
	char *object;
	struct err *next;
};

static struct err *err_make(enum err_kind kind, int errnum, char *message)
{
	struct err *e = mem_zalloc(sizeof(*e));

	e->kind = kind;
	e->errnum = errnum;
	e->message = message;
	return e;
}

err_t err_new(enum err_kind kind, const char *format, ...)
{
	va_list args;
	char *message;

	va_start(args, format);
	message = mem_vprintf(format, args);
	va_end(args);
	return err_make(kind, 0, message);
}

static char *describe_errnum(const char *text, int errnum)
{
	const char *name = strerrorname_np(errnum);
	const char *description = strerrordesc_np(errnum);

	if (!name)
		return mem_printf("%s: error %d", text, errnum);
	return mem_printf("%s: %s (%s)", text, name, description);
}

err_t err_errno(int errnum, const char *format, ...)
{
	_cleanup_(mem_freep) char *text = NULL;
	va_list args;

	va_start(args, format);
	text = mem_vprintf(format, args);
	va_end(args);
	return err_make(ERR_FAILED, errnum, describe_errnum(text, errnum));
}

err_t err_set_kind(struct err *e, enum err_kind kind)
{
	if (e)
		e->kind = kind;
	return e;
}

err_t err_wrap(struct err *e, const char *format, ...)
{
	_cleanup_(mem_freep) char *prefix = NULL;
	char *message;
	va_list args;

	if (!e)
		return NULL;

	va_start(args, format);
	prefix = mem_vprintf(format, args);
	va_end(args);

	message = mem_printf("%s: %s", prefix, e->message);
	free(e->message);
	e->message = message;
	return e;
}

err_t err_hint(struct err *e, const char *format, ...)
{
	va_list args;

	if (!e || e->hint)
		return e;

	va_start(args, format);
	e->hint = mem_vprintf(format, args);
	va_end(args);
	return e;
}

err_t err_about(struct err *e, const char *object)
{
	if (e && !e->object)
		e->object = mem_copy(object);
	return e;
}

const char *err_object(const struct err *e)
{
	return e->object;
}

err_t err_took_effect(struct err *e)
{
	if (!e)
		return NULL;
	e->has_effect = true;
	e = err_wrap(e, "the change took effect, but may not outlive a power cut");
	return err_hint(e, "'journalctl -k' tells of the disk; 'sync' tries again");
}

bool err_has_effect(const struct err *e)
{
	return e && e->has_effect;
}

/* Whose errno says enough. Root is told what root can do. */
static const char *advice_for_limits(int errnum)
{
	switch (errnum) {
	case EACCES:
	case EPERM:
		return geteuid() ? "run it as root"
				 : "root is refused, too: 'lsattr' tells of an immutable file; "
				   "else a "
				   "container, a security module or a file server forbids it";
	case EISDIR:
		return "a directory is there, where a file is wanted";
	case EROFS:
		return "that file system is read-only: mount it writable";
	case ENOSPC:
	case EDQUOT:
		return "make room on that file system";
	case EMFILE:
		return "this process may have no more open files: raise 'ulimit -n'";
	case ENFILE:
		return "the system has too many open files: raise 'sysctl fs.file-max'";
	default:
		return NULL;
	}
}

static const char *advice_for_errnum(int errnum)
{
	switch (errnum) {
	case 0:
		return NULL;
	case ENOENT:
		return "look whether the path is right";
	case ENOTDIR:
		return "something on the way there is no directory: look with 'ls -ld'";
	case ELOOP:
		return "there is a symbolic link that is not followed, or leads to itself";
	case ENAMETOOLONG:
		return "choose a shorter name";
	case EBADF:
		return "its standard streams must be open: redirect them to /dev/null";
	case EBUSY:
	case EADDRINUSE:
	case ETXTBSY:
		return "something else uses it: end that and try again";
	case EADDRNOTAVAIL:
		return "choose another value, or make that one available";
	case ENODEV:
	case ENXIO:
		return "the device, or its driver, has gone or is going: see 'mdevadm list'";
	case EFBIG:
		return "a process may write no file of that size: raise 'ulimit -f'";
	case EAGAIN:
	case EINTR:
	case ETIMEDOUT:
		return "try again";
	case ENOMEM:
		return "there is not enough memory: end what needs much, or look at limits";
	case EOPNOTSUPP:
	case ENOSYS:
		return "the kernel, or that file system, cannot do it";
	default:
		return "the kernel's log may say why: journalctl -k";
	}
}

err_t err_hint_for_errnum(struct err *e)
{
	const char *advice = e ? advice_for_limits(e->errnum) : NULL;

	return advice ? err_hint(e, "%s", advice) : e;
}

const char *err_advice(const struct err *e)
{
	const char *limits = advice_for_limits(e->errnum);

	if (e->hint)
		return e->hint;
	return limits ? limits : advice_for_errnum(e->errnum);
}

err_t err_also(struct err *first, struct err *also)
{
	struct err *last = first;

	if (!first)
		return also;

	while (last->next)
		last = last->next;
	last->next = also;
	return first;
}

bool err_is(const struct err *e, int errnum)
{
	return e && e->errnum == errnum;
}

bool errnum_is_absence(int errnum)
{
	return errnum == ENOENT || errnum == ENOTDIR || errnum == ENODEV;
}

bool err_is_absence(const struct err *e)
{
	return e && errnum_is_absence(e->errnum);
}

enum err_kind err_kind(const struct err *e)
{
	return e->kind;
}

int err_errnum(const struct err *e)
{
	return e->errnum;
}

const char *err_message(const struct err *e)
{
	return e->message;
}

const char *err_hint_text(const struct err *e)
{
	return e->hint;
}

const struct err *err_next(const struct err *e)
{
	return e->next;
}

void err_free(struct err *e)
{
	while (e) {
		struct err *next = e->next;

		free(e->message);
		free(e->hint);
		free(e->object);
		free(e);
		e = next;
	}
}
