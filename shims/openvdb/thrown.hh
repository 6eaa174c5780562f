// SPDX-License-Identifier: LGPL-2.1-or-later
// In the helper: exceptions of the library, for the program to throw.
#ifndef SP_VDB_THROWN_HH
#define SP_VDB_THROWN_HH

#include <functional>
#include "shims/openvdb/format.h"

namespace sp_vdb {

// Call; what it throws becomes a number, and its text an event.
sp_vdb_thrown call_and_catch(const std::function<void()> &call);

} // namespace sp_vdb

#endif
