// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shims/openvdb/rebuild-points.hh"

#include <algorithm>
#include <string>
#include "shims/openvdb/rebuild.hh"

namespace sp_vdb {

namespace {

using namespace openvdb;
using namespace openvdb::points;

const char kNoPoints[] = "it describes points that cannot be";
// Bytes of an array besides its elements: the object, what counts its owners, and the allocator's own; the set makes one, and get_array() another. As much is what
// a set has besides arrays.
const uint64_t kArrayCost = 512;
const uint64_t kNameCost = 256; // of an attribute or a group in a descriptor

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

// A group is a bit of one of the arrays that are there for that.
bool groups_fit(const AttributeSet::Descriptor::NameAndTypeVec &attributes, const AttributeSet::Descriptor::NameToPosMap &groups)
{
	size_t bits = 0;

	for (const auto &a : attributes)
		bits += a.type == GroupAttributeArray::attributeType() ? 8 * sizeof(GroupType) : 0;
	for (const auto &g : groups)
		if (g.second >= bits)
			return false;
	return true;
}

AttributeSet::DescriptorPtr get_descriptor(Reader &in)
{
	AttributeSet::Descriptor::NameAndTypeVec attributes;
	AttributeSet::Descriptor::NameToPosMap groups;
	MetaMap meta;

	for (uint64_t n = in.count(SP_VDB_ARRAYS_MAX); n; n--) {
		const std::string type = in.string(), codec = in.string(), name = in.string();

		in.pay(kNameCost);
		attributes.emplace_back(name, NamePair(type, codec));
	}
	for (uint64_t n = in.count(SP_VDB_ARRAYS_MAX * 8); n; n--) {
		const std::string name = in.string();

		in.pay(kNameCost);
		groups[name] = in.count(SP_VDB_ARRAYS_MAX * 8);
	}
	get_metadata(in, &meta);
	if (!groups_fit(attributes, groups))
		in.refuse(kNoPoints);
	return Maker::create(attributes, groups, meta);
}

// A uniform array has one element in memory, and all of them when the program writes to one: the library counts them in 32 bits.
bool fits(const sp_vdb_array &head, const AttributeArray &array)
{
	const uint64_t elements = head.flags & AttributeArray::CONSTANTSTRIDE ? uint64_t(head.size) * head.stride : head.stride;

	return elements <= UINT32_MAX && head.bytes == (head.uniform ? 1 : elements) * array.storageTypeSize();
}

// Of bools another byte than 0 and 1 is no value.
void make_bools(char *bytes, uint64_t len)
{
	for (uint64_t i = 0; i < len; i++)
		bytes[i] = bytes[i] != 0;
}

AttributeArray::Ptr get_array(Reader &in, const NamePair &type)
{
	const auto head = in.get<sp_vdb_array>();

	if (!AttributeArray::isRegistered(type) || head.uniform > 1 || head.paged > 1 || !head.stride || !head.size || head.flags > UINT8_MAX ||
	    head.flags & AttributeArray::PARTIALREAD)
		in.refuse(kNoPoints);
	in.pay(head.bytes);
	AttributeArray::Ptr array = AttributeArray::create(type, head.size, head.stride, head.flags & AttributeArray::CONSTANTSTRIDE);
	if (!fits(head, *array))
		in.refuse(kNoPoints);
	if (!head.uniform)
		array->expand(false);
	char *bytes = const_cast<char *>(array->constDataAsByteArray());
	in.get(bytes, head.bytes);
	if (type.first == typeNameAsString<bool>())
		make_bools(bytes, head.bytes);
	Fields::set(*array, static_cast<uint8_t>(head.flags), head.paged);
	return array;
}

} // namespace

void Points::get_leaf(Reader &in)
try {
	const auto head = in.get<sp_vdb_points>();

	if (head.descriptor == descriptors_.size())
		descriptors_.push_back(get_descriptor(in));
	if (head.descriptor >= descriptors_.size() || head.arrays != descriptors_[head.descriptor]->size())
		in.refuse(kNoPoints);
	in.pay((1 + uint64_t(head.arrays)) * kArrayCost);
	leaves_.push_back(Leaf{ descriptors_[head.descriptor], {} });
	leaves_.back().arrays.resize(head.arrays);
} catch (const openvdb::Exception &) {
	in.refuse(kNoPoints); // names twice or of other characters than names have
}

void Points::get_array_of(Reader &in, const sp_vdb_place &place)
{
	if (place.leaf >= leaves_.size() || place.array >= leaves_[place.leaf].arrays.size())
		in.refuse(kNoPoints);
	Leaf &leaf = leaves_[place.leaf];
	if (leaf.arrays[place.array])
		in.refuse(kNoPoints);
	leaf.arrays[place.array] = get_array(in, leaf.descriptor->type(place.array));
}

// Only now has the leaf anything that its values could be about.
void Points::complete(Reader &in, Leaf &from, LeafT &leaf, bool clipped)
{
	std::unique_ptr<AttributeSet> set(new AttributeSet(from.descriptor));
	uint64_t size = UINT32_MAX;

	for (size_t i = 0; i < from.arrays.size(); i++) {
		if (!from.arrays[i])
			in.refuse(kNoPoints);
		size = std::min<uint64_t>(size, from.arrays[i]->size());
		set->replace(i, from.arrays[i]);
	}
	if (!offsets_fit(leaf, size, clipped))
		in.refuse(kNoPoints);
	leaf.replaceAttributeSet(set.release(), true);
	from = Leaf();
}

void Points::get_arrays(Reader &in, const std::vector<std::unique_ptr<LeafT>> &leaves, bool clipped)
try {
	for (auto place = in.get<sp_vdb_place>(); place.leaf != SP_VDB_ARRAYS_END; place = in.get<sp_vdb_place>())
		get_array_of(in, place);
	for (size_t i = 0; i < leaves_.size(); i++)
		complete(in, leaves_[i], *leaves[i], clipped);
} catch (const openvdb::Exception &) {
	in.refuse(kNoPoints); // types that are not known, fewer elements than points
}

} // namespace sp_vdb
