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

namespace sp_vdb {

const sp_front_ops *front;

namespace {

const uint64_t kDescriptorsMax = 1 << 24;

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

void get_descriptors(Reader &in, Answer *ret)
{
	for (uint64_t n = in.count(kDescriptorsMax); n; n--) {
		const std::string name = in.string(), type = in.string(), parent = in.string();
		const auto at = in.get<sp_vdb_position>();
		GridDescriptor gd(name, type, at.half != 0);

		gd.setInstanceParentName(parent);
		gd.setGridPos(at.grid);
		gd.setBlockPos(at.block);
		gd.setEndPos(at.end);
		in.pay(sizeof(gd));
		ret->descriptors.push_back(gd);
	}
	for (uint64_t n = in.count(kDescriptorsMax); n; n--) {
		const std::string name = in.string();

		ret->names.emplace_back(name, in.count(UINT64_MAX));
		if (ret->names.back().second >= ret->grids.size())
			in.refuse("it names a grid that is not there");
	}
}

// All records of an answer, up to END.
class Taker
{
public:
	Taker(Reader &in, Answer *ret, const std::function<GridBase::Ptr(const std::string &)> &make) : in_(in), ret_(ret), make_(make) {}

	void run()
	{
		for (;;)
			switch (in_.record()) {
			case SP_VDB_TREE: {
				std::string type;
				const openvdb::TreeBase::Ptr tree = get_tree(in_, &type);

				trees_.push_back(Tree{ tree, type, false });
				break;
			}
			case SP_VDB_GRID:
				get_grid();
				break;
			case SP_VDB_ARCHIVE:
				ret_->meta.reset(new openvdb::MetaMap);
				get_metadata(in_, ret_->meta.get());
				break;
			case SP_VDB_DESCRIPTORS:
				get_descriptors(in_, ret_);
				break;
			default:
				return;
			}
	}

private:
	struct Tree {
		openvdb::TreeBase::Ptr tree;
		std::string type;
		bool taken;
	};

	void get_grid()
	{
		const std::string type = in_.string();
		const GridBase::Ptr grid = make_(type);

		if (!grid)
			in_.refuse("it is of a grid that was not asked for");
		get_metadata(in_, grid.get());
		grid->setTransform(get_transform(in_));
		const uint32_t n = in_.get<sp_vdb_grid>().tree;
		if (n != SP_VDB_NO_TREE && (n >= trees_.size() || trees_[n].type != type || trees_[n].tree->type() != grid->baseTree().type()))
			in_.refuse("it is of a grid whose tree is not there");
		if (n != SP_VDB_NO_TREE)
			grid->setTree(trees_[n].tree);
		ret_->grids.push_back(grid);
		ret_->shares.push_back(n != SP_VDB_NO_TREE && trees_[n].taken);
		if (n != SP_VDB_NO_TREE)
			trees_[n].taken = true;
	}

	Reader &in_;
	Answer *ret_;
	const std::function<GridBase::Ptr(const std::string &)> &make_;
	std::vector<Tree> trees_;
};

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
	Op op(this);

	attach(&op);
	op.resume();
	op.send(what, number, argument);
	try {
		Reader in(&op);

		Taker(in, ret, make).run();
	} catch (const Over &) {
		// finish() says why
	}
	const sp_vdb_thrown thrown = op.finish(&reply, &text);
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
	openvdb::io::setVersion(*stream_, openvdb::VersionId(reply.header.library_major, reply.header.library_minor), reply.header.file_version);
	openvdb::io::setDataCompression(*stream_, left.compression);
	openvdb::io::setGridClass(*stream_, left.grid_class);
	openvdb::io::setHalfFloat(*stream_, left.half != 0);
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
