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

// The points of one tree: descriptors, which its leaves share, and arrays, which come when all leaves are there.
class Points
{
	using LeafT = openvdb::points::PointDataTree::LeafNodeType;

public:
	// What comes behind the next leaf.
	void get_leaf(Reader &in);
	// All arrays, into the leaves that came. None of these has points before.
	void get_arrays(Reader &in, const std::vector<std::unique_ptr<LeafT>> &leaves, bool clipped);

private:
	struct Leaf {
		openvdb::points::AttributeSet::DescriptorPtr descriptor;
		std::vector<openvdb::points::AttributeArray::Ptr> arrays; // null: has not come
	};

	void get_array_of(Reader &in, const sp_vdb_place &place);
	void complete(Reader &in, Leaf &from, LeafT &leaf, bool clipped);

	std::vector<openvdb::points::AttributeSet::DescriptorPtr> descriptors_;
	std::vector<Leaf> leaves_;
};

} // namespace sp_vdb

#endif
