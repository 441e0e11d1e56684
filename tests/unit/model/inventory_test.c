/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/inventory.h"

#include <string.h>

#include "fixture.h"
#include "suites.h"

/* A type of a name that ends with its size, as NVIDIA's do. */
static struct mdev_type type(const char *size, const char *description, unsigned long available)
{
	return (struct mdev_type){
		.id = mem_printf("nvidia-%s", size),
		.available_instances = available,
		.device_api = mem_strdup("vfio-pci"),
		.name = mem_printf("GRID X-%s", size),
		.description = mem_strdup(description),
	};
}

static long framebuffer_of(const char *description)
{
	struct mdev_type one = type("1Q", description, 1);
	long number = mdev_type_framebuffer(&one);

	mdev_type_clear(&one);
	return number;
}

static void numbers_of_a_description_are_found(void **state)
{
	(void)state;
	assert_int_equal(framebuffer_of("num_heads=4, framebuffer=1024M, max_instance=16"), 1024);
	assert_int_equal(framebuffer_of("framebuffer=40G"), 40960);
	assert_int_equal(framebuffer_of("framebuffer=512"), 512);
}

static void what_is_no_number_of_a_description_is_unknown(void **state)
{
	static const char *const texts[] = {
		"",
		"framebuffer=",
		"framebuffer=x",
		"framebuffer: 1024",
		"my_framebuffer=1024M",
		"framebuffer=-1",
		"framebuffer=99999999999999999999M",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_int_equal(framebuffer_of(texts[i]), -1);
}

/* A function of the card with the types 1Q, 2Q and 4Q of 8 GiB. */
static struct parent_info *function(long number, unsigned long a, unsigned long b, unsigned long c)
{
	_cleanup_(mem_freep) char *name = mem_printf("0000:06:00.%ld", 4 + number);
	struct parent *offer = parent_new(name);
	struct mdev_type types[] = {
		type("1Q", "framebuffer=1024M, max_instance=8", a),
		type("2Q", "framebuffer=2048M, max_instance=4", b),
		type("4Q", "framebuffer=4096M, max_instance=2", c),
	};
	struct parent_info *info;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		parent_add_type(offer, &types[i]);
	info = parent_info_new(PARENT_MDEV, offer);
	info->hardware.physical = mem_strdup("0000:06:00.0");
	info->hardware.function = number;
	return info;
}

/* @running devices of the type run on it. */
static struct parent_info *with(struct parent_info *info, size_t index, size_t running)
{
	info->uses[index].running = running;
	info->running += running;
	return info;
}

static const struct parent_info *card_of(struct parent_info_list *list)
{
	inventory_add_cards(list);
	assert_int_equal(list->items[0]->kind, PARENT_CARD);
	return list->items[0];
}

static void a_card_comes_before_its_functions_in_their_order(void **state)
{
	_cleanup_(parent_info_list_clear) struct parent_info_list list = { 0 };
	(void)state;
	parent_info_list_add(&list, function(10, 1, 1, 1));
	parent_info_list_add(&list, function(9, 1, 1, 1));

	card_of(&list);

	assert_int_equal(list.count, 3);
	assert_int_equal(list.items[1]->hardware.function, 9);
	assert_int_equal(list.items[2]->hardware.function, 10);
}

static void an_empty_card_has_the_room_of_its_descriptions(void **state)
{
	_cleanup_(parent_info_list_clear) struct parent_info_list list = { 0 };
	const struct parent_info *card;
	(void)state;
	for (long i = 0; i < 16; i++)
		parent_info_list_add(&list, function(i, 1, 1, 1));

	card = card_of(&list);

	assert_int_equal(card->uses[0].room, 8);
	assert_int_equal(card->uses[1].room, 4);
	assert_int_equal(card->uses[2].room, 2);
	assert_int_equal(card->uses[0].functions, 16);
	assert_null(card->only_size);
}

static void functions_that_offer_nothing_bound_the_room(void **state)
{
	_cleanup_(parent_info_list_clear) struct parent_info_list list = { 0 };
	(void)state;
	parent_info_list_add(&list, function(0, 1, 0, 0));
	parent_info_list_add(&list, function(1, 0, 0, 0));

	assert_int_equal(card_of(&list)->uses[0].room, 1);
}

static void a_size_takes_its_share_of_the_memory(void **state)
{
	_cleanup_(parent_info_list_clear) struct parent_info_list list = { 0 };
	const struct parent_info *card;
	long used;
	(void)state;
	parent_info_list_add(&list, with(function(0, 0, 0, 0), 2, 1));
	for (long i = 1; i < 16; i++)
		parent_info_list_add(&list, function(i, 1, 1, 1));

	card = card_of(&list);

	assert_int_equal(parent_info_memory(card, &used), 8192);
	assert_int_equal(used, 4096);
	assert_int_equal(card->uses[0].room, 4);
	assert_int_equal(card->uses[1].room, 2);
	assert_int_equal(card->uses[2].room, 1);
	assert_null(card->only_size);
}

static void a_size_that_shuts_others_out_is_named(void **state)
{
	_cleanup_(parent_info_list_clear) struct parent_info_list list = { 0 };
	(void)state;
	parent_info_list_add(&list, with(function(0, 0, 0, 0), 1, 1));
	parent_info_list_add(&list, function(1, 0, 1, 0));

	assert_string_equal(card_of(&list)->only_size, "2Q");
}

static void a_full_card_blames_no_size(void **state)
{
	_cleanup_(parent_info_list_clear) struct parent_info_list list = { 0 };
	(void)state;
	parent_info_list_add(&list, with(function(0, 0, 0, 0), 2, 1));
	parent_info_list_add(&list, with(function(1, 0, 0, 0), 2, 1));

	assert_null(card_of(&list)->only_size);
	assert_int_equal(parent_info_room(list.items[0]), 0);
}

static void a_function_says_no_room_of_its_own(void **state)
{
	_cleanup_(parent_info_list_clear) struct parent_info_list list = { 0 };
	(void)state;
	parent_info_list_add(&list, function(0, 1, 1, 1));

	card_of(&list);

	assert_int_equal(parent_info_room(list.items[1]), -1);
}

static void only_pci_devices_have_an_address(void **state)
{
	_cleanup_(mem_freep) char *pci = hardware_pci_address("0000:2b:00.4");
	static const char *const others[] = { "mtty",	       "0.0.0052",
					      "matrix",	       "0000:2b:00",
					      "0000:2b:00.44", "zz00:2b:00.4",
					      "00:2b:00.4",    "" };
	(void)state;

	assert_string_equal(pci, "00000000:2B:00.4");
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		assert_null(hardware_pci_address(others[i]));
}

int inventory_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_of_a_description_are_found),
		cmocka_unit_test(what_is_no_number_of_a_description_is_unknown),
		cmocka_unit_test(a_card_comes_before_its_functions_in_their_order),
		cmocka_unit_test(an_empty_card_has_the_room_of_its_descriptions),
		cmocka_unit_test(functions_that_offer_nothing_bound_the_room),
		cmocka_unit_test(a_size_takes_its_share_of_the_memory),
		cmocka_unit_test(a_size_that_shuts_others_out_is_named),
		cmocka_unit_test(a_full_card_blames_no_size),
		cmocka_unit_test(a_function_says_no_room_of_its_own),
		cmocka_unit_test(only_pci_devices_have_an_address),
	};

	return cmocka_run_group_tests_name("inventory", tests, NULL, NULL);
}
