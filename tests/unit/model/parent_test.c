/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/parent.h"

#include "fixture.h"
#include "suites.h"

static void add_type(struct parent *parent, const char *id, const char *name,
		     const char *description)
{
	parent_add_type(parent, &(struct mdev_type){ .id = mem_strdup(id),
						     .available_instances = 7,
						     .device_api = mem_strdup("vfio-pci"),
						     .name = mem_strdup(name),
						     .description = mem_strdup(description) });
}

static void no_parents_are_an_empty_array(void **state)
{
	const struct parent_list list = { 0 };
	_cleanup_(json_freep) json_t *json = parent_list_to_json(&list);
	_cleanup_(mem_freep) char *text = json_to_text(json);
	(void)state;

	assert_string_equal(text, "[]");
}

static void parents_are_one_object_in_an_array(void **state)
{
	_cleanup_(parent_list_clear) struct parent_list list = { 0 };
	_cleanup_(json_freep) json_t *json = NULL;
	_cleanup_(mem_freep) char *text = NULL;
	(void)state;
	parent_list_add(&list, parent_new("P"));
	add_type(list.items[0], "T", "N", "a, b");
	parent_list_add(&list, parent_new("Q"));

	json = parent_list_to_json(&list);
	text = json_to_text(json);

	assert_string_equal(text, "[\n"
				  "  {\n"
				  "    \"P\": [\n"
				  "      {\n"
				  "        \"T\": {\n"
				  "          \"available_instances\": 7,\n"
				  "          \"device_api\": \"vfio-pci\",\n"
				  "          \"name\": \"N\",\n"
				  "          \"description\": \"a, b\"\n"
				  "        }\n"
				  "      }\n"
				  "    ],\n"
				  "    \"Q\": []\n"
				  "  }\n"
				  "]");
}

static void empty_name_and_description_are_left_out(void **state)
{
	_cleanup_(parent_list_clear) struct parent_list list = { 0 };
	_cleanup_(json_freep) json_t *json = NULL;
	const json_t *type;
	(void)state;
	parent_list_add(&list, parent_new("P"));
	add_type(list.items[0], "T", "", "");

	json = parent_list_to_json(&list);

	type = json_array_get(json_object_get(json_array_get(json, 0), "P"), 0);
	type = json_object_get(type, "T");
	assert_int_equal(json_object_size(type), 2);
	assert_null(json_object_get(type, "name"));
}

int parent_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_parents_are_an_empty_array),
		cmocka_unit_test(parents_are_one_object_in_an_array),
		cmocka_unit_test(empty_name_and_description_are_left_out),
	};

	return cmocka_run_group_tests_name("parent", tests, NULL, NULL);
}
