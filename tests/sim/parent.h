/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sysfs shows of parents and types. */
#pragma once

#include "sim.h"

/* Makes the directories that every mdev host has. */
void parent_add_roots(struct sim *sim);
/* Shows the parent's device, its types and its link, as when its driver has just come. */
void parent_show(struct sim *sim, struct parent *parent);
/* Shows its device alone, if that is there without the driver. */
void parent_show_bare(struct sim *sim, struct parent *parent);
/* Its driver goes. Orphans keep the parent's directory in place. */
void parent_hide(struct sim *sim, struct parent *parent);

/* class/mdev_bus, with all links, or without it. */
void parent_set_class(struct sim *sim, bool is_there);

/* TYPE_FILES if none is called @name. */
enum type_file type_file_by_name(const char *name);
/* What the file shows instead of the truth; NULL: the truth again. Takes @text over. */
void type_set_garbage(struct sim *sim, struct type *type, enum type_file file, char *text);
void type_set_hidden(struct sim *sim, struct type *type, enum type_file file, bool is_hidden);
