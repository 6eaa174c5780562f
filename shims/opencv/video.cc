// SPDX-License-Identifier: LGPL-2.1-or-later
// The program's side of cv::VideoCapture::open: which backend may be tried where. All other members work on what stands in `icap`, which is a Session then.
#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <dlfcn.h>
#include <iterator>
#include <string>
#include <vector>
#include <opencv2/videoio/registry.hpp>
#include "lib/wire/util.h"
#include "shims/opencv/session.hh"

#define SP_SHIM_EXPORT(name) __asm__(#name) __attribute__((visibility("default")))

bool sp_open(cv::VideoCapture *self, const std::string &name, int api, const std::vector<int> &params) SP_SHIM_EXPORT(sp_cv_video_open);
bool sp_open_camera(cv::VideoCapture *self, int index, int api, const std::vector<int> &params) SP_SHIM_EXPORT(sp_cv_video_camera);

namespace cv {
namespace internal {

// The header makes a class of this name a friend.
class VideoCapturePrivateAccessor
{
public:
	static Ptr<IVideoCapture> &icap(VideoCapture *c) { return c->icap; }
	static bool &throws(VideoCapture *c) { return c->throwOnFail; }
};

} // namespace internal
} // namespace cv

using namespace sp_cv;

namespace {

using Accessor = cv::internal::VideoCapturePrivateAccessor;

const char kCamera[] = "_ZN2cv12VideoCapture4openEiiRKSt6vectorIiSaIiEE";

// The number of no backend: with it the library tries none, and fails as it does when all have failed.
const int kNoBackend = INT_MIN;

// Schemes for which FFmpeg would connect, or open files that the name does not name alone (ffmpeg-protocols(1)). "file:" and "data:" it serves itself, and
// one that it does not know it refuses.
const char *const kAddresses[] = {
	"amqp", "async", "bluray", "cache", "concat", "concatf", "crypto", "dvd", "fd", "ffrtmpcrypt", "ffrtmphttp", "ftp", "gopher", "gophers", "hls", "http",
	"httpproxy", "https", "icecast", "ipfs", "ipns", "libssh", "md5", "mmsh", "mmst", "pipe", "prompeg", "rist", "rtmp", "rtmpe", "rtmps", "rtmpt",
	"rtmpte", "rtmpts", "rtp", "rtsp", "rtsps", "sap", "sctp", "sdp", "sftp", "smb", "srt", "srtp", "subfile", "tcp", "tee", "tls", "udp", "udplite", "unix", "zmq",
};

template <typename F> F library(const char *symbol)
{
	void *so = dlopen("libopencv_videoio.so.406", RTLD_NOW | RTLD_NOLOAD);

	return reinterpret_cast<F>(so ? dlsym(so, symbol) : nullptr);
}

bool native_open(cv::VideoCapture *self, const std::string &name, int api, const std::vector<int> &params)
{
	static const auto open = library<bool (*)(cv::VideoCapture *, const std::string &, int, const std::vector<int> &)>(kOpen);

	return open && open(self, name, api, params);
}

// As one backend of several: an exception is logged, and another one tried.
bool native_try(cv::VideoCapture *self, const std::string &name, int backend, const std::vector<int> &params)
{
	const bool throws = Accessor::throws(self);

	Accessor::throws(self) = false;
	const bool good = native_open(self, name, backend, params);
	Accessor::throws(self) = throws;
	return good;
}

bool is_address(const std::string &name)
{
	const size_t end = name.find_first_of(":,");

	// A descriptor of the program is like a file.
	if (end == std::string::npos || name.compare(0, end + 1, "pipe:") == 0)
		return false;
	for (const char *scheme : kAddresses)
		if (name.compare(0, end, scheme) == 0 && (name[end] == ':' || std::strcmp(scheme, "subfile") == 0))
			return true;
	// Nested: "hls+http:", "httpproxy+...".
	const size_t plus = name.find('+');
	return plus < end && name[end] == ':';
}

void deny(const char *symbol, const std::string &name, const char *reason)
{
	sp_call call;

	front->begin(&call, symbol, name.c_str());
	call.status = SP_DENIED;
	call.reason = reason;
	front->report(&call);
	front->end(&call);
}

// How a backend's try ended.
enum class Try { OPENED, REFUSED, OVER };

Try try_helper(cv::VideoCapture *self, const std::string &name, int backend, const std::vector<int> &params, bool throws)
{
	cv::Ptr<Session> session = cv::makePtr<Session>(name, backend);

	if (session->open(params, throws)) {
		Accessor::icap(self) = session;
		return Try::OPENED;
	}
	return session->failed() ? Try::OVER : Try::REFUSED;
}

Try try_native(cv::VideoCapture *self, const std::string &name, int backend, const std::vector<int> &params, bool throws = false)
{
	if (throws) // it is the only one: its exception is the program's
		return native_open(self, name, backend, params) ? Try::OPENED : Try::REFUSED;
	return native_try(self, name, backend, params) ? Try::OPENED : Try::REFUSED;
}

// GStreamer plays files, too; where it was not meant in particular, only a name that can be opened or looks like a pipeline is worth a word.
void deny_pipeline(const std::string &name, bool meant)
{
	sp_input_data input;

	front->open_input(name.c_str(), &input);
	const bool exists = input.kind != SP_INPUT_ERRNO;
	sp_close(input.fd);
	if (meant || exists || name.find('!') != std::string::npos)
		deny(kOpen, name, "GStreamer cannot be confined and was not tried (SANDBOX_PRELOAD_PIPELINE=native lets the program use it)");
}

Try try_backend(cv::VideoCapture *self, const std::string &name, int backend, const std::vector<int> &params, bool meant, bool throws)
{
	switch (backend) {
	case cv::CAP_FFMPEG:
		if (!is_address(name))
			return try_helper(self, name, backend, params, throws);
		if (front->allows(SP_NETWORK))
			return try_native(self, name, backend, params, throws);
		deny(kOpen, name, "addresses cannot be confined like files (SANDBOX_PRELOAD_NETWORK=native lets the program open them)");
		return Try::REFUSED;
	case cv::CAP_OPENCV_MJPEG:
		return try_helper(self, name, backend, params, throws);
	case cv::CAP_IMAGES: // each picture gets a helper of its own
		return try_native(self, name, backend, params, throws);
	case cv::CAP_V4L2: // both ask a device what it can, and parse nothing
	case cv::CAP_GPHOTO2:
		return front->allows(SP_CAMERA) ? try_native(self, name, backend, params, throws) : Try::REFUSED;
	case cv::CAP_GSTREAMER:
		if (front->allows(SP_PIPELINE))
			return try_native(self, name, backend, params, throws);
		deny_pipeline(name, meant);
		return Try::REFUSED;
	default:
		// A plugin that is not installed has its say about that; one that is would parse in the program.
		if (!cv::videoio_registry::hasBackend(static_cast<cv::VideoCaptureAPIs>(backend)))
			return try_native(self, name, backend, params, throws);
		deny(kOpen, name, "this backend cannot be confined");
		return Try::REFUSED;
	}
}

// Within one opening the library remembers which parameters a backend has looked at; the next ones need not understand them.
std::vector<int> without_used(const std::vector<int> &params, int backend)
{
	static const int ffmpeg[] = { cv::CAP_PROP_FORMAT, cv::CAP_PROP_HW_ACCELERATION, cv::CAP_PROP_HW_DEVICE, cv::CAP_PROP_HW_ACCELERATION_USE_OPENCL,
				      cv::CAP_PROP_OPEN_TIMEOUT_MSEC, cv::CAP_PROP_READ_TIMEOUT_MSEC };
	static const int gstreamer[] = { cv::CAP_PROP_HW_ACCELERATION, cv::CAP_PROP_HW_DEVICE, cv::CAP_PROP_VIDEO_STREAM, cv::CAP_PROP_AUDIO_STREAM,
					 cv::CAP_PROP_AUDIO_DATA_DEPTH, cv::CAP_PROP_AUDIO_SAMPLES_PER_SECOND };
	std::vector<int> left, seen;

	for (size_t i = 0; i + 1 < params.size(); i += 2) {
		const bool used = (backend == cv::CAP_FFMPEG && std::count(std::begin(ffmpeg), std::end(ffmpeg), params[i])) ||
				  (backend == cv::CAP_GSTREAMER && std::count(std::begin(gstreamer), std::end(gstreamer), params[i]));
		const size_t first = std::find(seen.begin(), seen.end(), params[i]) - seen.begin();

		// Of two values for one the first is looked at, by all.
		if (!used || first < seen.size())
			left.insert(left.end(), { params[i], params[2 * first + 1] });
		seen.push_back(params[i]);
	}
	return left;
}

} // namespace

bool sp_open(cv::VideoCapture *self, const std::string &name, int api, const std::vector<int> &params)
{
	if (self->isOpened())
		self->release();
	// An odd number of them the library refuses with an exception, before it looks at the name.
	if (params.size() % 2)
		return native_open(self, name, api, params);
	std::vector<int> left = params;
	for (const cv::VideoCaptureAPIs backend : cv::videoio_registry::getStreamBackends()) {
		if (api != cv::CAP_ANY && api != backend)
			continue;
		const bool throws = api != cv::CAP_ANY && Accessor::throws(self);
		const Try t = try_backend(self, name, backend, left, api != cv::CAP_ANY, throws);
		if (t == Try::OPENED)
			return true;
		if (t == Try::OVER)
			break;
		left = without_used(left, backend);
	}
	return native_open(self, name, kNoBackend, params);
}

bool sp_open_camera(cv::VideoCapture *self, int index, int api, const std::vector<int> &params)
{
	static const auto open = library<bool (*)(cv::VideoCapture *, int, int, const std::vector<int> &)>(kCamera);

	if (!front->allows(SP_CAMERA)) {
		if (self->isOpened())
			self->release();
		deny(kCamera, std::to_string(index), "cameras are denied (SANDBOX_PRELOAD_CAMERA)");
		api = kNoBackend;
	} else if (api == cv::CAP_GSTREAMER && !front->allows(SP_PIPELINE)) {
		deny(kCamera, std::to_string(index), "GStreamer cannot be confined (SANDBOX_PRELOAD_PIPELINE=native lets the program use it)");
		api = kNoBackend;
	}
	return open && open(self, index, api, params);
}

extern "C" __attribute__((visibility("default"))) int sp_shim_init(const sp_front_ops *ops)
{
	if (ops->version != SP_FRONT_VERSION)
		return -EPROTO;
	front = ops;
	return 0;
}
