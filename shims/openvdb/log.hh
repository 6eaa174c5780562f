// SPDX-License-Identifier: LGPL-2.1-or-later
// In the helper: what the library logs becomes events.
#ifndef SP_VDB_LOG_HH
#define SP_VDB_LOG_HH

namespace sp_vdb {

// Once, after openvdb::initialize().
void redirect_log();
// The program's level.
void set_log_level(int level);

} // namespace sp_vdb

#endif
