/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/deadline.h"

#define PATIENCE_MS 20000

static void collect_warning(void *data, struct err *e)
{
	struct fixture *fx = data;

	pthread_mutex_lock(&fx->warning_mutex);
	fx->warnings = mem_resize(fx->warnings, fx->warning_count + 1, sizeof(struct err *));
	fx->warnings[fx->warning_count++] = e;
	pthread_mutex_unlock(&fx->warning_mutex);
}

/* The variables that move things are of no account in a test that does not set them. */
static void clear_environment(void)
{
	unsetenv("MDEVADM_ROOT");
	unsetenv("MDEVCTL_ENV_ROOT");
	unsetenv("MDEVADM_LOCK_TIMEOUT");
	unsetenv("MDEVADM_NESTED");
}

int fixture_setup(void **state)
{
	static const char *const places[] = { "etc", "lib", "run", "sys" };
	struct fixture *fx = mem_zalloc(sizeof(*fx));
	struct env_options options = { .base[ENV_DIR_PROC] = "/proc" };
	const char *tmp = getenv("TMPDIR");

	clear_environment();
	pthread_mutex_init(&fx->warning_mutex, NULL);
	fx->root = mem_printf("%s/mdevadm-unit-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(fx->root));
	assert_ok(dir_open(fx->root, &fx->dir));
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		fixture_make_dir(fx, places[i]);

	options.root = fx->root;
	assert_ok(env_new(&options, &fx->env));
	fx->env->warn = collect_warning;
	fx->env->warn_data = fx;
	*state = fx;
	return 0;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

int fixture_teardown(void **state)
{
	struct fixture *fx = *state;
	int failed = nftw(fx->root, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);

	for (size_t i = 0; i < fx->warning_count; i++)
		err_free(fx->warnings[i]);
	free(fx->warnings);
	pthread_mutex_destroy(&fx->warning_mutex);
	env_free(fx->env);
	dir_free(fx->dir);
	free(fx->root);
	free(fx);
	return failed;
}

/* For what the fixture itself needs: says what could not be done. */
static void need(bool done, const char *verb, const char *path)
{
	if (done)
		return;
	fail_msg("cannot %s '%s': %s", verb, path, strerrordesc_np(errno));
	abort(); /* Not reached: for those who do not know what fail_msg() does. */
}

char *fixture_path(const struct fixture *fx, const char *path)
{
	return mem_printf("%s/%s", fx->root, path);
}

void fixture_make_dir(const struct fixture *fx, const char *path)
{
	_cleanup_(mem_freep) char *part = mem_strdup(path);

	for (char *slash = strchr(part, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		need(mkdirat(fx->dir->fd, part, 0755) == 0 || errno == EEXIST, "make", part);
		*slash = '/';
	}
	need(mkdirat(fx->dir->fd, part, 0755) == 0 || errno == EEXIST, "make", part);
}

static void make_dir_of(const struct fixture *fx, const char *path)
{
	_cleanup_(mem_freep) char *dir = mem_strdup(path);
	char *slash = strrchr(dir, '/');

	if (!slash)
		return;
	*slash = '\0';
	fixture_make_dir(fx, dir);
}

void fixture_write_bytes(const struct fixture *fx, const char *path, const char *data, size_t size)
{
	int fd;

	make_dir_of(fx, path);
	fd = openat(fx->dir->fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	need(fd >= 0, "open", path);
	need(write(fd, data, size) == (ssize_t)size, "write", path);
	close(fd);
}

void fixture_write(const struct fixture *fx, const char *path, const char *text)
{
	fixture_write_bytes(fx, path, text, strlen(text));
}

void fixture_link(const struct fixture *fx, const char *target, const char *path)
{
	make_dir_of(fx, path);
	need(symlinkat(target, fx->dir->fd, path) == 0, "link", path);
}

void fixture_make_node(const struct fixture *fx, const char *path, mode_t mode, dev_t dev)
{
	make_dir_of(fx, path);
	need(mknodat(fx->dir->fd, path, mode, dev) == 0, "make", path);
}

char *fixture_read(const struct fixture *fx, const char *path)
{
	int fd = openat(fx->dir->fd, path, O_RDONLY | O_CLOEXEC);
	char *text;
	struct stat st;
	ssize_t got;

	need(fd >= 0 && fstat(fd, &st) == 0, "open", path);
	text = mem_zalloc((size_t)st.st_size + 1);
	got = read(fd, text, (size_t)st.st_size);
	need(got == st.st_size, "read", path);
	close(fd);
	return text;
}

bool fixture_has(const struct fixture *fx, const char *path)
{
	struct stat st;

	return fstatat(fx->dir->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

void fixture_remove(const struct fixture *fx, const char *path)
{
	need(unlinkat(fx->dir->fd, path, 0) == 0 || unlinkat(fx->dir->fd, path, AT_REMOVEDIR) == 0,
	     "remove", path);
}

size_t fixture_count(const struct fixture *fx, const char *path)
{
	int fd = openat(fx->dir->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	size_t count = 0;

	need(stream != NULL, "list", path);
	while (readdir(stream))
		count++;
	closedir(stream);
	return count - 2; /* without . and .. */
}

struct uuid fixture_uuid(const char *text)
{
	struct uuid uuid;

	assert_true(uuid_parse(text, &uuid));
	return uuid;
}

/* A copy in which the root directory reads "ROOT". */
static char *shorten(const struct fixture *fx, const char *text)
{
	char *copy = mem_strdup(text);
	char *at;

	if (!fx)
		return copy;
	while ((at = strstr(copy, fx->root))) {
		_cleanup_(mem_freep) char *before = copy;

		*at = '\0';
		copy = mem_printf("%sROOT%s", before, at + strlen(fx->root));
	}
	return copy;
}

void fixture_check_ok(struct err *e, const char *file, int line)
{
	if (!e)
		return;
	print_error("unexpected error: %s\n", err_message(e));
	err_free(e);
	_fail(file, line);
}

void fixture_check_err(const struct fixture *fx, const struct err *e, enum err_kind kind,
		       const char *message, const char *hint, const char *file, int line)
{
	_cleanup_(mem_freep) char *has_message = NULL;
	_cleanup_(mem_freep) char *has_hint = NULL;

	if (!e) {
		print_error("there is no error, and this should be: %s\n", message);
		_fail(file, line);
	}
	has_message = shorten(fx, err_message(e));
	has_hint = shorten(fx, err_hint_text(e) ? err_hint_text(e) : "(no hint)");
	_assert_string_equal(has_message, message, file, line);
	_assert_string_equal(has_hint, hint ? hint : "(no hint)", file, line);
	_assert_int_equal(err_kind(e), kind, file, line);
}

void fixture_check_warning(const struct fixture *fx, size_t index, enum err_kind kind,
			   const char *message, const char *hint, const char *file, int line)
{
	fixture_check_err(fx, index < fx->warning_count ? fx->warnings[index] : NULL, kind, message,
			  hint, file, line);
}

pid_t fixture_fork(int (*function)(void *data), void *data)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(function(data));
	need(pid > 0, "fork", "a child");
	return pid;
}

int fixture_wait(pid_t pid)
{
	int status;

	need(waitpid(pid, &status, 0) == pid, "wait for", "a child");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void fixture_await(bool (*is_so)(void *data), void *data)
{
	const struct deadline deadline = deadline_in(PATIENCE_MS);

	while (!is_so(data)) {
		if (deadline_is_over(&deadline))
			fail_msg("what was waited for did not come");
		deadline_sleep(&deadline, 1);
	}
}
