// SPDX-License-Identifier: LGPL-2.1-or-later
// In the program: one command to a helper, and its answer.
#ifndef SP_VDB_OP_HH
#define SP_VDB_OP_HH

#include <functional>
#include "shims/openvdb/session.hh"

namespace sp_vdb {

// Say again what the library logged and printed. False: what the helper says it was makes no sense. *ret_what: the text of the exception.
bool replay(sp_call *call, std::string *ret_what);
// Throw as the library did.
[[noreturn]] void throw_as(sp_vdb_thrown thrown, const std::string &what);

// The session's helper is in its call meanwhile. Also where Reader's chunks come from.
class Session::Op : public Source
{
public:
	explicit Op(Session *session);
	~Op() override;

	// To a helper that there is.
	void resume();
	void send(uint32_t what, int number, const std::string &argument);
	// The last reply, after the stream has been read or given up, and what the library threw; says what it said. Throws IoError when the helper has failed.
	// @whole: all that an answer has to bring is there. Without, nothing but an exception can have come of it.
	sp_vdb_thrown finish(bool whole, sp_vdb_reply *ret, std::string *ret_what);
	// The helper has failed: one line, and IoError.
	[[noreturn]] void fail();
	bool good() const { return call.status == SP_OK; }

	const uint8_t *next(uint64_t *ret_len) override;
	void refuse(const char *reason) override { set(SP_BAD_REPLY, reason); }
	void pay(uint64_t bytes) override;

	sp_call call;

private:
	void set(sp_status status, const char *reason);
	bool receive();
	void check(bool whole);
	bool header_fits(bool threw) const;
	void take_back();
	bool serve();
	std::streamsize read_some();
	int64_t read_stream(uint64_t len);

	Session *session_;
	std::vector<char> piece_; // of the stream
	const uint8_t *ring_ = nullptr;
	uint64_t paid_ = 0, room_ = 0; // bytes
	uint64_t busy_since_ = 0; // ns: the program has had a reply since then, 0: it waits for one
	uint32_t what_ = 0;  // the command
	bool ended_ = false; // the last reply is there
	sp_vdb_reply reply_ = {};
};

} // namespace sp_vdb

#endif
