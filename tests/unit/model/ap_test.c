/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/ap.h"

#include <string.h>

#include "fixture.h"
#include "suites.h"

#define ZEROS "000000000000000000000000000000000000000000000000000000000000000"
/* Bit 0 is the highest one of the first digit. */
#define MASK_OF_0    "0x8" ZEROS
#define MASK_OF_255  "0x" ZEROS "1"
#define MASK_OF_NONE "0x" ZEROS "0"

static void attributes_come_to_what_they_leave(void **state)
{
	_cleanup_(device_freep) struct device *dev = device_new(NULL, NULL, NULL);
	_cleanup_(mem_freep) char *adapters = NULL;
	_cleanup_(mem_freep) char *domains = NULL;
	struct ap_matrix matrix;
	(void)state;
	device_insert_attr(dev, 0, "assign_adapter", "5");
	device_insert_attr(dev, 1, "assign_adapter", "0x0c");
	device_insert_attr(dev, 2, "unassign_adapter", "5");
	device_insert_attr(dev, 3, "assign_domain", "010");

	assert_true(ap_from_attrs(dev, &matrix));

	adapters = ap_text(&matrix, AP_ADAPTER);
	domains = ap_text(&matrix, AP_DOMAIN);
	assert_string_equal(adapters, "0x0c");
	assert_string_equal(domains, "0x08");
}

static void ap_config_replaces_all(void **state)
{
	_cleanup_(device_freep) struct device *dev = device_new(NULL, NULL, NULL);
	_cleanup_(mem_freep) char *adapters = NULL;
	struct ap_matrix matrix;
	(void)state;
	device_insert_attr(dev, 0, "assign_adapter", "5");
	device_insert_attr(dev, 1, "ap_config", MASK_OF_0 "," MASK_OF_255 "," MASK_OF_NONE);

	assert_true(ap_from_attrs(dev, &matrix));

	adapters = ap_text(&matrix, AP_ADAPTER);
	assert_string_equal(adapters, "0x00");
	assert_true(matrix.has[AP_DOMAIN][255]);
}

static void values_that_are_no_numbers_are_not_understood(void **state)
{
	static const char *const values[] = {
		"", "x", "256", "-1", "5x", " 5", "99999999999999999999"
	};
	struct ap_matrix matrix;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		_cleanup_(device_freep) struct device *dev = device_new(NULL, NULL, NULL);

		device_insert_attr(dev, 0, "assign_adapter", values[i]);
		assert_false(ap_from_attrs(dev, &matrix));
	}
}

static void a_config_has_three_masks(void **state)
{
	static const char *const texts[] = {
		"",
		"0x,0x,0x",
		MASK_OF_0,
		MASK_OF_0 "," MASK_OF_0,
		MASK_OF_0 "," MASK_OF_0 "," MASK_OF_0 ",",
		MASK_OF_0 "," MASK_OF_0 "," MASK_OF_0 "0",
		MASK_OF_0 ";" MASK_OF_0 ";" MASK_OF_0,
	};
	struct ap_matrix matrix = { 0 };
	(void)state;

	assert_true(ap_from_config(MASK_OF_0 "," MASK_OF_0 "," MASK_OF_0 "\n", &matrix));
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_false(ap_from_config(texts[i], &matrix));
}

static void lists_have_queues_or_halves_of_them(void **state)
{
	_cleanup_(mem_freep) char *adapters = NULL;
	_cleanup_(mem_freep) char *domains = NULL;
	struct ap_matrix matrix;
	(void)state;

	assert_true(ap_from_lists("05.0047\n06.0047\n", "0001\n", &matrix));

	adapters = ap_text(&matrix, AP_ADAPTER);
	domains = ap_text(&matrix, AP_DOMAIN);
	assert_string_equal(adapters, "0x05 0x06");
	assert_string_equal(domains, "0x47");
	assert_true(ap_from_lists("05.\n", "", &matrix));
	assert_true(ap_from_lists(".0047\n", "", &matrix));
	assert_true(ap_from_lists("", "", &matrix));
	assert_false(ap_from_lists("0547\n", "", &matrix));
	assert_false(ap_from_lists("05.0100\n", "", &matrix));
}

int ap_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attributes_come_to_what_they_leave),
		cmocka_unit_test(ap_config_replaces_all),
		cmocka_unit_test(values_that_are_no_numbers_are_not_understood),
		cmocka_unit_test(a_config_has_three_masks),
		cmocka_unit_test(lists_have_queues_or_halves_of_them),
	};

	return cmocka_run_group_tests_name("ap", tests, NULL, NULL);
}
