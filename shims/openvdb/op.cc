// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shims/openvdb/op.hh"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>
#include <openvdb/Exceptions.h>

namespace sp_vdb {

namespace {

const uint64_t kRing = SP_VDB_SLOTS * SP_VDB_SLOT;
const char kNonsense[] = "the helper's reply makes no sense";
const char kTooSoon[] = "its answer ends too soon";

uint64_t now_ns()
{
	return static_cast<uint64_t>(std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count());
}

} // namespace

Session::Op::Op(Session *session) : session_(session)
{
	front->begin(&call, session->symbol_, session->name_.c_str());
}

// A call that has not come to its end in order leaves nothing that a next one could use.
Session::Op::~Op()
{
	if (ring_)
		munmap(const_cast<uint8_t *>(ring_), kRing);
	if (good() && ended_ && call.channel >= 0)
		(void)front->keep(&call, &session_->object_);
	front->end(&call);
}

void Session::Op::set(sp_status status, const char *reason)
{
	call.status = status;
	call.reason = reason;
	call.error = 0;
}

void Session::Op::resume()
{
	if (front->resume(&call, &session_->object_) != SP_OK)
		fail();
	room_ = call.memory_size - call.output;
	void *p = room_ < kRing ? MAP_FAILED : mmap(nullptr, kRing, PROT_READ, MAP_SHARED, call.memory, static_cast<off_t>(call.output));
	if (p == MAP_FAILED) {
		set(SP_LIMIT, "memory");
		fail();
	}
	ring_ = static_cast<const uint8_t *>(p);
}

void Session::Op::send(uint32_t what, int number, const std::string &argument)
{
	sp_command c = {};

	if (!argument.empty() && front->feed(&call, argument.data(), argument.size()))
		set(SP_LIMIT, "input");
	c.what = what_ = what;
	c.serial = ++session_->serial_ ? session_->serial_ : ++session_->serial_;
	c.number = number;
	// One slot is always the one that is being filled.
	__atomic_store_n(&session_->object_.words->credit, session_->received_ + SP_VDB_SLOTS - 1, __ATOMIC_SEQ_CST);
	if (!good() || front->command(&call, session_->object_.words, &c) != SP_OK)
		fail();
}

// Into piece_: how many bytes, or -errno. Of the program's stream, or of the pipe that it has opened.
std::streamsize Session::Op::read_some()
{
	if (session_->stream_)
		return session_->stream_->rdbuf()->sgetn(piece_.data(), static_cast<std::streamsize>(piece_.size()));
	ssize_t n;
	do
		n = ::read(session_->input_.fd, piece_.data(), piece_.size());
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

int64_t Session::Op::read_stream(uint64_t len)
{
	std::streamsize n;

	piece_.resize(std::min<uint64_t>(len, 1 << 20));
	const uint64_t start = now_ns();
	try {
		n = read_some();
	} catch (...) {
		session_->stream_error_ = std::current_exception();
		return -EIO;
	}
	// What the program's own stream takes is not the helper's time.
	call.start_ns += now_ns() - start;
	if (n < 0)
		return n;
	const int r = front->feed(&call, piece_.data(), static_cast<uint64_t>(n));
	session_->given_ += static_cast<uint64_t>(n);
	return r ? r : n;
}

bool Session::Op::serve()
{
	sp_command feed = {};
	sp_want want;

	std::memcpy(&want, call.reply.body, sizeof(want));
	if (want.what != SP_WANT_BYTES || session_->input_.kind != SP_INPUT_WANTED) {
		set(SP_BAD_REPLY, "the helper asks for what it cannot have");
		return false;
	}
	const int64_t n = read_stream(want.len);
	feed.what = SP_COMMAND_FEED;
	feed.number = n < 0 ? static_cast<int>(-n) : 0;
	feed.value = n < 0 ? 0 : static_cast<uint64_t>(n);
	return front->command(&call, session_->object_.words, &feed) == SP_OK;
}

// The next reply into reply_. False: the helper is gone or lies.
bool Session::Op::receive()
{
	// All replies together have the time of one call, but for what the program does with them.
	if (busy_since_)
		call.start_ns += now_ns() - busy_since_;
	while (front->receive(&call, 0) == SP_OK && call.reply.kind == SP_REPLY_WANT)
		if (!serve())
			return false;
	if (!good())
		return false;
	busy_since_ = now_ns();
	std::memcpy(&reply_, call.reply.body, sizeof(reply_));
	session_->received_++;
	if (reply_.serial != 0 && reply_.serial != session_->serial_)
		set(SP_BAD_REPLY, "the helper answers what was not asked");
	ended_ = reply_.serial != 0;
	return good();
}

// The program is through with all chunks that came: the helper may go on.
void Session::Op::take_back()
{
	sp_object_words *words = session_->object_.words;
	const uint64_t start = call.start_ns; // a tick gives no more time
	sp_command tick = {};

	__atomic_store_n(&words->consumed, session_->received_, __ATOMIC_SEQ_CST);
	__atomic_store_n(&words->credit, session_->received_ + SP_VDB_SLOTS - 1, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&words->parked, __ATOMIC_SEQ_CST))
		front->command(&call, words, &tick);
	call.start_ns = start;
}

const uint8_t *Session::Op::next(uint64_t *ret_len)
{
	if (ended_)
		set(SP_BAD_REPLY, kTooSoon);
	if (!good())
		throw Over();
	take_back();
	if (!receive() || ended_)
		throw Over();
	if (reply_.offset > kRing || reply_.len > kRing - reply_.offset || !reply_.len || call.reply.kind != SP_REPLY_RESULT) {
		set(SP_BAD_REPLY, kNonsense);
		throw Over();
	}
	*ret_len = reply_.len;
	return ring_ + reply_.offset;
}

// Bytes of the result, which the helper's words alone make the program allocate.
void Session::Op::pay(uint64_t bytes)
{
	if (bytes <= room_ - paid_) {
		paid_ += bytes;
		return;
	}
	set(SP_LIMIT, "output");
	throw Over();
}

void Session::Op::fail()
{
	front->report(&call);
	throw openvdb::IoError(session_->name_ + " was not read: its helper has failed");
}

// What has been opened has been read, and the library goes by whether its grids have offsets.
bool Session::Op::header_fits(bool threw) const
{
	const sp_vdb_header &h = reply_.header;

	return h.was_read <= 1 && h.has_offsets <= 1 && (h.was_read || threw || what_ != SP_VDB_OPEN);
}

// Does the last reply make sense?
void Session::Op::check(bool whole)
{
	const bool threw = call.reply.kind == SP_REPLY_THROW;

	if (!threw && call.reply.kind != SP_REPLY_RESULT)
		set(SP_BAD_REPLY, kNonsense);
	if (threw && (reply_.thrown == SP_VDB_THROW_NONE || reply_.thrown >= SP_VDB_THROW_MAX))
		set(SP_BAD_REPLY, kNonsense);
	if (session_->stream_ && reply_.left.consumed > session_->given_)
		set(SP_BAD_REPLY, kNonsense);
	if (!header_fits(threw))
		set(SP_BAD_REPLY, kNonsense);
	if (good() && !threw && !whole)
		set(SP_BAD_REPLY, kTooSoon);
}

sp_vdb_thrown Session::Op::finish(bool whole, sp_vdb_reply *ret, std::string *ret_what)
{
	if (good() && !ended_ && receive() && !ended_)
		set(SP_BAD_REPLY, kNonsense);
	if (good())
		check(whole);
	if (!replay(&call, ret_what) && good())
		set(SP_BAD_REPLY, "what it says the library logged makes no sense");
	if (!good())
		fail();
	take_back();
	*ret = reply_;
	return call.reply.kind == SP_REPLY_THROW ? static_cast<sp_vdb_thrown>(reply_.thrown) : SP_VDB_THROW_NONE;
}

} // namespace sp_vdb
