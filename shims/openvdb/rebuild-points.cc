// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shims/openvdb/rebuild-points.hh"

#include <cstring>
#include <string>
#include "shims/openvdb/rebuild.hh"

namespace sp_vdb {

namespace {

using namespace openvdb;
using namespace openvdb::points;

const char kNoPoints[] = "it describes points that cannot be";

struct Maker : AttributeSet::Descriptor {
	using AttributeSet::Descriptor::create;
};

// The library's own reader sets these bits as the file has them; of the public setters each knows one.
struct Fields : AttributeArray {
	static void set(AttributeArray &a, uint8_t flags, bool paged)
	{
		a.*(&Fields::mFlags) = flags;
		a.*(&Fields::mUsePagedRead) = paged ? AttributeArray::WRITEPAGED : 0;
	}
};

AttributeSet::DescriptorPtr get_descriptor(Reader &in)
{
	AttributeSet::Descriptor::NameAndTypeVec attributes;
	AttributeSet::Descriptor::NameToPosMap groups;
	MetaMap meta;

	for (uint64_t n = in.count(SP_VDB_ARRAYS_MAX); n; n--) {
		const std::string type = in.string(), codec = in.string(), name = in.string();

		attributes.emplace_back(name, NamePair(type, codec));
	}
	for (uint64_t n = in.count(SP_VDB_ARRAYS_MAX * 8); n; n--) {
		const std::string name = in.string();

		groups[name] = in.count(SP_VDB_ARRAYS_MAX * 8);
	}
	get_metadata(in, &meta);
	try {
		return Maker::create(attributes, groups, meta);
	} catch (const openvdb::Exception &) {
		in.refuse(kNoPoints); // names twice, or of other characters than names have
	}
}

// Elements in memory: a uniform array has one.
bool fits(const sp_vdb_array &head, const AttributeArray &array)
{
	uint64_t elements = head.flags & AttributeArray::CONSTANTSTRIDE ? uint64_t(head.size) * head.stride : head.stride;

	if (head.uniform)
		elements = 1;
	return elements <= UINT32_MAX && head.bytes == elements * array.storageTypeSize();
}

AttributeArray::Ptr get_array(Reader &in, const NamePair &type)
{
	const auto head = in.get<sp_vdb_array>();

	if (!AttributeArray::isRegistered(type) || head.uniform > 1 || head.paged > 1 || !head.stride || !head.size || head.flags > UINT8_MAX ||
	    head.flags & AttributeArray::PARTIALREAD)
		in.refuse(kNoPoints);
	in.pay(head.bytes + sizeof(AttributeArray));
	AttributeArray::Ptr array = AttributeArray::create(type, head.size, head.stride, head.flags & AttributeArray::CONSTANTSTRIDE);
	if (!fits(head, *array))
		in.refuse(kNoPoints);
	if (!head.uniform)
		array->expand(false);
	in.get(const_cast<char *>(array->constDataAsByteArray()), head.bytes);
	Fields::set(*array, static_cast<uint8_t>(head.flags), head.paged);
	return array;
}

} // namespace

void Points::get(Reader &in, PointDataTree::LeafNodeType &leaf)
{
	const auto head = in.get<sp_vdb_points>();

	if (head.descriptor == descriptors_.size())
		descriptors_.push_back(get_descriptor(in));
	if (head.descriptor >= descriptors_.size() || head.arrays != descriptors_[head.descriptor]->size())
		in.refuse(kNoPoints);
	const AttributeSet::DescriptorPtr descriptor = descriptors_[head.descriptor];
	std::unique_ptr<AttributeSet> set(new AttributeSet(descriptor));
	for (uint32_t i = 0; i < head.arrays; i++)
		set->replace(i, get_array(in, descriptor->type(i)));
	leaf.replaceAttributeSet(set.release(), true);
}

} // namespace sp_vdb
