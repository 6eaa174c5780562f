// SPDX-License-Identifier: LGPL-2.1-or-later
// Volumes for the tests: what OpenVDB can write, and by hand what it can read but not write.
#ifndef SP_TEST_VDB_CORPUS_HH
#define SP_TEST_VDB_CORPUS_HH

#include "tests/parity/random.hh"
#include "tests/vdb/custom.hh"

// How an archive is written.
struct Saving {
	uint32_t compression = openvdb::io::Archive::DEFAULT_COMPRESSION_FLAGS;
	bool instancing = true, statistics = true;
	bool stream = false; // by io::Stream: without grid offsets
};

// As a file @name of the folder that main() was given, the same bytes each time.
void save(const std::string &name, const openvdb::GridPtrVec &grids, const openvdb::MetaMap &meta = {}, const Saving &how = {});
// What save() writes.
std::string saved(const std::string &name, const openvdb::GridPtrVec &grids, const openvdb::MetaMap &meta = {}, const Saving &how = {});
void save_bytes(const std::string &name, const std::string &bytes);

// A grid called @name with leaves and tiles at every level, active and not, in most of the ways that OpenVDB's compression tells apart.
template <typename GridT> typename GridT::Ptr make_scene(const std::string &name, unsigned seed);
// A few voxels.
openvdb::FloatGrid::Ptr make_small(const std::string &name, float value);

void save_types();    // corpus-types.cc: grids by type, compression, precision
void save_points();   // corpus-points.cc: point data and point index grids
void save_archives(); // corpus-archives.cc: names, instances, metadata, transforms
void save_versions(); // corpus-versions.cc: formats of former days, by hand

#endif
