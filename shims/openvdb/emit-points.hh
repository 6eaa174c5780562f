// SPDX-License-Identifier: LGPL-2.1-or-later
// In the helper: what leaves of PointDataGrid have besides their values.
#ifndef SP_VDB_EMIT_POINTS_HH
#define SP_VDB_EMIT_POINTS_HH

#include <openvdb/points/PointDataGrid.h>

namespace sp_vdb {

// A tree begins: no descriptor has been written.
void begin_points();
// Behind the leaf: its descriptor.
void put_points(const openvdb::points::PointDataTree::LeafNodeType &leaf);
// Behind all leaves, of which it is number @leaf_number: array @i, whose values are not kept, if it has so many.
void put_array_of(openvdb::points::PointDataTree::LeafNodeType &leaf, uint32_t leaf_number, uint32_t i);
void end_arrays();

} // namespace sp_vdb

#endif
