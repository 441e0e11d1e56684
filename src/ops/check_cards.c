/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cards of virtual functions, and those of NVIDIA's, which have several ways of being of no use. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "kernel/hardware.h"
#include "kernel/pci.h"
#include "kernel/vendor.h"

/* Of a device that may be behind a parent, or not. */
static void read_hardware(struct check *check, const char *name, struct hardware *ret)
{
	check->object = name;
	check_cannot_tell(check, name, hardware_read(check->ops->sysfs, name, ret));
}

static void read_cards(struct check *check)
{
	for (size_t i = 0; i < check->names.count; i++) {
		_cleanup_(hardware_clear) struct hardware hardware = HARDWARE_UNKNOWN;

		read_hardware(check, check->names.items[i], &hardware);
		strlist_add(&check->cards, hardware.physical ? take(hardware.physical)
							     : mem_strdup(check->names.items[i]));
	}
}

/* The card that the parent is a function of, or itself. */
static const char *card_of(const struct check *check, const char *parent)
{
	for (size_t i = 0; i < check->names.count; i++)
		if (strcmp(check->names.items[i], parent) == 0)
			return check->cards.items[i];
	return parent;
}

bool check_is_nvidia(struct check *check, const char *name)
{
	bool is_so = false;

	check_cannot_tell(check, name, pci_is_nvidia_gpu(check->ops->sysfs, name, &is_so));
	return is_so;
}

/* Once for each card: the others of it say the same, and that is added once. */
static void look_for_vendor_functions(struct check *check)
{
	for (size_t i = 0; i < check->vendor_functions.count; i++) {
		_cleanup_(hardware_clear) struct hardware hardware = HARDWARE_UNKNOWN;

		read_hardware(check, check->vendor_functions.items[i], &hardware);
		if (hardware.physical)
			check_note(check, hardware.physical,
				   vendor_explain(check->ops->sysfs, hardware.physical));
	}
}

static const struct defined_parent *find_defined(const struct check *check, const char *name)
{
	for (size_t i = 0; i < check->defined_parent_count; i++)
		if (strcmp(check->defined_parents[i].name, name) == 0)
			return &check->defined_parents[i];
	return NULL;
}

/* How many definitions are on functions that the card would have. */
static size_t count_defined_on(const struct check *check, const char *card)
{
	size_t count = 0;

	for (size_t i = 0; i < check->defined_parent_count; i++) {
		const struct defined_parent *parent = &check->defined_parents[i];

		if (parent->absence == ABSENCE_FUNCTION_OFF && strcmp(parent->other, card) == 0)
			count += parent->defined;
	}
	return count;
}

static err_t functions_off(const char *card, long max, bool nvidia, size_t defined)
{
	_cleanup_(mem_freep) char *definitions =
		defined ? mem_printf("; on those %zu definition%s", defined,
				     defined == 1 ? " is" : "s are")
			: mem_strdup("");
	struct err *e = err_new(ERR_NOT_FOUND,
				"the virtual functions of '%s' are off: there are 0 of %ld%s", card,
				max, definitions);

	if (nvidia)
		return err_hint(e,
				"'/usr/lib/nvidia/sriov-manage -e %s' makes them, at each start of "
				"the machine anew",
				card);
	return err_hint(
		e,
		"'echo %ld >/sys/bus/pci/devices/%s/sriov_numvfs' makes them, at each start "
		"of the machine anew",
		max, card);
}

/* A card may be used as a whole; network cards have such functions, too. */
static void look_at_card(struct check *check, const char *name)
{
	_cleanup_(hardware_clear) struct hardware hardware = HARDWARE_UNKNOWN;
	size_t defined = count_defined_on(check, name);
	bool nvidia = check_is_nvidia(check, name);
	struct err *e;

	if (!nvidia && !defined)
		return;
	read_hardware(check, name, &hardware);
	if (hardware.functions != 0 || hardware.functions_max <= 0)
		return;
	e = functions_off(name, hardware.functions_max, nvidia, defined);
	if (defined)
		check_fault(check, name, e);
	else
		check_note(check, name, e);
}

/* Calls @look for all PCI devices. */
static void each_device(struct check *check, void (*look)(struct check *check, const char *name))
{
	_cleanup_(strlist_clear) struct strlist devices = { 0 };

	check_cannot_tell(check, check->env.dir[ENV_DIR_SYS],
			  pci_list(check->ops->sysfs, &devices));
	for (size_t i = 0; i < devices.count; i++)
		look(check, devices.items[i]);
}

static void look_for_functions_off(struct check *check)
{
	each_device(check, look_at_card);
}

static err_t on_vfio_pci(const char *name)
{
	return err_hint(err_new(ERR_FAILED,
				"'%s' is bound to vfio-pci, so it goes to a guest as a whole and "
				"has no mediated devices",
				name),
			"if that is not meant, end what binds it (driverctl list-overrides, "
			"vfio-pci.ids=), then 'echo %s >/sys/bus/pci/drivers/vfio-pci/unbind'",
			name);
}

static void look_at_driver(struct check *check, const char *name)
{
	_cleanup_(hardware_clear) struct hardware hardware = HARDWARE_UNKNOWN;
	const struct defined_parent *parent = find_defined(check, name);

	if (parent && parent->absence == ABSENCE_VFIO_PCI) {
		check_fault(check, name, on_vfio_pci(name));
		return;
	}
	if (!check_is_nvidia(check, name))
		return;
	read_hardware(check, name, &hardware);
	if (hardware.physical && hardware.driver && strcmp(hardware.driver, "vfio-pci") == 0)
		check_note(check, name, on_vfio_pci(name));
}

static void look_for_vfio_pci(struct check *check)
{
	each_device(check, look_at_driver);
}

/* Whether anything runs on the card. */
static bool is_card_used(const struct check *check, const char *card)
{
	for (size_t i = 0; i < check->running.count; i++)
		if (strcmp(card_of(check, check->running.items[i]->parent), card) == 0)
			return true;
	return false;
}

static bool has_instance(const struct check *check, const char *card)
{
	for (size_t i = 0; i < check->parents.count; i++) {
		const struct parent *parent = check->parents.items[i];

		for (size_t j = 0; j < parent->type_count; j++)
			if (parent->types[j].available_instances &&
			    strcmp(card_of(check, parent->name), card) == 0)
				return true;
	}
	return false;
}

static void look_for_instances(struct check *check)
{
	for (size_t i = 0; i < check->parents.count; i++) {
		const struct parent *parent = check->parents.items[i];
		const char *card = card_of(check, parent->name);

		if (!parent->type_count || !check_is_nvidia(check, parent->name) ||
		    has_instance(check, card) || is_card_used(check, card))
			continue;
		check_note(check, card,
			   err_hint(err_new(ERR_NO_INSTANCE,
					    "GPU '%s' offers no instance of any type, and nothing "
					    "runs on it",
					    card),
				    CHECK_MIG_HINT));
	}
}

const struct check_rule check_card_rules[] = {
	{ "hardware-unreadable", read_cards },
	{ "nvidia-interface", look_for_vendor_functions },
	{ "functions-off", look_for_functions_off },
	{ "function-on-vfio-pci", look_for_vfio_pci },
	{ "no-instances", look_for_instances },
	{ 0 },
};
