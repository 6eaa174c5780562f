// SPDX-License-Identifier: LGPL-2.1-or-later
// In the program: all records of one answer.
#ifndef SP_VDB_TAKER_HH
#define SP_VDB_TAKER_HH

#include <functional>
#include <string>
#include <utility>
#include <vector>
#include <openvdb/Grid.h>
#include <openvdb/io/GridDescriptor.h>
#include "shims/openvdb/format.h"
#include "shims/openvdb/reader.hh"

namespace sp_vdb {

using openvdb::GridBase;
using openvdb::io::GridDescriptor;

// All that an answer may bring.
struct Answer {
	std::vector<GridBase::Ptr> grids; // GRID, in their order
	std::vector<bool> shares;	  // does it have the tree of one before?
	openvdb::MetaMap::Ptr meta;	  // ARCHIVE
	std::vector<GridDescriptor> descriptors;
	std::vector<std::pair<std::string, uint64_t>> names; // of grids, by number
	sp_vdb_header header = {};
};

// Up to END. @clipped: of what lies in a box. @make: a grid of this type, or none where it is not to be.
void take(Reader &in, bool clipped, Answer *ret, const std::function<GridBase::Ptr(const std::string &type)> &make);

} // namespace sp_vdb

#endif
