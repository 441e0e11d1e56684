/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a file inherits from the one that it replaces. */
#pragma once

#include "base/dir.h"

/*
 * Gives the file @fd owner, mode, access control list and other extended attributes of @name, or
 * mode 0644 if no regular file is there. @fd has mode 0600 before, and at no moment gives anybody
 * access whom the old one denies it. What cannot be kept is an error.
 */
err_t successor_inherit(int fd, const struct dir *dir, const char *name);
