/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What starts the devices that are auto: the udev rule of this program, or mdevctl's, or one that
 * somebody wrote. It is known by what it runs, whatever it is called. A file hides those of its
 * name in the places behind its own, and one that is empty or a link to /dev/null is none: udev(7),
 * and systemd.unit(5) for units.
 */
#pragma once

#include "check.h"

/* The unit that a rule has systemd start. */
#define START_UNIT "mdevadm-parent@.service"

/* A rule that starts devices. */
struct udev_rule {
	char *path;
	char *program;	/* the path that it runs; NULL if that is not known */
	bool uses_unit; /* and has systemd run it */
};

/* Zero-initialised is empty. */
struct udev_rules {
	struct udev_rule *items;
	size_t count;
};

/* What cannot be read is a finding. */
void udev_rules_read(struct check *check, struct udev_rules *ret);
void udev_rules_clear(struct udev_rules *rules);

/* Zero-initialised before. */
struct start_unit {
	char *path;
	bool is_masked;
	char *program; /* as in struct udev_rule */
};

/* False if there is none. */
bool start_unit_read(struct check *check, struct start_unit *ret);
void start_unit_clear(struct start_unit *unit);
/* Whether systemd runs the machine, as the rules see it. */
bool systemd_is_there(struct check *check);
