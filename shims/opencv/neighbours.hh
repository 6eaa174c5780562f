// SPDX-License-Identifier: LGPL-2.1-or-later
// The files beside a picture that GDAL may look into: headers, colour tables, masks.
#ifndef SP_CV_NEIGHBOURS_HH
#define SP_CV_NEIGHBOURS_HH

#include <string>
#include <vector>
#include "shims/opencv/format.h"

namespace sp_cv {

struct Neighbours {
	std::vector<char> table; // sp_cv_neighbour and name, one behind the other
	std::vector<char> bytes; // of the files, in the same order
	uint32_t count = 0;
};

// Read, with the program's own rights, the regular files of @path's folder whose names are its own up to the last dot, or begin so, with a dot behind
// ("x.tif": x, x.hdr, x.tif.aux.xml). Of more than SP_CV_NEIGHBOURS_MAX the first by name; what makes the sum exceed @max bytes is left out. Changes errno.
Neighbours read_neighbours(const std::string &path, uint64_t max);

} // namespace sp_cv

#endif
