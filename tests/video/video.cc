// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/video/video.hh"

#include <cmath>
#include <ctime>
#include <sys/stat.h>

std::string property(const cv::VideoCapture &c, int id)
{
	const double v = c.get(id), now = double(time(nullptr)) * 1e6;
	char text[64];

	if (id == cv::CAP_PROP_STREAM_OPEN_TIME_USEC && std::fabs(v - now) < 3600e6)
		return "the time";
	std::snprintf(text, sizeof(text), "%.17g", v);
	return text;
}

std::string properties(const cv::VideoCapture &c)
{
	static const int absurd[] = { -1, -4, 100, 400, 430, 500, 1000, 10000, 18000, 18001, 1 << 29, 1 << 30, INT32_MAX, INT32_MIN };
	std::string text;

	const auto add = [&](int id) {
		const std::string v = property(c, id);

		if (v != "0")
			text += " " + std::to_string(id) + "=" + v;
	};
	for (int id = 0; id <= 75; id++)
		add(id);
	for (int id : absurd)
		add(id);
	return text;
}

std::string state_of(const cv::VideoCapture &c)
{
	return std::string(c.isOpened() ? "open" : "closed") + ", " + outcome([&] { return std::string(c.getBackendName()); }) + ", at " +
	       property(c, cv::CAP_PROP_POS_FRAMES) + " " + property(c, cv::CAP_PROP_POS_MSEC);
}

std::string read_one(cv::VideoCapture &c)
{
	cv::Mat m;
	const bool ok = c.read(m);

	return std::string(ok ? "true " : "false ") + describe(m);
}

std::string read_some(cv::VideoCapture &c, int most)
{
	std::string text;

	for (int i = 0; i < most; i++) {
		const std::string one = outcome([&] { return read_one(c); });

		text += one + " at " + property(c, cv::CAP_PROP_POS_MSEC) + "\n";
		if (one.compare(0, 4, "true"))
			break;
	}
	return text;
}

std::string base_name(const std::string &path)
{
	return path.substr(path.rfind('/') + 1);
}

Words files_in(const std::string &directory)
{
	Words paths;

	for (const std::string &name : list_files(directory)) {
		const std::string path = directory + "/" + name;
		struct stat st;

		if (stat(path.c_str(), &st) == 0 && S_ISREG(st.st_mode))
			paths.push_back(path);
	}
	return paths;
}
