/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is read of a definition, written and read again is the same. */
#include "fuzz.h"
#include "model/device.h"

static void same_devices(const struct device *a, const struct device *b)
{
	MUST(strcmp(a->type, b->type) == 0);
	MUST(a->start == b->start);
	MUST(a->attr_count == b->attr_count);
	for (size_t i = 0; i < a->attr_count; i++) {
		MUST(strcmp(a->attrs[i].name, b->attrs[i].name) == 0);
		MUST(strcmp(a->attrs[i].value, b->attrs[i].value) == 0);
	}
	MUST(a->foreign_count == b->foreign_count);
	for (size_t i = 0; i < a->foreign_count; i++) {
		MUST(strcmp(a->foreign[i].name, b->foreign[i].name) == 0);
		MUST(strcmp(a->foreign[i].text, b->foreign[i].text) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(mem_freep) char *input = fuzz_text(data, size);
	_cleanup_(mem_freep) char *text = NULL;
	_cleanup_(mem_freep) char *text_again = NULL;
	_cleanup_(device_freep) struct device *dev = NULL;
	_cleanup_(device_freep) struct device *dev_again = NULL;
	_cleanup_(err_freep) struct err *refused = NULL;
	_cleanup_(err_freep) struct err *refused_again = NULL;

	refused = device_from_json(input, size, "input", &dev);
	MUST(!refused == !!dev);
	if (refused) {
		MUST(err_kind(refused) == ERR_INVALID);
		return 0;
	}
	text = device_to_definition(dev);
	refused_again = device_from_json(text, strlen(text), "output", &dev_again);
	MUST(!refused_again);
	same_devices(dev, dev_again);
	text_again = device_to_definition(dev_again);
	MUST(strcmp(text, text_again) == 0);
	return 0;
}
