// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shims/openvdb/reveal.hh"

namespace sp_vdb {

using openvdb::io::MappedFile;

// Access is not checked in an explicit instantiation ([temp.spec]): each of these defines a function that is declared as its friend.
template <auto member> struct RevealFile {
	friend FileState &file_state(const File &f) { return *reinterpret_cast<FileState *>((f.*member).get()); }
};
FileState &file_state(const File &f);
template struct RevealFile<&File::mImpl>;

template <auto member> struct RevealStream {
	friend StreamState &stream_state(const Stream &s) { return *reinterpret_cast<StreamState *>((s.*member).get()); }
};
StreamState &stream_state(const Stream &s);
template struct RevealStream<&Stream::mImpl>;

template <auto version, auto library, auto uuid, auto offsets, auto compression, auto instancing> struct RevealArchive {
	friend ArchiveState archive_state(Archive &a)
	{
		return ArchiveState{ a.*version, a.*library, a.*uuid, a.*offsets, a.*compression, a.*instancing };
	}
};
ArchiveState archive_state(Archive &a);
template struct RevealArchive<&Archive::mFileVersion, &Archive::mLibraryVersion, &Archive::mUuid, &Archive::mInputHasGridOffsets, &Archive::mCompression,
			      &Archive::mEnableInstancing>;

template <auto create, auto whole, auto box, auto coords, auto partial> struct RevealReaders {
	friend GridBase::Ptr call_create(const File &f, const GridDescriptor &gd) { return (f.*create)(gd); }
	friend GridBase::Ptr call_read(const File &f, const GridDescriptor &gd) { return (f.*whole)(gd); }
	friend GridBase::Ptr call_read_box(const File &f, const GridDescriptor &gd, const Box &b) { return (f.*box)(gd, b); }
	friend GridBase::Ptr call_read_coords(const File &f, const GridDescriptor &gd, const CoordBox &b) { return (f.*coords)(gd, b); }
	friend GridBase::ConstPtr call_partial(const File &f, const GridDescriptor &gd, bool topology) { return (f.*partial)(gd, topology); }
};
GridBase::Ptr call_create(const File &f, const GridDescriptor &gd);
GridBase::Ptr call_read(const File &f, const GridDescriptor &gd);
GridBase::Ptr call_read_box(const File &f, const GridDescriptor &gd, const Box &b);
GridBase::Ptr call_read_coords(const File &f, const GridDescriptor &gd, const CoordBox &b);
GridBase::ConstPtr call_partial(const File &f, const GridDescriptor &gd, bool topology);
template struct RevealReaders<&File::createGrid, static_cast<GridBase::Ptr (File::*)(const GridDescriptor &) const>(&File::readGrid),
			      static_cast<GridBase::Ptr (File::*)(const GridDescriptor &, const Box &) const>(&File::readGrid),
			      static_cast<GridBase::Ptr (File::*)(const GridDescriptor &, const CoordBox &) const>(&File::readGrid),
			      static_cast<GridBase::ConstPtr (File::*)(const GridDescriptor &, bool) const>(&File::readGridPartial)>;

template <auto connect> struct RevealConnect {
	friend void call_connect(const Archive &a, const GridDescriptor &gd, const std::map<openvdb::Name, GridBase::Ptr> &grids) { (a.*connect)(gd, grids); }
};
void call_connect(const Archive &a, const GridDescriptor &gd, const std::map<openvdb::Name, GridBase::Ptr> &grids);
template struct RevealConnect<&Archive::connectInstance>;

template <auto member> struct RevealTransform {
	friend openvdb::math::MapBase::Ptr &transform_map(openvdb::math::Transform &t) { return t.*member; }
};
openvdb::math::MapBase::Ptr &transform_map(openvdb::math::Transform &t);
template struct RevealTransform<&openvdb::math::Transform::mMap>;

FileState &state_of(const File &file)
{
	return file_state(file);
}

StreamState &state_of(const Stream &stream)
{
	return stream_state(stream);
}

ArchiveState archive_of(const Archive &archive)
{
	return archive_state(const_cast<Archive &>(archive));
}

bool layout_fits()
{
	const openvdb::Index64 odd = 0x5ca1ab1e;
	File probe("layout");

	probe.setCopyMaxBytes(odd);
	const FileState &s = state_of(probe);
	return &s.filename == &probe.filename() && s.copy_max == odd && !s.is_open && !s.meta && !s.stream && !s.mapping;
}

GridBase::Ptr create_grid(const File &file, const GridDescriptor &gd)
{
	return call_create(file, gd);
}

GridBase::Ptr read_grid(const File &file, const GridDescriptor &gd)
{
	return call_read(file, gd);
}

GridBase::Ptr read_grid(const File &file, const GridDescriptor &gd, const Box &box)
{
	return call_read_box(file, gd, box);
}

GridBase::Ptr read_grid(const File &file, const GridDescriptor &gd, const CoordBox &box)
{
	return call_read_coords(file, gd, box);
}

GridBase::ConstPtr read_partial(const File &file, const GridDescriptor &gd, bool topology)
{
	return call_partial(file, gd, topology);
}

void connect_instance(const Archive &archive, const GridDescriptor &gd, const std::map<openvdb::Name, GridBase::Ptr> &grids)
{
	call_connect(archive, gd, grids);
}

openvdb::math::Transform::Ptr make_transform(const openvdb::math::MapBase::Ptr &map)
{
	openvdb::math::Transform::Ptr t = openvdb::math::Transform::createLinearTransform();

	transform_map(*t) = map;
	return t;
}

} // namespace sp_vdb

// Its constructor is private, and a constructor has no address: the class names this one a friend.
class TestMappedFile
{
public:
	static openvdb::io::MappedFile *make(const std::string &name, bool temporary) { return new openvdb::io::MappedFile(name, temporary); }
};

openvdb::io::MappedFile *sp_vdb::map_file(const std::string &name, bool temporary)
{
	return TestMappedFile::make(name, temporary);
}
