// SPDX-License-Identifier: LGPL-2.1-or-later
// A module linked to the library, as Python's cv2 is.
#include "tests/hosts/host.hh"

extern "C" __attribute__((visibility("default"))) bool module_read_all(const char *dir);

bool module_read_all(const char *dir)
{
	return host::all_well(dir);
}
