// SPDX-License-Identifier: LGPL-2.1-or-later
// volume WHAT ARGUMENTS: what a program pays for openvdb::io. The same program runs natively and preloaded. WHAT is
//
// - make MEGABYTES FOLDER: writes a level set and a dense fog of so many megabytes of leaves each, plain and with each compression, and points of as many
//
// - read FILE TIMES [delayed]: opens the file, reads its grid, closes it; prints ms of each time. Without "delayed" delayed loading is off
//
// - meta FILE TIMES: opens the file once, then reads its grid's metadata; prints ms of each time
//
// - open FILE TIMES [PAUSE]: opens the file, reads its grid's metadata, closes it; prints ms of each time. PAUSE: ms before each
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>
#include <openvdb/openvdb.h>
#include <openvdb/points/PointAttribute.h>
#include <openvdb/points/PointConversion.h>
#include <openvdb/tools/LevelSetSphere.h>

namespace
{

using namespace openvdb;
using clock_type = std::chrono::steady_clock;

double ms_since(clock_type::time_point start)
{
	return std::chrono::duration<double, std::milli>(clock_type::now() - start).count();
}

const double kLeafBytes = 512 * sizeof(float);

// A narrow band three voxels wide on each side. Leaves grow with the square of the radius.
FloatGrid::Ptr level_set(double bytes)
{
	const double probe_radius = 100;
	const double probe = double(tools::createLevelSetSphere<FloatGrid>(probe_radius, Vec3f(0), 1)->tree().leafCount()) * kLeafBytes;

	return tools::createLevelSetSphere<FloatGrid>(float(probe_radius * std::sqrt(bytes / probe)), Vec3f(0), 1);
}

// All voxels of a cube, smooth with some noise, as a simulation has them.
FloatGrid::Ptr fog(double bytes)
{
	const int side = int(std::cbrt(bytes / sizeof(float))) / 8 * 8;
	FloatGrid::Ptr grid = FloatGrid::create(0);
	unsigned random = 1;

	grid->denseFill(CoordBBox(Coord(0), Coord(side - 1)), 1);
	grid->setGridClass(GRID_FOG_VOLUME);
	for (auto leaf = grid->tree().beginLeaf(); leaf; ++leaf)
		for (auto i = leaf->beginValueAll(); i; ++i) {
			const Coord at = i.getCoord();

			random = random * 1103515245 + 12345;
			i.setValue(std::round(500 + 400 * std::sin(0.05f * float(at.x() + at.y())) + float(random >> 28)) / 1024);
		}
	return grid;
}

template <typename T> void fill(points::PointDataGrid &grid, const char *name, unsigned *random)
{
	points::appendAttribute<T>(grid.tree(), name);
	for (auto leaf = grid.tree().beginLeaf(); leaf; ++leaf) {
		points::AttributeWriteHandle<T> handle(leaf->attributeArray(name));

		for (Index i = 0; i < handle.size(); i++)
			handle.set(i, T(*random = *random * 1103515245 + 12345));
	}
}

// A cube of liquid, eight particles in each voxel, as a simulation has them.
points::PointDataGrid::Ptr particles(double bytes)
{
	const size_t n = size_t(bytes / (2 * sizeof(Vec3s) + sizeof(int32_t)));
	const double side = std::cbrt(double(n) / 8);
	std::vector<Vec3s> positions(n);
	unsigned random = 1;

	for (Vec3s &p : positions)
		for (int i = 0; i < 3; i++) {
			random = random * 1103515245 + 12345;
			p[i] = float(side * (random >> 8) / (1 << 24));
		}
	const auto transform = math::Transform::createLinearTransform(1);
	const auto grid = points::createPointDataGrid<points::NullCodec, points::PointDataGrid>(positions, *transform);
	fill<Vec3s>(*grid, "v", &random);
	fill<int32_t>(*grid, "id", &random);
	grid->setName("points");
	return grid;
}

void write(const std::string &folder, const char *name, FloatGrid::Ptr grid)
{
	const struct {
		const char *name;
		uint32_t flags;
	} kinds[] = { { "none", io::COMPRESS_NONE }, { "zip", io::COMPRESS_ZIP | io::COMPRESS_ACTIVE_MASK }, { "blosc", io::COMPRESS_BLOSC | io::COMPRESS_ACTIVE_MASK } };

	grid->setName(name);
	for (const auto &k : kinds) {
		io::File file(folder + "/" + name + "-" + k.name + ".vdb");

		// The library zips neither level sets nor fogs.
		if (k.flags & io::COMPRESS_ZIP)
			grid->clearGridClass();
		file.setCompression(k.flags);
		file.write(GridPtrVec{ grid });
	}
}

void read_once(const char *path, bool delayed)
{
	io::File file(path);

	file.open(delayed);
	file.readGrid(file.beginName().gridName());
}

void read_meta(io::File &file)
{
	file.readGridMetadata(file.beginName().gridName());
}

void open_once(const char *path)
{
	io::File file(path);

	file.open(false);
	read_meta(file);
}

void measure(const std::string &what, const char *path, int times, const char *more)
{
	const bool delayed = std::strcmp(more, "delayed") == 0;
	const std::chrono::milliseconds pause(what == "open" ? std::atoi(more) : 0);
	io::File open_file(path);

	if (what == "meta")
		open_file.open(false);
	for (int i = 0; i < times; i++) {
		std::this_thread::sleep_for(pause);
		const auto start = clock_type::now();

		if (what == "read")
			read_once(path, delayed);
		else if (what == "meta")
			read_meta(open_file);
		else
			open_once(path);
		std::printf("%.3f\n", ms_since(start));
	}
}

} // namespace

int main(int argc, char **argv)
{
	if (argc < 4) {
		std::fprintf(stderr, "usage: volume make MEGABYTES FOLDER | read FILE TIMES [delayed] | meta FILE TIMES | open FILE TIMES [pause]\n");
		return 2;
	}
	initialize();
	if (std::strcmp(argv[1], "make") == 0) {
		write(argv[3], "level-set", level_set(1e6 * std::atof(argv[2])));
		write(argv[3], "fog", fog(1e6 * std::atof(argv[2])));
		// How they are compressed does not depend on the archive.
		io::File(argv[3] + std::string("/points.vdb")).write(GridPtrVec{ particles(1e6 * std::atof(argv[2])) });
		return 0;
	}
	measure(argv[1], argv[2], std::atoi(argv[3]), argc > 4 ? argv[4] : "");
	return 0;
}
