// SPDX-License-Identifier: LGPL-2.1-or-later
// In the zygote: archives of all that the library can read, so that what is done once in a process is behind us.
#ifndef SP_VDB_SAMPLES_HH
#define SP_VDB_SAMPLES_HH

#include <string>
#include <vector>

namespace sp_vdb {

// As bytes, made by the library. Before its own grids are replaced.
std::vector<std::string> samples();
// An archive of one small grid, which is read in no time.
std::string small_sample();

} // namespace sp_vdb

#endif
