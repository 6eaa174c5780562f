// SPDX-License-Identifier: LGPL-2.1-or-later
// In the helper: what leaves of PointDataGrid have besides their values.
#ifndef SP_VDB_EMIT_POINTS_HH
#define SP_VDB_EMIT_POINTS_HH

#include <openvdb/points/PointDataGrid.h>

namespace sp_vdb {

// An answer begins: no descriptor has been written.
void begin_points();
void put_points(openvdb::points::PointDataTree::LeafNodeType &leaf);

} // namespace sp_vdb

#endif
