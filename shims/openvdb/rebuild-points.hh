// SPDX-License-Identifier: LGPL-2.1-or-later
// In the program: what leaves of PointDataGrid have besides their values.
#ifndef SP_VDB_REBUILD_POINTS_HH
#define SP_VDB_REBUILD_POINTS_HH

#include <memory>
#include <vector>
#include <openvdb/points/PointDataGrid.h>
#include "shims/openvdb/reader.hh"

namespace sp_vdb {

/*
 * A voxel's value is where the points of the next one begin, in arrays of @size elements. The library's own reader takes any, and whoever goes through the points then
 * reads, or writes, beyond the arrays, or finds more points than there are in all. @clipped: a box has set some to zero, which are not active then.
 */
template <typename LeafT> bool offsets_fit(const LeafT &leaf, uint64_t size, bool clipped)
{
	uint32_t last = 0;

	if (leaf.buffer().empty())
		return true;
	for (openvdb::Index i = 0; i < LeafT::SIZE; i++) {
		const uint32_t next = leaf.getValue(i);

		if (clipped && next == 0 && !leaf.isValueOn(i))
			continue;
		if (next < last || next > size)
			return false;
		last = next;
	}
	return true;
}

// The descriptors of one tree, which its leaves share.
class Points
{
public:
	// The leaf's values are there.
	void get(Reader &in, openvdb::points::PointDataTree::LeafNodeType &leaf, bool clipped);

private:
	std::unique_ptr<openvdb::points::AttributeSet> get_set(Reader &in);

	std::vector<openvdb::points::AttributeSet::DescriptorPtr> descriptors_;
};

} // namespace sp_vdb

#endif
