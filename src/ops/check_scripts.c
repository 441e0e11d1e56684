/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Callouts and notifiers, and what the callouts say of what runs. */
#include <unistd.h>

#include "base/interrupt.h"
#include "check.h"
#include "live_attrs.h"

/* What is not executable, or a link to nothing, is warned about. */
static void look_at_scripts(struct check *check)
{
	check->scripts_place = mem_printf("%s/mdevctl/scripts.d", check->env.dir[ENV_DIR_LIB]);
	check->object = check->scripts_place;
	err_free(callouts_check(check->ops->callouts, &check->result->scripts));
}

static void look_for_untrusted(struct check *check)
{
	size_t count;

	check_fault(check, check->scripts_place, callouts_check(check->ops->callouts, &count));
}

/* Scripts are written for root, who alone would run them. */
static bool may_call(const struct check *check)
{
	return geteuid() == 0 || check->env.moved[ENV_DIR_LIB];
}

/* Once for each type on a parent: the answers are kept. */
static void ask_for_capabilities(struct check *check, const struct device_list *devices)
{
	for (size_t i = 0; i < devices->count && !interrupt_is_pending(); i++) {
		const struct device *dev = devices->items[i];

		if (dev->type && dev->parent)
			check_fault(check, check->object,
				    callouts_check_capabilities(check->ops->callouts, dev));
	}
}

/* For what is wrong with the answers alone. */
static void ask_for_attributes(struct check *check)
{
	_cleanup_(device_list_clear) struct device_list asked = { 0 };

	for (size_t i = 0; i < check->running.count; i++)
		if (check->running.items[i]->type &&
		    check->running.items[i]->state == DEVICE_STATE_RUNNING)
			device_list_add(&asked, device_copy(check->running.items[i]));
	check_cannot_tell(check, check->object, ask_for_attrs(check->ops, &asked));
}

/* Nobody is asked where one of them is not trusted: then everything is refused. */
static bool can_ask(const struct check *check)
{
	size_t count;
	struct err *e = callouts_check(check->ops->callouts, &count);
	bool is_refused = e != NULL;

	err_free(e);
	return !is_refused && callouts_are_there(check->ops->callouts);
}

static void ask_all_scripts(struct check *check)
{
	check->object = check->scripts_place;
	if (!can_ask(check))
		return;
	if (!may_call(check)) {
		check_note(check, check->object,
			   err_hint(err_new(ERR_FAILED, "the callouts were not asked"),
				    "run it as root"));
		return;
	}
	interrupt_defer();
	ask_for_capabilities(check, &check->definitions);
	ask_for_capabilities(check, &check->running);
	ask_for_attributes(check);
}

const struct check_rule check_script_rules[] = {
	{ "script-left-out", look_at_scripts },
	{ "script-untrusted", look_for_untrusted },
	{ "script-fails", ask_all_scripts },
	{ 0 },
};
