/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "listing.h"
#include "status_page.h"
#include "table.h"

static const struct option_help helps[] = {
	{ OPT_UUID, "only this device" },
	{ OPT_PARENT, "only devices of this parent" },
	{ OPT_DETAILED_EXITCODE, "exit with 20 if a device is not as it should be" },
	{ 0 },
};

static const struct rule rules[] = {
	TABLE_RULES,
	{ RULE_EXCLUDES, OPT_BIT(OPT_DIFF) | OPT_BIT(OPT_DIFF_ONLY), TABLE_LAYOUT },
	{ RULE_END, 0, 0 },
};

/* Whether the option is given, and the device is none of those that it keeps. */
static bool is_left_out(const struct values *values, enum option option, bool is_kept)
{
	return option_is_given(values, option) && !is_kept;
}

/* "12" of "vfio/12", or "vfio3" or "devices/vfio3" of "vfio/devices/vfio3". */
static bool has_node(const struct device_status *status, const char *node)
{
	_cleanup_(mem_freep) char *path = mem_printf("vfio/%s", node);
	_cleanup_(mem_freep) char *cdev = mem_printf("vfio/devices/%s", node);

	return strlist_has(&status->nodes, path) || strlist_has(&status->nodes, cdev);
}

static bool has_user(const struct device_status *status, pid_t pid)
{
	for (size_t i = 0; i < status->user_count; i++)
		if (status->users[i].pid == pid)
			return true;
	return false;
}

static bool is_shown(const struct values *values, const struct device_status *status)
{
	return !is_left_out(values, OPT_DIFF_ONLY, device_status_drift(status) == ANSWER_YES) &&
	       !is_left_out(values, OPT_UNUSED, device_status_is_idle(status)) &&
	       !is_left_out(values, OPT_FAILED, device_status_has_failed(status)) &&
	       (!values->node || has_node(status, values->node)) &&
	       (!values->pid || has_user(status, values->pid));
}

static void keep_shown(const struct values *values, struct status_list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (is_shown(values, list->items[i]))
			list->items[kept++] = list->items[i];
		else
			device_status_free(list->items[i]);
	}
	list->count = kept;
}

/* --- what is not there --- */

static bool is_listed(const struct status_list *list, const struct uuid *uuid)
{
	for (size_t i = 0; i < list->count; i++)
		if (uuid_is_equal(&list->items[i]->dev->uuid, uuid))
			return true;
	return false;
}

static err_t not_known(const struct values *values, const struct uuid *uuid)
{
	if (values->parent)
		return err_about(err_hint(err_new(ERR_NOT_FOUND,
						  "device %s neither runs nor is defined on "
						  "parent '%s'",
						  uuid->text, values->parent),
					  "'mdevadm status %s' shows where it is", uuid->text),
				 uuid->text);
	return err_about(err_hint(err_new(ERR_NOT_FOUND, "device %s neither runs nor is defined",
					  uuid->text),
				  "'mdevadm status' lists what there is"),
			 uuid->text);
}

/* Each device that was named has to be there. */
static err_t check_named(struct invocation *invocation, const struct status_list *list)
{
	const struct values *values = invocation->values;
	size_t missing = 0;

	for (size_t i = 0; i < values->device_count; i++) {
		const struct uuid *uuid = &values->devices[i].uuid;

		if (is_listed(list, uuid))
			continue;
		if (values->device_count == 1)
			return not_known(values, uuid);
		missing++;
		invocation_tell(invocation, not_known(values, uuid));
	}
	if (!missing)
		return NULL;
	return err_new(ERR_PARTIAL, "%zu of %zu devices are not known", missing,
		       values->device_count);
}

/* A device that uses nothing that is seen may use what is not. */
static bool are_users_known(const struct status_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i]->is_running && list->items[i]->is_used == ANSWER_UNKNOWN)
			return false;
	return true;
}

static err_t nothing_found(const struct values *values, bool is_sure)
{
	if (values->node)
		return err_hint(
			err_new(ERR_NOT_FOUND, "no device is behind /dev/vfio/%s", values->node),
			"'mdevadm status --columns uuid,nodes' lists the nodes");
	if (is_sure)
		return err_hint(
			err_new(ERR_NOT_FOUND, "process %d has no device open", (int)values->pid),
			"'mdevadm status --columns uuid,users' lists who has");
	return err_hint(
		err_new(ERR_FAILED, "cannot tell what process %d has open", (int)values->pid),
		"run it as root");
}

/* --- printing --- */

static void print_differences(struct invocation *invocation, const struct status_list *list)
{
	struct output *output = invocation->output;

	for (size_t i = 0; i < list->count; i++) {
		const struct device_status *status = list->items[i];

		fprintf(output_stream(output), "%s ", status->dev->uuid.text);
		output_text(output, status->dev->parent);
		fprintf(output_stream(output), " %s\n", status_state_name(status->state));
		status_differences_print(output, status, table_wants_colors(invocation->values));
	}
}

static err_t print(struct invocation *invocation, const struct status_list *list)
{
	const struct values *values = invocation->values;
	bool is_diff = option_is_given(values, OPT_DIFF) || option_is_given(values, OPT_DIFF_ONLY);

	if (invocation->report || table_is_wanted(values))
		return listing_print_devices(invocation, list);
	if (is_diff) {
		print_differences(invocation, list);
		return NULL;
	}
	if (values->device_count != 1)
		return listing_print_devices(invocation, list);
	if (list->count)
		status_page_print(invocation->output, list->items[0]);
	return NULL;
}

static bool are_right(const struct status_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (!device_status_is_right(list->items[i]))
			return false;
	return true;
}

static err_t run(struct invocation *invocation)
{
	const struct values *values = invocation->values;
	_cleanup_(status_list_clear) struct status_list list = { 0 };
	_cleanup_(mem_freep) struct uuid *uuids = values_copy_uuids(values);
	const struct status_request request = {
		.uuids = uuids,
		.uuid_count = values->device_count,
		.parent = values->parent,
		.has_group = values->finds_names,
		.wants_users = true,
		.wants_drift = true,
		.wants_since = true,
	};
	struct err *missing;
	bool is_sure;

	TRY(op_status(invocation->ops, &request, &list));
	missing = check_named(invocation, &list);
	is_sure = are_users_known(&list);
	if (!is_sure && option_is_given(values, OPT_UNUSED))
		op_warn(invocation->ops,
			err_hint(err_new(ERR_FAILED,
					 "whether devices are unused is not known: not all "
					 "processes can be seen"),
				 "run it as root, outside of containers"));
	keep_shown(values, &list);
	if (!missing && !list.count && (values->node || values->pid))
		missing = nothing_found(values, is_sure);
	if (!are_right(&list) &&
	    (values->device_count || option_is_given(values, OPT_DETAILED_EXITCODE)))
		invocation->done_status = STATUS_NOT_SO;
	TRY(err_also(missing, print(invocation, &list)));
	return invocation_check_strict(invocation);
}

const struct command command_status = {
	.name = "status",
	.summary = "compare what runs with what is defined, and say who uses it",
	.examples = { "status --tree", "status --diff-only --detailed-exitcode" },
	.options = OPT_BIT(OPT_UUID) | OPT_BIT(OPT_PARENT) | OPT_BIT(OPT_DIFF) |
		   OPT_BIT(OPT_DIFF_ONLY) | OPT_BIT(OPT_UNUSED) | OPT_BIT(OPT_FAILED) |
		   OPT_BIT(OPT_BY_NODE) | OPT_BIT(OPT_BY_PID) | OPT_BIT(OPT_DETAILED_EXITCODE) |
		   OPT_BIT(OPT_STRICT) | TABLE_OPTIONS,
	.helps = helps,
	.rules = rules,
	.argument = OPT_UUID,
	.takes_many = true,
	.run = run,
};
