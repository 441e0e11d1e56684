/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The types of definitions. NVIDIA numbers them anew with another driver or card: the number in a
 * definition may be gone, or mean another one than it did.
 */
#include <string.h>

#include "check.h"

enum verdict {
	VERDICT_UNKNOWN, /* the parent is not there, has no types, or it was told already */
	VERDICT_THERE,
	VERDICT_BY_NAME,    /* the definition has the human's name */
	VERDICT_RENUMBERED, /* the type of that name has another id here */
	VERDICT_AMBIGUOUS,
	VERDICT_ABSENT,
};

static const struct mdev_type *type_of_id(const struct parent *parent, const char *id)
{
	for (size_t i = 0; i < parent->type_count; i++)
		if (strcmp(parent->types[i].id, id) == 0)
			return &parent->types[i];
	return NULL;
}

/* What another parent has under that id, with a name; NULL if none has. */
static const struct mdev_type *find_elsewhere(const struct check *check, const char *id)
{
	for (size_t i = 0; i < check->parents.count; i++) {
		const struct mdev_type *type = type_of_id(check->parents.items[i], id);

		if (type && *type->name)
			return type;
	}
	return NULL;
}

static const struct mdev_type *find_named_type(const struct parent *parent, const char *name)
{
	for (size_t i = 0; i < parent->type_count; i++)
		if (strcmp(parent->types[i].name, name) == 0)
			return &parent->types[i];
	return NULL;
}

/* *ret is the type of the parent that the verdict is about, or NULL. */
static enum verdict judge_type(const struct check *check, const struct device *dev,
			       const struct mdev_type **ret)
{
	const struct parent *parent = dev->parent ? check_find_parent(check, dev->parent) : NULL;
	_cleanup_(strlist_clear) struct strlist ids = { 0 };
	const struct mdev_type *elsewhere;

	*ret = NULL;
	if (!parent || !parent->type_count)
		return VERDICT_UNKNOWN;
	parent_find_types(parent, dev->type, &ids);
	if (ids.count > 1)
		return VERDICT_AMBIGUOUS;
	if (ids.count) {
		*ret = type_of_id(parent, ids.items[0]);
		return strcmp((*ret)->id, dev->type) == 0 ? VERDICT_THERE : VERDICT_BY_NAME;
	}
	elsewhere = find_elsewhere(check, dev->type);
	*ret = elsewhere ? find_named_type(parent, elsewhere->name) : NULL;
	return *ret ? VERDICT_RENUMBERED : VERDICT_ABSENT;
}

const char *check_type_of(const struct check *check, const struct device *dev)
{
	const struct mdev_type *type;
	enum verdict verdict = judge_type(check, dev, &type);

	return verdict == VERDICT_THERE || verdict == VERDICT_BY_NAME ? type->id : NULL;
}

/* Reports what @explain says of each definition of that verdict. */
static void each_of(struct check *check, enum verdict verdict,
		    err_t (*explain)(const struct check *check, const struct device *dev,
				     const struct mdev_type *type),
		    void (*report)(struct check *check, const char *object, struct err *e))
{
	for (size_t i = 0; i < check->definitions.count; i++) {
		const struct device *dev = check->definitions.items[i];
		const struct mdev_type *type;

		if (judge_type(check, dev, &type) == verdict)
			report(check, dev->source, explain(check, dev, type));
	}
}

static err_t hint_change(struct err *e, const struct device *dev, const char *type)
{
	_cleanup_(mem_freep) char *parent = dev->parent ? check_quote(dev->parent) : NULL;
	_cleanup_(mem_freep) char *quoted = check_quote(type);

	if (!uuid_is_set(&dev->uuid))
		return err_hint(e, "write \"mdev_type\": \"%s\" if that is meant", type);
	return err_hint(e, "if that is meant: 'mdevadm modify --uuid %s --parent %s --type %s'",
			dev->uuid.text, parent, quoted);
}

static err_t absent_type(const struct check *check, const struct device *dev,
			 const struct mdev_type *type)
{
	const struct parent *parent = check_find_parent(check, dev->parent);
	_cleanup_(strlist_clear) struct strlist ids = { 0 };
	_cleanup_(mem_freep) char *joined = NULL;

	(void)type;
	for (size_t i = 0; i < parent->type_count; i++)
		strlist_add(&ids, mem_strdup(parent->types[i].id));
	joined = strlist_join_some(&ids, "'", 8);
	return err_hint(
		err_new(ERR_NOT_FOUND, "parent '%s' has no type '%s'", dev->parent, dev->type),
		"it has %s: change the definition's type to what is meant", joined);
}

static err_t ambiguous_type(const struct check *check, const struct device *dev,
			    const struct mdev_type *type)
{
	const struct parent *parent = check_find_parent(check, dev->parent);
	_cleanup_(strlist_clear) struct strlist ids = { 0 };
	_cleanup_(mem_freep) char *joined = NULL;

	(void)type;
	parent_find_types(parent, dev->type, &ids);
	joined = strlist_join_some(&ids, "'", 8);
	return err_hint(err_new(ERR_INVALID, "type '%s' may be any of %zu on parent '%s'",
				dev->type, ids.count, dev->parent),
			"write which: %s", joined);
}

static err_t renumbered(const struct check *check, const struct device *dev,
			const struct mdev_type *type)
{
	(void)check;
	return hint_change(err_new(ERR_NOT_FOUND,
				   "parent '%s' has no type '%s', which is '%s': here that is '%s'",
				   dev->parent, dev->type, type->name, type->id),
			   dev, type->id);
}

static err_t by_name(const struct check *check, const struct device *dev,
		     const struct mdev_type *type)
{
	(void)check;
	return hint_change(err_new(ERR_INVALID,
				   "the definition has a type's name, '%s': it is '%s' on parent "
				   "'%s' now, and mdevctl and libvirt do not find it",
				   dev->type, type->id, dev->parent),
			   dev, type->id);
}

static void look_for_absent_types(struct check *check)
{
	each_of(check, VERDICT_ABSENT, absent_type, check_fault);
	each_of(check, VERDICT_AMBIGUOUS, ambiguous_type, check_fault);
}

static void look_for_renumbered(struct check *check)
{
	each_of(check, VERDICT_RENUMBERED, renumbered, check_fault);
}

static void look_for_names(struct check *check)
{
	each_of(check, VERDICT_BY_NAME, by_name, check_note);
}

/* The parent that has something else under the id of @type, or NULL. */
static const struct parent *find_other_meaning(const struct check *check,
					       const struct mdev_type *type)
{
	for (size_t i = 0; i < check->parents.count; i++) {
		const struct mdev_type *other = type_of_id(check->parents.items[i], type->id);

		if (other && *other->name && strcmp(other->name, type->name) != 0)
			return check->parents.items[i];
	}
	return NULL;
}

static err_t two_meanings(const struct check *check, const struct device *dev,
			  const struct mdev_type *type)
{
	const struct parent *other = *type->name ? find_other_meaning(check, type) : NULL;

	if (!other)
		return NULL;
	return err_hint(err_new(ERR_INVALID, "type '%s' is '%s' on parent '%s', but '%s' on '%s'",
				type->id, type->name, dev->parent,
				type_of_id(other, type->id)->name, other->name),
			"see whether the definition was made for another card: 'mdevadm types' "
			"shows what both have");
}

static void look_for_two_meanings(struct check *check)
{
	each_of(check, VERDICT_THERE, two_meanings, check_note);
}

const struct check_rule check_type_rules[] = {
	{ "type-absent", look_for_absent_types },
	{ "type-renumbered", look_for_renumbered },
	{ "type-by-name", look_for_names },
	{ "type-of-two-names", look_for_two_meanings },
	{ 0 },
};
