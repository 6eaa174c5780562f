// SPDX-License-Identifier: LGPL-2.1-or-later
// The program's side of opening a video: the request, and what came of it.
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <locale>
#include <sys/stat.h>
#include <unistd.h>
#include <xmmintrin.h>
#include <opencv2/core/utils/logger.hpp>
#include "lib/wire/util.h"
#include "shims/opencv/format.h"
#include "shims/opencv/op.hh"
#include "shims/opencv/sequence.hh"

extern char **environ;

namespace sp_cv {

namespace {

std::string locale_name()
{
	const std::string name = std::locale().name();

	return name == "*" ? "C" : name;
}

// What FFmpeg's side of the library reads at each opening.
std::string environment()
{
	// Once one of these has been there the library prints FFmpeg's words itself, for good; later without them those of AV_LOG_ERROR.
	static std::atomic<bool> prints;
	const bool wants = std::getenv("OPENCV_FFMPEG_DEBUG") || std::getenv("OPENCV_FFMPEG_LOGLEVEL");
	std::string all;

	for (char **e = environ; e && *e; e++)
		if (std::strncmp(*e, "OPENCV_FFMPEG_", 14) == 0)
			all.append(*e, std::strlen(*e) + 1);
	if (prints.exchange(prints || wants) && !wants)
		all.append("OPENCV_FFMPEG_LOGLEVEL=16", sizeof("OPENCV_FFMPEG_LOGLEVEL=16"));
	return all;
}

std::string payload_of(const std::string &name, int backend, const std::vector<int> &params, bool throws, bool sequence, int pipe)
{
	const std::string env = environment();
	sp_cv_video_open open = {};

	open.backend = backend;
	open.throws = throws;
	open.params = static_cast<uint32_t>(params.size() / 2);
	open.name_len = static_cast<uint32_t>(name.size());
	open.env_len = static_cast<uint32_t>(env.size());
	open.log_level = cv::utils::logging::getLogLevel();
	open.use_optimized = cv::useOptimized();
	open.sse_control = _mm_getcsr() & SP_CV_SSE_CONTROL;
	open.sequence = sequence;
	open.pipe = pipe;
	std::string p(reinterpret_cast<const char *>(&open), sizeof(open));
	p.append(reinterpret_cast<const char *>(params.data()), params.size() * sizeof(int));
	return p + name + env;
}

// "pipe:" and perhaps a number: the program's standard input, or that descriptor. -1: another name.
int pipe_of(const std::string &name)
{
	const size_t prefix = 5;

	if (name.compare(0, prefix, "pipe:") != 0 || name.size() > prefix + 9 || name.find_first_not_of("0123456789", prefix) != std::string::npos)
		return -1;
	return name.size() == prefix ? 0 : std::stoi(name.substr(prefix));
}

} // namespace

bool Session::open(const std::vector<int> &params, bool throws)
{
	Op op(this, true);
	sp_input_data input;
	struct stat st;

	const int pipe = backend_ == cv::CAP_FFMPEG ? pipe_of(name_) : -1;
	front->open_input(path_of(name_), &input);
	if (pipe >= 0) {
		sp_close(input.fd);
		input.fd = fcntl(pipe, F_DUPFD_CLOEXEC, 3);
		input.kind = input.fd >= 0 ? SP_INPUT_STREAM : SP_INPUT_ERRNO;
		input.error = EBADF;
	}
	sequence_ = input.kind == SP_INPUT_ERRNO && is_sequence(path_of(name_));
	if (input.kind == SP_INPUT_STREAM && fstat(input.fd, &st) == 0) {
		input.kind = SP_INPUT_WANTED;
		stream_ = input.fd;
		stream_ino_ = st.st_ino;
	}
	for (size_t i = 0; i + 1 < params.size(); i += 2)
		raw_ |= params[i] == cv::CAP_PROP_FORMAT;
	const std::string payload = payload_of(name_, backend_, params, throws, sequence_, pipe);
	front->run(&op.call, SP_CV_VIDEO_OPEN, payload.data(), static_cast<uint32_t>(payload.size()), &input, locale_name().c_str());
	if (stream_ < 0)
		sp_close(input.fd);
	sp_cv_video_reply reply;
	// An object from here on: its helper may have a question.
	if (op.call.status != SP_OK || front->keep(&op.call, &object_) || front->resume(&op.call, &object_) != SP_OK)
		return false;
	while (op.call.status == SP_OK && op.call.reply.kind == SP_REPLY_WANT)
		if (!serve(&op) || front->receive(&op.call, 0) != SP_OK)
			break;
	if (op.call.status != SP_OK)
		return false;
	std::memcpy(&reply, op.call.reply.body, sizeof(reply));
	if (!take_snapshot(&op, reply.snapshot))
		return false;
	never_ahead_ = !reply.may_be_ahead || stream_ >= 0;
	finish(&op, reply);
	return op.call.status == SP_OK && reply.result;
}

} // namespace sp_cv
