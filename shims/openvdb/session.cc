// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shims/openvdb/session.hh"

#include <algorithm>
#include <cerrno>
#include <locale>
#include <sys/stat.h>
#include <unistd.h>
#include <log4cplus/logger.h>
#include <openvdb/openvdb.h>
#include "lib/wire/util.h"
#include "shims/openvdb/op.hh"
#include "shims/openvdb/rebuild.hh"
#include "shims/openvdb/taker.hh"

namespace sp_vdb {

const sp_front_ops *front;

namespace {

std::string locale_name()
{
	const std::string name = std::locale().name();

	return name == "*" ? "C" : name;
}

sp_object no_helper()
{
	sp_object o = {};

	o.channel = o.memory = o.obituary = o.command = -1;
	return o;
}

uint64_t inode_of(int fd)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 ? static_cast<uint64_t>(st.st_ino) : 0;
}

} // namespace

Session::Session(const char *symbol, const std::string &name, const sp_input_data &input, bool delayed)
	: name_(name), symbol_(symbol), input_(input), input_ino_(inode_of(input.fd)), delayed_(delayed), stream_(nullptr), object_(no_helper())
{
	// A pipe or device: as the library asks for its bytes.
	if (input_.kind == SP_INPUT_STREAM)
		input_.kind = SP_INPUT_WANTED;
}

Session::Session(const char *symbol, std::istream *stream)
	: name_("the stream"), symbol_(symbol), delayed_(false), stream_(stream), start_(stream->rdbuf()->pubseekoff(0, std::ios_base::cur, std::ios_base::in)),
	  object_(no_helper())
{
	input_.kind = SP_INPUT_WANTED;
	input_.fd = -1;
}

Session::~Session()
{
	front->drop(&object_);
	if (input_.fd >= 0 && inode_of(input_.fd) == input_ino_)
		sp_close(input_.fd);
}

// A helper, if there is none, or none any more: in a child of the program that opened the file.
void Session::attach(Op *op)
{
	sp_vdb_attach a = {};

	if (object_.channel >= 0 && object_.pid == getpid())
		return;
	// What is left of one before: its words are in its memory.
	front->drop(&object_);
	object_ = no_helper();
	received_ = 0;
	if (input_.fd >= 0 && inode_of(input_.fd) != input_ino_) {
		op->call.status = SP_SETUP;
		op->call.reason = "the program has closed the file's descriptor";
		op->fail();
	}
	a.source = stream_ ? SP_VDB_STREAM : SP_VDB_FILE;
	a.name_len = static_cast<uint32_t>(name_.size());
	a.log_level = log4cplus::Logger::getInstance("openvdb").getChainedLogLevel();
	a.exceptions = stream_ ? static_cast<uint32_t>(stream_->exceptions()) : 0;
	a.exact = stream_ && start_ < 0;
	a.delayed = delayed_;
	const std::string payload = std::string(reinterpret_cast<const char *>(&a), sizeof(a)) + name_;
	if (front->run(&op->call, SP_VDB_ATTACH, payload.data(), static_cast<uint32_t>(payload.size()), &input_, locale_name().c_str()) != SP_OK ||
	    front->keep(&op->call, &object_))
		op->fail();
}

void Session::ask(uint32_t what, int number, const std::string &argument, Answer *ret, const std::function<GridBase::Ptr(const std::string &)> &make)
{
	sp_vdb_reply reply = {};
	std::string text;
	bool whole = false;
	Op op(this);

	attach(&op);
	op.resume();
	op.send(what, number, argument);
	try {
		Reader in(&op);

		take(in, what == SP_VDB_READ_BOX || what == SP_VDB_READ_COORDS, ret, make);
		if (!in.drained())
			in.refuse("the helper's reply makes no sense");
		whole = what == SP_VDB_OPEN ? ret->meta != nullptr : ret->grids.size() == 1;
	} catch (const Over &) {
		// finish() says why
	}
	const sp_vdb_thrown thrown = op.finish(whole, &reply, &text);
	ret->header = reply.header;
	if (stream_)
		leave_stream(reply);
	if (thrown)
		throw_as(thrown, text);
}

// As the library would have: behind the last byte that it read, in the same state, which may mean to throw.
void Session::leave_stream(const sp_vdb_reply &reply)
{
	const sp_vdb_left &left = reply.left;
	const auto state = static_cast<std::ios_base::iostate>(left.state) & (std::ios_base::badbit | std::ios_base::eofbit | std::ios_base::failbit);

	if (start_ >= 0)
		stream_->rdbuf()->pubseekpos(start_ + static_cast<std::streamoff>(left.consumed), std::ios_base::in);
	if (reply.header.file_version) { // else it was no archive at all, and the stream says what it said before
		openvdb::io::setVersion(*stream_, openvdb::VersionId(reply.header.library_major, reply.header.library_minor), reply.header.file_version);
		openvdb::io::setDataCompression(*stream_, left.compression);
		openvdb::io::setGridClass(*stream_, left.grid_class);
		openvdb::io::setHalfFloat(*stream_, left.half != 0);
	}
	if (stream_error_ && (stream_->exceptions() & std::ios_base::badbit))
		std::rethrow_exception(stream_error_);
	stream_->setstate(state);
}

void Session::open(Answer *ret)
{
	std::lock_guard<std::mutex> guard(lock_);

	ask(SP_VDB_OPEN, 0, "", ret, [](const std::string &type) {
		return is_known_type(type) && GridBase::isRegistered(type) ? GridBase::createGrid(type) : GridBase::Ptr();
	});
	opened_ = true;
}

void Session::read(uint32_t what, int number, const std::string &argument, const GridBase::Ptr &grid)
{
	std::lock_guard<std::mutex> guard(lock_);
	Answer answer, again;
	bool made = false;

	// A child of the program that opened the file, or one that has lost its helper: a new one has to open the file, too.
	if (opened_ && (object_.channel < 0 || object_.pid != getpid()))
		ask(SP_VDB_OPEN, 0, "", &again, [](const std::string &) { return GridBase::Ptr(); });
	ask(what, number, argument, &answer, [&](const std::string &type) {
		const bool fits = !made && type == grid->type();

		made = true;
		return fits ? grid : GridBase::Ptr();
	});
}

} // namespace sp_vdb
