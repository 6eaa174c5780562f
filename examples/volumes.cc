// SPDX-License-Identifier: LGPL-2.1-or-later
// volumes FILE...: what is in OpenVDB files: each grid's type, size and values, and a checksum of all of them.
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <string>
#include <openvdb/openvdb.h>
#include <openvdb/tools/Statistics.h>

namespace
{

// FNV-1a of all leaves' values and masks.
template <typename TreeT> uint64_t checksum(const TreeT &tree)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (auto leaf = tree.cbeginLeaf(); leaf; ++leaf)
		for (auto i = leaf->cbeginValueAll(); i; ++i) {
			h = (h ^ uint64_t(i.isValueOn())) * 0x100000001b3u;
			h = (h ^ uint64_t(int64_t(*i * 65536))) * 0x100000001b3u;
		}
	return h;
}

void describe(const openvdb::GridBase::Ptr &grid)
{
	const openvdb::Coord size = grid->evalActiveVoxelDim();

	std::printf("  %s: %s, %dx%dx%d, %" PRIu64 " voxels\n", grid->getName().c_str(), grid->valueType().c_str(), size.x(), size.y(), size.z(),
		    uint64_t(grid->activeVoxelCount()));
	if (const auto scalar = openvdb::GridBase::grid<openvdb::FloatGrid>(grid)) {
		const openvdb::math::Extrema e = openvdb::tools::extrema(scalar->cbeginValueOn());

		std::printf("    from %g to %g, checksum %016" PRIx64 "\n", e.min(), e.max(), checksum(scalar->tree()));
	}
}

bool describe_file(const char *name)
{
	try {
		openvdb::io::File file(name);

		file.open();
		std::printf("%s: version %s\n", name, file.version().c_str());
		const openvdb::GridPtrVecPtr grids = file.getGrids();
		for (const openvdb::GridBase::Ptr &grid : *grids)
			describe(grid);
		return true;
	} catch (const openvdb::Exception &e) {
		std::printf("%s: %s\n", name, e.what());
		return false;
	}
}

} // namespace

int main(int argc, char **argv)
{
	bool good = argc > 1;

	if (!good)
		std::fprintf(stderr, "usage: volumes FILE...\n");
	openvdb::initialize();
	for (int i = 1; i < argc; i++)
		good = describe_file(argv[i]) && good;
	return good ? 0 : 1;
}
