// SPDX-License-Identifier: LGPL-2.1-or-later
// In the program: trees, metadata and transforms from the helper's stream, through the library's public interface. What cannot be is refused (Over).
#ifndef SP_VDB_REBUILD_HH
#define SP_VDB_REBUILD_HH

#include <openvdb/Grid.h>
#include "shims/openvdb/reader.hh"

namespace sp_vdb {

// A type that trees can be made of?
bool is_known_type(const std::string &grid_type);

// After TREE: the tree of a grid of @ret_type. @clipped: what was asked for is what lies in a box.
openvdb::TreeBase::Ptr get_tree(Reader &in, bool clipped, std::string *ret_type);

void get_metadata(Reader &in, openvdb::MetaMap *ret);
openvdb::math::Transform::Ptr get_transform(Reader &in);

} // namespace sp_vdb

#endif
