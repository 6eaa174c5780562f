// SPDX-License-Identifier: LGPL-2.1-or-later
// The helper's own code, but for its writer, which keeps what is put.
#include "fuzz/answers.hh"

#include <sstream>
#include <openvdb/io/Stream.h>
#include <openvdb/openvdb.h>
#include <openvdb/points/PointConversion.h>
#include <openvdb/points/PointGroup.h>
#include <openvdb/tools/PointIndexGrid.h>
#include "shims/openvdb/emit.hh"
#include "shims/openvdb/writer.hh"

using namespace openvdb;

namespace {

std::string kept;

} // namespace

namespace sp_vdb {

Writer out;

void Writer::put(const void *bytes, uint64_t len)
{
	kept.append(static_cast<const char *>(bytes), len);
}

void Writer::string(const std::string &s)
{
	count(s.size());
	put(s.data(), s.size());
}

void Writer::flush() {}

} // namespace sp_vdb

namespace {

struct AddGrid {
	GridPtrVec &grids;

	template <typename GridT> void operator()(const GridT &) const
	{
		using T = typename GridT::ValueType;
		typename GridT::Ptr grid = GridT::create();

		if constexpr (!std::is_same<GridT, points::PointDataGrid>::value && !std::is_same<GridT, tools::PointIndexGrid>::value) {
			grid->tree().setValue(Coord(1, 2, 3), static_cast<T>(zeroVal<T>() + T(1)));
			grid->tree().addTile(1, Coord(64, 0, 0), zeroVal<T>(), true);
			grid->tree().addTile(3, Coord(8192, 0, 0), zeroVal<T>(), true);
		}
		grids.push_back(grid);
	}
};

// A grid of points with all that they can have, as far as it differs, in two leaves.
GridBase::Ptr points_grid(const math::Transform &transform)
{
	const std::vector<Vec3s> positions = { Vec3s(0, 0, 0), Vec3s(1, 2, 3), Vec3s(2, 2, 3), Vec3s(9, 2, 3) };
	const auto grid = points::createPointDataGrid<points::NullCodec, points::PointDataGrid>(positions, transform);

	points::appendGroup(grid->tree(), "group");
	points::appendAttribute<bool>(grid->tree(), "flag");
	points::appendAttribute<Vec3s>(grid->tree(), "velocity", zeroVal<Vec3s>(), 2);
	points::appendAttribute<float, points::TruncateCodec>(grid->tree(), "half");
	points::appendAttribute<Name>(grid->tree(), "text");
	return grid;
}

struct List {
	using PosType = Vec3d;
	std::vector<Vec3d> all = { Vec3d(0), Vec3d(1, 2, 3), Vec3d(2, 2, 3) };

	size_t size() const { return all.size(); }
	void getPos(size_t n, Vec3d &ret) const { ret = all[n]; }
};

void add_transforms(GridPtrVec *grids)
{
	const std::vector<math::Transform::Ptr> all = {
		math::Transform::createFrustumTransform(BBoxd(Vec3d(0), Vec3d(100)), 0.5, 10),
		math::Transform::createLinearTransform(Mat4d(2, 1, 0, 0, 0, 3, 0, 0, 0, 0, 4, 0, 5, 6, 7, 1)),
		math::Transform::Ptr(new math::Transform(math::MapBase::Ptr(new math::ScaleTranslateMap(Vec3d(1, 2, 3), Vec3d(4, 5, 6))))),
		math::Transform::Ptr(new math::Transform(math::MapBase::Ptr(new math::UnitaryMap(Vec3d(1, 0, 0), 0.5)))),
		math::Transform::Ptr(new math::Transform(math::MapBase::Ptr(new math::TranslationMap(Vec3d(1, 2, 3))))),
	};

	for (const auto &t : all) {
		FloatGrid::Ptr grid = FloatGrid::create(1);

		grid->setTransform(t);
		grids->push_back(grid);
	}
	// Of all kinds of metadata that there are.
	GridBase &g = *grids->back();
	g.insertMeta("text", StringMetadata("value"));
	g.insertMeta("yes", BoolMetadata(true));
	g.insertMeta("number", DoubleMetadata(1));
	g.insertMeta("vector", Vec3SMetadata(Vec3s(1)));
	g.insertMeta("matrix", Mat4DMetadata(Mat4d::identity()));
	g.insertMeta("load", io::DelayedLoadMetadata());
}

GridPtrVec make_grids()
{
	const auto transform = math::Transform::createLinearTransform(0.5);
	GridPtrVec grids;
	const List list;

	GridTypes::foreach(AddGrid{ grids });
	grids.push_back(points_grid(*transform));
	grids.push_back(tools::createPointIndexGrid<tools::PointIndexGrid>(list, *transform));
	add_transforms(&grids);
	return grids;
}

std::string archive_of(const GridBase::Ptr &grid)
{
	std::ostringstream s(std::ios_base::binary);

	io::Stream(s).write(GridPtrVec(1, grid));
	return s.str();
}

// As the helper reads and answers; twice the same grid, of which the second one has the first one's tree.
std::string answer_of(const std::string &archive, bool opened)
{
	std::istringstream s(archive, std::ios_base::binary);

	kept.clear();
	sp_vdb::begin_trees();
	io::Stream stream(s, false);
	for (int i = 0; i < (opened ? 2 : 1); i++)
		sp_vdb::put_grid(*(*stream.getGrids())[0], false);
	if (opened) {
		sp_vdb::out.record(SP_VDB_ARCHIVE);
		sp_vdb::put_metadata(*stream.getMetadata());
		sp_vdb::out.record(SP_VDB_DESCRIPTORS);
		sp_vdb::out.count(1);
		for (const char *text : { "name", "Tree_float_5_4_3", "" })
			sp_vdb::out.string(text);
		sp_vdb::out.put(sp_vdb_position{ 1, 2, 3, 0, 0 });
		sp_vdb::out.count(1);
		sp_vdb::out.string("name");
		sp_vdb::out.count(1);
	}
	sp_vdb::out.record(SP_VDB_END);
	return kept;
}

} // namespace

std::vector<std::string> fuzz_answers()
{
	std::vector<std::string> archives, all, types;

	initialize();
	const GridPtrVec grids = make_grids();
	for (const GridBase::Ptr &g : grids)
		archives.push_back(archive_of(g));
	sp_vdb::register_streaming_grids();
	for (uint8_t i = 0; i < archives.size(); i++)
		for (uint8_t what = 0; what < 3; what++) {
			fuzz_answer control = {};

			while (grids[control.type]->type() != grids[i]->type()) // the first ones are one of each type, in order
				control.type++;
			control.what = what;
			control.piece = i % 4;
			all.push_back(std::string(reinterpret_cast<const char *>(&control), sizeof(control)) + answer_of(archives[i], what == 0));
		}
	// The helper's grids stand in the place of the library's own.
	uninitialize();
	initialize();
	return all;
}
