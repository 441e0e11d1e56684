/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The system that a dump is of. */
#include <errno.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "dump.h"

#define FILE_MAX (1024 * 1024)
/* What useradd(8) takes for people; nobody is behind the last one. */
#define UID_FIRST 1000
#define UID_LAST  65533

/* Puts @e, or null where nothing is. Takes @e. */
static void put_failed(json_t *json, const char *key, struct err *e, size_t *unread)
{
	bool is_absent = err_is_absence(e);

	*unread += !is_absent;
	json_put(json, key,
		 is_absent ? json_null() : fact_error_to_json(err_message(e), err_errnum(e)));
	err_free(e);
}

/* The regular file @name in the directory @path; NUL-terminated, owned by the caller. */
static err_t read_file(const char *path, const char *name, char **ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;

	TRY(dir_open(path, &dir));
	return dir_read(dir, name, FILE_MAX, ret, NULL);
}

static void put_file(json_t *json, const char *key, const char *path, const char *name,
		     size_t *unread)
{
	_cleanup_(mem_freep) char *text = NULL;
	struct err *e = read_file(path, name, &text);

	if (e)
		put_failed(json, key, e, unread);
	else
		json_put(json, key, json_new_string(text));
}

/* In /etc there mostly is a link to this one. */
static void put_os_release(const struct env *env, json_t *json, size_t *unread)
{
	_cleanup_(mem_freep) char *own = mem_printf("%s/os-release", env->dir[ENV_DIR_ETC]);
	struct stat st;
	bool is_file = lstat(own, &st) == 0 && S_ISREG(st.st_mode);

	put_file(json, "os_release", env->dir[is_file ? ENV_DIR_ETC : ENV_DIR_LIB], "os-release",
		 unread);
}

static json_t *names_to_json(const struct strlist *names)
{
	json_t *json = json_new_array();

	for (size_t i = 0; i < names->count; i++)
		json_append(json, json_new_string(names->items[i]));
	return json;
}

/* A directory, wherever it is here, under the path that it has on a system. */
struct directory {
	const char *usual;
	const char *above;
	const char *path;
};

/* @directories ends with one without a path. */
static json_t *directories_to_json(const struct directory *directories, size_t *unread)
{
	json_t *json = json_new_object();

	for (; directories->path; directories++) {
		_cleanup_(mem_freep) char *path =
			mem_printf("%s%s", directories->above, directories->path);
		_cleanup_(mem_freep) char *key =
			mem_printf("%s%s", directories->usual, directories->path);
		_cleanup_(strlist_clear) struct strlist names = { 0 };
		_cleanup_(dir_freep) struct dir *dir = NULL;
		struct err *e = dir_open(path, &dir);

		if (!e)
			e = dir_list(dir, &names);
		if (e)
			put_failed(json, key, e, unread);
		else
			json_put(json, key, names_to_json(&names));
	}
	return json;
}

static json_t *udev_rules(const struct env *env, size_t *unread)
{
	const struct directory directories[] = {
		{ "/etc", env->dir[ENV_DIR_ETC], "/udev/rules.d" },
		{ "/run", env->dir[ENV_DIR_RUN], "/udev/rules.d" },
		{ "/usr/lib", env->dir[ENV_DIR_LIB], "/udev/rules.d" },
		{ 0 },
	};

	return directories_to_json(directories, unread);
}

static json_t *scripts(const struct env *env, size_t *unread)
{
	const struct directory directories[] = {
		{ "/usr/lib", env->dir[ENV_DIR_LIB], "/mdevctl/scripts.d/callouts" },
		{ "/usr/lib", env->dir[ENV_DIR_LIB], "/mdevctl/scripts.d/notifiers" },
		{ "/etc", env->dir[ENV_DIR_ETC], "/mdevctl.d/scripts.d/callouts" },
		{ "/etc", env->dir[ENV_DIR_ETC], "/mdevctl.d/scripts.d/notifiers" },
		{ 0 },
	};

	return directories_to_json(directories, unread);
}

/* The file that it is has its version: libjansson.so.4.14.0. */
static int add_library(struct dl_phdr_info *info, size_t size, void *data)
{
	_cleanup_(mem_freep) char *real = *info->dlpi_name ? realpath(info->dlpi_name, NULL) : NULL;

	(void)size;
	if (real)
		json_append(data, json_new_string(str_base_name(real)));
	return 0;
}

static json_t *libraries(void)
{
	json_t *json = json_new_array();

	dl_iterate_phdr(add_library, json);
	return json;
}

static json_t *modules(const struct ops *ops, const struct machine *machine, size_t *unread)
{
	struct thing_list list = { 0 };
	json_t *json = json_new_object();

	machine_read_modules(ops->sysfs, machine, &list);
	*unread += thing_list_count_errors(&list);
	for (size_t i = 0; i < list.count; i++) {
		json_t *module = json_new_object();
		json_t *parameters = json_new_object();

		fact_list_put(&list.items[i].files, parameters);
		json_put(module, "parameters", parameters);
		fact_list_put(&list.items[i].facts, module);
		json_put(json, list.items[i].name, module);
	}
	thing_list_clear(&list);
	return json;
}

static void put_kernel(json_t *json)
{
	json_t *kernel = json_new_object();
	struct utsname name;

	uname(&name);
	json_put(kernel, "release", json_new_string(name.release));
	json_put(kernel, "version", json_new_string(name.version));
	json_put(kernel, "machine", json_new_string(name.machine));
	json_put(json, "name", json_new_string(name.nodename));
	json_put(json, "kernel", kernel);
}

static json_t *now(void)
{
	time_t seconds = time(NULL);
	char text[sizeof("2026-01-01T00:00:00Z") + 16] = "";
	struct tm tm;

	if (gmtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_new_string(text);
}

json_t *dump_host(const struct ops *ops, const struct machine *machine, const char *version,
		  size_t *unread)
{
	const struct env *env = ops->env;
	json_t *json = json_new_object();

	put_kernel(json);
	json_put(json, "time", now());
	/* Who is not root sees less. */
	json_put(json, "uid", json_integer(geteuid()));
	json_put(json, "mdevadm", json_new_string(version));
	put_file(json, "machine_id", env->dir[ENV_DIR_ETC], "machine-id", unread);
	put_os_release(env, json, unread);
	json_put(json, "libraries", libraries());
	json_put(json, "programs", dump_programs(env, unread));
	json_put(json, "modules", modules(ops, machine, unread));
	json_put(json, "udev_rules", udev_rules(env, unread));
	json_put(json, "scripts", scripts(env, unread));
	return json;
}

/* --- names that are not for others --- */

/* Also what it is called without its domain. */
static void add_host(struct redaction *redaction)
{
	_cleanup_(mem_freep) char *first = NULL;
	struct utsname name;

	uname(&name);
	first = mem_printf("%.*s", (int)strcspn(name.nodename, "."), name.nodename);
	redaction_add_word(redaction, name.nodename, "host");
	redaction_add_word(redaction, first, "host");
}

/* A line of passwd(5): the name is that of a person if the third field says so. */
static void add_user(struct redaction *redaction, char *line)
{
	const char *name = strsep(&line, ":");
	const char *password = strsep(&line, ":");
	const char *number = strsep(&line, ":");
	unsigned long uid;

	if (password && number && str_to_number(number, UID_LAST, &uid) && uid >= UID_FIRST)
		redaction_add_word(redaction, name, "user");
}

static void add_users(const struct env *env, struct redaction *redaction)
{
	static const char *const variables[] = { "SUDO_USER", "LOGNAME", "USER" };
	_cleanup_(mem_freep) char *text = NULL;
	char *rest;
	char *line;

	for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
		const char *name = secure_getenv(variables[i]);

		if (name && strcmp(name, "root") != 0)
			redaction_add_word(redaction, name, "user");
	}
	err_free(read_file(env->dir[ENV_DIR_ETC], "passwd", &text));
	for (rest = text; rest && (line = strsep(&rest, "\n"));)
		add_user(redaction, line);
}

/* libvirt has a file NAME.xml for each domain. */
static void add_domains(const char *path, struct redaction *redaction)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	_cleanup_(dir_freep) struct dir *dir = NULL;

	err_free(dir_open(path, &dir));
	if (dir)
		err_free(dir_list(dir, &names));
	for (size_t i = 0; i < names.count; i++) {
		char *dot = strrchr(names.items[i], '.');

		if (!dot || strcmp(dot, ".xml") != 0)
			continue;
		*dot = '\0';
		redaction_add_word(redaction, names.items[i], "domain");
	}
}

void dump_add_words(const struct env *env, struct redaction *redaction)
{
	_cleanup_(mem_freep) char *defined = mem_printf("%s/libvirt/qemu", env->dir[ENV_DIR_ETC]);
	_cleanup_(mem_freep) char *running = mem_printf("%s/libvirt/qemu", env->dir[ENV_DIR_RUN]);

	add_host(redaction);
	add_users(env, redaction);
	add_domains(defined, redaction);
	add_domains(running, redaction);
}
