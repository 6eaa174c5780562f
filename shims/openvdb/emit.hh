// SPDX-License-Identifier: LGPL-2.1-or-later
// In the helper: grids of the library that write their trees to the stream as they are read, leaf by leaf, and keep no values.
#ifndef SP_VDB_EMIT_HH
#define SP_VDB_EMIT_HH

#include <openvdb/Grid.h>

namespace sp_vdb {

// From here on the library makes such grids of all types that it knows. Once.
void register_streaming_grids();

// A grid type that the helper does not know, so that descriptors of such grids can be read; their trees cannot.
void register_placeholder(const std::string &type);

// An answer begins: no tree has been written, and is this one of a program that wants no more than metadata?
void begin_trees();

void put_metadata(const openvdb::MetaMap &meta);
// GRID, for a grid that has been read. @only_metadata: its tree is not the file's.
void put_grid(const openvdb::GridBase &grid, bool only_metadata);

} // namespace sp_vdb

#endif
