/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

err_t library_open(const char *soname, const char *package, const struct library_symbol *symbols)
{
	void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return err_hint(err_new(ERR_FAILED, "cannot open the library '%s'", soname),
				"install the package '%s'", package);
	for (; symbols->name; symbols++) {
		void *address = dlsym(library, symbols->name);

		if (!address)
			return err_hint(err_new(ERR_FAILED, "the library '%s' has no '%s'", soname,
						symbols->name),
					"install a newer package '%s'", package);
		memcpy(symbols->target, &address, sizeof(address));
	}
	return NULL;
}
