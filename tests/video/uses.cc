// SPDX-License-Identifier: LGPL-2.1-or-later
// The ways to have a VideoCapture: constructors, overloads of open, libraries and parameters by name, derived classes, variables.
#include "tests/video/video.hh"

#include <cstdlib>
#include <unistd.h>
#include <opencv2/videoio/registry.hpp>

namespace {

const char *const kFiles[] = { "good/h264-b.mp4", "good/mjpeg.avi",	"good/rotated-90.mp4",	"good/two-videos.mkv", "images/zero_000.png",
			       "images/zero_%03d.png", "images/zero_%d.png", "broken/text.txt", "good/only-sound.wav", "good/aac.mp4" };

std::string yes(bool b)
{
	return b ? "true" : "false";
}

// What an open capture gives.
std::string show(cv::VideoCapture &c)
{
	std::string text = yes(c.isOpened()) + "\n " + state_of(c) + properties(c) + "\n";

	text += read_some(c, 3);
	return text + properties(c) + " exceptions " + yes(c.getExceptionMode());
}

void show_libraries(const std::string &path)
{
	// Not CAP_GSTREAMER, which is not for a helper; not the cameras' libraries, which may find one.
	static const int libraries[] = { cv::CAP_ANY, cv::CAP_FFMPEG, cv::CAP_OPENCV_MJPEG, cv::CAP_IMAGES, cv::CAP_INTEL_MFX,
					 cv::CAP_DSHOW, cv::CAP_MSMF, cv::CAP_XINE, cv::CAP_ANDROID, 1, 99, 9999, -5 };

	for (int library : libraries) {
		const std::string of = base_name(path) + ": " + std::to_string(library);

		attempt(of + " constructor", [&] {
			cv::VideoCapture c(path, library);
			return show(c);
		});
		attempt(of + " open", [&] {
			cv::VideoCapture c;
			const bool ok = c.open(path, library);
			return yes(ok) + " " + show(c);
		});
		attempt(of + " open, throwing", [&] {
			cv::VideoCapture c;
			c.setExceptionMode(true);
			const bool ok = c.open(path, library);
			return yes(ok) + " " + show(c);
		});
	}
}

const std::vector<std::vector<int>> &parameters()
{
	static const std::vector<std::vector<int>> all = {
		{},
		{ cv::CAP_PROP_FORMAT, -1 },
		{ cv::CAP_PROP_FORMAT, 0 },
		{ cv::CAP_PROP_FORMAT, CV_8UC1 },
		{ cv::CAP_PROP_HW_ACCELERATION, cv::VIDEO_ACCELERATION_NONE },
		{ cv::CAP_PROP_HW_ACCELERATION, 7 },
		{ cv::CAP_PROP_HW_ACCELERATION, cv::VIDEO_ACCELERATION_NONE, cv::CAP_PROP_HW_DEVICE, 0 },
		{ cv::CAP_PROP_ORIENTATION_AUTO, 0 },
		{ cv::CAP_PROP_CONVERT_RGB, 0 },
		{ cv::CAP_PROP_BRIGHTNESS, 1 },
		{ cv::CAP_PROP_POS_FRAMES, 5 },
		{ cv::CAP_PROP_VIDEO_STREAM, 0 },
		{ cv::CAP_PROP_VIDEO_STREAM, 1 },
		{ cv::CAP_PROP_VIDEO_STREAM, 7 },
		{ cv::CAP_PROP_VIDEO_STREAM, -1 },
		{ cv::CAP_PROP_AUDIO_STREAM, 0 },
		{ cv::CAP_PROP_OPEN_TIMEOUT_MSEC, 20000, cv::CAP_PROP_READ_TIMEOUT_MSEC, 20000 },
		{ cv::CAP_PROP_OPEN_TIMEOUT_MSEC, 0 },
		{ cv::CAP_PROP_FORMAT },
		{ cv::CAP_PROP_FORMAT, -1, cv::CAP_PROP_BRIGHTNESS },
		{ 123456, 7 },
		{ -1, -1 },
		{ cv::CAP_PROP_FORMAT, -1, cv::CAP_PROP_FORMAT, 0 },
	};
	return all;
}

void show_parameters(const std::string &path, int library)
{
	for (const std::vector<int> &p : parameters()) {
		std::string of = base_name(path) + ": " + std::to_string(library) + " parameters";

		for (int v : p)
			of += " " + std::to_string(v);
		attempt(of + ", constructor", [&] {
			cv::VideoCapture c(path, library, p);
			return show(c);
		});
		attempt(of + ", open", [&] {
			cv::VideoCapture c;
			const bool ok = c.open(path, library, p);
			return yes(ok) + " " + show(c);
		});
	}
}

// No such camera: the failure of those overloads.
void show_cameras()
{
	attempt("camera: constructor", [] {
		cv::VideoCapture c(63, cv::CAP_V4L2);
		return show(c);
	});
	attempt("camera: open", [] {
		cv::VideoCapture c;
		const bool ok = c.open(63, cv::CAP_V4L2, { cv::CAP_PROP_FRAME_WIDTH, 100 });
		return yes(ok) + " " + show(c);
	});
}

class Counting : public cv::VideoCapture
{
public:
	Counting() {}
	explicit Counting(const std::string &path) : cv::VideoCapture(path) {}
	~Counting() override { std::printf("destroyed\n"); }
	bool open(const cv::String &path, int library) override
	{
		opened++;
		return cv::VideoCapture::open(path, library);
	}
	using cv::VideoCapture::open;
	bool grab() override
	{
		grabbed++;
		return cv::VideoCapture::grab();
	}
	bool read(cv::OutputArray image) override
	{
		reads++;
		return cv::VideoCapture::read(image);
	}
	std::string counts() const
	{
		return std::to_string(opened) + " opened, " + std::to_string(grabbed) + " grabbed, " + std::to_string(reads) + " read";
	}
	// What a derived class sees of the base.
	std::string inner() const { return "cap " + yes(!cap.empty()) + ", icap " + yes(!icap.empty()) + ", throws " + yes(throwOnFail); }

	int opened = 0, grabbed = 0, reads = 0;
};

// Skips every other frame, through the base's own grab.
class Skipping : public cv::VideoCapture
{
public:
	using cv::VideoCapture::VideoCapture;
	bool grab() override { return cv::VideoCapture::grab() && cv::VideoCapture::grab(); }
	bool retrieve(cv::OutputArray image, int flag) override
	{
		cv::Mat m;
		const bool ok = cv::VideoCapture::retrieve(m, flag);

		if (ok)
			m.rowRange(0, m.rows / 2).copyTo(image);
		return ok;
	}
};

void show_derived(const std::string &path)
{
	attempt(base_name(path) + ": derived", [&] {
		Counting c;
		cv::VideoCapture &base = c;
		const bool ok = base.open(path);
		std::string text = yes(ok) + " " + c.counts() + " " + c.inner() + "\n" + show(base) + "\n";
		cv::Mat m;

		base >> m;
		text += describe(m) + " " + c.counts() + "\n";
		base.release();
		return text + c.inner();
	});
	attempt(base_name(path) + ": derived constructor", [&] {
		Counting c(path);
		return show(c) + c.counts() + c.inner();
	});
	attempt(base_name(path) + ": skipping", [&] {
		Skipping c(path);
		cv::VideoCapture copy = c;
		std::string text = read_some(c, 4) + " / " + state_of(c) + "\n";

		text += read_some(copy, 2);
		return text + read_some(c, 100);
	});
}

void show_objects(const std::string &path)
{
	attempt(base_name(path) + ": not opened", [] {
		cv::VideoCapture c;
		return show(c) + yes(c.set(cv::CAP_PROP_POS_FRAMES, 3)) + yes(c.grab());
	});
	attempt(base_name(path) + ": not opened, throwing", [] {
		cv::VideoCapture c;
		c.setExceptionMode(true);
		std::string text = outcome([&] { return yes(c.grab()); }) + "\n";
		text += outcome([&] { return read_one(c); }) + "\n";
		text += outcome([&] { return yes(c.set(cv::CAP_PROP_POS_FRAMES, 3)); }) + "\n";
		return text + outcome([&] { return property(c, cv::CAP_PROP_FPS); });
	});
	attempt(base_name(path) + ": on the heap", [&] {
		const cv::Ptr<cv::VideoCapture> c = cv::makePtr<cv::VideoCapture>(path), other = c;
		return show(*c);
	});
	attempt(base_name(path) + ": copy that outlives", [&] {
		cv::VideoCapture copy;
		{
			cv::VideoCapture c(path);
			read_some(c, 5);
			copy = c;
		}
		return show(copy);
	});
	attempt(base_name(path) + ": copy of a released one", [&] {
		cv::VideoCapture c(path), copy = c;
		c.release();
		const std::string text = show(copy);
		return text + show(c);
	});
	attempt(base_name(path) + ": to the end, throwing", [&] {
		cv::VideoCapture c(path);
		c.setExceptionMode(true);
		return read_some(c, 200) + outcome([&] { return yes(c.grab()); }) + outcome([&] { return read_one(c); });
	});
}

// To the start the library goes without a look at a frame: what it shows then is the one before, which is to be the program's, however far a reader is ahead. Any other
// way a frame has been decoded.
std::string show_after_seek(const std::string &path, int library, int id, double value)
{
	cv::VideoCapture c(path, library);
	std::string text;
	cv::Mat m;

	for (int i = 0; i < 12; i++)
		text += read_one(c) + "\n";
	usleep(50000);
	text += yes(c.set(id, value)) + yes(c.set(id, value)) + " " + state_of(c) + "\n";
	for (int i = 0; i < 2; i++) {
		text += yes(c.retrieve(m)) + " " + describe(m);
		text += " " + state_of(c) + "\n";
	}
	return text + read_some(c, 100);
}

void show_seeks(const std::string &path)
{
	static const struct {
		int id;
		double value;
	} seeks[] = {
		{ cv::CAP_PROP_POS_FRAMES, 0 },	 { cv::CAP_PROP_POS_FRAMES, -7 },	{ cv::CAP_PROP_POS_FRAMES, 1 },
		{ cv::CAP_PROP_POS_FRAMES, 5 },	 { cv::CAP_PROP_POS_FRAMES, 1e9 },	{ cv::CAP_PROP_POS_MSEC, 0 },
		{ cv::CAP_PROP_POS_MSEC, 130 }, { cv::CAP_PROP_POS_AVI_RATIO, 0 }, { cv::CAP_PROP_POS_AVI_RATIO, 0.5 },
	};

	for (int library : { cv::CAP_FFMPEG, cv::CAP_OPENCV_MJPEG })
		for (const auto &s : seeks) {
			if (s.value < 0 && library == cv::CAP_OPENCV_MJPEG)
				continue; // natively it goes before its list's start
			attempt(base_name(path) + ": " + std::to_string(library) + " retrieve after " + std::to_string(s.id) + " " + std::to_string(s.value),
				[&] { return show_after_seek(path, library, s.id, s.value); });
		}
}

// Of cameras alone; what it says of others is what their backends' numbers are.
std::string wait_for(const std::vector<cv::VideoCapture> &all, int64_t timeout)
{
	std::vector<int> ready(3, 7);
	const std::string text = outcome([&] { return yes(cv::VideoCapture::waitAny(all, ready, timeout)); });

	return text + ", " + std::to_string(ready.size());
}

void show_wait(const std::string &dir)
{
	const std::string film = dir + "/good/mjpeg.avi";
	const std::vector<std::vector<std::pair<std::string, int>>> cases = {
		{},
		{ { film, cv::CAP_FFMPEG } },
		{ { film, cv::CAP_OPENCV_MJPEG } },
		{ { dir + "/images/zero_%03d.png", cv::CAP_IMAGES } },
		{ { film, cv::CAP_FFMPEG }, { dir + "/good/vp9.webm", cv::CAP_FFMPEG } },
		{ { film, cv::CAP_FFMPEG }, { film, cv::CAP_OPENCV_MJPEG } },
		{ { film, cv::CAP_OPENCV_MJPEG }, { film, cv::CAP_OPENCV_MJPEG }, { film, cv::CAP_FFMPEG } },
	};

	for (size_t i = 0; i < cases.size(); i++)
		attempt("waiting: " + std::to_string(i), [&] {
			std::vector<cv::VideoCapture> all;
			for (const auto &c : cases[i])
				all.emplace_back(c.first, c.second);
			std::string text = wait_for(all, 0) + "\n";
			for (cv::VideoCapture &c : all)
				text += read_some(c, 5);
			text += wait_for(all, 1000000) + "\n";
			for (cv::VideoCapture &c : all)
				text += read_some(c, 2);
			return text;
		});
}

// Each in a process of its own: some are read once only.
void with(const std::string &variable, const std::string &value, const std::string &path)
{
	const std::string name = base_name(path) + " " + variable + "=" + value + ": ";

	apart([&] {
		attempt(name + "set", [&] {
			setenv(variable.c_str(), value.c_str(), 1);
			cv::VideoCapture c(path);
			std::string text = show(c);
			const bool ok = c.open(path, cv::CAP_FFMPEG);

			return text + yes(ok) + read_some(c, 100);
		});
		// As it is at each open.
		attempt(name + "gone", [&] {
			unsetenv(variable.c_str());
			cv::VideoCapture c(path);
			return show(c);
		});
	});
}

const struct {
	const char *name, *value;
} variables[] = {
	{ "OPENCV_FFMPEG_CAPTURE_OPTIONS", "threads;1" },
	{ "OPENCV_FFMPEG_CAPTURE_OPTIONS", "threads;3" },
	{ "OPENCV_FFMPEG_CAPTURE_OPTIONS", "video_codec;mpeg4" },
	{ "OPENCV_FFMPEG_CAPTURE_OPTIONS", "flags;gray|skip_frame;nokey" },
	{ "OPENCV_FFMPEG_CAPTURE_OPTIONS", "skip_frame;nokey" },
	{ "OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;udp" },
	{ "OPENCV_FFMPEG_CAPTURE_OPTIONS", "probesize;100|analyzeduration;1" },
	{ "OPENCV_FFMPEG_CAPTURE_OPTIONS", "hwaccel;none" },
	{ "OPENCV_FFMPEG_CAPTURE_OPTIONS", "garbage" },
	{ "OPENCV_FFMPEG_CAPTURE_OPTIONS", ";;|;|" },
	{ "OPENCV_FFMPEG_CAPTURE_OPTIONS", "format_whitelist;avi" },
	{ "OPENCV_FFMPEG_CAPTURE_OPTIONS", "" },
	{ "OPENCV_FFMPEG_LOGLEVEL", "16" },
	{ "OPENCV_FFMPEG_LOGLEVEL", "-8" },
	{ "OPENCV_FFMPEG_LOGLEVEL", "x" },
	{ "OPENCV_FFMPEG_DEBUG", "1" },
	{ "OPENCV_VIDEOIO_DEBUG", "1" },
	{ "OPENCV_VIDEOCAPTURE_DEBUG", "1" },
	{ "OPENCV_VIDEOIO_PRIORITY_LIST", "CV_IMAGES,CV_MJPEG" },
	{ "OPENCV_VIDEOIO_PRIORITY_LIST", "CV_MJPEG,FFMPEG" },
	{ "OPENCV_VIDEOIO_PRIORITY_LIST", "NONE" },
	{ "OPENCV_VIDEOIO_PRIORITY_CV_MJPEG", "5000" },
	{ "OPENCV_VIDEOIO_PRIORITY_FFMPEG", "0" },
};

} // namespace

void show_uses(const Words &words)
{
	for (const char *file : kFiles) {
		const std::string path = words[0] + "/" + file;

		apart([&] { show_libraries(path); });
		apart([&] { show_derived(path); });
		apart([&] { show_objects(path); });
	}
	for (const char *file : { "good/h264-b.mp4", "good/two-videos.mkv", "images/zero_000.png" }) {
		apart([&] { show_parameters(words[0] + "/" + file, cv::CAP_FFMPEG); });
		apart([&] { show_parameters(words[0] + "/" + file, cv::CAP_ANY); });
	}
	apart([&] { show_parameters(words[0] + "/good/mjpeg.avi", cv::CAP_OPENCV_MJPEG); });
	apart([&] { show_parameters(words[0] + "/images/zero_%03d.png", cv::CAP_IMAGES); });
	for (const char *file : { "good/h264-b.mp4", "good/mjpeg.avi", "good/vp9.webm", "good/ffv1-8.mkv", "broken/cut-50-h264-b.mp4", "broken/cut-50-mjpeg.avi" })
		apart([&] { show_seeks(words[0] + "/" + file); });
	apart([&] { show_wait(words[0]); });
	apart(show_cameras);
}

void show_environment(const Words &words)
{
	for (const char *file : { "good/h264-b.mp4", "good/mjpeg.avi", "images/zero_000.png", "broken/flip-12-mpeg2.mpg" })
		for (const auto &v : variables)
			with(v.name, v.value, words[0] + "/" + file);
}
