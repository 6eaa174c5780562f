// SPDX-License-Identifier: LGPL-2.1-or-later
// What archives have beside trees: names, instances, metadata, transforms.
#include "tests/vdb/corpus.hh"

#include <cmath>
#include <limits>

using namespace openvdb;
using math::MapBase;

namespace {

void save_transforms()
{
	const double turn = 0.3;
	math::Mat4d sheared = math::Mat4d::identity();
	GridPtrVec grids;
	int n = 0;

	sheared.setToShear(math::X_AXIS, math::Z_AXIS, 0.25);
	sheared.postRotate(math::Y_AXIS, turn);
	sheared.postTranslate(Vec3d(1, 0.001, -1000));
	const MapBase::Ptr skew(new math::AffineMap(sheared));
	const BBoxd box(Vec3d(0), Vec3d(99, 49, 19));
	const MapBase::Ptr maps[] = {
		MapBase::Ptr(new math::UniformScaleMap(0.1)),
		MapBase::Ptr(new math::ScaleMap(Vec3d(0.1, 0.2, 1.0 / 3))),
		MapBase::Ptr(new math::UniformScaleTranslateMap(0.1, Vec3d(1, 2, 3))),
		MapBase::Ptr(new math::ScaleTranslateMap(Vec3d(0.1, -0.2, 3), Vec3d(-1, 70, 3))),
		MapBase::Ptr(new math::TranslationMap(Vec3d(0.5, 0, -7))),
		MapBase::Ptr(new math::UnitaryMap(Vec3d(1, 2, 3), turn)),
		skew,
		MapBase::Ptr(new math::NonlinearFrustumMap(box, 0.5, 2)),
		MapBase::Ptr(new math::NonlinearFrustumMap(box, 1.5, 0.25, skew)),
		MapBase::Ptr(new math::NonlinearFrustumMap(Vec3d(0), Vec3d(0, 0, 10), Vec3d(0, 5, 0), 0.1, 10, 100, 50, 20)),
	};
	for (const MapBase::Ptr &map : maps) {
		const FloatGrid::Ptr grid = n % 2 ? make_small("", 1) : FloatGrid::create();

		grid->setName(std::to_string(n++) + " " + map->type());
		grid->setTransform(math::Transform::Ptr(new math::Transform(map)));
		grids.push_back(grid);
	}
	save("transforms.vdb", grids);
	Saving how;
	how.stream = true;
	save("transforms-stream.vdb", grids, {}, how);
}

void save_classes()
{
	GridPtrVec grids;

	for (int c = 0; c < NUM_GRID_CLASSES; c++)
		for (int v = 0; v < NUM_VEC_TYPES; v += 2) {
			const Vec3SGrid::Ptr grid = Vec3SGrid::create(Vec3s(float(c), float(v), 1));

			grid->setName("class " + std::to_string(c) + " vector " + std::to_string(v));
			grid->setGridClass(GridClass(c));
			grid->setVectorType(VecType(v));
			grid->setIsInWorldSpace(v % 4 == 0);
			grid->setCreator("the corpus");
			if (c == 1 && v == 0)
				grid->tree().setValue(Coord(3, 2, 1), Vec3s(9, 8, 7));
			grids.push_back(grid);
		}
	save("classes.vdb", grids);
}

void save_instances()
{
	const FloatGrid::Ptr one = make_small("one", 1), two = FloatGrid::create(one->treePtr()), three = FloatGrid::create(one->treePtr());
	const FloatGrid::Ptr again = FloatGrid::create(one->treePtr()), other = make_small("other", 5), half = FloatGrid::create(one->treePtr());
	Saving how;

	two->setName("two");
	two->setTransform(math::Transform::createLinearTransform(0.25));
	three->setName("");
	again->setName("one");
	half->setName("half");
	half->setSaveFloatAsHalf(true);
	const GridPtrVec grids = { one, two, other, three, again, half };
	save("instances.vdb", grids);
	how.instancing = false;
	save("instances-apart.vdb", grids, {}, how);
	how.instancing = true;
	how.stream = true;
	save("instances-stream.vdb", grids, {}, how);
	// The parent behind its instances, by name.
	save("instances-turned.vdb", { make_small("z", 3), two, one });
}

void save_names()
{
	static const char *const names[] = { "same", "same", "same", "", "", "a", "a[0]", "a\x1e" "1", "a\x1e" "1", "[1]", "\xc3\xa9\xf0\x9f\x8e\x88", "line\nbreak", "\xff\xfe\x80",
					     "same[1]", "blank ", " blank", "\x1e", "\x1e" "0", "percent %s %n", "a]", "[", "z[2", "==" };
	GridPtrVec grids;
	float n = 0;

	for (const char *name : names)
		grids.push_back(make_small(name, n++));
	grids.push_back(make_small(std::string("with\0zero", 9), n++));
	grids.push_back(make_small(std::string(3000, 'n'), n++));
	save("names.vdb", grids);
	Saving how;
	how.stream = true;
	how.compression = io::COMPRESS_ZIP | io::COMPRESS_ACTIVE_MASK;
	save("names-stream.vdb", grids, {}, how);
}

template <typename T> math::Mat4<T> matrix()
{
	T v[16];

	for (int i = 0; i < 16; i++)
		v[i] = T(i) / T(3);
	return math::Mat4<T>(v);
}

MetaMap all_metadata()
{
	MetaMap m;

	m.insertMeta("bool", BoolMetadata(true));
	m.insertMeta("int32", Int32Metadata(-7));
	m.insertMeta("int64", Int64Metadata(int64_t(1) << 60));
	m.insertMeta("float", FloatMetadata(0.1f));
	m.insertMeta("double", DoubleMetadata(0.1));
	m.insertMeta("nan", DoubleMetadata(std::nan("77")));
	m.insertMeta("infinite", FloatMetadata(-std::numeric_limits<float>::infinity()));
	m.insertMeta("string", StringMetadata("text \xc3\xa4 %s"));
	m.insertMeta("empty string", StringMetadata(""));
	m.insertMeta("binary string", StringMetadata(std::string("a\0b\n\x1e", 5)));
	m.insertMeta("long string", StringMetadata(std::string(20000, 'x')));
	m.insertMeta("vec2d", Vec2DMetadata(Vec2d(1, 2)));
	m.insertMeta("vec2i", Vec2IMetadata(Vec2i(1, 2)));
	m.insertMeta("vec2s", Vec2SMetadata(Vec2s(1, 2)));
	m.insertMeta("vec3d", Vec3DMetadata(Vec3d(1, 2, 3)));
	m.insertMeta("vec3i", Vec3IMetadata(Vec3i(1, 2, 3)));
	m.insertMeta("vec3s", Vec3SMetadata(Vec3s(1, 2, 3)));
	m.insertMeta("vec4d", Vec4DMetadata(Vec4d(1, 2, 3, 4)));
	m.insertMeta("vec4i", Vec4IMetadata(Vec4i(1, 2, 3, 4)));
	m.insertMeta("vec4s", Vec4SMetadata(Vec4s(1, 2, 3, 4)));
	m.insertMeta("mat4d", Mat4DMetadata(matrix<double>()));
	m.insertMeta("mat4s", Mat4SMetadata(matrix<float>()));
	m.insertMeta("secret", SecretMetadata("kept as it is"));
	m.insertMeta("nothing", SecretMetadata(""));
	m.insertMeta("passing", PassingMetadata("not kept"));
	m.insertMeta(std::string("na\0me", 5), Int32Metadata(1));
	m.insertMeta("line\nbreak", Int32Metadata(2));
	return m;
}

void save_metadata()
{
	const FloatGrid::Ptr grid = make_small("with metadata", 1), class_only = make_small("class", 2);
	Saving how;

	grid->insertMeta(all_metadata());
	class_only->insertMeta("class", StringMetadata("no such class"));
	class_only->insertMeta("vector_type", StringMetadata("no such type"));
	class_only->insertMeta("is_saved_as_half_float", BoolMetadata(true));
	save("metadata.vdb", { grid, class_only }, all_metadata());
	how.statistics = false;
	save("metadata-no-statistics.vdb", { grid }, all_metadata(), how);
	how.stream = true;
	save("metadata-stream.vdb", { grid, class_only }, all_metadata(), how);
	save("metadata-alone.vdb", {}, all_metadata());
}

// Archives with something before, between and behind.
void save_rows()
{
	Saving how;

	how.stream = true;
	const std::string first = saved("row-1", { make_small("first", 1) }, {}, how), second = saved("row-2", { make_small("second", 2), make_small("third", 3) }, {}, how);
	const std::string file = saved("row-3", { make_small("fourth", 4) });
	save_bytes("row-streams.vdb", first + second + first);
	save_bytes("row-file-first.vdb", file + second);
	save_bytes("row-stream-first.vdb", first + file);
	save_bytes("row-garbage.vdb", first + std::string("garbage behind it\0\1\2", 20));
	save_bytes("row-file-garbage.vdb", file + std::string(5000, '\xaa'));
	save_bytes("row-offset.vdb", "eight by" + first);
}

} // namespace

void save_archives()
{
	save_transforms();
	save_classes();
	save_instances();
	save_names();
	save_metadata();
	save_rows();
}
