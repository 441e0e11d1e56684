/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is wrong with the scripts, for those who do not want to do anything with them. */
#include "callouts.h"
#include "capabilities.h"

err_t callouts_check(struct callouts *callouts, size_t *ret_count)
{
	struct err *e = NULL;

	*ret_count = 0;
	for (int i = 0; i < SCRIPTS_KINDS; i++) {
		const struct scripts *scripts = callouts_scripts(callouts, (enum scripts_kind)i);

		*ret_count += scripts->count;
		e = err_also(e, scripts_check(scripts));
	}
	return e;
}

err_t callouts_check_capabilities(struct callouts *callouts, const struct device *dev)
{
	const struct call call = {
		.type = dev->type,
		.uuid = dev->uuid.text,
		.parent = dev->parent,
	};

	return err_copy(capabilities_ask(callouts, &call)->refusal);
}
