// SPDX-License-Identifier: LGPL-2.1-or-later
// The helper's side of openvdb::io: one file or stream, read by the library itself, as the program would have it read.
#include <cerrno>
#include <cstring>
#include <istream>
#include <iterator>
#include <locale>
#include <sstream>
#include <string>
#include <sys/sysinfo.h>
#include <tbb/global_control.h>
#include <openvdb/openvdb.h>
#include <openvdb/io/Stream.h>
#include "lib/helper/helper.h"
#include "shims/openvdb/emit.hh"
#include "shims/openvdb/log.hh"
#include "shims/openvdb/reveal.hh"
#include "shims/openvdb/samples.hh"
#include "shims/openvdb/thrown.hh"
#include "shims/openvdb/wanted.hh"
#include "shims/openvdb/writer.hh"

namespace {

using namespace sp_vdb;

sp_vdb_attach request;
std::string name;
File *file;
// Of a stream; the program's flags apply to it.
WantedBuffer *buffer;
std::istream *stream;
sp_vdb_header header; // of the stream's archive

bool header_read;
uint64_t machine_memory; // bytes, swap among them

// ---- warming up ----

std::string rehearsal;

// All that a helper does, on samples that nobody gets to see.
void rehearse_reading(const std::string &bytes)
{
	std::istringstream s(bytes, std::ios_base::binary);
	Stream archive(s, false);

	for (const GridBase::Ptr &grid : *archive.getGrids())
		put_grid(*grid, false);
	put_metadata(*archive.getMetadata());
	sp_vfs_reset();
	sp_vfs_set_input("sample.vdb", bytes.data(), bytes.size());
	sp_vfs_switch(true);
	File f("sample.vdb");
	f.setCopyMaxBytes(0);
	for (const bool delayed : { false, true }) {
		f.open(delayed);
		f.close();
	}
	sp_vfs_set_input("sample.vdb", bytes.data(), 5);
	call_and_catch([&f] { f.open(false); });
	sp_vfs_switch(false);
}

// std::locale::global() sets C's locale as well, which stays as the program has it.
void set_cxx_locale(const char *cxx_locale)
{
	const std::string c = std::setlocale(LC_ALL, nullptr);

	std::locale::global(std::locale(cxx_locale));
	std::setlocale(LC_ALL, c.c_str());
}

const char *warm_up(const char *cxx_locale, uint32_t)
{
	// No threads: those of TBB take trees apart, which one can do as well.
	static tbb::global_control one(tbb::global_control::max_allowed_parallelism, 1);
	static uint8_t nowhere[SP_VDB_SLOTS * SP_VDB_SLOT];
	static std::string reason;
	struct sysinfo si;

	if (sysinfo(&si) == 0)
		machine_memory = (uint64_t(si.totalram) + si.totalswap) * si.mem_unit;
	try {
		set_cxx_locale(cxx_locale);
		openvdb::initialize();
		redirect_log();
		if (!layout_fits())
			return "the library is not the version that this module was made for";
		const std::vector<std::string> all = samples();
		rehearsal = small_sample();
		register_streaming_grids();
		out.start(nowhere, true);
		for (const std::string &bytes : all)
			rehearse_reading(bytes);
	} catch (const std::exception &e) {
		reason = std::string("the library does not start: ") + e.what();
		return reason.c_str();
	}
	return nullptr;
}

// The page faults of a first reading, while the helper has nothing to do.
bool rehearse(unsigned step, uint64_t)
{
	if (step == 0)
		rehearse_reading(rehearsal);
	return step == 0;
}

} // namespace

// A file may be mapped; its leaves are read at once all the same. This is in front of the library's own (exports.map), since this module is loaded before it.
namespace openvdb {
OPENVDB_USE_VERSION_NAMESPACE
namespace OPENVDB_VERSION_NAME {
namespace io {

MappedFile::Ptr getMappedFilePtr(std::ios_base &)
{
	return MappedFile::Ptr();
}

} // namespace io
} // namespace OPENVDB_VERSION_NAME
} // namespace openvdb

namespace {

// ---- commands ----

// "LookupError: Cannot read grid. Grid type X is not registered.": X
std::string unknown_type(const std::string &what)
{
	const std::string before = "Cannot read grid. Grid type ", after = " is not registered.";
	const size_t start = what.find(before), end = what.rfind(after);

	return start == std::string::npos || end == std::string::npos || end < start + before.size()
		       ? std::string()
		       : what.substr(start + before.size(), end - start - before.size());
}

// Types that the library does not know may be known to the program, which will be told which there are.
void open_file()
{
	const unsigned types_max = 64;

	header_read = true;
	for (unsigned i = 0;; i++)
		try {
			file->open(request.delayed);
			return;
		} catch (const openvdb::IoError &e) {
			// These two are thrown before anything is taken from it.
			const std::string what = e.what();
			header_read = what.find("could not open file ") == std::string::npos && what.find(" is not a VDB file") == std::string::npos;
			throw;
		} catch (const openvdb::LookupError &e) {
			const std::string type = unknown_type(e.what());

			if (type.empty() || i == types_max || !archive_of(*file).has_offsets)
				throw;
			register_placeholder(type);
		}
}

void put_descriptors()
{
	const FileState &s = state_of(*file);

	out.record(SP_VDB_DESCRIPTORS);
	out.count(s.descriptors.size());
	for (const auto &d : s.descriptors) {
		const GridDescriptor &gd = d.second;

		out.string(gd.uniqueName());
		out.string(gd.gridType());
		out.string(gd.instanceParentName());
		out.put(sp_vdb_position{ gd.getGridPos(), gd.getBlockPos(), gd.getEndPos(), gd.saveFloatAsHalf(), 0 });
	}
	out.count(s.named_grids.size());
	for (const auto &n : s.named_grids) {
		uint64_t i = 0;

		while (i < s.grids->size() && (*s.grids)[i] != n.second)
			i++;
		out.string(n.first);
		out.count(i);
	}
}

sp_vdb_header header_of(const Archive &archive)
{
	const ArchiveState a = archive_of(archive);
	sp_vdb_header h = {};

	h.file_version = a.file_version;
	h.library_major = a.library_version.first;
	h.library_minor = a.library_version.second;
	h.compression = a.compression;
	h.has_offsets = a.has_offsets;
	h.was_read = header_read;
	static_assert(sizeof(a.uuid) == sizeof(h.uuid), "16 bytes");
	std::memcpy(h.uuid, &a.uuid, sizeof(h.uuid));
	return h;
}

void open()
{
	if (request.source == SP_VDB_STREAM) {
		Stream archive(*stream, false);

		header_read = true;
		header = header_of(archive);
		for (const GridBase::Ptr &grid : *archive.getGrids())
			put_grid(*grid, false);
		out.record(SP_VDB_ARCHIVE);
		put_metadata(*archive.getMetadata());
		return;
	}
	open_file();
	if (state_of(*file).grids)
		for (const GridBase::Ptr &grid : *state_of(*file).grids)
			put_grid(*grid, false);
	out.record(SP_VDB_ARCHIVE);
	put_metadata(*file->getMetadata());
	put_descriptors();
}

const GridDescriptor &descriptor(int number)
{
	const auto &all = state_of(*file).descriptors;

	if (number < 0 || static_cast<size_t>(number) >= all.size())
		sp_refuse(0);
	return std::next(all.begin(), number)->second;
}

template <typename T> T argument()
{
	const uint8_t *base;
	uint64_t size;
	T t;

	sp_input_area(&base, &size);
	std::memcpy(&t, base, sizeof(t));
	return t;
}

void read_box(const GridDescriptor &gd)
{
	const auto b = argument<sp_vdb_box>();

	put_grid(*read_grid(*file, gd, Box(openvdb::Vec3d(b.min), openvdb::Vec3d(b.max))), false);
}

void read_coords(const GridDescriptor &gd)
{
	const auto c = argument<sp_vdb_coords>();

	put_grid(*read_grid(*file, gd, CoordBox(openvdb::Coord(c.min), openvdb::Coord(c.max))), false);
}

void obey(const sp_command &c)
{
	if (c.what == SP_VDB_OPEN)
		return open();
	if (!file || !file->isOpen())
		sp_refuse(0);
	const GridDescriptor &gd = descriptor(c.number);
	switch (c.what) {
	case SP_VDB_READ:
		return put_grid(*read_grid(*file, gd), false);
	case SP_VDB_READ_BOX:
		return read_box(gd);
	case SP_VDB_READ_COORDS:
		return read_coords(gd);
	case SP_VDB_READ_META:
		return put_grid(*read_partial(*file, gd, false), true);
	default:
		sp_refuse(0);
	}
}

// ---- answers ----

void note_left(sp_vdb_left *ret)
{
	ret->consumed = buffer->consumed();
	ret->state = static_cast<uint32_t>(stream->rdstate());
	ret->compression = openvdb::io::getDataCompression(*stream);
	ret->grid_class = openvdb::io::getGridClass(*stream);
	ret->half = openvdb::io::getHalfFloat(*stream);
}

// Of an archive that could not be read to its end, what the stream was told of it.
void note_version(sp_vdb_header *ret)
{
	ret->file_version = openvdb::io::getFormatVersion(*stream);
	ret->library_major = openvdb::io::getLibraryVersion(*stream).first;
	ret->library_minor = openvdb::io::getLibraryVersion(*stream).second;
}

// Is it the helper's limit that the library has met? What is more than the machine has would natively be refused as well.
bool met_limit(uint32_t thrown)
{
	return thrown == SP_VDB_THROW_STD_BAD_ALLOC && sp_memory_failed() && sp_memory_wanted() < machine_memory;
}

// In a damaged file the library goes on with variables that it has not set. In a program's fresh stack most are 0, and warming up has left other things here.
void __attribute__((noinline)) clear_stack()
{
	volatile char below[128 * 1024];

	std::memset(const_cast<char *>(below), 0, sizeof(below));
	__asm__ volatile("" : : "r"(below) : "memory");
}

void answer(const sp_command &c)
{
	sp_vdb_reply body = {};
	sp_reply reply = {};

	sp_object_begin();
	begin_trees();
	out.drop();
	body.serial = c.serial;
	if (c.what == SP_VDB_OPEN)
		clear_stack();
	body.thrown = call_and_catch([&c] { obey(c); });
	if (body.thrown) {
		out.drop();
	} else {
		out.record(SP_VDB_END);
		out.flush();
	}
	body.header = file ? header_of(*file) : header;
	if (stream) {
		note_left(&body.left);
		note_version(&body.header);
	}
	reply.kind = !body.thrown ? SP_REPLY_RESULT : met_limit(body.thrown) ? SP_REPLY_MEMORY : SP_REPLY_THROW;
	std::memcpy(reply.body, &body, sizeof(body));
	sp_object_reply(&reply);
}

void serve() __attribute__((noreturn));
void serve()
{
	sp_command c;

	for (;;)
		if (sp_object_wait(&c, false))
			answer(c);
}

void attach()
{
	set_log_level(request.log_level);
	if (request.source == SP_VDB_STREAM) {
		buffer = new WantedBuffer(request.exact);
		stream = new std::istream(buffer);
		stream->exceptions(static_cast<std::ios_base::iostate>(request.exceptions));
	} else {
		file = new File(name);
		file->setCopyMaxBytes(0); // the program has made the copy
	}
}

int run(const sp_request *req, const void *payload, sp_reply *reply)
{
	const char *p = static_cast<const char *>(payload);
	uint8_t *base;
	uint64_t size;

	if (req->entry != SP_VDB_ATTACH || req->payload_len < sizeof(request))
		return -EPROTO;
	std::memcpy(&request, p, sizeof(request));
	if (request.source >= SP_VDB_SOURCE_MAX || req->payload_len != sizeof(request) + request.name_len)
		return -EPROTO;
	name.assign(p + sizeof(request), request.name_len);
	sp_output_area(&base, &size);
	out.start(base, false);
	sp_vfs_reset();
	sp_vfs_set_name(name.c_str());
	attach();
	reply->kind = SP_REPLY_RESULT;
	return 0;
}

const sp_plugin plugin = { SP_PLUGIN_VERSION, warm_up, rehearse, run, serve };

} // namespace

extern "C" __attribute__((visibility("default"))) const sp_plugin *sp_plugin_get()
{
	return &plugin;
}
