/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parents on which something is defined and that are not there: each has one reason. */
#include <string.h>

#include "check.h"
#include "kernel/hardware.h"
#include "kernel/pci.h"
#include "kernel/vendor.h"

static struct defined_parent *add_parent(struct check *check, const char *name)
{
	for (size_t i = 0; i < check->defined_parent_count; i++)
		if (strcmp(check->defined_parents[i].name, name) == 0)
			return &check->defined_parents[i];
	check->defined_parents = mem_grow(check->defined_parents, check->defined_parent_count,
					  sizeof(*check->defined_parents));
	check->defined_parents[check->defined_parent_count] =
		(struct defined_parent){ .name = name };
	return &check->defined_parents[check->defined_parent_count++];
}

/* Whether one of the functions with NVIDIA's own interface is a virtual one of it. */
static err_t has_vendor_function(const struct check *check, const char *physical, bool *ret)
{
	const struct strlist *functions = &check->vendor_functions;

	*ret = false;
	for (size_t i = 0; i < functions->count && !*ret; i++) {
		_cleanup_(hardware_clear) struct hardware hardware = HARDWARE_UNKNOWN;

		TRY(hardware_read(check->ops->sysfs, functions->items[i], &hardware));
		*ret = hardware.physical && strcmp(hardware.physical, physical) == 0;
	}
	return NULL;
}

/* The physical function that would have it, if its virtual ones were on; *ret may stay NULL. */
static err_t find_card_without(const struct check *check, const char *name, char **ret)
{
	_cleanup_(strlist_clear) struct strlist devices = { 0 };

	TRY(pci_list(check->ops->sysfs, &devices));
	for (size_t i = 0; i < devices.count; i++) {
		bool is_so;

		TRY(pci_is_function_of(check->ops->sysfs, devices.items[i], name, &is_so));
		if (is_so) {
			*ret = take(devices.items[i]);
			return NULL;
		}
	}
	return NULL;
}

static err_t classify(const struct check *check, const struct hardware *hardware,
		      struct defined_parent *ret)
{
	_cleanup_(strlist_clear) struct strlist functions = { 0 };
	bool is_vendor = strlist_has(&check->vendor_functions, ret->name);

	TRY(sysfs_list_virtual_functions(check->ops->sysfs, ret->name, &functions));
	if (!is_vendor)
		TRY(has_vendor_function(check, ret->name, &is_vendor));
	ret->absence = ABSENCE_NOT_THERE;
	if (is_vendor) {
		ret->absence = ABSENCE_VENDOR;
	} else if (functions.count || hardware->functions > 0) {
		ret->absence = ABSENCE_CARD;
	} else if (hardware->driver) {
		ret->other = mem_strdup(hardware->driver);
		ret->absence = strcmp(ret->other, "vfio-pci") == 0 ? ABSENCE_VFIO_PCI
								   : ABSENCE_OTHER_DRIVER;
	} else if (hardware->path) {
		ret->absence = ABSENCE_NO_DRIVER;
	} else {
		TRY(find_card_without(check, ret->name, &ret->other));
		if (ret->other)
			ret->absence = ABSENCE_FUNCTION_OFF;
	}
	return NULL;
}

static err_t find_absence(const struct check *check, struct defined_parent *ret)
{
	_cleanup_(hardware_clear) struct hardware hardware = HARDWARE_UNKNOWN;

	ret->absence = ABSENCE_UNKNOWN;
	if (!check->knows_parents)
		return NULL;
	if (strlist_has(&check->names, ret->name)) {
		ret->absence = ABSENCE_NONE;
		return NULL;
	}
	if (!check->ops) {
		ret->absence = ABSENCE_NOT_THERE;
		return NULL;
	}
	TRY(hardware_read(check->ops->sysfs, ret->name, &hardware));
	return classify(check, &hardware, ret);
}

#define SEE_HARDWARE                                                                           \
	"see whether the hardware is there and its driver is loaded; if it is gone for good: " \
	"'mdevadm undefine --all --parent %s'"
#define SEE_DUMP "the hardware that '%s' describes has no such parent"

static err_t not_there(const struct check *check, const struct defined_parent *parent)
{
	const char *near = strlist_nearest(&check->names, parent->name);
	_cleanup_(mem_freep) char *quoted = check_quote(parent->name);
	struct err *e = err_new(ERR_NOT_FOUND, "parent '%s' is not there", parent->name);

	if (!check->ops && near)
		return err_hint(e, "did you mean '%s'? If not, " SEE_DUMP, near,
				check->files->types);
	if (!check->ops)
		return err_hint(e, SEE_DUMP, check->files->types);
	if (near)
		return err_hint(e, "did you mean '%s'? If not, " SEE_HARDWARE, near, quoted);
	return err_hint(e, SEE_HARDWARE, quoted);
}

/* What a driver needs before its devices are parents. */
static const struct {
	const char *driver;
	const char *advice;
} drivers[] = {
	{ "nvidia", "it has to be the one of NVIDIA's vGPU software, with its manager running: "
		    "systemctl status nvidia-vgpu-mgr" },
	{ "i915", "load kvmgt, and i915 with the parameter enable_gvt=1" },
};

static err_t other_driver(const struct defined_parent *parent)
{
	struct err *e = err_new(ERR_NOT_FOUND,
				"device '%s' is no parent: its driver '%s' offers no mediated "
				"devices there",
				parent->name, parent->other);

	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
		if (strcmp(drivers[i].driver, parent->other) == 0)
			return err_hint(e, "%s", drivers[i].advice);
	return err_hint(e, "see whether that is the right driver, and the kernel's log: "
			   "journalctl -k");
}

/* Those that have rules of their own are left to them. */
static err_t reason_of(const struct check *check, const struct defined_parent *parent)
{
	switch (parent->absence) {
	case ABSENCE_NO_DRIVER:
		return err_hint(err_new(ERR_NOT_FOUND,
					"device '%s' is no parent: no driver is bound to it",
					parent->name),
				"load the driver; the kernel's log says why it does not bind: "
				"journalctl -k");
	case ABSENCE_OTHER_DRIVER:
		return other_driver(parent);
	case ABSENCE_NOT_THERE:
		return not_there(check, parent);
	default:
		return NULL;
	}
}

/* "MESSAGE: N definitions are on it, M of them auto". */
static err_t add_counts(struct err *e, const struct defined_parent *parent)
{
	struct err *whole;

	if (!e)
		return NULL;
	whole = err_new(err_kind(e), "%s; %zu definition%s on it, %zu auto", err_message(e),
			parent->defined, parent->defined == 1 ? " is" : "s are", parent->autos);
	if (err_advice(e))
		whole = err_hint(whole, "%s", err_advice(e));
	err_free(e);
	return whole;
}

/* One that nobody starts by itself may well wait for hardware that comes. */
static void tell_absence(struct check *check, const struct defined_parent *parent, struct err *e)
{
	e = add_counts(e, parent);
	if (parent->autos)
		check_fault(check, parent->name, e);
	else
		check_note(check, parent->name, e);
}

static void look_for_parents(struct check *check)
{
	for (size_t i = 0; i < check->definitions.count; i++) {
		const struct device *dev = check->definitions.items[i];
		struct defined_parent *parent = dev->parent ? add_parent(check, dev->parent) : NULL;

		if (!parent)
			continue;
		parent->defined++;
		parent->autos += dev->start == DEVICE_START_AUTO;
	}
	for (size_t i = 0; i < check->defined_parent_count; i++) {
		struct defined_parent *parent = &check->defined_parents[i];

		check->object = parent->name;
		check_cannot_tell(check, parent->name, find_absence(check, parent));
		tell_absence(check, parent, reason_of(check, parent));
	}
}

static void look_for_cards(struct check *check)
{
	for (size_t i = 0; i < check->defined_parent_count; i++) {
		const struct defined_parent *parent = &check->defined_parents[i];
		_cleanup_(mem_freep) char *quoted = check_quote(parent->name);

		if (parent->absence == ABSENCE_CARD)
			check_fault(check, parent->name,
				    add_counts(err_hint(err_new(ERR_INVALID,
								"'%s' is a physical function, and "
								"only its virtual ones are parents",
								parent->name),
							"define on one of them: 'mdevadm types "
							"--parent %s' lists them",
							quoted),
					       parent));
	}
}

static err_t left_over(const struct check *check, const char *parent)
{
	_cleanup_(err_freep) struct err *why = vendor_explain(check->ops->sysfs, parent);
	_cleanup_(mem_freep) char *quoted = check_quote(parent);

	return err_hint(
		err_new(ERR_INVALID, "what is defined there is left over: %s", err_message(why)),
		"'mdevadm undefine --all --parent %s' removes it; vGPUs are made there as "
		"NVIDIA's vGPU guide says",
		quoted);
}

static void look_for_left_over(struct check *check)
{
	for (size_t i = 0; i < check->defined_parent_count; i++) {
		const struct defined_parent *parent = &check->defined_parents[i];

		if (parent->absence == ABSENCE_VENDOR)
			check_fault(check, parent->name,
				    add_counts(left_over(check, parent->name), parent));
	}
}

const struct check_rule check_absence_rules[] = {
	{ "parent-absent", look_for_parents },
	{ "definition-on-card", look_for_cards },
	{ "definition-left-over", look_for_left_over },
	{ 0 },
};
