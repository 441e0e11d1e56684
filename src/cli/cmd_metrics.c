/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The text format of Prometheus, for node_exporter's textfile collector:
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
#include <string.h>
#include <time.h>

#include "listing.h"

/* What all that is exported is made of. */
struct sources {
	struct parent_info_list parents;
	struct status_list devices;
	time_t now;
};

static void sources_clear(struct sources *sources)
{
	parent_info_list_clear(&sources->parents);
	status_list_clear(&sources->devices);
}

static void begin(FILE *stream, const char *name, const char *help)
{
	fprintf(stream, "# HELP mdevadm_%s %s\n# TYPE mdevadm_%s gauge\n", name, help, name);
}

/* With what has a meaning in it escaped, as the format asks for; NULL is empty. */
static void print_value(FILE *stream, const char *text)
{
	_cleanup_(mem_freep) char *plain = str_escape(text ? text : "");

	for (const char *at = plain; *at; at++) {
		if (strchr("\\\"", *at))
			fputc('\\', stream);
		fputc(*at, stream);
	}
}

/* "NAME{LABEL="VALUE",…} "; the labels are pairs of strings, the last of which is NULL. */
static void print_name(FILE *stream, const char *name, const char *const *labels)
{
	fprintf(stream, "mdevadm_%s", name);
	for (size_t i = 0; labels[i]; i += 2) {
		fprintf(stream, "%s%s=\"", i ? "," : "{", labels[i]);
		print_value(stream, labels[i + 1]);
		fputc('"', stream);
	}
	fputs(labels[0] ? "} " : " ", stream);
}

#define SAMPLE(stream, name, number, ...)                                             \
	do {                                                                          \
		print_name(stream, name,                                              \
			   (const char *const[]){ __VA_ARGS__ __VA_OPT__(, ) NULL }); \
		fprintf(stream, "%lld\n", (long long)(number));                       \
	} while (0)

/* --- parents --- */

static const char *text_or_empty(const char *text)
{
	return text ? text : "";
}

/* The physical function that a parent belongs to: a card is its own. */
static const char *card_of(const struct parent_info *info)
{
	return info->kind == PARENT_CARD ? info->offer->name
					 : text_or_empty(info->hardware.physical);
}

static void print_info(FILE *stream, const struct parent_info_list *parents)
{
	begin(stream, "parent_info", "A parent of mediated devices, or a card of such.");
	for (size_t i = 0; i < parents->count; i++) {
		const struct parent_info *info = parents->items[i];
		_cleanup_(mem_freep) char *numa =
			info->hardware.numa_node < 0 ? mem_strdup("")
						     : mem_printf("%ld", info->hardware.numa_node);

		SAMPLE(stream, "parent_info", 1, "parent", info->offer->name, "physfn",
		       card_of(info), "kind", parent_kind_name(info->kind), "driver",
		       text_or_empty(info->hardware.driver), "numa", numa, "hardware",
		       text_or_empty(info->hardware.product));
	}
}

static long long running_of(const struct parent_info *info)
{
	return (long long)info->running;
}

static long long defined_of(const struct parent_info *info)
{
	return (long long)info->defined;
}

static long long held_of(const struct parent_info *info)
{
	return info->hold.reason != NULL;
}

/* A card's own numbers are the sums of its functions': these are for others to sum up. */
static void print_counts(FILE *stream, const struct parent_info_list *parents)
{
	static const struct {
		const char *name;
		const char *help;
		long long (*number)(const struct parent_info *info);
	} counts[] = {
		{ "parent_devices_running", "Devices that run on the parent.", running_of },
		{ "parent_devices_defined", "Devices that are defined on the parent.", defined_of },
		{ "parent_held", "Whether nothing may be started on the parent.", held_of },
	};

	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		begin(stream, counts[i].name, counts[i].help);
		for (size_t j = 0; j < parents->count; j++) {
			const struct parent_info *info = parents->items[j];

			if (info->kind != PARENT_CARD || counts[i].number == held_of)
				SAMPLE(stream, counts[i].name, counts[i].number(info), "parent",
				       info->offer->name, "physfn", card_of(info));
		}
	}
}

static void print_holds(FILE *stream, const struct sources *sources)
{
	begin(stream, "hold_seconds", "For how long the parent has been held.");
	for (size_t i = 0; i < sources->parents.count; i++) {
		const struct parent_info *info = sources->parents.items[i];

		if (info->hold.reason)
			SAMPLE(stream, "hold_seconds", sources->now - info->hold.since, "parent",
			       info->offer->name, "by", text_or_empty(info->hold.by));
	}
}

/* --- types --- */

enum type_number {
	TYPE_AVAILABLE,
	TYPE_RUNNING,
	TYPE_ROOM,
	TYPE_NUMBERS,
};

/* -1: it has none. A card offers what its functions do, and these say it. */
static long long type_number(const struct parent_info *info, size_t index, enum type_number which)
{
	switch (which) {
	case TYPE_AVAILABLE:
		return info->kind == PARENT_CARD
			       ? -1
			       : (long long)info->offer->types[index].available_instances;
	case TYPE_RUNNING:
		return info->kind == PARENT_CARD ? -1 : (long long)info->uses[index].running;
	default:
		return info->uses[index].room;
	}
}

static void print_type_number(FILE *stream, const struct parent_info_list *parents,
			      enum type_number which, const char *name)
{
	for (size_t i = 0; i < parents->count; i++) {
		const struct parent_info *info = parents->items[i];

		for (size_t j = 0; j < info->offer->type_count; j++) {
			const struct mdev_type *type = &info->offer->types[j];
			long long number = type_number(info, j, which);

			if (number >= 0)
				SAMPLE(stream, name, number, "parent", info->offer->name, "physfn",
				       card_of(info), "type", type->id, "name", type->name);
		}
	}
}

static void print_types(FILE *stream, const struct parent_info_list *parents)
{
	static const struct {
		const char *name;
		const char *help;
	} numbers[TYPE_NUMBERS] = {
		[TYPE_AVAILABLE] = { "type_instances_available",
				     "Instances that the parent offers: functions of one card "
				     "offer the same ones." },
		[TYPE_RUNNING] = { "type_devices_running", "Devices of the type that run." },
		[TYPE_ROOM] = { "type_room",
				"How many more there can be at most on the card or parent." },
	};

	for (enum type_number which = 0; which < TYPE_NUMBERS; which++) {
		begin(stream, numbers[which].name, numbers[which].help);
		print_type_number(stream, parents, which, numbers[which].name);
	}
}

/* --- devices --- */

#define STATES (STATUS_DRAINED + 1)
#define OWNERS (OWNER_FOREIGN + 1)

static void print_states(FILE *stream, const struct status_list *devices)
{
	size_t counts[STATES][OWNERS] = { 0 };

	for (size_t i = 0; i < devices->count; i++)
		counts[devices->items[i]->state][devices->items[i]->owner]++;
	begin(stream, "devices", "Devices by state, and by who says that they may run.");
	for (enum status_state state = 0; state < STATES; state++)
		for (enum status_owner owner = 0; owner < OWNERS; owner++)
			SAMPLE(stream, "devices", counts[state][owner], "state",
			       status_state_name(state), "owner",
			       owner ? status_owner_name(owner) : "none");
}

static bool has_drift(const struct device_status *status)
{
	return device_status_drift(status) == ANSWER_YES;
}

/* Nobody has said that it may run. */
static bool is_orphan(const struct device_status *status)
{
	return status->owner == OWNER_FOREIGN;
}

static const struct {
	const char *name;
	const char *help;
	bool (*is_so)(const struct device_status *status);
	bool needs_users;
} flags[] = {
	{ .name = "devices_drift",
	  .help = "Devices that run otherwise than defined.",
	  .is_so = has_drift },
	{ .name = "devices_failed",
	  .help = "Devices that are auto and do not run.",
	  .is_so = device_status_has_failed },
	{ .name = "devices_conflict",
	  .help = "Devices that are defined on several parents.",
	  .is_so = device_status_has_conflict },
	{ .name = "devices_idle",
	  .help = "Devices that run and that nobody has open.",
	  .is_so = device_status_is_idle,
	  .needs_users = true },
	{ .name = "devices_orphaned",
	  .help = "Devices that run, without a definition or a start of mdevadm.",
	  .is_so = is_orphan },
};

static bool has_running(const struct status_list *devices)
{
	for (size_t i = 0; i < devices->count; i++)
		if (devices->items[i]->is_running)
			return true;
	return false;
}

static void print_flags(FILE *stream, const struct status_list *devices)
{
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		long long count = 0;

		if (flags[i].needs_users && has_running(devices) && !devices->are_users_known)
			continue;
		for (size_t j = 0; j < devices->count; j++)
			count += flags[i].is_so(devices->items[j]);
		begin(stream, flags[i].name, flags[i].help);
		SAMPLE(stream, flags[i].name, count);
	}
}

/* A device that everybody knows and uses is no news. */
static void print_ages(FILE *stream, const struct sources *sources)
{
	begin(stream, "device_age_seconds",
	      "For how long an idle or orphaned device has been running.");
	for (size_t i = 0; i < sources->devices.count; i++) {
		const struct device_status *status = sources->devices.items[i];

		if (status->since > 0 && (is_orphan(status) || device_status_is_idle(status)))
			SAMPLE(stream, "device_age_seconds", sources->now - status->since, "uuid",
			       status->dev->uuid.text, "parent", status->dev->parent, "physfn",
			       text_or_empty(status->physical), "owner",
			       text_or_empty(status_owner_name(status->owner)), "idle",
			       device_status_is_idle(status) ? "1" : "0");
	}
}

static err_t read_sources(struct ops *ops, struct sources *ret)
{
	const struct parents_request parents = { .wants_products = true };
	const struct status_request devices = {
		.wants_users = true,
		.wants_drift = true,
		.wants_since = true,
	};

	ret->now = time(NULL);
	TRY(op_parents(ops, &parents, &ret->parents));
	return op_status(ops, &devices, &ret->devices);
}

static void print_all(FILE *stream, const struct sources *sources)
{
	print_info(stream, &sources->parents);
	print_counts(stream, &sources->parents);
	print_holds(stream, sources);
	print_types(stream, &sources->parents);
	print_states(stream, &sources->devices);
	print_flags(stream, &sources->devices);
	print_ages(stream, sources);
	begin(stream, "definitions_broken", "Definitions that cannot be read.");
	SAMPLE(stream, "definitions_broken", sources->devices.left_out);
}

/* The collector must never see half of it. */
static err_t save(const struct sources *sources, const char *path)
{
	_cleanup_(mem_freep) char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	if (!stream)
		mem_exhausted();
	print_all(stream, sources);
	if (fclose(stream) != 0)
		mem_exhausted();
	return op_save(path, text, false);
}

static err_t run(struct invocation *invocation)
{
	_cleanup_(sources_clear) struct sources sources = { 0 };

	TRY(read_sources(invocation->ops, &sources));
	if (!sources.devices.are_users_known && has_running(&sources.devices))
		op_warn(invocation->ops,
			err_hint(err_new(ERR_FAILED,
					 "how many devices are idle is left out: not all "
					 "processes can be seen"),
				 "run it as root, outside of containers"));
	if (invocation->report) {
		TRY(listing_print_parents(invocation, &sources.parents, true));
		TRY(listing_print_devices(invocation, &sources.devices));
	}
	if (invocation->values->output)
		TRY(save(&sources, invocation->values->output));
	else
		print_all(output_stream(invocation->output), &sources);
	return invocation_check_strict(invocation);
}

const struct command command_metrics = {
	.name = "metrics",
	.summary = "print numbers for Prometheus",
	.examples = { "metrics", "metrics -o /var/lib/prometheus/node-exporter/mdevadm.prom" },
	.options = OPT_BIT(OPT_OUTPUT) | OPT_BIT(OPT_STRICT),
	.run = run,
};
