/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "columns.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"

#define BAR_WIDTH 6
/* Of a note on a terminal: the rest is in --json. */
#define NOTE_WIDTH 24

static const char *string_of(const json_t *row, const char *key)
{
	return json_string_value(json_object_get(row, key));
}

static bool is_true(const json_t *row, const char *key)
{
	return json_is_true(json_object_get(row, key));
}

/* Joins them; takes @text, which may be NULL. */
static char *append(char *text, const char *separator, const char *more)
{
	char *joined = mem_printf("%s%s%s", text ? text : "", text ? separator : "", more);

	free(text);
	return joined;
}

char *show_time(long long seconds)
{
	time_t time = (time_t)seconds;
	char text[64];
	struct tm tm;

	if (seconds <= 0 || !localtime_r(&time, &tm) ||
	    !strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm))
		return NULL;
	return mem_strdup(text);
}

static char *show_since(const json_t *row, bool is_terminal)
{
	(void)is_terminal;
	return show_time(json_integer_value(json_object_get(row, "since")));
}

static char *show_held_since(const json_t *row, bool is_terminal)
{
	(void)is_terminal;
	return show_time(json_integer_value(json_object_get(row, "held_since")));
}

/* --- devices --- */

char *show_user(long long pid, const char *command, const char *domain)
{
	_cleanup_(mem_freep) char *text =
		mem_printf("pid %lld%s%s%s%s%s", pid, command ? " (" : "", command ? command : "",
			   command ? ")" : "", domain ? ", domain " : "", domain ? domain : "");

	return str_escape(text);
}

static char *show_users(const json_t *row, bool is_terminal)
{
	const json_t *users = json_object_get(row, "users");
	char *text = NULL;

	(void)is_terminal;
	for (size_t i = 0; i < json_array_size(users); i++) {
		const json_t *one = json_array_get(users, i);
		_cleanup_(mem_freep) char *user =
			show_user(json_integer_value(json_object_get(one, "pid")),
				  string_of(one, "command"), string_of(one, "domain"));

		text = append(text, "; ", user);
	}
	return text;
}

static char *show_domains(const json_t *row, bool is_terminal)
{
	const json_t *users = json_object_get(row, "users");
	char *text = NULL;

	(void)is_terminal;
	for (size_t i = 0; i < json_array_size(users); i++) {
		const char *domain = string_of(json_array_get(users, i), "domain");
		_cleanup_(mem_freep) char *escaped = domain ? str_escape(domain) : NULL;

		if (escaped)
			text = append(text, ",", escaped);
	}
	return text;
}

static char *show_attrs(const json_t *row, bool is_terminal)
{
	const json_t *attrs = json_object_get(row, "attrs");
	char *text = NULL;

	(void)is_terminal;
	for (size_t i = 0; i < json_array_size(attrs); i++) {
		const char *name;
		json_t *value;

		json_object_foreach (json_array_get(attrs, i), name, value) {
			_cleanup_(mem_freep) char *one =
				mem_printf("%s=%s", name, json_string_value(value));
			_cleanup_(mem_freep) char *escaped = str_escape(one);

			text = append(text, ",", escaped);
		}
	}
	return text;
}

static char *show_flags(const json_t *row, bool is_terminal)
{
	static const struct {
		const char *key;
		const char *word;
	} flags[] = {
		{ "unreadable", "unreadable" },
		{ "failed", "failed" },
		{ "drift", "drift" },
		{ "conflict", "conflict" },
		{ "absent_parent", "absent-parent" },
		{ "held", "held" },
		{ "idle", "idle" },
	};
	char *text = NULL;

	(void)is_terminal;
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (is_true(row, flags[i].key))
			text = append(text, ",", flags[i].word);
	return text;
}

static const char *color_state(const json_t *row)
{
	static const struct {
		const char *state;
		const char *color;
	} colors[] = {
		{ "running", "green" },	 { "starting", "yellow" }, { "removing", "yellow" },
		{ "drained", "yellow" }, { "incomplete", "red" },  { "stuck", "red" },
	};
	const char *state = string_of(row, "state");

	for (size_t i = 0; state && i < ARRAY_SIZE(colors); i++)
		if (strcmp(colors[i].state, state) == 0)
			return colors[i].color;
	return NULL;
}

static const char *color_flags(const json_t *row)
{
	return is_true(row, "failed") || is_true(row, "drift") || is_true(row, "conflict") ? "red"
											   : NULL;
}

const struct column device_columns[] = {
	{ .name = "uuid", .help = "the device", .is_default = true },
	{ .name = "parent",
	  .help = "where it runs, or is defined",
	  .is_default = true,
	  .is_in_tree = true },
	{ .name = "type",
	  .help = "its type",
	  .is_default = true,
	  .is_in_tree = true,
	  .may_cut = true },
	{ .name = "start", .help = "auto or manual, of what is defined", .is_default = true },
	{ .name = "state",
	  .help = "running, stopped, starting, incomplete, removing, stuck or drained",
	  .is_default = true,
	  .color = color_state },
	{ .name = "flags",
	  .help = "unreadable, failed, drift, conflict, absent-parent, held, idle",
	  .is_default = true,
	  .may_wrap = true,
	  .show = show_flags,
	  .color = color_flags },
	{ .name = "owner", .help = "of what runs: defined, started by mdevadm, foreign" },
	{ .name = "since", .help = "since when it runs", .show = show_since },
	{ .name = "defined", .help = "the parents on which it is defined" },
	{ .name = "attrs", .help = "attributes as started, or as defined", .show = show_attrs },
	{ .name = "drift", .help = "whether it runs otherwise than defined ('-': not known)" },
	{ .name = "physfn", .help = "the physical function of its parent" },
	{ .name = "driver", .help = "what it is bound to" },
	{ .name = "iommu_group", .help = "the number of its IOMMU group" },
	{ .name = "nodes", .help = "its nodes below /dev" },
	{ .name = "used", .help = "whether somebody has it open ('-': not known)" },
	{ .name = "users", .help = "who has it open", .show = show_users, .may_cut = true },
	{ .name = "domain",
	  .help = "libvirt's names of the machines that have it open",
	  .show = show_domains },
	{ 0 },
};

/* --- parents --- */

static long long number_of(const json_t *row, const char *key)
{
	const json_t *value = json_object_get(row, key);

	return json_is_integer(value) ? json_integer_value(value) : -1;
}

/* How much of the card's memory is in use: a picture for a person, else a number. */
static char *show_use(const json_t *row, bool is_terminal)
{
	long long whole = number_of(row, "memory");
	long long used = number_of(row, "memory_used");
	long long percent;
	char bar[BAR_WIDTH + 1] = "";

	if (whole <= 0)
		return NULL;
	percent = used * 100 / whole;
	if (!is_terminal)
		return mem_printf("%lld%%", percent);
	for (int i = 0; i < BAR_WIDTH; i++)
		bar[i] = i * 100 < percent * BAR_WIDTH ? '#' : '.';
	return mem_printf("[%s]", bar);
}

static char *say_kind(const json_t *row)
{
	const char *kind = string_of(row, "kind");
	const char *vendor = string_of(row, "vendor_type");

	if (string_of(row, "type"))
		return NULL;
	if (kind && strcmp(kind, "absent") == 0)
		return mem_strdup("absent");
	if (kind && strcmp(kind, "vendor-vfio") == 0)
		return mem_printf("vendor-vfio%s%s", vendor ? ": has " : "", vendor ? vendor : "");
	return NULL;
}

/* Takes @text, which is UTF-8, and cuts it between two characters. */
static char *shorten(char *text)
{
	_cleanup_(mem_freep) char *whole = text;
	size_t end = NOTE_WIDTH - strlen("...");

	if (!text || strlen(text) <= NOTE_WIDTH)
		return take(whole);
	while (end && ((unsigned char)text[end] & 0xc0) == 0x80)
		end--;
	return mem_printf("%.*s...", (int)end, text);
}

static char *show_note(const json_t *row, bool is_terminal)
{
	const char *held = string_of(row, "held_reason");
	const char *size = string_of(row, "only_size");
	char *text = say_kind(row);

	if (held) {
		_cleanup_(mem_freep) char *plain = str_escape(held);
		_cleanup_(mem_freep) char *note = mem_printf("held: %s", plain);

		text = append(text, "; ", note);
	}
	if (size && !string_of(row, "type")) {
		_cleanup_(mem_freep) char *plain = str_escape(size);
		_cleanup_(mem_freep) char *note = mem_printf("one size at a time: %s", plain);

		text = append(text, "; ", note);
	}
	return is_terminal ? shorten(text) : text;
}

static const char *color_note(const json_t *row)
{
	return string_of(row, "held_reason") ? "yellow" : NULL;
}

const struct column parent_columns[] = {
	{ .name = "parent", .help = "its name", .is_default = true },
	{ .name = "driver", .help = "the driver that it is bound to", .is_default = true },
	{ .name = "numa", .help = "the NUMA node", .is_number = true },
	{ .name = "types", .help = "how many types it has", .is_default = true, .is_number = true },
	{ .name = "running",
	  .heading = "run",
	  .help = "how many devices run",
	  .is_default = true,
	  .is_number = true },
	{ .name = "defined",
	  .heading = "def",
	  .help = "how many are defined",
	  .is_default = true,
	  .is_number = true },
	{ .name = "room",
	  .help = "how many more there can be at most, of the type with most room",
	  .is_default = true,
	  .is_number = true },
	{ .name = "use",
	  .help = "how much of a card's framebuffer is given away",
	  .is_default = true,
	  .show = show_use },
	{ .name = "note",
	  .help = "absent, vendor-vfio, held, one size at a time",
	  .is_default = true,
	  .show = show_note,
	  .color = color_note },
	{ .name = "hardware",
	  .heading = "model",
	  .help = "what the hardware is called",
	  .is_default = true,
	  .may_cut = true },
	{ .name = "kind", .help = "mdev, card, vendor-vfio or absent" },
	{ .name = "pci", .help = "the address as nvidia-smi writes it" },
	{ .name = "nodedev", .help = "the name as libvirt writes it" },
	{ .name = "subsystem", .help = "pci, css, …" },
	{ .name = "path", .help = "the path below sysfs" },
	{ .name = "physfn", .help = "its physical function" },
	{ .name = "vf", .help = "its number among the virtual functions", .is_number = true },
	{ .name = "vfs", .help = "how many virtual functions there are", .is_number = true },
	{ .name = "vfs_max", .help = "how many there can be", .is_number = true },
	{ .name = "only_size", .help = "the only size that can run beside what runs" },
	{ .name = "vendor_type", .help = "the type that a virtual function without mdevs has" },
	{ .name = "held_reason", .help = "why nothing may be started" },
	{ .name = "held_by", .help = "who said so" },
	{ .name = "held_since", .help = "since when", .show = show_held_since },
	{ .name = "name", .help = "with --types: the type's name" },
	{ .name = "framebuffer",
	  .heading = "MiB",
	  .help = "with --types: in MiB, from the description",
	  .is_number = true },
	{ .name = "max_instance",
	  .heading = "max",
	  .help = "with --types: how many on a whole card",
	  .is_number = true },
	{ .name = "functions",
	  .help = "with --types: virtual functions that still offer it",
	  .is_number = true },
	{ 0 },
};

const struct column type_columns[] = {
	{ .name = "parent", .help = "the parent that has it", .is_default = true },
	{ .name = "type", .help = "its id", .is_default = true, .is_in_tree = true },
	{ .name = "name", .help = "its name", .is_default = true },
	{ .name = "available",
	  .help = "instances that this parent offers",
	  .is_default = true,
	  .is_number = true },
	{ .name = "running",
	  .heading = "run",
	  .help = "how many run",
	  .is_default = true,
	  .is_number = true },
	{ .name = "room",
	  .help = "how many more there can be at most ('-': the card says)",
	  .is_default = true,
	  .is_number = true },
	{ .name = "framebuffer",
	  .heading = "MiB",
	  .help = "in MiB, from the description",
	  .is_default = true,
	  .is_number = true },
	{ .name = "max_instance",
	  .heading = "max",
	  .help = "how many on a whole card",
	  .is_number = true },
	{ .name = "functions",
	  .help = "virtual functions of a card that still offer it",
	  .is_number = true },
	{ .name = "device_api", .help = "vfio-pci, vfio-ap, …" },
	{ .name = "description", .help = "the driver's words", .may_cut = true },
	{ .name = "physfn", .help = "the physical function of the parent" },
	{ .name = "kind", .help = "that of the parent: mdev, card or vendor-vfio" },
	{ .name = "only_size", .help = "the only size that can run beside what runs" },
	{ 0 },
};
