// SPDX-License-Identifier: LGPL-2.1-or-later
// In the program: what leaves of PointDataGrid have besides their values.
#ifndef SP_VDB_REBUILD_POINTS_HH
#define SP_VDB_REBUILD_POINTS_HH

#include <vector>
#include <openvdb/points/PointDataGrid.h>
#include "shims/openvdb/reader.hh"

namespace sp_vdb {

// The descriptors of one tree, which its leaves share.
class Points
{
public:
	void get(Reader &in, openvdb::points::PointDataTree::LeafNodeType &leaf);

private:
	std::vector<openvdb::points::AttributeSet::DescriptorPtr> descriptors_;
};

} // namespace sp_vdb

#endif
