// SPDX-License-Identifier: LGPL-2.1-or-later
// The program's side of openvdb::io. All of io::File but what reads bytes is the library's own, on its own state: what open() has filled in is the same as
// natively, but for the stream, in whose place stands one that no byte can be read from and that holds the helper.
#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <new>
#include <boost/iostreams/copy.hpp>
#include <openvdb/openvdb.h>
#include <openvdb/io/TempFile.h>
#include <openvdb/util/logging.h>
#include <unistd.h>
#include "lib/wire/util.h"
#include "shims/openvdb/rebuild.hh"
#include "shims/openvdb/session.hh"

#define SP_SHIM_EXPORT(name) __asm__(#name) __attribute__((visibility("default")))

using namespace sp_vdb;
using openvdb::io::MappedFile;

bool sp_open(File *self, bool delayed, const MappedFile::Notifier &notifier) SP_SHIM_EXPORT(sp_vdb_open);
GridBase::Ptr sp_read(const File *self, const GridDescriptor &gd) SP_SHIM_EXPORT(sp_vdb_read);
GridBase::Ptr sp_read_box(const File *self, const GridDescriptor &gd, const Box &box) SP_SHIM_EXPORT(sp_vdb_read_box);
GridBase::Ptr sp_read_coords(const File *self, const GridDescriptor &gd, const CoordBox &box) SP_SHIM_EXPORT(sp_vdb_read_coords);
GridBase::ConstPtr sp_read_partial(const File *self, const GridDescriptor &gd, bool) SP_SHIM_EXPORT(sp_vdb_read_partial);
void sp_stream(Stream *self, std::istream &is, bool delayed) SP_SHIM_EXPORT(sp_vdb_stream);

namespace {

using openvdb::IoError;
using openvdb::io::TempFile;

const char kOpen[] = "_ZN7openvdb5v10_02io4File4openEbRKSt8functionIFvNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEEE";
const char kStream[] = "_ZN7openvdb5v10_02io6StreamC1ERSib";

// A stream without bytes.
class SessionStream : public std::istream
{
public:
	SessionStream(const std::string &name, const sp_input_data &input, bool delayed) : std::istream(nullptr), session(kOpen, name, input, delayed) {}

	Session session;
};

Session &session_of(const File &file)
{
	auto *s = dynamic_cast<SessionStream *>(state_of(file).stream.get());

	if (!s)
		OPENVDB_THROW(IoError, file.filename() << " is not open for reading");
	return s->session;
}

// ---- opening ----

// The bytes that open() reads: the file's, or those of a copy that is made as natively.
struct Opened {
	sp_input_data input = {};
	MappedFile::Ptr mapping;

	Opened() { input.fd = -1; }
	~Opened() { sp_close(input.fd); }
};

// A private copy of a file that is not too large, so that the program may change or remove it.
bool copy_file(const File &file, std::string *ret_name, sp_input_data *ret)
{
	try {
		TempFile copy;
		std::ifstream from(file.filename().c_str(), std::ios_base::in | std::ios_base::binary);

		boost::iostreams::copy(from, copy);
		*ret_name = copy.filename();
		front->open_input(ret_name->c_str(), ret);
		return true;
	} catch (const std::exception &e) {
		OPENVDB_LOG_WARN("failed to create a temporary copy of " << file.filename() << " for delayed loading (" << e.what() << "); will read directly from "
									 << file.filename() << " instead");
		return false;
	}
}

// The mapping is never read here. It is what tells the program, when it goes, that the file is not needed any more.
void map_delayed(const File &file, Opened *ret)
{
	std::string name = file.filename();
	const bool copied = file.getSize() < file.copyMaxBytes() && copy_file(file, &name, &ret->input);

	try {
		ret->mapping.reset(map_file(name, copied));
	} catch (const std::exception &e) {
		OPENVDB_THROW(IoError, "could not open file " << file.filename() << " (" << e.what() << ")");
	}
	if (!copied)
		front->open_input(name.c_str(), &ret->input);
}

// What the library says of a type that is not registered, while it reads descriptors in the order of the file.
void check_types(const Answer &answer)
{
	const GridDescriptor *first = nullptr;

	for (const GridDescriptor &gd : answer.descriptors)
		if (!GridBase::isRegistered(gd.gridType()) && (!first || gd.getGridPos() < first->getGridPos()))
			first = &gd;
	if (first)
		OPENVDB_THROW(openvdb::LookupError, "Cannot read grid. Grid type " << first->gridType() << " is not registered.");
}

// Read by the library in one go, and known by their names.
void take_grids(File *self, const Answer &answer)
{
	FileState &s = state_of(*self);

	s.grids.reset(new openvdb::GridPtrVec(answer.grids));
	s.named_grids.clear();
	for (const auto &n : answer.names)
		s.named_grids[n.first] = answer.grids[n.second];
	// The helper's share their trees. Where they are not to, connecting them makes copies.
	if (!archive_of(*self).instancing)
		for (const auto &d : s.descriptors)
			connect_instance(*self, d.second, s.named_grids);
}

bool take_header(File *self, const sp_vdb_header &h)
{
	const ArchiveState a = archive_of(*self);
	const boost::uuids::uuid old = a.uuid;

	if (!h.was_read)
		return false;
	a.file_version = h.file_version;
	a.library_version = openvdb::VersionId(h.library_major, h.library_minor);
	a.has_offsets = h.has_offsets != 0;
	a.compression = h.compression;
	std::memcpy(&a.uuid, h.uuid, sizeof(a.uuid));
	return old != a.uuid;
}

// A type that the program has registered itself: as natively the library would have read it, and the helper's cannot.
void refuse_own_type(const std::string &name, const std::string &what)
{
	const std::string before = "Grid type ", after = " is not registered";
	const size_t start = what.find(before), end = what.rfind(after);

	if (start == std::string::npos || end == std::string::npos || end < start + before.size())
		return;
	const std::string type = what.substr(start + before.size(), end - start - before.size());
	if (GridBase::isRegistered(type))
		OPENVDB_THROW(IoError, name << " was not read: the helper does not know grid type " << type << ", which the program has registered itself");
}

[[noreturn]] void rethrow(const std::string &name, const std::exception_ptr &error)
{
	try {
		std::rethrow_exception(error);
	} catch (const openvdb::LookupError &e) {
		refuse_own_type(name, e.what());
		throw;
	}
}

void take_answer(File *self, const Answer &answer)
{
	FileState &s = state_of(*self);

	s.stream_metadata.reset(new openvdb::io::StreamMetadata);
	s.stream_metadata->setSeekable(true);
	s.stream_metadata->setFileVersion(self->fileVersion());
	s.stream_metadata->setLibraryVersion(self->libraryVersion());
	s.stream_metadata->setCompression(self->compression());
	check_types(answer);
	s.meta = answer.meta;
	// Of an archive that is read in one go the library adds them to those that a copied File has.
	if (answer.header.has_offsets)
		s.descriptors.clear();
	for (const GridDescriptor &gd : answer.descriptors)
		s.descriptors.emplace(gd.gridName(), gd);
	if (!answer.header.has_offsets)
		take_grids(self, answer);
	s.is_open = true;
}

} // namespace

bool sp_open(File *self, bool delayed, const MappedFile::Notifier &notifier)
{
	FileState &s = state_of(*self);
	Answer answer;
	Opened opened;

	if (self->isOpen())
		OPENVDB_THROW(IoError, self->filename() << " is already open");
	s.stream.reset();
	if (delayed && Archive::isDelayedLoadingEnabled())
		map_delayed(*self, &opened);
	else
		front->open_input(self->filename().c_str(), &opened.input);
	std::unique_ptr<SessionStream> stream(new SessionStream(self->filename(), opened.input, opened.mapping != nullptr));
	opened.input.fd = -1;
	std::exception_ptr error;
	try {
		stream->session.open(&answer);
	} catch (...) {
		error = std::current_exception();
	}
	const bool changed = take_header(self, answer.header);
	if (answer.header.was_read) {
		s.mapping = opened.mapping;
		if (s.mapping)
			s.mapping->setNotifier(notifier);
	}
	if (error)
		rethrow(self->filename(), error);
	s.stream = std::move(stream);
	take_answer(self, answer);
	return changed;
}

namespace {

// ---- grids of an open file ----

int number_of(const File &file, const GridDescriptor &gd)
{
	int n = 0;

	for (const auto &d : state_of(file).descriptors) {
		if (&d.second == &gd || (d.second.uniqueName() == gd.uniqueName() && d.second.getGridPos() == gd.getGridPos()))
			return n;
		n++;
	}
	OPENVDB_THROW(openvdb::KeyError, file.filename() << " has no grid named \"" << GridDescriptor::nameAsString(gd.uniqueName()) << "\"");
}

GridBase::Ptr read(const File &file, const GridDescriptor &gd, uint32_t what, const std::string &argument)
{
	Session &session = session_of(file);
	const int number = number_of(file, gd);
	GridBase::Ptr grid = create_grid(file, gd);

	if (!is_known_type(gd.gridType()))
		OPENVDB_THROW(IoError, "grid " << GridDescriptor::nameAsString(gd.uniqueName()) << " of " << file.filename()
					       << " was not read: the helper does not know its type " << gd.gridType()
					       << ", which the program has registered itself");
	session.read(what, number, argument, grid);
	return grid;
}

template <typename T, typename Corner> std::string argument(const Corner &min, const Corner &max)
{
	T t;

	for (int i = 0; i < 3; i++) {
		t.min[i] = min[i];
		t.max[i] = max[i];
	}
	return std::string(reinterpret_cast<const char *>(&t), sizeof(t));
}

} // namespace

GridBase::Ptr sp_read(const File *self, const GridDescriptor &gd)
{
	return read(*self, gd, SP_VDB_READ, "");
}

GridBase::Ptr sp_read_box(const File *self, const GridDescriptor &gd, const Box &box)
{
	return read(*self, gd, SP_VDB_READ_BOX, argument<sp_vdb_box>(box.min(), box.max()));
}

GridBase::Ptr sp_read_coords(const File *self, const GridDescriptor &gd, const CoordBox &box)
{
	return read(*self, gd, SP_VDB_READ_COORDS, argument<sp_vdb_coords>(box.min(), box.max()));
}

// The library asks for metadata alone.
GridBase::ConstPtr sp_read_partial(const File *self, const GridDescriptor &gd, bool)
{
	return read(*self, gd, SP_VDB_READ_META, "");
}

namespace {

// ---- streams ----

void remove_copy(const std::string &expected, const std::string &name)
{
	if (name == expected && unlink(name.c_str()) != 0)
		OPENVDB_LOG_WARN("failed to remove temporary file " << name << " (" << std::error_code(errno, std::generic_category()).message() << ")");
}

// As natively: the whole of the stream becomes a file, whose grids are read when they are asked for. False: that cannot be.
bool open_copy(Stream *self, std::istream &is)
{
	std::unique_ptr<TempFile> copy;

	try {
		copy.reset(new TempFile);
	} catch (const std::exception &e) {
		OPENVDB_LOG_WARN("failed to create a temporary file for delayed loading (" << e.what() << "); will read directly from the input stream instead");
		return false;
	}
	const std::string name = copy->filename();
	boost::iostreams::copy(is, *copy);
	std::unique_ptr<File> &file = state_of(*self).file;
	file.reset(new File(name));
	file->setCopyMaxBytes(0);
	file->open(true, [name](const std::string &gone) { remove_copy(name, gone); });
	return true;
}

void read_stream(Stream *self, std::istream &is)
{
	StreamState &s = state_of(*self);
	Session session(kStream, &is);
	Answer answer;

	try {
		session.open(&answer);
	} catch (...) {
		rethrow("the stream", std::current_exception());
	}
	const ArchiveState a = archive_of(*self);
	a.file_version = answer.header.file_version;
	a.library_version = openvdb::VersionId(answer.header.library_major, answer.header.library_minor);
	a.has_offsets = answer.header.has_offsets != 0;
	a.compression = answer.header.compression;
	std::memcpy(&a.uuid, answer.header.uuid, sizeof(a.uuid));
	s.meta = answer.meta;
	s.grids.reset(new openvdb::GridPtrVec(answer.grids));
}

} // namespace

void sp_stream(Stream *self, std::istream &is, bool delayed)
{
	new (self) Stream;
	try {
		if (is && !(delayed && Archive::isDelayedLoadingEnabled() && open_copy(self, is)))
			read_stream(self, is);
	} catch (...) {
		self->Stream::~Stream();
		throw;
	}
}

extern "C" __attribute__((visibility("default"))) int sp_shim_init(const sp_front_ops *ops)
{
	if (ops->version != SP_FRONT_VERSION || !layout_fits())
		return -EPROTO;
	front = ops;
	return 0;
}
