// SPDX-License-Identifier: LGPL-2.1-or-later
// Point data grids, with attributes of every type and codec, and point index grids.
#include "tests/vdb/corpus.hh"

#include <openvdb/points/PointAttribute.h>
#include <openvdb/points/PointConversion.h>
#include <openvdb/points/PointGroup.h>

using namespace openvdb;
using openvdb::NamePair;
using points::PointDataGrid;

namespace {

std::vector<Vec3s> make_positions(size_t n, float size)
{
	std::vector<Vec3s> all;
	Random r(n);

	for (size_t i = 0; i < n; i++)
		all.push_back(Vec3s(float(r.below(1000)) - 500, float(r.below(1000)), float(r.below(1000))) * (size / 1000));
	return all;
}

template <typename Codec> PointDataGrid::Ptr make_points(const std::string &name, size_t n, float size)
{
	const math::Transform::Ptr transform = math::Transform::createLinearTransform(0.5);
	const PointDataGrid::Ptr grid = points::createPointDataGrid<Codec, PointDataGrid>(make_positions(n, size), *transform);

	grid->setName(name);
	return grid;
}

// Any bytes do for a value, but those of floats and half floats had better be numbers.
template <typename T> T make_value(Index n)
{
	return T(n) / T(1000);
}
template <> bool make_value(Index n)
{
	return n % 3 == 0;
}
template <> int8_t make_value(Index n)
{
	return int8_t(n * 3);
}
template <> int16_t make_value(Index n)
{
	return int16_t(n * 31);
}
template <> int32_t make_value(Index n)
{
	return int32_t(n * 3001);
}
template <> int64_t make_value(Index n)
{
	return int64_t(n) * 3000000001;
}

template <typename T> struct Filled { // vectors, quaternions and matrices
	template <int Size> static T make(Index n)
	{
		T v;

		for (int i = 0; i < Size; i++)
			v.asPointer()[i] = make_value<typename T::value_type>(n + Index(i));
		return v;
	}
};
template <typename T> struct Maker {
	static T make(Index n) { return make_value<T>(n); }
};
template <typename T> struct Maker<math::Vec3<T>> {
	static math::Vec3<T> make(Index n) { return Filled<math::Vec3<T>>::template make<3>(n); }
};
template <typename T> struct Maker<math::Quat<T>> {
	static math::Quat<T> make(Index n)
	{
		return math::Quat<T>(make_value<T>(n), make_value<T>(n + 1), make_value<T>(n + 2), make_value<T>(n + 3));
	}
};
template <typename T> struct Maker<math::Mat3<T>> {
	static math::Mat3<T> make(Index n) { return Filled<math::Mat3<T>>::template make<9>(n); }
};
template <typename T> struct Maker<math::Mat4<T>> {
	static math::Mat4<T> make(Index n) { return Filled<math::Mat4<T>>::template make<16>(n); }
};

template <typename Array> void fill(PointDataGrid *grid, const std::string &name)
{
	Index n = 0;

	for (auto leaf = grid->tree().beginLeaf(); leaf; ++leaf) {
		Array &array = Array::cast(leaf->attributeArray(name));

		if (n % 7 == 3) // uniform in this leaf
			array.collapse(Maker<typename Array::ValueType>::make(n++));
		else
			for (Index i = 0; i < array.size() * array.stride(); i++)
				array.set(i, Maker<typename Array::ValueType>::make(n++ % 900));
	}
}

struct AppendAll {
	explicit AppendAll(PointDataGrid *g) : grid(g) {}
	template <typename Array> void operator()(const Array &)
	{
		const NamePair type = Array::attributeType();
		const std::string name = "attribute" + std::to_string(n++) + "_" + type.first + "_" + type.second;

		if constexpr (!std::is_same<Array, points::GroupAttributeArray>::value && !std::is_same<Array, points::StringAttributeArray>::value) {
			points::appendAttribute(grid->tree(), name, type);
			fill<Array>(grid, name);
		}
	}

	PointDataGrid *grid;
	int n = 0;
};

// How long an array is, and what is said of it.
void append_shapes(PointDataGrid *grid)
{
	using Floats = points::TypedAttributeArray<float>;
	const TypedMetadata<float> otherwise(4.5f);
	auto &tree = grid->tree();

	points::appendAttribute(tree, "stride3", Floats::attributeType(), 3);
	fill<Floats>(grid, "stride3");
	points::appendAttribute(tree, "total7", Floats::attributeType(), 700, false);
	points::appendAttribute(tree, "hidden", Floats::attributeType(), 1, true, nullptr, true, false);
	points::appendAttribute(tree, "transient", Floats::attributeType(), 1, true, nullptr, false, true);
	points::appendAttribute<float>(tree, "uniform", 2.5f, 1, true, &otherwise);
	points::appendAttribute<Vec3f>(tree, "default", Vec3f(1, 2, 3));
}

void append_strings(PointDataGrid *grid)
{
	static const char *const words[] = { "", "one", "two", "\xc3\xbc", "with\nnewline", "one" };
	auto &tree = grid->tree();

	points::appendAttribute(tree, "word", points::StringAttributeArray::attributeType());
	MetaMap &meta = points::makeDescriptorUnique(tree)->getMetadata();
	points::StringMetaInserter inserter(meta);
	for (const char *w : words)
		inserter.insert(w);
	Index n = 0;
	for (auto leaf = tree.beginLeaf(); leaf; ++leaf) {
		points::StringAttributeWriteHandle handle(leaf->attributeArray("word"), meta);

		for (Index i = 0; i < leaf->attributeArray("word").size(); i++)
			handle.set(i, words[n++ % 6]);
	}
}

void append_groups(PointDataGrid *grid)
{
	auto &tree = grid->tree();

	for (int i = 0; i < 11; i++)
		points::appendGroup(tree, "group" + std::to_string(i));
	points::setGroup(tree, "group1", true);
	for (auto leaf = tree.beginLeaf(); leaf; ++leaf) {
		points::GroupWriteHandle handle = leaf->groupWriteHandle("group9");

		for (Index i = 0; i < handle.size(); i++)
			handle.set(i, i % 3 == 1);
	}
	points::dropGroup(tree, "group4");
}

// Leaves with other attributes than their neighbours: in the passes of those a file has nothing of the others.
void vary(PointDataGrid *grid)
{
	static const NamePair types[] = { points::TypedAttributeArray<double>::attributeType(), points::TypedAttributeArray<Vec3f, points::UnitVecCodec>::attributeType(),
					  points::TypedAttributeArray<bool>::attributeType() };
	unsigned n = 0;

	for (auto leaf = grid->tree().beginLeaf(); leaf; ++leaf, n++)
		for (unsigned i = 0; i < n % 4; i++) {
			const std::string name = "more" + std::to_string(i);
			auto longer = leaf->attributeSet().descriptor().duplicateAppend(name, types[i]);

			leaf->appendAttribute(leaf->attributeSet().descriptor(), longer, longer->find(name));
			if (i == 0 && n % 3)
				for (Index k = 0; k < leaf->attributeArray(name).size(); k++)
					points::AttributeWriteHandle<double>(leaf->attributeArray(name)).set(k, k + n);
		}
}

// More than one page (points/StreamCompression.h) of an attribute, over many leaves.
PointDataGrid::Ptr make_pages()
{
	const PointDataGrid::Ptr grid = make_points<points::FixedPointCodec<false>>("pages", 12000, 40);

	points::appendAttribute<math::Mat4<double>>(grid->tree(), "matrix");
	points::appendAttribute<Vec3s>(grid->tree(), "velocity");
	points::appendAttribute<int32_t>(grid->tree(), "id");
	fill<points::TypedAttributeArray<math::Mat4<double>>>(grid.get(), "matrix");
	fill<points::TypedAttributeArray<Vec3s>>(grid.get(), "velocity");
	fill<points::TypedAttributeArray<int32_t>>(grid.get(), "id");
	append_groups(grid.get());
	return grid;
}

void save_each(const std::string &name, const PointDataGrid::Ptr &grid)
{
	static const uint32_t compressions[] = { io::COMPRESS_NONE, io::COMPRESS_BLOSC | io::COMPRESS_ACTIVE_MASK,
						 io::COMPRESS_ZIP | io::COMPRESS_ACTIVE_MASK };

	for (uint32_t compression : compressions) {
		Saving how;

		how.compression = compression;
		save("points-" + name + "-" + std::to_string(compression) + ".vdb", { grid }, {}, how);
		how.stream = true;
		if (compression != io::COMPRESS_NONE)
			save("points-" + name + "-stream-" + std::to_string(compression) + ".vdb", { grid }, {}, how);
	}
}

// One leaf: of several, OpenVDB 10.0 reads all but the first from the wrong place (PointIndexLeafNode::readBuffers without a box leaves eight bytes behind).
void save_indices()
{
	const math::Transform::Ptr transform = math::Transform::createLinearTransform(0.5);
	std::vector<Vec3s> positions = make_positions(60, 3);
	Saving how;

	for (Vec3s &p : positions)
		p.x() += 1.6f;
	const points::PointAttributeVector<Vec3s> list(positions);
	const auto grid = tools::createPointIndexGrid<tools::PointIndexGrid>(list, *transform);
	grid->setName("indices");
	save("point-index.vdb", { grid });
	how.stream = true;
	save("point-index-stream.vdb", { grid }, {}, how);
	how.compression = io::COMPRESS_ZIP;
	how.stream = false;
	save("point-index-zip.vdb", { grid, make_small("beside", 3) }, {}, how);
}

} // namespace

void save_points()
{
	const PointDataGrid::Ptr all = make_points<points::NullCodec>("all", 600, 15), shapes = make_points<points::FixedPointCodec<false>>("shapes", 300, 12);
	AppendAll append(all.get());

	AttributeTypes::foreach<AppendAll &>(append);
	save_each("all", all);
	append_shapes(shapes.get());
	append_strings(shapes.get());
	append_groups(shapes.get());
	save_each("shapes", shapes);
	save_each("small", make_points<points::FixedPointCodec<true>>("small", 20, 3));
	save_each("plain", make_points<points::NullCodec>("plain", 8000, 40));
	const PointDataGrid::Ptr mixed = make_points<points::NullCodec>("mixed", 60, 6), pages = make_pages();
	vary(mixed.get());
	save_each("mixed", mixed);
	save("points-pages.vdb", { pages, make_points<points::NullCodec>("beside", 5, 1), pages });
	// In one answer, with descriptors of their own.
	Saving stream;
	stream.stream = true;
	save("points-several-stream.vdb", { mixed, make_points<points::FixedPointCodec<true>>("other", 20, 3), mixed, make_points<points::NullCodec>("third", 5, 1) }, {}, stream);
	const PointDataGrid::Ptr none = PointDataGrid::create();
	none->setName("none");
	save("points-none.vdb", { none, make_points<points::NullCodec>("some", 5, 1), none });
	save_indices();
}
