/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "base/json.h"
#include "callouts.h"
#include "responsible.h"

/* What other writers of JSON make of an empty list. */
static bool is_null(const struct answer *answer)
{
	size_t blanks = answer->size ? strspn(answer->output, " \t\r\n") : 0;

	return answer->size - blanks == 4 && memcmp(answer->output + blanks, "null", 4) == 0;
}

static err_t read_attrs(struct device *dev, const struct script *script,
			const struct answer *answer)
{
	_cleanup_(json_freep) json_t *json = NULL;
	struct err *e = call_check_answer(script, answer);

	if (!e && answer->size && !is_null(answer))
		e = json_parse(answer->output, answer->size, script->path, &json);
	if (!e)
		e = device_attrs_from_json(dev, json, script->path);
	return err_wrap(e, "the answer to 'get attributes' cannot be read");
}

err_t callout_get_attrs(struct callouts *callouts, struct device *dev, bool force, bool *ret_told)
{
	const struct call call = {
		.event = EVENT_GET,
		.action = ACTION_ATTRIBUTES,
		.state = STATE_NONE,
		.type = dev->type,
		.uuid = dev->uuid.text,
		.parent = dev->parent,
	};
	_cleanup_(answer_clear) struct answer answer = { 0 };
	struct responsible responsible = { 0 };

	TRY(responsible_call(callouts, &call, false, force, &responsible, &answer));
	*ret_told = responsible.script && answer.size;
	return responsible.script ? read_attrs(dev, responsible.script, &answer) : NULL;
}
