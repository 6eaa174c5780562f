// SPDX-License-Identifier: LGPL-2.1-or-later
// corpus DIRECTORY: writes the volumes.
#include "tests/vdb/corpus.hh"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <openvdb/io/Stream.h>
#include <sstream>

using namespace openvdb;

namespace {

const size_t kTag = 8 + 4 + 8 + 1, kTagSize = 36; // where the header has its random number, as text

std::string directory;
size_t files, bytes_written;

// Another one a file, the same one each time.
void fix_tag(const std::string &name, std::string *bytes)
{
	uint64_t seed = 1469598103934665603u;
	char tag[kTagSize + 1];

	for (char c : name)
		seed = (seed ^ uint8_t(c)) * 1099511628211u;
	Random r(seed);
	std::snprintf(tag, sizeof(tag), "%08x-0000-4000-8000-%012llx", unsigned(r.next()),
		      static_cast<unsigned long long>(r.next() & 0xffffffffffffu));
	if (bytes->size() >= kTag + kTagSize)
		bytes->replace(kTag, kTagSize, tag, kTagSize);
}

std::string read_all(const std::string &path)
{
	std::ifstream f(path, std::ios::binary);

	return std::string(std::istreambuf_iterator<char>(f), std::istreambuf_iterator<char>());
}

void adjust(io::Archive *archive, const Saving &how)
{
	archive->setCompression(how.compression);
	archive->setInstancingEnabled(how.instancing);
	archive->setGridStatsMetadataEnabled(how.statistics);
}

} // namespace

void save_bytes(const std::string &name, const std::string &bytes)
{
	std::ofstream f(directory + "/" + name, std::ios::binary);

	f << bytes;
	if (!f.flush()) {
		std::fprintf(stderr, "%s cannot be written\n", name.c_str());
		std::exit(1);
	}
	files++;
	bytes_written += bytes.size();
}

std::string saved(const std::string &name, const GridPtrVec &grids, const MetaMap &meta, const Saving &how)
{
	std::string bytes;

	if (how.stream) {
		std::ostringstream s(std::ios::binary);
		io::Stream archive(s);

		adjust(&archive, how);
		archive.write(grids, meta);
		bytes = s.str();
	} else {
		const std::string path = directory + "/written";
		io::File archive(path);

		adjust(&archive, how);
		archive.write(grids, meta);
		bytes = read_all(path);
		std::remove(path.c_str());
	}
	fix_tag(name, &bytes);
	return bytes;
}

void save(const std::string &name, const GridPtrVec &grids, const MetaMap &meta, const Saving &how)
{
	save_bytes(name, saved(name, grids, meta, how));
}

FloatGrid::Ptr make_small(const std::string &name, float value)
{
	const FloatGrid::Ptr grid = FloatGrid::create(0.5f);

	grid->setName(name);
	grid->tree().setValue(Coord(1, 2, 3), value);
	grid->tree().setValue(Coord(-1, -2, -3), -value);
	return grid;
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	directory = argv[1];
	initialize();
	FlatGrid::registerGrid();
	CountGrid::registerGrid();
	save_types();
	save_points();
	save_archives();
	save_versions();
	std::printf("%zu volumes, %zu bytes\n", files, bytes_written);
	return 0;
}
