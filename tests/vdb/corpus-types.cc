// SPDX-License-Identifier: LGPL-2.1-or-later
// Grids by type, compression and precision.
#include "tests/vdb/corpus.hh"

#include <openvdb/tools/LevelSetSphere.h>

using namespace openvdb;

namespace {

// The @n-th value of a type.
template <typename T> struct Value {
	static T make(int n) { return T(n) / T(4); }
};
template <> struct Value<bool> {
	static bool make(int n) { return n % 2 != 0; }
};
template <> struct Value<ValueMask> {
	static bool make(int n) { return n % 2 != 0; }
};
template <> struct Value<int32_t> {
	static int32_t make(int n) { return n * 7; }
};
template <> struct Value<int64_t> {
	static int64_t make(int n) { return int64_t(n) * 5000000000; }
};
template <> struct Value<uint32_t> {
	static uint32_t make(int n) { return uint32_t(n) * 1000000007u; }
};
template <typename T> struct Value<math::Vec3<T>> {
	static math::Vec3<T> make(int n) { return math::Vec3<T>(T(n), T(n) / T(2), T(-n)); }
};

// How inactive voxels of a leaf differ: what io/Compression.h has a flag for each.
enum Inactive { BACKGROUND, NEGATIVE, ONE, BACKGROUND_AND_NEGATIVE, BACKGROUND_AND_ONE, TWO, MANY, INACTIVE_KINDS };

template <typename T> T inactive_value(Inactive kind, unsigned n, const T &background)
{
	const T negative = math::negative(background);

	switch (kind) {
	case BACKGROUND:
		return background;
	case NEGATIVE:
		return negative;
	case ONE:
		return Value<T>::make(50);
	case BACKGROUND_AND_NEGATIVE:
		return n % 3 ? background : negative;
	case BACKGROUND_AND_ONE:
		return n % 3 ? background : Value<T>::make(51);
	case TWO:
		return Value<T>::make(n % 5 ? 52 : 53);
	default:
		return Value<T>::make(int(n % 41));
	}
}

// One voxel in @sparse is active; 0: none is.
template <typename GridT> void fill_leaf(GridT *grid, const Coord &at, Inactive kind, unsigned sparse, Random *r)
{
	using T = typename GridT::ValueType;
	auto *leaf = grid->tree().touchLeaf(at);

	for (Index i = 0; i < leaf->SIZE; i++) {
		if (sparse && r->once_in(sparse))
			leaf->setValueOn(i, Value<T>::make(int(r->below(200)) - 100));
		else
			leaf->setValueOff(i, inactive_value(kind, unsigned(r->below(1000)), grid->background()));
	}
}

// A mask grid has no values of voxels beside the mask.
template <> void fill_leaf(MaskGrid *grid, const Coord &at, Inactive, unsigned sparse, Random *r)
{
	auto *leaf = grid->tree().touchLeaf(at);

	for (Index i = 0; i < leaf->SIZE; i++)
		leaf->setActiveState(i, sparse && r->once_in(sparse));
}

template <typename GridT> void add_tiles(GridT *grid)
{
	using T = typename GridT::ValueType;
	auto &tree = grid->tree();

	for (int i = 0; i < 3; i++) {
		tree.addTile(1, Coord(8 * i + 64, 0, 8), Value<T>::make(i + 2), i % 2);
		tree.addTile(2, Coord(128 * i + 256, 128, 0), Value<T>::make(i + 5), i % 2);
		tree.addTile(3, Coord(-4096 * i - 4096, 0, 4096 * i), Value<T>::make(i + 8), i % 2);
	}
}

} // namespace

template <typename GridT> typename GridT::Ptr make_scene(const std::string &name, unsigned seed)
{
	const typename GridT::Ptr grid = GridT::create(Value<typename GridT::ValueType>::make(3));
	Random r(seed);

	grid->setName(name);
	for (int i = 0; i < INACTIVE_KINDS; i++)
		fill_leaf(grid.get(), Coord(8 * i, 16, 0), Inactive(i), 4, &r);
	fill_leaf(grid.get(), Coord(0, 24, 0), BACKGROUND, 1, &r);
	fill_leaf(grid.get(), Coord(8, 24, 0), TWO, 0, &r);
	add_tiles(grid.get());
	return grid;
}

namespace {

const struct {
	const char *name;
	uint32_t flags;
} compressions[] = {
	{ "none", io::COMPRESS_NONE },
	{ "zip", io::COMPRESS_ZIP },
	{ "mask", io::COMPRESS_ACTIVE_MASK },
	{ "zip-mask", io::COMPRESS_ZIP | io::COMPRESS_ACTIVE_MASK },
	{ "blosc", io::COMPRESS_BLOSC },
	{ "blosc-mask", io::COMPRESS_BLOSC | io::COMPRESS_ACTIVE_MASK },
	{ "zip-blosc", io::COMPRESS_ZIP | io::COMPRESS_BLOSC },
};

template <typename GridT> void save_type(const std::string &type)
{
	for (const auto &c : compressions) {
		Saving how;

		how.compression = c.flags;
		if (c.flags == io::COMPRESS_NONE || c.flags == io::COMPRESS_ACTIVE_MASK) // large
			save(type + "-" + c.name + ".vdb", { make_scene<GridT>("scene", 1) }, {}, how);
		else
			save(type + "-" + c.name + ".vdb", { make_scene<GridT>("scene", 1), make_scene<GridT>("", 2) }, {}, how);
	}
	Saving how;
	how.stream = true;
	save(type + "-stream.vdb", { make_scene<GridT>("scene", 3) }, {}, how);
	how.statistics = false;
	how.compression = io::COMPRESS_ZIP | io::COMPRESS_ACTIVE_MASK;
	save(type + "-stream-zip.vdb", { make_scene<GridT>("scene", 4) }, {}, how);
}

template <typename GridT> void save_half(const std::string &type)
{
	for (const auto &c : compressions) {
		const auto grid = make_scene<GridT>("half", 5), whole = make_scene<GridT>("whole", 6);
		Saving how;

		if (c.flags == io::COMPRESS_NONE || c.flags == io::COMPRESS_ACTIVE_MASK)
			continue;
		grid->setSaveFloatAsHalf(true);
		how.compression = c.flags;
		save("half-" + type + "-" + c.name + ".vdb", { grid, whole }, {}, how);
		how.stream = true;
		if (c.flags == io::COMPRESS_ZIP)
			save("half-" + type + "-stream.vdb", { grid }, {}, how);
	}
}

// Values that no sum is true of.
void save_strange_floats()
{
	const uint32_t bits[] = { 0x7f800000, 0xff800000, 0x7fc00000, 0xffc12345, 0x7fa00001, 0x80000000, 1, 0x007fffff, 0x7f7fffff };
	const FloatGrid::Ptr grid = FloatGrid::create(std::numeric_limits<float>::infinity());
	int n = 0;

	grid->setName("strange");
	for (uint32_t b : bits) {
		float f;

		std::memcpy(&f, &b, sizeof(f));
		grid->tree().setValue(Coord(n, 0, 0), f);
		grid->tree().setValueOff(Coord(n++, 1, 0), f);
		grid->tree().addTile(1, Coord(8 * n, 64, 0), f, n % 2);
	}
	for (uint32_t compression : { uint32_t(io::COMPRESS_ACTIVE_MASK), uint32_t(io::COMPRESS_NONE) }) {
		Saving how;

		how.compression = compression;
		save("strange-floats-" + std::to_string(compression) + ".vdb", { grid }, {}, how);
	}
	grid->setSaveFloatAsHalf(true);
	save("strange-halves.vdb", { grid });
}

// Where coordinates end.
void save_far()
{
	const FloatGrid::Ptr grid = FloatGrid::create();
	const int far[] = { INT32_MIN, INT32_MIN + 1, -1 - (1 << 30), INT32_MAX - 8191, INT32_MAX - 7, INT32_MAX };
	float v = 1;

	grid->setName("far");
	for (int x : far)
		grid->tree().setValue(Coord(x, -x / 2, 5), v++);
	grid->tree().addTile(3, Coord(INT32_MAX - 5000, 0, INT32_MIN), 7, true);
	save("far.vdb", { grid });
	Saving how;
	how.statistics = false;
	how.stream = true;
	save("far-stream.vdb", { grid }, {}, how);
}

FloatGrid::Ptr make_fog(int size)
{
	const FloatGrid::Ptr grid = FloatGrid::create();

	grid->setName("density");
	grid->setGridClass(GRID_FOG_VOLUME);
	for (int x = 0; x < size; x++)
		for (int y = 0; y < size; y++)
			for (int z = 0; z < size; z++)
				grid->tree().setValue(Coord(x, y, z), float((x ^ y ^ z) & 15) / 16 + float(x) / 1024);
	return grid;
}

void save_large()
{
	const FloatGrid::Ptr scattered = FloatGrid::create(1), fog = make_fog(128);
	Random r(7);
	Saving how;

	save("fog-128.vdb", { fog });
	save("fog-40.vdb", { make_fog(40) });
	how.compression = io::COMPRESS_ZIP | io::COMPRESS_ACTIVE_MASK;
	save("sphere.vdb", { tools::createLevelSetSphere<FloatGrid>(30, Vec3f(1, 2, 3), 0.7f) }, {}, how);
	how.compression = io::COMPRESS_NONE;
	how.stream = true;
	save("sphere-stream.vdb", { tools::createLevelSetSphere<FloatGrid>(8, Vec3f(0), 1) }, {}, how);
	scattered->setName("scattered");
	for (int i = 0; i < 3000; i++)
		scattered->tree().setValue(Coord(int(r.below(500)) - 250, int(r.below(500)), int(r.below(500))), float(i));
	save("leaves.vdb", { scattered });
}

void save_custom()
{
	const FlatGrid::Ptr flat = FlatGrid::create(2);
	const CountGrid::Ptr counts = make_scene<CountGrid>("counts", 8);

	flat->setName("flat");
	for (int i = 0; i < 40; i++)
		flat->tree().setValue(Coord(i, 3 * i, -i), float(i));
	save("custom-shape.vdb", { flat });
	save("custom-type.vdb", { counts });
	save("custom-mixed.vdb", { make_small("first", 1), flat, make_small("last", 2) });
	Saving how;
	how.stream = true;
	save("custom-stream.vdb", { make_small("first", 1), flat, counts, make_small("last", 2) }, {}, how);
}

void save_plain()
{
	const BoolGrid::Ptr flags = BoolGrid::create(true);
	const MaskGrid::Ptr mask = MaskGrid::create();

	save("small.vdb", { make_small("small", 1.25f) });
	Saving how;
	how.stream = true;
	save("small-stream.vdb", { make_small("small", 1.25f) }, {}, how);
	how.compression = io::COMPRESS_ZIP | io::COMPRESS_ACTIVE_MASK;
	save("small-zip-stream.vdb", { make_small("small", 1.25f) }, {}, how);
	how.stream = false;
	save("small-zip.vdb", { make_small("small", 1.25f) }, {}, how);
	flags->setName("flags");
	flags->fill(CoordBBox(Coord(-3), Coord(20)), false, true);
	mask->setName("mask");
	mask->fill(CoordBBox(Coord(-3), Coord(20)), true, true);
	save("flags.vdb", { flags, mask });
	save("empty-trees.vdb", { FloatGrid::create(), BoolGrid::create(true), Vec3SGrid::create(Vec3s(1, 2, 3)), MaskGrid::create() });
	save("no-grids.vdb", {});
	how.stream = true;
	save("no-grids-stream.vdb", {}, {}, how);
}

} // namespace

void save_types()
{
	save_type<BoolGrid>("bool");
	save_type<MaskGrid>("mask");
	save_type<Int32Grid>("int32");
	save_type<Int64Grid>("int64");
	save_type<FloatGrid>("float");
	save_type<DoubleGrid>("double");
	save_type<Vec3IGrid>("vec3i");
	save_type<Vec3SGrid>("vec3s");
	save_type<Vec3DGrid>("vec3d");
	save_half<FloatGrid>("float");
	save_half<DoubleGrid>("double");
	save_half<Vec3SGrid>("vec3s");
	save_half<Vec3DGrid>("vec3d");
	save_plain();
	save_strange_floats();
	save_far();
	save_large();
	save_custom();
}
