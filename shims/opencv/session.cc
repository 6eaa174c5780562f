// SPDX-License-Identifier: LGPL-2.1-or-later
// What the program does with an opened video: commands, answers and frames.
#include <algorithm>
#include <cstring>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lib/wire/util.h"
#include "shims/opencv/op.hh"
#include "shims/opencv/replay.hh"

namespace sp_cv {

const sp_front_ops *front;

namespace {

// Bytes that all frames ahead may take.
const uint64_t kAheadBytes = 256 << 20;

// Steps of the log; equal ones in a row are one.
const size_t kLogMax = 4096;

// The library refuses larger ones (av_image_check_size, and imgcodecs' own limit).
const int64_t kPixelsMax = int64_t(1) << 30;

const uint64_t kPage = 4096;

} // namespace

Session::Session(const std::string &name, int backend) : name_(name), backend_(backend)
{
	object_.channel = object_.memory = object_.obituary = object_.command = -1;
}

Session::~Session()
{
	close();
	if (map_)
		munmap(const_cast<uint8_t *>(map_), map_len_);
	front->drop(&object_);
	struct stat st;
	if (stream_ >= 0 && fstat(stream_, &st) == 0 && st.st_ino == stream_ino_)
		sp_close(stream_);
}

// As natively when the last copy goes: what the decoders have still to say is said. Nobody can be told of an error any more.
void Session::close()
{
	sp_cv_video_reply reply;

	if (gone_ || object_.channel < 0 || object_.pid != getpid())
		return;
	Op op(this);
	gone_ = true;
	if (op.good && command(&op, SP_CV_VIDEO_CLOSE, 0, 0, &reply) && op.call.reply.kind == SP_REPLY_RESULT)
		finish(&op, reply);
}

bool Session::fail(Op *op, sp_status status, const char *reason)
{
	op->call.status = status;
	op->call.reason = reason;
	op->call.error = 0;
	return false;
}

// ---- commands and answers ----

bool Session::send(Op *op, uint32_t what, int number, double real)
{
	sp_command c = {};

	c.what = what;
	c.serial = ++serial_ ? serial_ : ++serial_;
	c.number = number;
	c.real = real;
	return front->command(&op->call, object_.words, &c) == SP_OK;
}

// The next reply, asked for or not.
bool Session::receive(Op *op, sp_cv_video_reply *ret)
{
	// All its questions together have the time of one command.
	for (int anew = 1; front->receive(&op->call, anew) == SP_OK && op->call.reply.kind == SP_REPLY_WANT; anew = 0)
		if (!serve(op))
			return false;
	if (op->call.status != SP_OK)
		return false;
	std::memcpy(ret, op->call.reply.body, sizeof(*ret));
	received_++;
	return true;
}

bool Session::answer(Op *op, sp_cv_video_reply *ret)
{
	while (receive(op, ret)) {
		if (ret->serial == serial_) {
			// What was allowed before has been used or will not be.
			credit_ = received_;
			return true;
		}
		if (ret->serial != 0 || received_ > credit_)
			return fail(op, SP_BAD_REPLY, "the helper answers what was not asked");
	}
	return false;
}

bool Session::command(Op *op, uint32_t what, int number, double real, sp_cv_video_reply *ret)
{
	// What it is sending now it was allowed; it is not to go on after its answer.
	__atomic_store_n(&object_.words->credit, 0, __ATOMIC_SEQ_CST);
	return send(op, what, number, real) && answer(op, ret);
}

bool Session::map(Op *op, uint64_t end)
{
	const uint64_t len = (end + (2 << 20) - 1) & ~uint64_t((2 << 20) - 1), room = op->call.memory_size - op->call.output;

	if (end <= map_len_)
		return true;
	void *p = mmap(nullptr, std::min(len, room), PROT_READ, MAP_SHARED, op->call.memory, static_cast<off_t>(op->call.output));
	if (p == MAP_FAILED)
		return false;
	if (map_)
		munmap(const_cast<uint8_t *>(map_), map_len_);
	map_ = static_cast<const uint8_t *>(p);
	map_len_ = std::min(len, room);
	return true;
}

// Read once; any values will do.
bool Session::take_snapshot(Op *op, uint64_t offset)
{
	const uint64_t room = op->call.memory_size - op->call.output;

	if (offset > room || SP_CV_SNAPSHOT > room - offset || !map(op, offset + SP_CV_SNAPSHOT))
		return fail(op, SP_BAD_REPLY, "it says where there can be nothing");
	std::memcpy(properties_, map_ + offset, sizeof(properties_));
	return true;
}

// Frames are BGR of 8 bits. Packets and other data without pixels are one row of bytes; the library's own MJPEG reader gives what the pictures have.
bool Session::check_pixels(Op *op, const sp_cv_video_reply &r, int channel)
{
	const uint64_t room = op->call.memory_size - op->call.output;
	const bool bytes = (raw_ || channel != 0) && (r.rows == 1 || r.cols == 1) && r.type == CV_8UC1;
	const bool pixels = backend_ == cv::CAP_FFMPEG ? r.type == CV_8UC3 : (r.type & ~CV_MAT_TYPE_MASK) == 0 && r.type >= 0 && CV_MAT_CN(r.type) <= 3;
	uint64_t row, all;
	struct stat st;

	if (r.rows <= 0 || r.cols <= 0 || !(bytes || pixels) || int64_t(r.rows) * r.cols > (bytes ? INT32_MAX : kPixelsMax))
		return fail(op, SP_BAD_REPLY, "it describes a frame that cannot be");
	row = static_cast<uint64_t>(r.cols) * CV_ELEM_SIZE(r.type);
	// The library throws at rows that do not begin where a number can.
	if (r.step % CV_ELEM_SIZE1(r.type) || r.pixels % CV_ELEM_SIZE1(r.type))
		return fail(op, SP_BAD_REPLY, "it describes a frame that cannot be");
	if (r.step < row || r.step > room || r.pixels > room || __builtin_mul_overflow(r.step, static_cast<uint64_t>(r.rows - 1), &all) ||
	    __builtin_add_overflow(all, row, &all) || all > room - r.pixels)
		return fail(op, SP_BAD_REPLY, "it describes a frame that cannot be");
	// The program shall not pay for memory that the helper has only words for.
	if (all > paid_ && (fstat(op->call.memory, &st) || static_cast<uint64_t>(st.st_blocks) * 512 + kPage < all))
		return fail(op, SP_BAD_REPLY, "it describes a frame that it has not written");
	paid_ = std::max(paid_, all);
	if (!map(op, r.pixels + all))
		return fail(op, SP_LIMIT, "memory");
	return true;
}

// What a reply says of its frame may be used from here on, by whomever and whenever: it can be, or there is none.
bool Session::check_frame(Op *op, int channel, sp_cv_video_reply *r)
{
	if (r->frame >= SP_CV_FRAME_MAX)
		return fail(op, SP_BAD_REPLY, "the helper's reply makes no sense");
	if (r->frame == SP_CV_FRAME_THERE)
		return check_pixels(op, *r, channel);
	r->rows = r->cols = r->type = 0;
	r->pixels = r->step = 0;
	return true;
}

// The program is through with the last reply. The helper may send some more unasked: what it was once allowed it may have done already, so that is never
// taken back. Of a reply with events it is told later, see settle().
void Session::grant(Op *op, unsigned ahead)
{
	credit_ = std::max(credit_, received_ + ahead);
	__atomic_store_n(&object_.words->credit, credit_, __ATOMIC_SEQ_CST);
	if (!op->call.reply.event_len)
		settle(op);
}

void Session::settle(Op *op)
{
	sp_command tick = {};

	__atomic_store_n(&object_.words->consumed, received_, __ATOMIC_SEQ_CST);
	if (is_ahead() && __atomic_load_n(&object_.words->parked, __ATOMIC_SEQ_CST))
		front->command(&op->call, object_.words, &tick);
}

// Say and throw what the library said and threw. The call is over then.
void Session::finish(Op *op, const sp_cv_video_reply &reply)
{
	const bool threw = op->call.reply.kind == SP_REPLY_THROW;

	if (threw && (reply.thrown == SP_CV_THROW_NONE || reply.thrown >= SP_CV_THROW_MAX)) {
		fail(op, SP_BAD_REPLY, "it says that the library threw, but not what");
		return;
	}
	if (threw || op->call.reply.event_len)
		replay(front, &op->call, threw ? static_cast<sp_cv_thrown>(reply.thrown) : SP_CV_THROW_NONE);
}

// ---- what the program does ----

unsigned Session::depth_max() const
{
	const uint64_t frame = static_cast<uint64_t>(std::max(frame_.rows, 1)) * std::max<uint64_t>(frame_.step, 1);
	const uint64_t fit = kAheadBytes / frame;

	return static_cast<unsigned>(std::min<uint64_t>(std::max<uint64_t>(fit, 1), SP_CV_AHEAD_MAX));
}

double Session::getProperty(int id) const
{
	return id >= 0 && id < static_cast<int>(SP_CV_PROPERTIES) ? properties_[id] : 0;
}

// The next one that came unasked, or one to ask for.
bool Session::next_frame(Op *op, sp_cv_video_reply *ret)
{
	settle(op);
	if (is_ahead()) {
		// It has to be waited for, and the last one had not: here a longer lead would have helped. A program that always waits has no use for one.
		const bool ready = front->ready(&op->call);
		if (!ready && was_ready_ && depth_ < depth_max())
			depth_++;
		was_ready_ = ready;
		if (!receive(op, ret))
			return false;
		return ret->serial == 0 || fail(op, SP_BAD_REPLY, "the helper answers what was not asked");
	}
	return command(op, pairs_ ? SP_CV_VIDEO_READ : SP_CV_VIDEO_GRAB, 0, 0, ret);
}

bool Session::grabFrame()
{
	sp_cv_video_reply reply;
	unsigned ahead = 0; // a pair of grab and retrieve may have been by chance; the second one makes a loop

	if (gone_)
		return false;
	Op op(this);
	if (grabbed_ && !retrieved_)
		pairs_ = 0;
	grabbed_ = retrieved_ = false;
	if (!op.good || !next_frame(&op, &reply) || !take_snapshot(&op, reply.snapshot) || !check_frame(&op, 0, &reply))
		return false;
	frame_ = reply;
	grabbed_ = true;
	strayed_ = false;
	note(SP_CV_VIDEO_GRAB);
	// Here the helper stops by itself.
	if (!reply.result || reply.frame == SP_CV_FRAME_UNTRIED || op.call.reply.kind == SP_REPLY_THROW)
		credit_ = received_;
	else if (pairs_ >= 2 && !never_ahead_)
		ahead = std::min(depth_, depth_max());
	grant(&op, ahead);
	finish(&op, reply);
	return op.call.status == SP_OK && reply.result;
}

// Does retrieve() give something else there than the frame?
bool Session::is_other_channel(int channel) const
{
	return channel != 0 && backend_ == cv::CAP_FFMPEG && (raw_ || channel == properties_[cv::CAP_PROP_CODEC_EXTRADATA_INDEX]);
}

void Session::copy_frame(const sp_cv_video_reply &r, cv::OutputArray image) const
{
	// From memory that the helper can write to, once, into memory that it cannot.
	const cv::Mat shared = r.frame == SP_CV_FRAME_THERE ? cv::Mat(r.rows, r.cols, r.type, const_cast<uint8_t *>(map_ + r.pixels), r.step) : cv::Mat();

	shared.copyTo(image);
}

bool Session::retrieveFrame(int channel, cv::OutputArray image)
{
	sp_cv_video_reply reply = frame_;
	const bool other = is_other_channel(channel), first = grabbed_ && !retrieved_ && !other;

	if (gone_)
		return false;
	Op op(this);
	if (!op.good)
		return false;
	if (!grabbed_ || other || frame_.frame == SP_CV_FRAME_UNTRIED) {
		never_ahead_ |= other;
		// To the start the library goes without decoding: it shows the frame before.
		if (((is_ahead() || (strayed_ && properties_[cv::CAP_PROP_POS_FRAMES] <= 0)) && !go_back(&op)) || !command(&op, SP_CV_VIDEO_RETRIEVE, channel, 0, &reply))
			return false;
		if (!check_frame(&op, channel, &reply) || !take_snapshot(&op, reply.snapshot))
			return false;
		grant(&op, 0);
		finish(&op, reply);
	} else if (frame_.retrieved && first && !take_snapshot(&op, frame_.retrieved)) {
		return false;
	}
	if (op.call.status != SP_OK)
		return false;
	if (first) {
		retrieved_ = true;
		pairs_++;
		note(SP_CV_VIDEO_RETRIEVE);
	}
	if (reply.frame != SP_CV_FRAME_THERE && reply.frame != SP_CV_FRAME_EMPTY)
		return false;
	copy_frame(reply, image);
	return true;
}

// What has no effect is not the helper's business, which may be ahead.
static bool has_effect(int backend, int id, double value, double frames)
{
	if (backend == cv::CAP_OPENCV_MJPEG)
		return id == cv::CAP_PROP_POS_FRAMES && (int(value) == 0 || frames > value);
	switch (id) {
	case cv::CAP_PROP_POS_MSEC:
	case cv::CAP_PROP_POS_FRAMES:
	case cv::CAP_PROP_POS_AVI_RATIO:
	case cv::CAP_PROP_ORIENTATION_AUTO:
		return true;
	case cv::CAP_PROP_FORMAT:
		return value == -1;
	default:
		return false;
	}
}

bool Session::setProperty(int id, double value)
{
	const bool seeks = id == cv::CAP_PROP_POS_MSEC || id == cv::CAP_PROP_POS_FRAMES || id == cv::CAP_PROP_POS_AVI_RATIO;
	sp_cv_video_reply reply;

	if (gone_ || !has_effect(backend_, id, value, properties_[cv::CAP_PROP_FRAME_COUNT]))
		return false;
	Op op(this);
	// A seek makes up all of the state that being ahead has changed; what changes the frames to come must find the decoder where the program is.
	if (!op.good || (!seeks && is_ahead() && !go_back(&op)))
		return false;
	strayed_ |= is_ahead();
	if (!command(&op, SP_CV_VIDEO_SET, id, value, &reply) || !take_snapshot(&op, reply.snapshot))
		return false;
	raw_ |= id == cv::CAP_PROP_FORMAT;
	pairs_ = 0;
	grabbed_ = false;
	note(SP_CV_VIDEO_SET, id, value);
	grant(&op, 0);
	finish(&op, reply);
	return op.call.status == SP_OK && reply.result;
}

// ---- the way back ----

void Session::note(uint32_t what, int number, double real)
{
	if (!log_.empty() && log_.back().what == SP_CV_VIDEO_GRAB && what == SP_CV_VIDEO_RETRIEVE) {
		// A pair: the commonest thing by far.
		log_.back().times--;
		if (!log_.back().times)
			log_.pop_back();
		what = SP_CV_VIDEO_READ;
	}
	if (!log_.empty() && log_.back().what == what && what != SP_CV_VIDEO_SET) {
		log_.back().times++;
	} else if (log_.size() < kLogMax) {
		log_.push_back(Step{ what, number, real, 1 });
	} else {
		log_full_ = true;
	}
}

// The helper has worked ahead, and what the program does now depends on where its decoder stands: open the input once more and do all again.
bool Session::go_back(Op *op)
{
	sp_cv_video_reply reply;

	if (log_full_)
		return true;
	if (!command(op, SP_CV_VIDEO_AGAIN, 0, 0, &reply))
		return false;
	for (const Step &s : log_)
		for (uint64_t i = 0; i < s.times; i++)
			if (!command(op, s.what, s.number, s.real, &reply))
				return false;
	grant(op, 0);
	strayed_ = false;
	return true;
}

} // namespace sp_cv
