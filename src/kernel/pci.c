/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the kernel's Documentation/ABI/testing/sysfs-bus-pci. */
#include "kernel/pci.h"

#include <stdlib.h>

#include "sysfs_private.h"

#define VENDOR_NVIDIA 0x10de
/* The first byte of the class of display controllers. */
#define CLASS_DISPLAY 0x03

err_t pci_list(const struct sysfs *sysfs, struct strlist *ret)
{
	if (sysfs->top)
		TRY(sysfs_list(sysfs->top, SYSFS_PCI, ret));
	strlist_sort(ret);
	return NULL;
}

/* A number in any base; 0 if there is no such file. */
static err_t read_pci_number(const struct sysfs *sysfs, const char *name, const char *file,
			     unsigned long *ret)
{
	_cleanup_(mem_freep) char *path = mem_printf(SYSFS_PCI "/%s", name);
	_cleanup_(dir_freep) struct dir *dir = NULL;
	_cleanup_(mem_freep) char *text = NULL;

	*ret = 0;
	if (sysfs->top)
		TRY(sysfs_pass_absence(dir_open_linked(sysfs->top, path, &dir)));
	if (dir)
		TRY(sysfs_pass_absence(dir_read(dir, file, SYSFS_FILE_MAX, &text, NULL)));
	if (text)
		*ret = strtoul(text, NULL, 0);
	return NULL;
}

err_t pci_is_nvidia_gpu(const struct sysfs *sysfs, const char *name, bool *ret)
{
	unsigned long vendor;
	unsigned long class;

	TRY(read_pci_number(sysfs, name, "vendor", &vendor));
	TRY(read_pci_number(sysfs, name, "class", &class));
	*ret = vendor == VENDOR_NVIDIA && class >> 16 == CLASS_DISPLAY;
	return NULL;
}

struct address {
	unsigned long domain;
	unsigned long id; /* bus, device and function in one number, as PCI Express counts them */
};

/* Reads a hexadecimal number of at most @max, and @end behind it, at *at, which moves behind both.
 */
static bool read_hex(const char **at, char end, unsigned long max, unsigned long *ret)
{
	char *behind;

	*ret = strtoul(*at, &behind, 16);
	if (behind == *at || *behind != end || *ret > max)
		return false;
	*at = behind + (end != '\0');
	return true;
}

static bool read_address(const char *name, struct address *ret)
{
	unsigned long bus;
	unsigned long device;
	unsigned long function;

	if (!read_hex(&name, ':', 0xffffffff, &ret->domain) || !read_hex(&name, ':', 0xff, &bus) ||
	    !read_hex(&name, '.', 0x1f, &device) || !read_hex(&name, '\0', 7, &function))
		return false;
	ret->id = bus << 8 | device << 3 | function;
	return true;
}

/* Function N has the number FIRST + N * STRIDE: PCI Express Base Specification, "VF Stride". */
err_t pci_is_function_of(const struct sysfs *sysfs, const char *physical, const char *name,
			 bool *ret)
{
	struct address card;
	struct address function;
	unsigned long offset;
	unsigned long stride;
	unsigned long total;

	*ret = false;
	if (!read_address(physical, &card) || !read_address(name, &function) ||
	    card.domain != function.domain)
		return NULL;
	TRY(read_pci_number(sysfs, physical, "sriov_offset", &offset));
	if (!offset)
		return NULL;
	TRY(read_pci_number(sysfs, physical, "sriov_stride", &stride));
	TRY(read_pci_number(sysfs, physical, "sriov_totalvfs", &total));
	for (unsigned long i = 0; i < total && i <= 0xffff && !*ret; i++)
		*ret = card.id + offset + i * stride == function.id;
	return NULL;
}
