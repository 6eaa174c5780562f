// SPDX-License-Identifier: LGPL-2.1-or-later
// In the program: one helper, for one opened file or one stream.
#ifndef SP_VDB_SESSION_HH
#define SP_VDB_SESSION_HH

#include <exception>
#include <functional>
#include <istream>
#include <memory>
#include <mutex>
#include <string>
#include <vector>
#include <openvdb/Grid.h>
#include "lib/front/front.h"
#include "shims/openvdb/format.h"
#include "shims/openvdb/reader.hh"
#include "shims/openvdb/reveal.hh"
#include "shims/openvdb/taker.hh"

namespace sp_vdb {

extern const sp_front_ops *front; // set once, before any entry point can be called

class Session
{
public:
	// Of a file that has been opened, @input.fd among it, which becomes the session's. @delayed: natively it would be mapped.
	Session(const char *symbol, const std::string &name, const sp_input_data &input, bool delayed);
	// Of a stream, which stays the program's.
	Session(const char *symbol, std::istream *stream);
	~Session();
	Session(const Session &) = delete;
	Session &operator=(const Session &) = delete;

	// What the library gives; throws what it throws, and IoError when there is no helper, or none any more. @ret is filled as far as an exception lets it.
	void open(Answer *ret);
	// Grid @number of the opened file into @grid. @what: SP_VDB_READ*; @argument: for those that have one.
	void read(uint32_t what, int number, const std::string &argument, const GridBase::Ptr &grid);

private:
	class Op;

	void attach(Op *op);
	void leave_stream(const sp_vdb_reply &reply);
	void ask(uint32_t what, int number, const std::string &argument, Answer *ret, const std::function<GridBase::Ptr(const std::string &type)> &make);

	const std::string name_;
	const char *const symbol_;
	sp_input_data input_ = {};
	uint64_t input_ino_ = 0;
	const bool delayed_;
	std::istream *const stream_;
	std::streamoff start_ = -1; // of the archive in it; -1: it cannot go back
	uint64_t given_ = 0; // bytes of it that the helper has had
	std::exception_ptr stream_error_;
	sp_object object_ = {};
	uint32_t serial_ = 0;
	uint64_t received_ = 0; // replies
	bool opened_ = false; // once, by the program
	std::mutex lock_; // the helper answers one after the other
};

} // namespace sp_vdb

#endif
