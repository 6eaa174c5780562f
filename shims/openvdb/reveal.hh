// SPDX-License-Identifier: LGPL-2.1-or-later
// Private parts of openvdb::io that stand in its headers. The shim is for one binary interface (soname 10.0), whose layout is thus fixed; that of the two
// Impl structures, which no header has, is checked by layout_fits() before anything relies on it.
#ifndef SP_VDB_REVEAL_HH
#define SP_VDB_REVEAL_HH

#include <functional>
#include <istream>
#include <memory>
#include <string>
#include <openvdb/Grid.h>
#include <openvdb/io/File.h>
#include <openvdb/io/Stream.h>

namespace sp_vdb {

using Box = openvdb::BBoxd;
using CoordBox = openvdb::CoordBBox;
using openvdb::GridBase;
using openvdb::io::Archive;
using openvdb::io::File;
using openvdb::io::GridDescriptor;
using openvdb::io::Stream;

// openvdb::io::File::Impl of 10.0 (its io/File.cc).
struct FileState {
	std::string filename;
	openvdb::MetaMap::Ptr meta;
	std::unique_ptr<std::istream> stream;
	openvdb::io::StreamMetadata::Ptr stream_metadata;
	bool is_open;
	std::multimap<openvdb::Name, GridDescriptor> descriptors;
	std::map<openvdb::Name, GridBase::Ptr> named_grids;
	openvdb::GridPtrVecPtr grids;
	openvdb::io::MappedFile::Ptr mapping;
	openvdb::SharedPtr<std::streambuf> buffer;
	openvdb::Index64 copy_max;
};

// openvdb::io::Stream::Impl of 10.0 (its io/Stream.cc).
struct StreamState {
	openvdb::MetaMap::Ptr meta;
	openvdb::GridPtrVecPtr grids;
	std::ostream *out;
	std::unique_ptr<File> file;
};

// What io::Archive knows of the archive that was read last.
struct ArchiveState {
	uint32_t &file_version;
	openvdb::VersionId &library_version;
	boost::uuids::uuid &uuid;
	bool &has_offsets;
	uint32_t &compression;
	bool &instancing;
};

FileState &state_of(const File &file);
StreamState &state_of(const Stream &stream);
ArchiveState archive_of(const Archive &archive);

// Is FileState what the library in this process has?
bool layout_fits();

// Private functions of the library, called as it does itself.
GridBase::Ptr create_grid(const File &file, const GridDescriptor &gd);
GridBase::Ptr read_grid(const File &file, const GridDescriptor &gd);
GridBase::Ptr read_grid(const File &file, const GridDescriptor &gd, const Box &box);
GridBase::Ptr read_grid(const File &file, const GridDescriptor &gd, const CoordBox &box);
GridBase::ConstPtr read_partial(const File &file, const GridDescriptor &gd, bool topology);
void connect_instance(const Archive &archive, const GridDescriptor &gd, const std::map<openvdb::Name, GridBase::Ptr> &grids);
// A transform with just this map; its constructor would look for a simpler one.
openvdb::math::Transform::Ptr make_transform(const openvdb::math::MapBase::Ptr &map);
openvdb::io::MappedFile *map_file(const std::string &name, bool temporary);

} // namespace sp_vdb

#endif
