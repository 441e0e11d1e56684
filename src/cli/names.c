/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "names.h"

#include <string.h>

#include "base/deadline.h"
#include "base/interrupt.h"

static err_t find_device(const struct invocation *invocation, struct device_name *device)
{
	if (uuid_is_set(&device->uuid))
		return NULL;
	TRY(op_find_device(invocation->ops, device->text, &device->uuid));
	if (!uuid_is_set(&device->uuid))
		return err_hint(err_new(ERR_NOT_FOUND, "no device has a UUID that begins with '%s'",
					device->text),
				"'mdevadm list' shows what runs, and 'mdevadm list --defined' what "
				"is defined");
	invocation_note(invocation, "device '%s' is %s", device->text, device->uuid.text);
	return NULL;
}

static err_t find_all_devices(const struct invocation *invocation, struct values *values)
{
	for (size_t i = 0; i < values->device_count; i++)
		TRY(find_device(invocation, &values->devices[i]));
	if (values->device_count)
		values->uuid = values->devices[0].uuid;
	return NULL;
}

/* Takes @found, which may be NULL, in the place of the word. */
static void use(const struct invocation *invocation, struct values *values, enum option option,
		char *found, const char **field)
{
	if (!found)
		return;
	if (strcmp(found, *field) != 0)
		invocation_note(invocation, "%s '%s' is '%s'", option_spec(option)->name, *field,
				found);
	mem_freep(&values->text[option]);
	values->text[option] = found;
	*field = found;
}

static err_t find_parent(const struct invocation *invocation, struct values *values, bool *ret)
{
	char *found = NULL;

	if (values->parent)
		TRY(op_find_parent(invocation->ops, values->parent, &found));
	*ret = !values->parent || found;
	use(invocation, values, OPT_PARENT, found, &values->parent);
	return NULL;
}

/* Without a parent, a start looks on each for what is meant there. */
static err_t find_type(const struct invocation *invocation, struct values *values, bool *ret)
{
	bool is_open = !values->parent && (invocation->command->options & OPT_BIT(OPT_WAIT));
	char *found = NULL;

	if (values->type && !is_open)
		TRY(op_find_type(invocation->ops, values->parent, values->type, &found));
	*ret = !values->type || is_open || found;
	use(invocation, values, OPT_TYPE, found, &values->type);
	return NULL;
}

/* The time that the command waits; NULL if it does not. */
static int *time_to_wait(const struct invocation *invocation, struct values *values)
{
	if (invocation->command == &command_wait)
		return &values->timeout_ms;
	return option_is_given(values, OPT_WAIT) ? &values->wait_ms : NULL;
}

static err_t find_in_time(const struct invocation *invocation, struct values *values)
{
	int *wait_ms = time_to_wait(invocation, values);
	const struct deadline deadline = deadline_in(wait_ms ? *wait_ms : 0);

	for (;;) {
		bool is_last = deadline_is_over(&deadline);
		bool has_parent;
		bool has_type = false;

		TRY(find_parent(invocation, values, &has_parent));
		if (has_parent)
			TRY(find_type(invocation, values, &has_type));
		if (is_last || has_type)
			break;
		deadline_sleep(&deadline, RETRY_PAUSE_MS);
		TRY(interrupt_check());
	}
	if (wait_ms)
		*wait_ms = (int)deadline_left_ms(&deadline);
	return NULL;
}

/* A path through a physical function names nothing by itself. */
static err_t check_found(const struct values *values)
{
	if (!values->parent || !strchr(values->parent, '/'))
		return NULL;
	return err_hint(err_new(ERR_NOT_FOUND, "there is no virtual function '%s'", values->parent),
			"'mdevadm types' lists the parents");
}

err_t names_find(const struct invocation *invocation, struct values *values)
{
	TRY(find_all_devices(invocation, values));
	TRY(find_in_time(invocation, values));
	return check_found(values);
}
