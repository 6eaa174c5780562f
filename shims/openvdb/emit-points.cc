// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shims/openvdb/emit-points.hh"

#include <map>
#include <vector>
#include "shims/openvdb/emit.hh"
#include "shims/openvdb/writer.hh"

namespace sp_vdb {

namespace {

using namespace openvdb::points;
using Descriptor = AttributeSet::Descriptor;

// Descriptors that were written in this tree, by number.
std::map<const Descriptor *, uint32_t> written;

void put_descriptor(const Descriptor &d)
{
	std::vector<std::string> names(d.size());

	for (const auto &n : d.map())
		if (n.second < names.size())
			names[n.second] = n.first;
	out.count(d.size());
	for (size_t i = 0; i < d.size(); i++) {
		out.string(d.type(i).first);
		out.string(d.type(i).second);
		out.string(names[i]);
	}
	out.count(d.groupMap().size());
	for (const auto &g : d.groupMap()) {
		out.string(g.first);
		out.count(g.second);
	}
	put_metadata(d.getMetadata());
}

// As they stand in the registered type: protected, so read through a class of ours.
struct Fields : AttributeArray {
	static uint8_t paged(const AttributeArray &a) { return a.*(&Fields::mUsePagedRead); }
};

void put_array(const AttributeArray &a)
{
	sp_vdb_array head = {};

	a.loadData();
	head.size = a.size();
	head.stride = a.hasConstantStride() ? a.stride() : a.dataSize();
	head.flags = a.flags();
	head.uniform = a.isUniform();
	head.paged = Fields::paged(a);
	head.bytes = uint64_t(a.isUniform() ? 1 : a.dataSize()) * a.storageTypeSize();
	out.put(head);
	out.put(a.constDataAsByteArray(), head.bytes);
}

} // namespace

void begin_points()
{
	written.clear();
}

void put_points(const openvdb::points::PointDataTree::LeafNodeType &leaf)
{
	const AttributeSet &set = leaf.attributeSet();
	const auto known = written.emplace(&set.descriptor(), static_cast<uint32_t>(written.size()));

	out.put(sp_vdb_points{ known.first->second, static_cast<uint32_t>(set.size()) });
	if (known.second)
		put_descriptor(set.descriptor());
}

// What one leaves behind is what the next one is read into: a helper cannot give memory back.
void put_array_of(openvdb::points::PointDataTree::LeafNodeType &leaf, uint32_t leaf_number, uint32_t i)
{
	if (i >= leaf.attributeSet().size())
		return;
	out.put(sp_vdb_place{ leaf_number, i });
	put_array(*leaf.attributeSet().getConst(i));
	leaf.attributeArray(i).collapse();
}

void end_arrays()
{
	out.put(sp_vdb_place{ SP_VDB_ARRAYS_END, 0 });
}

} // namespace sp_vdb
