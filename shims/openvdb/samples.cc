// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shims/openvdb/samples.hh"

#include <sstream>
#include <openvdb/openvdb.h>
#include <openvdb/io/Stream.h>
#include <openvdb/points/PointConversion.h>

namespace sp_vdb {

namespace {

using namespace openvdb;

struct AddGrid {
	GridPtrVec &grids;

	// A few values and tiles; of points nothing, since theirs are not set one by one.
	template <typename GridT> void operator()(const GridT &) const
	{
		using T = typename GridT::ValueType;
		typename GridT::Ptr grid = GridT::create();

		if constexpr (!std::is_same<GridT, points::PointDataGrid>::value && !std::is_same<GridT, tools::PointIndexGrid>::value) {
			for (int i = 0; i < 600; i++)
				grid->tree().setValue(Coord(i % 8, i / 64, i), static_cast<T>(zeroVal<T>() + T(1)));
			grid->tree().addTile(1, Coord(4096, 0, 0), zeroVal<T>(), true);
		}
		grid->setName(GridT::gridType());
		grids.push_back(grid);
	}
};

GridBase::Ptr points_grid()
{
	const std::vector<Vec3s> positions = { Vec3s(0, 0, 0), Vec3s(1, 2, 3), Vec3s(100, 2, 3) };

	return points::createPointDataGrid<points::FixedPointCodec<false>, points::PointDataGrid>(positions, *math::Transform::createLinearTransform(0.5));
}

GridBase::Ptr frustum_grid()
{
	FloatGrid::Ptr grid = FloatGrid::create(1);

	grid->setTransform(math::Transform::createFrustumTransform(BBoxd(Vec3d(0), Vec3d(100)), 0.5, 10));
	grid->setSaveFloatAsHalf(true);
	grid->tree().setValue(Coord(1, 2, 3), 4);
	return grid;
}

std::string archive_of(const GridPtrVec &grids, const MetaMap &meta, uint32_t compression)
{
	std::ostringstream s(std::ios_base::binary);
	io::Stream archive(s);

	archive.setCompression(compression);
	archive.write(grids, meta);
	return s.str();
}

const uint32_t kBlosc = io::COMPRESS_BLOSC | io::COMPRESS_ACTIVE_MASK;

} // namespace

std::string small_sample()
{
	FloatGrid::Ptr grid = FloatGrid::create();

	grid->setName("density");
	grid->tree().setValue(Coord(1, 2, 3), 4);
	return archive_of({ grid }, MetaMap(), kBlosc);
}

std::vector<std::string> samples()
{
	std::vector<std::string> all;
	GridPtrVec grids;
	MetaMap meta;

	GridTypes::foreach(AddGrid{ grids });
	grids.push_back(points_grid());
	grids.push_back(frustum_grid());
	meta.insertMeta("name", StringMetadata("value"));
	for (const uint32_t c : { uint32_t(io::COMPRESS_NONE), uint32_t(io::COMPRESS_ZIP | io::COMPRESS_ACTIVE_MASK), kBlosc })
		all.push_back(archive_of(grids, meta, c));
	return all;
}

} // namespace sp_vdb
