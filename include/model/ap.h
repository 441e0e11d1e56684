/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a vfio_ap device has of the machine's crypto cards: adapters, domains and control domains
 * (the kernel's Documentation/arch/s390/vfio-ap.rst). Its attributes add and take away, so what
 * was written is known by what they come to.
 */
#pragma once

#include "model/device.h"

enum ap_kind {
	AP_ADAPTER,
	AP_DOMAIN,
	AP_CONTROL_DOMAIN,
	AP_KINDS,
};

#define AP_MAX 256

struct ap_matrix {
	bool has[AP_KINDS][AP_MAX];
};

/* Whether a device of that type is one. */
bool ap_is_type(const char *type);
/* Whether the attribute is one of those that ap_from_attrs() understands. */
bool ap_is_attr(const char *name);
/* What @dev's attributes come to; false if a value is not understood. */
bool ap_from_attrs(const struct device *dev, struct ap_matrix *ret);
/* Reads the attribute ap_config, three masks; false if it is none. */
bool ap_from_config(const char *text, struct ap_matrix *ret);
/* Reads the attributes matrix and control_domains, which kernels without ap_config have. */
bool ap_from_lists(const char *matrix, const char *control_domains, struct ap_matrix *ret);

/* "adapters" and the like. */
const char *ap_kind_name(enum ap_kind kind);
bool ap_is_equal(const struct ap_matrix *a, const struct ap_matrix *b, enum ap_kind kind);
/* "0x05 0x0c", or "none"; owned by the caller. */
char *ap_text(const struct ap_matrix *matrix, enum ap_kind kind);
