// SPDX-License-Identifier: LGPL-2.1-or-later
// The helper's side of cv::VideoCapture: one opened capture of the library, driven by commands, and ahead of them.
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <string>
#include <vector>
#include <opencv2/core.hpp>
#include <opencv2/videoio.hpp>
#include "lib/helper/helper.h"
#include "shims/opencv/slots.hh"
#include "shims/opencv/streams.hh"
#include "shims/opencv/thrown.hh"
#include "shims/opencv/video.h"

namespace {

using namespace sp_cv;

sp_cv_video_open request;
std::string name;
std::vector<int> params;
cv::VideoCapture *capture;
Slots slots;
bool stopped = true; // the program is to ask for each frame: there has been none, or the last try failed

// Two frames of 16x16, the least that goes through demuxer, decoder and conversion.
std::string sample()
{
	const std::string frame = "FRAME\n" + std::string(16 * 16 * 3 / 2, '\x60');

	return "YUV4MPEG2 W16 H16 F25:1 Ip A1:1 C420jpeg\n" + frame + frame;
}

// What decoders compute once a process, tables for the most part, so that not each helper does it: they are opened and closed again. Through libavcodec's
// own functions, whose types stay closed here.
void warm_decoders()
{
	static const char *const names[] = { "h264", "hevc", "libdav1d", "vp8", "vp9", "mpeg4", "mpeg2video", "mpeg1video", "mjpeg", "ffv1", "flv", "png", "h263",
					     "wmv2", "vc1", "theora", "prores", "dnxhd", "huffyuv", "gif", "aac", "mp3float", "opus", "ac3", "vorbis" };
	const auto find = reinterpret_cast<const void *(*)(const char *)>(dlsym(RTLD_DEFAULT, "avcodec_find_decoder_by_name"));
	const auto make = reinterpret_cast<void *(*)(const void *)>(dlsym(RTLD_DEFAULT, "avcodec_alloc_context3"));
	const auto open = reinterpret_cast<int (*)(void *, const void *, void *)>(dlsym(RTLD_DEFAULT, "avcodec_open2"));
	const auto drop = reinterpret_cast<void (*)(void **)>(dlsym(RTLD_DEFAULT, "avcodec_free_context"));

	if (!find || !make || !open || !drop)
		return;
	for (const char *decoder : names) {
		const void *codec = find(decoder);
		void *context = codec ? make(codec) : nullptr;

		if (context && open(context, codec, nullptr) < 0)
			errno = 0; // one that wants to know more first
		if (context)
			drop(&context);
	}
}

const char *warm_up(const char *cxx_locale, uint32_t)
{
	static std::string reason;
	const std::string bytes = sample();
	bool good = false;

	try {
		set_cxx_locale(cxx_locale);
		cv::setNumThreads(1); // there are threads for FFmpeg only
		cv::getNumberOfCPUs(); // the answer, which it reads from files, is kept
		redirect_streams();
		sp_vfs_reset();
		sp_vfs_set_input("sample.y4m", bytes.data(), bytes.size());
		sp_vfs_switch(true);
		cv::VideoCapture sample("sample.y4m", cv::CAP_FFMPEG);
		cv::Mat m;
		good = sample.read(m) && sample.read(m) && !sample.read(m);
		sp_vfs_switch(false);
		warm_decoders();
	} catch (const std::exception &e) {
		reason = std::string("the library does not start: ") + e.what();
		return reason.c_str();
	}
	return good ? nullptr : "the library cannot decode a sample";
}

bool rehearse(unsigned, uint64_t)
{
	return false;
}

// Variables that FFmpeg's side of the library reads at each opening.
int take_environment(const char *env, size_t len)
{
	while (len) {
		const size_t n = strnlen(env, len);
		const char *eq = static_cast<const char *>(std::memchr(env, '=', n));

		if (n == len || !eq)
			return -EPROTO;
		setenv(std::string(env, eq).c_str(), eq + 1, 1);
		env += n + 1;
		len -= n + 1;
	}
	return 0;
}

int take_request(const sp_request *req, const void *payload)
{
	const char *p = static_cast<const char *>(payload);

	if (req->entry != SP_CV_VIDEO_OPEN || req->payload_len < sizeof(request))
		return -EPROTO;
	std::memcpy(&request, p, sizeof(request));
	const uint64_t pairs = request.params * 2ull * sizeof(int32_t);
	if (request.params > SP_CV_PARAMS_MAX || req->payload_len != sizeof(request) + pairs + request.name_len + uint64_t(request.env_len))
		return -EPROTO;
	p += sizeof(request);
	params.resize(request.params * 2);
	std::memcpy(params.data(), p, pairs);
	name.assign(p + pairs, request.name_len);
	return take_environment(p + pairs + request.name_len, request.env_len);
}

// The name as FFmpeg's file protocol sees it.
const char *file_name()
{
	const char *prefix = "file:";

	return name.compare(0, std::strlen(prefix), prefix) == 0 ? name.c_str() + std::strlen(prefix) : name.c_str();
}

// All that get() would say now.
uint64_t take_snapshot(unsigned which)
{
	uint64_t offset;
	double *value = slots.snapshot(which, &offset);

	for (unsigned i = 0; i < SP_CV_PROPERTIES; i++)
		value[i] = capture->get(static_cast<int>(i));
	return offset;
}

// ---- frames straight into the shared memory ----
//
// Natively FFmpeg's converter writes each frame into a buffer of the library's, which copies it to where the program wants it. Here the converter is told
// to write into the slot, and the library is given the buffer itself as the place to copy to, which it sees is the same and leaves alone.
// One copy of two is saved, and the program's own is from the slot.

struct {
	uint8_t *buffer; // the library's, when frames last went there
	int stride, height; // of it: bytes, and rows that were converted
	int rows, cols; // of the frame
	uint8_t *slot; // where the next frame is to go instead; null: nowhere
	uint8_t *last; // where the last one went, when it is not in the buffer
	bool done;     // it did
	bool plain;    // what retrieve() gives is what the converter writes
} direct;

// Formats with an index of all that is in them. In others the outcome of a seek depends on how far the file has been read, by its parser and by
// the list of key frames that grows meanwhile.
bool seeks_absolutely;

void note_format(const char *demuxer)
{
	seeks_absolutely = false;
	for (const char *known : { "mov,", "matroska,", "avi" })
		seeks_absolutely |= std::strncmp(demuxer, known, std::strlen(known)) == 0;
}

void open_input(sp_cv_video_reply *ret)
{
	if (!capture)
		capture = new cv::VideoCapture;
	direct = {};
	capture->setExceptionMode(request.throws);
	ret->result = capture->open(name, request.backend, params);
	capture->setExceptionMode(false);
}

// What retrieve() is to write to: nothing yet, or the library's own buffer.
cv::Mat frame_header(int channel)
{
	const int angle = static_cast<int>(capture->get(cv::CAP_PROP_ORIENTATION_META));

	direct.slot = nullptr;
	direct.done = false;
	direct.plain = channel == 0 && capture->get(cv::CAP_PROP_FORMAT) != -1 && !(angle % 360 && capture->get(cv::CAP_PROP_ORIENTATION_AUTO));
	if (!direct.plain || !direct.buffer || !direct.rows)
		return cv::Mat();
	// sws_scale may write a vector beyond a row's end, and writes whole macroblocks (av_frame_get_buffer makes room likewise).
	direct.slot = slots.take(static_cast<size_t>(direct.stride) * ((static_cast<size_t>(direct.height) + 63) & ~size_t(31)) + 64);
	return cv::Mat(direct.rows, direct.cols, CV_8UC3, direct.buffer, static_cast<size_t>(direct.stride));
}

// After retrieve(): where the frame is. Notes what the next one is likely to be.
cv::Mat taken_frame(const cv::Mat &m)
{
	const bool done = direct.done && m.data == direct.buffer && m.rows == direct.rows && m.cols == direct.cols;

	// Turned by a quarter it is another Mat of the library's, and not what the buffer has.
	const bool plain = done || (m.type() == CV_8UC3 && direct.plain);

	direct.slot = nullptr;
	direct.rows = plain ? m.rows : 0;
	direct.cols = m.cols;
	return done ? cv::Mat(m.rows, m.cols, m.type(), slots.take(1), m.step) : m;
}

// The frame that the library gives; as long as nothing is said about it, the program asks for it once more.
void retrieve(int channel, sp_cv_video_reply *ret)
{
	cv::Mat m = frame_header(channel);

	m.allocator = &slots;
	const bool there = capture->retrieve(m, channel);
	cv::Mat frame = there ? taken_frame(m) : cv::Mat();
	if (!frame.empty()) {
		if (!slots.offset_of(frame, &ret->pixels)) {
			cv::Mat copy;

			copy.allocator = &slots;
			frame.copyTo(copy);
			frame = copy;
			slots.offset_of(frame, &ret->pixels);
		}
		ret->rows = frame.rows;
		ret->cols = frame.cols;
		ret->type = frame.type();
		ret->step = frame.step;
	}
	ret->frame = !there ? SP_CV_FRAME_FAILED : frame.empty() ? SP_CV_FRAME_EMPTY : SP_CV_FRAME_THERE;
}

void grab(sp_cv_video_reply *ret)
{
	slots.next(sp_object_sent() + 1, sp_object_consumed());
	ret->result = capture->grab();
	stopped = !ret->result;
}

// What retrieving says and throws belongs to the program's own retrieve, which will ask for it.
void read(sp_cv_video_reply *ret)
{
	grab(ret);
	ret->snapshot = take_snapshot(0);
	if (!ret->result)
		return;
	bool good = true;
	sp_events_mute();
	try {
		retrieve(0, ret);
	} catch (...) {
		good = false;
	}
	if (sp_events_unmute() || !good) {
		ret->frame = SP_CV_FRAME_UNTRIED;
		stopped = true;
	}
	ret->retrieved = take_snapshot(1);
}

void answer(uint32_t serial, const std::function<void(sp_cv_video_reply *)> &what)
{
	sp_cv_video_reply body = {};
	sp_reply reply = {};

	sp_object_begin();
	body.thrown = call_and_catch([&] { what(&body); });
	if (body.thrown)
		stopped = true;
	if (body.thrown || !body.snapshot)
		body.snapshot = take_snapshot(0);
	body.serial = serial;
	reply.kind = body.thrown ? SP_REPLY_THROW : SP_REPLY_RESULT;
	if (slots.exhausted())
		reply.kind = SP_REPLY_OUTPUT;
	else if (!body.result && sp_memory_failed())
		reply.kind = SP_REPLY_MEMORY;
	std::memcpy(reply.body, &body, sizeof(body));
	sp_object_reply(&reply);
}

void obey(const sp_command &c)
{
	// The last frame that was converted for the program, if it is not the last at all.
	if (direct.last && sp_object_sent() > sp_object_consumed() && slots.find(sp_object_consumed()))
		direct.last = slots.find(sp_object_consumed());
	switch (c.what) {
	case SP_CV_VIDEO_GRAB:
		return answer(c.serial, grab);
	case SP_CV_VIDEO_READ:
		return answer(c.serial, read);
	case SP_CV_VIDEO_RETRIEVE:
		slots.aside(true);
		answer(c.serial, [&c](sp_cv_video_reply *ret) {
			retrieve(c.number, ret);
			ret->result = 1;
		});
		return slots.aside(false);
	case SP_CV_VIDEO_SET:
		return answer(c.serial, [&c](sp_cv_video_reply *ret) { ret->result = capture->set(c.number, c.real); });
	case SP_CV_VIDEO_CLOSE:
		return answer(c.serial, [](sp_cv_video_reply *) { capture->release(); });
	case SP_CV_VIDEO_AGAIN:
		capture->release();
		return answer(c.serial, open_input);
	}
}

void serve() __attribute__((noreturn));
void serve()
{
	sp_command c;

	for (;;) {
		if (!stopped && sp_object_may_go_on())
			answer(0, read);
		else if (sp_object_wait(&c, !stopped))
			obey(c);
	}
}

int run(const sp_request *req, const void *payload, sp_reply *reply)
{
	sp_cv_video_reply body = {};
	uint8_t *base;
	uint64_t size;
	const int r = take_request(req, payload);

	if (r)
		return r;
	sp_output_area(&base, &size);
	slots.start(base, size);
	sp_vfs_reset();
	sp_vfs_set_name(file_name());
	if (request.sequence)
		sp_vfs_allow_asking();
	sp_vfs_set_pipe(request.pipe);
	take_state(request.log_level, request.use_optimized, request.sse_control);
	body.thrown = call_and_catch([&body] { open_input(&body); });
	body.snapshot = take_snapshot(0);
	body.may_be_ahead = request.backend == cv::CAP_OPENCV_MJPEG || seeks_absolutely;
	reply->kind = body.thrown ? SP_REPLY_THROW : !body.result && sp_memory_failed() ? SP_REPLY_MEMORY : SP_REPLY_RESULT;
	std::memcpy(reply->body, &body, sizeof(body));
	return 0;
}

const sp_plugin plugin = { SP_PLUGIN_VERSION, warm_up, rehearse, run, serve };

} // namespace

// In front of libswscale's, since this module is loaded before it.
struct SwsContext;
extern "C" SP_EXPORT int sws_scale(SwsContext *context, const uint8_t *const source[], const int source_stride[], int y, int height,
				   uint8_t *const to[], const int stride[]);
extern "C" int sws_scale(SwsContext *context, const uint8_t *const source[], const int source_stride[], int y, int height,
			 uint8_t *const to[], const int stride[])
{
	static const auto real = reinterpret_cast<decltype(&sws_scale)>(dlsym(RTLD_NEXT, "sws_scale"));
	uint8_t *slot[4] = { direct.slot, nullptr, nullptr, nullptr };

	const bool same = to[0] == direct.buffer && stride[0] == direct.stride;

	if (direct.slot && same && y == 0 && height == direct.height) {
		direct.done = true;
		direct.last = direct.slot;
		return real(context, source, source_stride, y, height, slot, stride);
	}
	// Natively what is not converted now, since the video has changed its size, is what was there before.
	if (direct.last && same)
		std::memcpy(to[0], direct.last, static_cast<size_t>(stride[0]) * static_cast<size_t>(direct.height));
	direct.last = nullptr;
	if (!same || y != 0)
		direct.height = height;
	direct.buffer = to[0];
	direct.stride = stride[0];
	return real(context, source, source_stride, y, height, to, stride);
}

// The library calls it for each input that it has opened. The format stands in the second member of AVFormatContext, its name in the first of AVInputFormat
// (avformat.h, libavformat 59).
struct InputFormat {
	const char *name;
};
struct FormatContext {
	const void *av_class;
	const InputFormat *format;
};
extern "C" SP_EXPORT int avformat_find_stream_info(FormatContext *context, void **options);
extern "C" int avformat_find_stream_info(FormatContext *context, void **options)
{
	static const auto real = reinterpret_cast<decltype(&avformat_find_stream_info)>(dlsym(RTLD_NEXT, "avformat_find_stream_info"));

	note_format(context->format->name);
	return real(context, options);
}

extern "C" __attribute__((visibility("default"))) const sp_plugin *sp_plugin_get()
{
	return &plugin;
}
