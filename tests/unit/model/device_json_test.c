/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "fixture.h"
#include "model/device.h"
#include "suites.h"

#define ATTR_ADVICE "give the path of a file below the device, such as 'nvidia/vgpu_params'"

static struct device *read_definition(const char *text)
{
	struct device *dev = NULL;

	assert_ok(device_from_json(text, strlen(text), "F", &dev));
	return dev;
}

static void check_refused(const char *text, const char *message, const char *hint)
{
	_cleanup_(err_freep) struct err *e = NULL;
	struct device *dev = NULL;

	e = device_from_json(text, strlen(text), "F", &dev);

	assert_err(NULL, e, ERR_INVALID, message, hint);
	assert_null(dev);
}

static void definition_is_read_whole(void **state)
{
	_cleanup_(device_freep) struct device *dev = NULL;
	(void)state;

	dev = read_definition("{\"mdev_type\": \"T\", \"start\": \"auto\",\n"
			      " \"attrs\": [{\"b\": \"2\"}, {\"a\": \"\"}, {\"b\": \"2\"}]}");

	assert_string_equal(dev->type, "T");
	assert_int_equal(dev->start, DEVICE_START_AUTO);
	assert_int_equal(dev->attr_count, 3);
	assert_string_equal(dev->attrs[0].name, "b");
	assert_string_equal(dev->attrs[1].name, "a");
	assert_string_equal(dev->attrs[1].value, "");
	assert_string_equal(dev->attrs[2].value, "2");
	assert_false(uuid_is_set(&dev->uuid));
	assert_null(dev->parent);
	assert_int_equal(dev->foreign_count, 0);
	assert_null(dev->odd_start);
}

static void type_alone_is_enough(void **state)
{
	_cleanup_(device_freep) struct device *dev = read_definition("{\"mdev_type\": \"T\"}");
	(void)state;

	assert_int_equal(dev->start, DEVICE_START_MANUAL);
	assert_int_equal(dev->attr_count, 0);
}

static void empty_attribute_is_left_out(void **state)
{
	_cleanup_(device_freep) struct device *dev =
		read_definition("{\"mdev_type\": \"T\", \"attrs\": [{}, {\"a\": \"1\"}]}");
	(void)state;

	assert_int_equal(dev->attr_count, 1);
	assert_string_equal(dev->attrs[0].name, "a");
}

static void definition_is_an_object(void **state)
{
	(void)state;

	check_refused("[]", "'F', line 1: a definition is a JSON object",
		      "write {\"mdev_type\": \"TYPE\", \"start\": \"manual\", \"attrs\": []}");
	check_refused("[{\"P\": [{\"U\": {\"mdev_type\": \"T\"}}]}]",
		      "'F', line 1: a list is no definition",
		      "'mdevadm list --dumpjson --uuid UUID' prints a single one");
}

static void broken_json_is_named_with_its_place(void **state)
{
	(void)state;

	check_refused("{\n\"mdev_type\" \"T\"}",
		      "'F', line 2, column 15: ':' expected near '\"T\"'", NULL);
}

static void type_must_be_there(void **state)
{
	(void)state;

	check_refused("{\n\n}", "'F', line 1: no 'mdev_type' is given",
		      "add \"mdev_type\": \"TYPE\"");
}

static void type_must_be_a_string(void **state)
{
	(void)state;

	check_refused("{\n\"mdev_type\": 1}", "'F', line 2: 'mdev_type' is not a string",
		      "put it in quotes");
	check_refused("{\n\"mdev_type\": null}", "'F', line 2: 'mdev_type' is not a string",
		      "put it in quotes");
}

static void type_must_be_a_valid_name(void **state)
{
	(void)state;

	check_refused("{\n\"mdev_type\":\n\"../..\"}",
		      "'F', line 3: invalid type '../..': it has a slash",
		      "'mdevadm types' lists the types");
}

static void check_odd_start(const char *text, const char *message)
{
	_cleanup_(device_freep) struct device *dev = read_definition(text);
	_cleanup_(err_freep) struct err *e = device_odd_start(dev);

	assert_int_equal(dev->start, DEVICE_START_MANUAL);
	assert_err(NULL, e, ERR_INVALID, message, "write \"auto\" or \"manual\"");
}

static void start_that_is_neither_is_manual_and_warned_about(void **state)
{
	(void)state;

	check_odd_start("{\"mdev_type\": \"T\",\n\"start\": \"Auto\"}",
			"'F', line 2: 'start' is \"Auto\", which counts as \"manual\"");
	check_odd_start("{\"mdev_type\": \"T\", \"start\": true}",
			"'F', line 1: 'start' is true, which counts as \"manual\"");
	check_odd_start(
		"{\"mdev_type\": \"T\", \"start\": [\"0123456789012345678901234567890123456789\"]}",
		"'F', line 1: 'start' is [\"01234567890123456789012345678901234567…, which "
		"counts as \"manual\"");
}

static void start_and_attributes_that_are_null_are_none(void **state)
{
	_cleanup_(device_freep) struct device *dev =
		read_definition("{\"mdev_type\": \"T\", \"start\": null, \"attrs\": null}");
	(void)state;

	assert_int_equal(dev->start, DEVICE_START_MANUAL);
	assert_null(dev->odd_start);
	assert_int_equal(dev->attr_count, 0);
}

static void of_a_repeated_key_the_last_counts(void **state)
{
	_cleanup_(device_freep) struct device *dev = read_definition(
		"{\"mdev_type\": 1, \"start\": \"auto\", \"attrs\": [{\"a\": \"1\"}],"
		" \"mdev\\u005ftype\": \"T\", \"start\": \"manual\","
		" \"attrs\": [{\"b\": \"1\", \"b\": \"2\"}]}");
	(void)state;

	assert_string_equal(dev->type, "T");
	assert_int_equal(dev->start, DEVICE_START_MANUAL);
	assert_int_equal(dev->attr_count, 1);
	assert_string_equal(dev->attrs[0].value, "2");
	assert_int_equal(dev->foreign_count, 0);
}

static void character_that_ends_a_string_is_refused(void **state)
{
	(void)state;

	check_refused("{\"mdev_type\": \"T\\u0000\"}",
		      "'F', line 1: 'T' is followed by the character \\u0000",
		      "take \\u0000 away: nothing can take it");
	check_refused("{\"mdev_type\": \"T\", \"attrs\": [{\"a\": \"1\\u00002\"}]}",
		      "'F', line 1: '1' is followed by the character \\u0000",
		      "take \\u0000 away: nothing can take it");
}

static void lines_of_keys_and_values_are_named_as_such(void **state)
{
	(void)state;

	check_refused(
		"mdev_type=T\nstart=auto\n",
		"'F' is no JSON but has lines KEY=VALUE, as the first versions of mdevctl wrote",
		NULL);
}

static void attributes_are_an_array(void **state)
{
	(void)state;

	check_refused("{\"mdev_type\": \"T\", \"attrs\": {\"a\": \"1\"}}",
		      "'F', line 1: attributes are not an array",
		      "write them as [{\"NAME\": \"VALUE\"}, …]");
}

static void faulty_attribute_is_named_with_its_line(void **state)
{
	(void)state;

	check_refused("{\"mdev_type\": \"T\", \"attrs\": [\n{\"a\": \"1\"},\n\"b\"]}",
		      "'F', line 3: an attribute is not an object",
		      "write it as {\"NAME\": \"VALUE\"}");
	check_refused("{\"mdev_type\": \"T\", \"attrs\": [\n{\"a\": \"1\", \"b\": \"2\"}]}",
		      "'F', line 2: an attribute has several names",
		      "give each an object of its own, in the order of writing");
	check_refused("{\"mdev_type\": \"T\", \"attrs\": [\n{\"a\": \"1\"},\n\n{\"b\": 1}]}",
		      "'F', line 4: the value of attribute 'b' is not a string",
		      "put it in quotes");
	check_refused(
		"{\"mdev_type\": \"T\", \"attrs\": [\n{\"../a\": \"1\"}]}",
		"'F', line 2: invalid attribute '../a': it would leave the device's directory",
		ATTR_ADVICE);
}

static void definition_has_mdevctls_order_and_indentation(void **state)
{
	_cleanup_(device_freep) struct device *dev = device_new(NULL, "P", "T");
	_cleanup_(mem_freep) char *text = NULL;
	(void)state;
	device_insert_attr(dev, 0, "b", "1");
	device_insert_attr(dev, 1, "a", "2");
	dev->start = DEVICE_START_AUTO;

	text = device_to_definition(dev);

	assert_string_equal(text, "{\n"
				  "  \"mdev_type\": \"T\",\n"
				  "  \"start\": \"auto\",\n"
				  "  \"attrs\": [\n"
				  "    {\n"
				  "      \"b\": \"1\"\n"
				  "    },\n"
				  "    {\n"
				  "      \"a\": \"2\"\n"
				  "    }\n"
				  "  ]\n"
				  "}");
}

static void definition_without_attributes_has_an_empty_array(void **state)
{
	_cleanup_(device_freep) struct device *dev = device_new(NULL, "P", "T");
	_cleanup_(mem_freep) char *text = device_to_definition(dev);
	(void)state;

	assert_string_equal(text, "{\n"
				  "  \"mdev_type\": \"T\",\n"
				  "  \"start\": \"manual\",\n"
				  "  \"attrs\": []\n"
				  "}");
}

static void keys_that_are_not_ours_are_kept_to_the_byte(void **state)
{
	_cleanup_(device_freep) struct device *dev = NULL;
	_cleanup_(mem_freep) char *text = NULL;
	(void)state;
	dev = read_definition("{\"x\" : {\"y\":\t[1e400, null, \"\\u007A\\u0000\"],\r\n\"y\":0.10},"
			      "\"mdev_type\":\"T\",\"w\\u0000\":-123456789012345678901234567890}");

	text = device_to_definition(dev);

	assert_string_equal(
		text, "{\n"
		      "  \"mdev_type\": \"T\",\n"
		      "  \"start\": \"manual\",\n"
		      "  \"attrs\": [],\n"
		      "  \"x\" : {\"y\":\t[1e400, null, \"\\u007A\\u0000\"],\r\n\"y\":0.10},\n"
		      "  \"w\\u0000\":-123456789012345678901234567890\n"
		      "}");
}

static void line_has_keys_that_are_not_ours_without_blanks(void **state)
{
	_cleanup_(device_freep) struct device *dev =
		read_definition("{\"x\" : [ 1.50,\r\n\t\"a \\\" b\" ],\n\"mdev_type\": \"T\"}");
	_cleanup_(mem_freep) char *line = device_to_line(dev);
	(void)state;

	assert_string_equal(line, "{\"mdev_type\":\"T\",\"start\":\"manual\",\"attrs\":[],"
				  "\"x\":[1.50,\"a \\\" b\"]}");
}

static void unknown_keys_are_warned_about_with_the_nearest_known(void **state)
{
	_cleanup_(device_freep) struct device *near =
		read_definition("{\"mdev_type\": \"T\", \"note\": 1, \"atrs\": []}");
	_cleanup_(device_freep) struct device *far =
		read_definition("{\"mdev_type\": \"T\", \"n1\": 1, \"n2\": 1, \"n3\": 1, \"n4\": "
				"1, \"n5\": 1, \"n6\": 1}");
	_cleanup_(device_freep) struct device *none = read_definition("{\"mdev_type\": \"T\"}");
	_cleanup_(err_freep) struct err *e = device_unknown_keys(near);
	_cleanup_(err_freep) struct err *e_far = device_unknown_keys(far);
	(void)state;

	assert_err(NULL, e, ERR_INVALID, "'F' has keys that mean nothing here: 'note', 'atrs'",
		   "did you mean 'attrs' by 'atrs'?");
	assert_err(NULL, e_far, ERR_INVALID,
		   "'F' has keys that mean nothing here: 'n1', 'n2', 'n3', 'n4', 'n5' and more",
		   "the keys that count are 'mdev_type', 'start' and 'attrs'");
	assert_null(device_unknown_keys(none));
}

static void other_keys_are_not_shown(void **state)
{
	_cleanup_(device_freep) struct device *dev =
		read_definition("{\"x\": 1, \"mdev_type\": \"T\"}");
	_cleanup_(json_freep) json_t *json = device_to_json(dev);
	(void)state;

	assert_int_equal(json_object_size(json), 3);
	assert_null(json_object_get(json, "x"));
}

static void written_definition_reads_the_same(void **state)
{
	static const char text[] = "{\n"
				   "  \"mdev_type\": \"T\\\"\\\\\",\n"
				   "  \"start\": \"manual\",\n"
				   "  \"attrs\": [\n"
				   "    {\n"
				   "      \"a/b\": \"\\u001b line\\nline\"\n"
				   "    }\n"
				   "  ]\n"
				   "}";
	_cleanup_(device_freep) struct device *dev = read_definition(text);
	_cleanup_(mem_freep) char *written = device_to_definition(dev);
	_cleanup_(device_freep) struct device *again = read_definition(written);
	(void)state;

	assert_string_equal(again->type, "T\"\\");
	assert_string_equal(again->attrs[0].value, "\x1b line\nline");
}

static void attributes_are_replaced_by_those_of_an_array(void **state)
{
	_cleanup_(device_freep) struct device *dev = device_new(NULL, NULL, NULL);
	_cleanup_(json_freep) json_t *attrs =
		json_loads("[{\"b\": \"1\"}, {\"a\": \"2\"}]", 0, NULL);
	(void)state;
	device_insert_attr(dev, 0, "old", "x");

	assert_ok(device_attrs_from_json(dev, attrs, "S"));

	assert_int_equal(dev->attr_count, 2);
	assert_string_equal(dev->attrs[0].name, "b");
	assert_string_equal(dev->attrs[1].name, "a");
}

static void faulty_array_leaves_the_attributes_alone(void **state)
{
	_cleanup_(device_freep) struct device *dev = device_new(NULL, NULL, NULL);
	_cleanup_(json_freep) json_t *attrs = json_loads("[{\"b\": \"1\"}, {\"a\": 2}]", 0, NULL);
	_cleanup_(err_freep) struct err *e = NULL;
	(void)state;
	device_insert_attr(dev, 0, "old", "x");

	e = device_attrs_from_json(dev, attrs, "S");

	assert_err(NULL, e, ERR_INVALID,
		   "'S', element 1: the value of attribute 'a' is not a string",
		   "put it in quotes");
	assert_int_equal(dev->attr_count, 1);
	assert_string_equal(dev->attrs[0].name, "old");
}

int device_json_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(definition_is_read_whole),
		cmocka_unit_test(type_alone_is_enough),
		cmocka_unit_test(empty_attribute_is_left_out),
		cmocka_unit_test(definition_is_an_object),
		cmocka_unit_test(broken_json_is_named_with_its_place),
		cmocka_unit_test(type_must_be_there),
		cmocka_unit_test(type_must_be_a_string),
		cmocka_unit_test(type_must_be_a_valid_name),
		cmocka_unit_test(start_that_is_neither_is_manual_and_warned_about),
		cmocka_unit_test(start_and_attributes_that_are_null_are_none),
		cmocka_unit_test(of_a_repeated_key_the_last_counts),
		cmocka_unit_test(character_that_ends_a_string_is_refused),
		cmocka_unit_test(lines_of_keys_and_values_are_named_as_such),
		cmocka_unit_test(attributes_are_an_array),
		cmocka_unit_test(faulty_attribute_is_named_with_its_line),
		cmocka_unit_test(definition_has_mdevctls_order_and_indentation),
		cmocka_unit_test(definition_without_attributes_has_an_empty_array),
		cmocka_unit_test(keys_that_are_not_ours_are_kept_to_the_byte),
		cmocka_unit_test(line_has_keys_that_are_not_ours_without_blanks),
		cmocka_unit_test(unknown_keys_are_warned_about_with_the_nearest_known),
		cmocka_unit_test(other_keys_are_not_shown),
		cmocka_unit_test(written_definition_reads_the_same),
		cmocka_unit_test(attributes_are_replaced_by_those_of_an_array),
		cmocka_unit_test(faulty_array_leaves_the_attributes_alone),
	};

	return cmocka_run_group_tests_name("device_json", tests, NULL, NULL);
}
