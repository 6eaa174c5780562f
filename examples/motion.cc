// SPDX-License-Identifier: LGPL-2.1-or-later
// An ordinary program: motion VIDEO... reads videos with OpenCV and prints for each second how much
// the picture moves, as the mean difference of neighbouring frames, and a checksum of every pixel.
// It knows nothing of a sandbox.
#include <cstdio>
#include <opencv2/core.hpp>
#include <opencv2/videoio.hpp>

using hash_type = unsigned long long;

static hash_type checksum(hash_type h, const cv::Mat &m)
{
	for (int y = 0; y < m.rows; y++)
		for (size_t x = 0; x < m.cols * m.elemSize(); x++)
			h = (h ^ m.ptr(y)[x]) * 0x100000001b3ull; // FNV-1a
	return h;
}

// Mean difference of a channel of a pixel, 0 to 255.
static double difference(const cv::Mat &a, const cv::Mat &b)
{
	return cv::norm(a, b, cv::NORM_L1) / double(a.total() * size_t(a.channels()));
}

static bool print_motion(const char *name)
{
	cv::VideoCapture video(name);
	cv::Mat frame, before;
	hash_type h = 0xcbf29ce484222325ull;
	double sum = 0;
	int frames = 0, in_second = 0;

	if (!video.isOpened()) {
		std::printf("%s: cannot be read\n", name);
		return false;
	}
	const double rate = video.get(cv::CAP_PROP_FPS);
	const int second = rate >= 1 ? cvRound(rate) : 1;
	std::printf("%s: %.0fx%.0f, %.2f frames a second\n", name,
		    video.get(cv::CAP_PROP_FRAME_WIDTH), video.get(cv::CAP_PROP_FRAME_HEIGHT),
		    rate);
	for (; video.read(frame); frames++) {
		h = checksum(h, frame);
		if (!before.empty() && before.size() == frame.size()) {
			sum += difference(frame, before);
			in_second++;
		}
		frame.copyTo(before);
		if (frames % second == second - 1) {
			std::printf("%s: second %d, motion %.2f\n", name, frames / second,
				    in_second ? sum / in_second : 0);
			sum = in_second = 0;
		}
	}
	std::printf("%s: %d frames, checksum %016llx\n", name, frames, h);
	return true;
}

int main(int argc, char **argv)
{
	int failures = 0;

	for (int i = 1; i < argc; i++)
		failures += !print_motion(argv[i]);
	return failures != 0;
}
