// SPDX-License-Identifier: LGPL-2.1-or-later
// What the program makes of any reply: the shim's own entry points, over a front that gets its replies, events and memory from the fuzzer.
//
// An input is a control block, an sp_reply, and bytes which are events first and then, repeated, the memory.
#include "fuzz/replies.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <streambuf>
#include <string>
#include <vector>
#include <sys/mman.h>
#include <opencv2/core.hpp>
#include "lib/front/front.h"
#include "shims/opencv/format.h"

cv::Mat shim_imread(const std::string &name, int flags) __asm__("sp_cv_imread");
cv::Mat shim_imdecode(const cv::_InputArray &buf, int flags) __asm__("sp_cv_imdecode");
cv::Mat shim_imdecode_dst(const cv::_InputArray &buf, int flags, cv::Mat *dst) __asm__("sp_cv_imdecode_dst");

bool shim_imreadmulti(const std::string &name, std::vector<cv::Mat> &mats, int flags) __asm__("sp_cv_imreadmulti");
size_t shim_imcount(const std::string &name, int flags) __asm__("sp_cv_imcount");
bool shim_have_reader(const std::string &name) __asm__("sp_cv_have_reader");

namespace {

const uint64_t kOutput = 2 << 20;
const uint64_t kMemory = kOutput + (3 << 20);

struct Input {
	fuzz_control control;
	sp_reply reply;
	const uint8_t *bytes;
	size_t len;
} input;

unsigned open_calls; // begun and not ended

// A broken promise of the shim's: abort() is what a fuzzer looks for.
void require(bool promise, const char *what)
{
	if (promise)
		return;
	std::perror(what);
	std::abort();
}

void begin(sp_call *call, const char *symbol, const char *subject)
{
	require(symbol && subject, "begin");
	std::memset(static_cast<void *>(call), 0, sizeof(*call));
	call->channel = call->memory = call->obituary = -1;
	call->memory_size = kMemory;
	call->output = kOutput;
	open_calls++;
}

sp_status run(sp_call *call, uint16_t, const void *, uint32_t, const sp_input_data *, const char *)
{
	call->reply = input.reply;
	call->status = SP_OK;
	if (sp_reply_check(&call->reply) || input.control.status) {
		call->status = SP_BAD_REPLY;
		call->reason = "the helper's reply makes no sense";
	} else if (call->reply.kind != SP_REPLY_RESULT && call->reply.kind != SP_REPLY_THROW) {
		call->status = SP_LIMIT;
		call->reason = "memory";
	}
	return call->status;
}

// Of exactly its size, so that a step beyond it shows.
int events(sp_call *call, void **ret_buf, size_t *ret_len)
{
	const size_t len = call->reply.event_len;

	*ret_buf = nullptr;
	*ret_len = 0;
	if (len > SP_EVENTS_MAX)
		return -EBADMSG;
	if (!len)
		return 0;
	*ret_buf = std::calloc(1, len);
	std::memcpy(*ret_buf, input.bytes, len < input.len ? len : input.len);
	*ret_len = len;
	return 0;
}

int copy(sp_call *call, void *dst, size_t len, uint64_t offset)
{
	require(offset <= call->memory_size && len <= call->memory_size - offset, "copy beyond the memory");
	require(offset >= call->output, "pixels from before the output area");
	// Descriptions are the input's, from behind the events, over and over; pixels are all alike.
	const size_t skip = call->reply.event_len < input.len ? call->reply.event_len : 0;
	if (len > 1024 || input.len == skip)
		std::memset(dst, static_cast<int>(input.control.fill), len);
	else
		for (size_t i = 0; i < len; i++)
			static_cast<uint8_t *>(dst)[i] = input.bytes[skip + i % (input.len - skip)];
	return input.control.fail_copy ? -EBADMSG : 0;
}

int map(sp_call *call, uint64_t offset, uint64_t len, void **ret_map, size_t *ret_map_len, void **ret_data)
{
	require(offset >= call->output && offset <= call->memory_size && len <= call->memory_size - offset, "map beyond the memory");
	if (input.control.fail_map)
		return -ETIMEDOUT;
	*ret_map_len = len;
	*ret_map = *ret_data = mmap(nullptr, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return *ret_map == MAP_FAILED ? -ENOMEM : 0;
}

void report(const sp_call *call)
{
	require(call->status >= SP_OK && call->status < SP_STATUS_MAX, "status");
	require(call->status != SP_LIMIT || call->reason, "a limit without its name");
}

void end(sp_call *)
{
	open_calls--;
}

void open_input(const char *, sp_input_data *ret)
{
	*ret = sp_input_data();
	ret->kind = SP_INPUT_ERRNO;
	ret->fd = -1;
	ret->error = ENOENT;
}

int slurp(int, uint64_t, void **, uint64_t *)
{
	return -EIO;
}

sp_front_ops make_front()
{
	sp_front_ops ops = {};

	ops.version = SP_FRONT_VERSION;
	ops.begin = begin;
	ops.run = run;
	ops.events = events;
	ops.map = map;
	ops.copy = copy;
	ops.report = report;
	ops.end = end;
	ops.open_input = open_input;
	ops.slurp = slurp;
	return ops;
}

const sp_front_ops front = make_front();

class Nowhere : public std::streambuf
{
protected:
	int_type overflow(int_type c) override { return traits_type::not_eof(c); }
	std::streamsize xsputn(const char *, std::streamsize n) override { return n; }
};

int ignore_error(int, const char *, const char *, const char *, int, void *)
{
	return 0;
}

bool start()
{
	static Nowhere *nowhere = new Nowhere; // the library's destructors flush the streams after any of ours

	std::cerr.rdbuf(nowhere);
	std::cout.rdbuf(nowhere);
	cv::redirectError(ignore_error);
	require(sp_shim_init(&front) == 0, "sp_shim_init");
	return true;
}

// The library's words go through stdio too; the fuzzer's own do not.
class Quiet
{
public:
	Quiet() : err_(stderr), out_(stdout) { stderr = stdout = null(); }
	~Quiet()
	{
		stderr = err_;
		stdout = out_;
	}

private:
	static FILE *null()
	{
		static FILE *f = std::fopen("/dev/null", "w");
		return f;
	}
	FILE *err_, *out_;
};

// Every pixel is there.
void touch(const cv::Mat &m)
{
	static volatile uint8_t sink;

	if (m.empty())
		return;
	require(m.dims == 2 && m.rows > 0 && m.cols > 0 && m.channels() <= CV_CN_MAX, "shape");
	for (int y = 0; y < m.rows; y += 1 + m.rows / 100) {
		sink = sink + m.ptr(y)[0];
		sink = sink + m.ptr(y)[m.cols * m.elemSize() - 1];
	}
	sink = sink + m.ptr(m.rows - 1)[m.cols * m.elemSize() - 1];
}

void check_type(const cv::Mat &m, int flags)
{
	if (m.empty() || flags == -1 || (flags & 8))
		return;
	require(m.channels() == 1 || m.channels() == 3, "channels");
	require((flags & 2) || m.depth() == CV_8U, "depth");
}

void call_pages(int flags)
{
	std::vector<cv::Mat> mats(1);
	size_t bytes = 0;

	shim_imreadmulti("name", mats, flags);
	require(!mats.empty() && mats[0].empty(), "the program's own Mat");
	for (const cv::Mat &m : mats) {
		touch(m);
		check_type(m, flags);
		bytes += m.total() * m.elemSize();
	}
	require(bytes <= kMemory - kOutput, "more pages than memory");
}

void call_one()
{
	const std::vector<unsigned char> bytes(4, 'x');
	const int flags = input.control.flags;
	cv::Mat whole(40, 50, CV_8UC3, cv::Scalar::all(9)), dst, ret;

	switch (input.control.entry % 6) {
	case 0:
		ret = shim_imread("name", flags);
		break;
	case 1:
		ret = shim_imdecode(bytes, flags);
		break;
	case 2:
		ret = shim_imdecode_dst(bytes, flags, &dst);
		break;
	case 4:
		call_pages(flags);
		return;
	case 5:
		shim_imcount("name", flags);
		shim_have_reader("name");
		return;
	default: // into a part of a larger Mat, when it fits
		dst = whole(cv::Rect(5, 5, 5, 3));
		ret = shim_imdecode_dst(bytes, flags, &dst);
		dst.release();
		require(whole.at<cv::Vec3b>(4, 5) == cv::Vec3b(9, 9, 9) && whole.at<cv::Vec3b>(5, 10) == cv::Vec3b(9, 9, 9),
			"pixels beside the given part");
	}
	touch(ret);
	check_type(ret, flags);
	if (ret.rows > 3) {
		ret.resize(3); // as a program may
		ret = ret.clone();
	}
}

void escape_all()
{
	std::vector<char> out(64);
	const size_t n = sp_text_escape(reinterpret_cast<const char *>(input.bytes), input.len, input.control.entry & 1, out.data(), out.size());

	require(n <= out.size(), "room for the escaped text");
	for (size_t i = 0; i < n; i++)
		require(static_cast<unsigned char>(out[i]) >= 0x20 || out[i] == '\n' || out[i] == '\t', "control character");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const bool started = start();
	const size_t head = sizeof(input.control) + sizeof(input.reply);
	sp_offer offer;

	(void)started;
	if (size >= sizeof(offer)) {
		std::memcpy(&offer, data, sizeof(offer));
		if (sp_offer_check(&offer) == 0)
			require(std::memchr(offer.reason, 0, sizeof(offer.reason)), "an endless reason");
	}
	if (size < head)
		return 0;
	std::memcpy(&input.control, data, sizeof(input.control));
	std::memcpy(&input.reply, data + sizeof(input.control), sizeof(input.reply));
	input.bytes = data + head;
	input.len = size - head;
	escape_all();
	{
		const Quiet quiet;
		try {
			call_one();
		} catch (const std::exception &) {
			// What the library may throw, the reply may ask for.
		}
	}
	require(open_calls == 0, "a call that was not ended");
	return 0;
}
