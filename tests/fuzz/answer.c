/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A callout's attributes: those that are taken can be written and read again. */
#include "fuzz.h"
#include "model/device.h"

/* NULL if they are refused. */
static struct device *read_attrs(const json_t *attrs)
{
	_cleanup_(device_freep) struct device *dev = device_new(&(struct uuid){ 0 }, "p", "t");
	_cleanup_(err_freep) struct err *e = NULL;

	device_insert_attr(dev, 0, "of", "before");
	e = device_attrs_from_json(dev, attrs, "input");
	if (!e)
		return take(dev);
	MUST(err_kind(e) == ERR_INVALID);
	return NULL;
}

/* One object may have several of them, or none. */
static size_t count_of(const json_t *attrs)
{
	size_t count = 0;
	size_t index;
	const json_t *item;

	json_array_foreach (attrs, index, item)
		count += json_object_size(item);
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(mem_freep) char *input = fuzz_text(data, size);
	_cleanup_(json_freep) json_t *json = NULL;
	_cleanup_(json_freep) json_t *written = NULL;
	_cleanup_(device_freep) struct device *dev = NULL;
	_cleanup_(device_freep) struct device *dev_again = NULL;
	_cleanup_(err_freep) struct err *e = NULL;

	e = json_parse(input, size, "input", &json);
	if (e)
		return 0;
	dev = read_attrs(json);
	if (!dev)
		return 0;
	MUST(dev->attr_count == count_of(json));
	written = device_attrs_to_json(dev);
	dev_again = read_attrs(written);
	MUST(dev_again && device_has_same_attrs(dev, dev_again));
	return 0;
}
