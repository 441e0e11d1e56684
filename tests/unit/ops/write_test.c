/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a claim does not cover is refused, and nothing is written: on a tree of plain files. */
#include "write.h"

#include <sys/stat.h>

#include "fixture.h"
#include "suites.h"

#define P_DIR	"sys/devices/P"
#define Q_DIR	"sys/devices/Q"
#define CREATE	"/mdev_supported_types/T/create"
#define SCRIPTS "usr/lib/mdevctl/scripts.d/callouts"

/* Does as if it changed everything, and says that it was called. */
#define SCRIPT                                                            \
	"#!/bin/sh\n"                                                     \
	"case \"$*\" in\n"                                                \
	"*capabilities*) echo '{\"supports\":{\"version\":2,\"actions\":" \
	"[\"modify\"],\"events\":[\"live\"]}}' ;;\n"                      \
	"*) echo called >>\"${0%/*}/../called\" ;;\n"                     \
	"esac\n"

static void make_parent(const struct fixture *fx, const char *name)
{
	_cleanup_(mem_freep) char *create = mem_printf("sys/devices/%s" CREATE, name);
	_cleanup_(mem_freep) char *link = mem_printf("sys/class/mdev_bus/%s", name);
	_cleanup_(mem_freep) char *target = mem_printf("../../devices/%s", name);

	fixture_write(fx, create, "");
	fixture_link(fx, target, link);
}

static void make_device(const struct fixture *fx, const char *parent, const char *uuid)
{
	_cleanup_(mem_freep) char *dir = mem_printf("sys/devices/%s/%s", parent, uuid);
	_cleanup_(mem_freep) char *remove = mem_printf("%s/remove", dir);
	_cleanup_(mem_freep) char *attr = mem_printf("%s/size", dir);
	_cleanup_(mem_freep) char *type = mem_printf("%s/mdev_type", dir);
	_cleanup_(mem_freep) char *link = mem_printf("sys/bus/mdev/devices/%s", uuid);
	_cleanup_(mem_freep) char *target = mem_printf("../../../devices/%s/%s", parent, uuid);

	fixture_write(fx, remove, "");
	fixture_write(fx, attr, "");
	fixture_link(fx, "../mdev_supported_types/T", type);
	fixture_link(fx, target, link);
}

/* A claim of UUID_A under the cover of P alone. */
struct scene {
	struct ops *ops;
	struct cover cover;
	struct claim *claim;
};

static void scene_end(struct scene *scene)
{
	claim_free(scene->claim);
	cover_clear(&scene->cover);
	ops_free(scene->ops);
}

/* Of parents P and Q, of which P has UUID_B and @parent UUID_A. */
static void begin(const struct fixture *fx, const char *parent, struct scene *ret)
{
	const struct uuid uuid = fixture_uuid(UUID_A);
	const struct deadline none = deadline_in(0);

	make_parent(fx, "P");
	make_parent(fx, "Q");
	make_device(fx, parent, UUID_A);
	make_device(fx, "P", UUID_B);
	assert_ok(ops_open(fx->env, &ret->ops));
	assert_ok(cover_parent(ret->ops, "P", LOCK_EXCLUSIVE, &none, &ret->cover));
	assert_ok(claim_under(ret->ops, &uuid, &ret->cover, &none, &ret->claim));
}

static struct device *device(const char *uuid_text, const char *parent)
{
	const struct uuid uuid = fixture_uuid(uuid_text);
	struct device *dev = device_new(&uuid, parent, "T");

	device_insert_attr(dev, 0, "size", "1");
	return dev;
}

static void check_empty(const struct fixture *fx, const char *path)
{
	_cleanup_(mem_freep) char *text = fixture_read(fx, path);

	assert_string_equal(text, "");
}

#define assert_refused(fx, e, uuid, parent)                                         \
	assert_err(fx, e, ERR_FAILED,                                               \
		   uuid " on parent '" parent "' is not touched: this run has not " \
			"locked that parent",                                       \
		   "do it with a run of its own: 'mdevadm stop --uuid " uuid "'")

static void nothing_is_created_on_another_parent(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(scene_end) struct scene scene = { 0 };
	_cleanup_(device_freep) struct device *dev = device(UUID_A, "Q");
	_cleanup_(err_freep) struct err *e = NULL;
	begin(fx, "P", &scene);

	e = write_create(scene.claim, dev);

	assert_refused(fx, e, UUID_A, "Q");
	check_empty(fx, Q_DIR CREATE);
}

static void no_other_device_is_created(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(scene_end) struct scene scene = { 0 };
	_cleanup_(device_freep) struct device *dev = device(UUID_B, "P");
	_cleanup_(err_freep) struct err *e = NULL;
	begin(fx, "P", &scene);

	e = write_create(scene.claim, dev);

	assert_err(fx, e, ERR_FAILED, UUID_B " is not touched: this run has locked " UUID_A,
		   "do it with a run of its own: 'mdevadm stop --uuid " UUID_B "'");
	check_empty(fx, P_DIR CREATE);
}

static void what_is_covered_is_created(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(scene_end) struct scene scene = { 0 };
	_cleanup_(device_freep) struct device *dev = device(UUID_A, "P");
	_cleanup_(mem_freep) char *text = NULL;
	begin(fx, "P", &scene);

	assert_ok(write_create(scene.claim, dev));

	text = fixture_read(fx, P_DIR CREATE);
	assert_string_equal(text, UUID_A);
}

static void no_attribute_is_written_on_another_parent(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(scene_end) struct scene scene = { 0 };
	_cleanup_(device_freep) struct device *dev = device(UUID_A, "Q");
	_cleanup_(err_freep) struct err *e = NULL;
	begin(fx, "Q", &scene);

	e = write_attrs(scene.claim, dev);

	assert_refused(fx, e, UUID_A, "Q");
	check_empty(fx, Q_DIR "/" UUID_A "/size");
}

static void no_attribute_of_another_device_is_written(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(scene_end) struct scene scene = { 0 };
	_cleanup_(device_freep) struct device *dev = device(UUID_B, "P");
	_cleanup_(err_freep) struct err *e = NULL;
	begin(fx, "P", &scene);

	e = write_attrs(scene.claim, dev);

	assert_err(fx, e, ERR_FAILED, UUID_B " is not touched: this run has locked " UUID_A,
		   "do it with a run of its own: 'mdevadm stop --uuid " UUID_B "'");
	check_empty(fx, P_DIR "/" UUID_B "/size");
}

static void attributes_of_what_is_covered_are_written(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(scene_end) struct scene scene = { 0 };
	_cleanup_(device_freep) struct device *dev = device(UUID_A, "P");
	_cleanup_(mem_freep) char *text = NULL;
	begin(fx, "P", &scene);

	assert_ok(write_attrs(scene.claim, dev));

	text = fixture_read(fx, P_DIR "/" UUID_A "/size");
	assert_string_equal(text, "1\n");
}

/* Nor does the lock of P remember a removal. */
static void nothing_is_removed_from_another_parent(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(scene_end) struct scene scene = { 0 };
	const struct deadline none = deadline_in(0);
	_cleanup_(err_freep) struct err *e = NULL;
	bool goes_on = false;
	begin(fx, "Q", &scene);

	e = write_remove(scene.claim, "Q", &none, &goes_on);

	assert_refused(fx, e, UUID_A, "Q");
	check_empty(fx, Q_DIR "/" UUID_A "/remove");
	assert_false(goes_on);
	assert_false(lock_was_marked(scene.cover.items[0].lock, 60000));
}

static void nothing_is_changed_live_on_another_parent(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(scene_end) struct scene scene = { 0 };
	_cleanup_(device_freep) struct device *dev = device(UUID_A, "Q");
	_cleanup_(callout_operation_freep) struct callout_operation *operation = NULL;
	_cleanup_(err_freep) struct err *e = NULL;
	begin(fx, "Q", &scene);
	fixture_write(fx, SCRIPTS "/script", SCRIPT);
	operation = callout_operation_new(scene.ops->callouts, ACTION_MODIFY, dev);

	e = write_live(scene.claim, dev, operation);

	assert_refused(fx, e, UUID_A, "Q");
	assert_false(fixture_has(fx, "usr/lib/mdevctl/scripts.d/called"));
}

static void no_other_device_is_changed_live(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(scene_end) struct scene scene = { 0 };
	_cleanup_(device_freep) struct device *dev = device(UUID_B, "P");
	_cleanup_(callout_operation_freep) struct callout_operation *operation = NULL;
	_cleanup_(err_freep) struct err *e = NULL;
	begin(fx, "P", &scene);
	fixture_write(fx, SCRIPTS "/script", SCRIPT);
	operation = callout_operation_new(scene.ops->callouts, ACTION_MODIFY, dev);

	e = write_live(scene.claim, dev, operation);

	assert_err(fx, e, ERR_FAILED, UUID_B " is not touched: this run has locked " UUID_A,
		   "do it with a run of its own: 'mdevadm stop --uuid " UUID_B "'");
	assert_false(fixture_has(fx, "usr/lib/mdevctl/scripts.d/called"));
}

/* The script is one that would be called. */
static void what_is_covered_is_changed_live(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(scene_end) struct scene scene = { 0 };
	_cleanup_(device_freep) struct device *dev = device(UUID_A, "P");
	_cleanup_(callout_operation_freep) struct callout_operation *operation = NULL;
	begin(fx, "P", &scene);
	fixture_write(fx, SCRIPTS "/script", SCRIPT);
	assert_int_equal(fchmodat(fx->dir->fd, SCRIPTS "/script", 0755, 0), 0);
	operation = callout_operation_new(scene.ops->callouts, ACTION_MODIFY, dev);

	assert_ok(write_live(scene.claim, dev, operation));

	assert_true(fixture_has(fx, "usr/lib/mdevctl/scripts.d/called"));
}

/* A virtual function's claim has locked the physical one, too, and touches nothing there. */
static void cover_of_a_virtual_function_has_the_physical_one(void **state)
{
	const struct fixture *fx = *state;
	const struct deadline none = deadline_in(0);
	_cleanup_(cover_clear) struct cover cover = { 0 };
	_cleanup_(ops_freep) struct ops *ops = NULL;
	make_parent(fx, "P");
	fixture_make_dir(fx, "sys/devices/PF");
	fixture_link(fx, "../PF", P_DIR "/physfn");
	assert_ok(ops_open(fx->env, &ops));

	assert_ok(cover_parent(ops, "P", LOCK_EXCLUSIVE, &none, &cover));

	assert_int_equal(cover.count, 2);
	assert_non_null(cover_find(&cover, "P"));
	assert_non_null(cover_find(&cover, "PF"));
	assert_string_equal(cover_find(&cover, "P")->physical, "PF");
}

int write_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(nothing_is_created_on_another_parent),
		fixture_test(no_other_device_is_created),
		fixture_test(what_is_covered_is_created),
		fixture_test(no_attribute_is_written_on_another_parent),
		fixture_test(no_attribute_of_another_device_is_written),
		fixture_test(attributes_of_what_is_covered_are_written),
		fixture_test(nothing_is_removed_from_another_parent),
		fixture_test(nothing_is_changed_live_on_another_parent),
		fixture_test(no_other_device_is_changed_live),
		fixture_test(what_is_covered_is_changed_live),
		fixture_test(cover_of_a_virtual_function_has_the_physical_one),
	};

	return cmocka_run_group_tests_name("write", tests, NULL, NULL);
}
