// SPDX-License-Identifier: LGPL-2.1-or-later
// A program that watches videos. Standard input is a list of commands, "operation flags name": it opens the name with the backend FFmpeg, or its own one for
// motion JPEG when the operation is "j", reads <flags> frames,
// seeks, reads five, and prints "name = frames seek frames", or "closed"; a word in front when something was thrown.
#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>
#include <sstream>
#include <string>
#include <dirent.h>
#include <opencv2/videoio.hpp>

namespace {

unsigned long sum(const cv::Mat &m)
{
	unsigned long s = 5381;

	for (int y = 0; y < m.rows; y++)
		for (size_t x = 0; x < static_cast<size_t>(m.cols) * m.elemSize(); x++)
			s = s * 33 + m.ptr(y)[x];
	return s;
}

// Frames that were read; what a helper does to them afterwards must not show.
int watch(cv::VideoCapture &c, int frames)
{
	int n = 0;

	for (int i = 0; i < frames; i++) {
		cv::Mat m;

		if (!c.read(m))
			continue;
		const unsigned long first = sum(m);
		n++;
		for (int k = 0; k < 3; k++)
			if (sum(m) != first)
				std::puts("CHANGED");
	}
	return n;
}

std::string play(const std::string &name, int backend, int frames)
{
	std::ostringstream s;

	try {
		cv::VideoCapture c(name, backend);

		if (!c.isOpened())
			return "closed";
		s << watch(c, frames);
		s << " " << c.set(cv::CAP_PROP_POS_FRAMES, 0);
		s << " " << watch(c, 5);
		c.release();
	} catch (const std::exception &) {
		return "thrown";
	}
	return s.str();
}

int descriptors()
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (d && readdir(d))
		n++;
	closedir(d);
	return n;
}

} // namespace

int main()
{
	std::string operation, name;
	int flags, before = 0;

	while (std::cin >> operation >> flags >> name) {
		const std::string result = play(name, operation == "j" ? cv::CAP_OPENCV_MJPEG : cv::CAP_FFMPEG, flags);

		std::printf("%s = %s\n", name.c_str(), result.c_str());
		std::fflush(stdout);
		if (!before)
			before = descriptors();
		else if (descriptors() > before)
			std::puts("DESCRIPTORS");
	}
	std::puts("end");
	return 0;
}
