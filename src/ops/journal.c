/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sent to the socket below the environment's dev directory, because syslog(3) knows only that of
 * the running system. The form is that of RFC 3164 without a time, which the receiver adds.
 */
#include "journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syslog.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/dir.h"
#include "base/str.h"

/* Of the user who logged in, whatever sudo made of him since; "unset" for a daemon's. */
static char *login_uid(const struct env *env)
{
	_cleanup_(mem_freep) char *path = mem_printf("%s/self/loginuid", env->dir[ENV_DIR_PROC]);
	char *text = NULL;
	struct err *e = stream_read(path, 32, &text, NULL);

	if (!e && *text && strcmp(text, "4294967295") != 0)
		return text;
	free(text);
	err_free(e);
	return mem_strdup("unset");
}

static void send_line(const struct env *env, int priority, const char *line)
{
	_cleanup_(fd_closep) int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	_cleanup_(mem_freep) char *text =
		mem_printf("<%d>mdevadm[%d]: %s", LOG_DAEMON | priority, (int)getpid(), line);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int length = snprintf(address.sun_path, sizeof(address.sun_path), "%s/log",
			      env->dir[ENV_DIR_DEV]);

	if (fd < 0 || length < 0 || (size_t)length >= sizeof(address.sun_path))
		return;
	sendto(fd, text, strlen(text), MSG_NOSIGNAL, (struct sockaddr *)&address, sizeof(address));
}

static void journal_write(const struct env *env, const char *action, const char *object,
			  const struct err *e)
{
	_cleanup_(mem_freep) char *login = login_uid(env);
	_cleanup_(mem_freep) char *line =
		mem_printf("%s %s by uid %u (login uid %s): %s", action, object, (unsigned)getuid(),
			   login, e ? err_message(e) : "done");
	_cleanup_(mem_freep) char *plain = str_escape(line);

	send_line(env, e ? LOG_ERR : LOG_INFO, plain);
}

void journal_device(const struct env *env, const char *action, const struct uuid *uuid,
		    const char *parent, const struct err *e)
{
	_cleanup_(mem_freep) char *object = mem_printf("%s on parent '%s'", uuid->text, parent);

	journal_write(env, action, object, e);
	if (env->done)
		env->done(env->warn_data, action, uuid->text, parent, e);
}

void journal_parent(const struct env *env, const char *action, const char *parent,
		    const struct err *e)
{
	_cleanup_(mem_freep) char *object = mem_printf("parent '%s'", parent);

	journal_write(env, action, object, e);
	if (env->done)
		env->done(env->warn_data, action, NULL, parent, e);
}
