/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/machine.h"

#include <errno.h>

#include "fixture.h"
#include "suites.h"

static void add(struct fact_list *list, const char *name, mode_t mode, const char *text)
{
	fact_list_add(list, name, mode, text ? mem_strdup(text) : NULL, NULL);
}

static void expect_json(const struct machine *machine, const char *expected)
{
	_cleanup_(json_freep) json_t *json = machine_to_json(machine);
	_cleanup_(mem_freep) char *line = json_to_line(json);

	assert_string_equal(line, expected);
}

static void what_is_empty_is_left_out(void **state)
{
	_cleanup_(machine_clear) struct machine machine = { 0 };
	(void)state;
	expect_json(&machine, "[]");

	machine_add_parent(&machine, "p");

	expect_json(&machine, "[{\"name\":\"p\",\"registered\":false}]");
	assert_int_equal(machine_count_errors(&machine), 0);
}

static void numbers_are_numbers_where_they_can_be(void **state)
{
	_cleanup_(machine_clear) struct machine machine = { 0 };
	struct machine_parent *parent = machine_add_parent(&machine, "p");
	static const char *const texts[] = { "12\n", "1000000", "1000001\n", "-1", "1\n2", "" };
	(void)state;
	parent->is_registered = true;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		add(&thing_list_add(&parent->types, "t")->facts, "available", 0444, texts[i]);

	expect_json(&machine,
		    "[{\"name\":\"p\",\"types\":[{\"name\":\"t\",\"available\":12},"
		    "{\"name\":\"t\",\"available\":1000000},"
		    "{\"name\":\"t\",\"available\":\"1000001\\n\"},"
		    "{\"name\":\"t\",\"available\":\"-1\"},{\"name\":\"t\",\"available\":1},"
		    "{\"name\":\"t\",\"available\":\"\"}]}]");
}

static void devices_show_which_attributes_their_type_has(void **state)
{
	_cleanup_(machine_clear) struct machine machine = { 0 };
	struct machine_parent *parent = machine_add_parent(&machine, "p");
	struct thing *device;
	(void)state;
	parent->is_registered = true;
	thing_list_add(&parent->types, "t");
	for (int i = 0; i < 2; i++) {
		device = thing_list_add(&parent->devices, "u");
		add(&device->facts, "type", 0, "t");
		add(&device->files, "power/control", 0644, "auto\n");
		add(&device->files, "v/a", 0644, "1\n");
		add(&device->files, "w", 0200, NULL);
	}

	expect_json(&machine,
		    "[{\"name\":\"p\",\"types\":[{\"name\":\"t\",\"attrs\":["
		    "{\"name\":\"v/a\",\"mode\":\"rw\"},{\"name\":\"w\",\"mode\":\"w\"}]}],"
		    "\"devices\":[{\"uuid\":\"u\",\"type\":\"t\",\"attrs\":"
		    "{\"power/control\":\"auto\\n\",\"v/a\":\"1\\n\"}},"
		    "{\"uuid\":\"u\",\"type\":\"t\",\"attrs\":"
		    "{\"power/control\":\"auto\\n\",\"v/a\":\"1\\n\"}}]}]");
}

static void what_could_not_be_read_is_an_error_in_its_place(void **state)
{
	_cleanup_(machine_clear) struct machine machine = { 0 };
	struct machine_parent *parent = machine_add_parent(&machine, "p");
	(void)state;
	parent->is_registered = true;
	fact_list_add(&parent->self.facts, "devices", 0, NULL, err_new(ERR_FAILED, "why"));
	fact_list_add(&thing_list_add(&parent->types, "t")->facts, "label", 0, NULL,
		      err_errno(EIO, "no"));
	thing_list_add(&parent->devices, "u");

	expect_json(&machine,
		    "[{\"name\":\"p\",\"devices\":{\"error\":\"why\"},\"types\":[{\"name\":\"t\","
		    "\"label\":{\"error\":\"no: EIO (Input/output error)\",\"errno\":\"EIO\"}}],"
		    "\"going\":[{\"uuid\":\"u\"}]}]");
	assert_int_equal(machine_count_errors(&machine), 2);
}

int machine_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_empty_is_left_out),
		cmocka_unit_test(numbers_are_numbers_where_they_can_be),
		cmocka_unit_test(devices_show_which_attributes_their_type_has),
		cmocka_unit_test(what_could_not_be_read_is_an_error_in_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
