// SPDX-License-Identifier: LGPL-2.1-or-later
// video WHAT FILE [NUMBER]: what a program pays for cv::VideoCapture. The same program runs
// natively and preloaded. WHAT is
//
// - read: reads all frames; prints their number, frames a second, CPU ms a frame of this process
//
// - work UNITS: the same, with UNITS of work on each frame
//
// - units MS: prints how many units of work take MS milliseconds while nothing is decoded
//
// - seek COUNT: COUNT times a random frame, always the same ones; prints frames, frames a second
//
// - grab: grabs all frames, retrieves each fifth; prints frames and frames a second
//
// - open COUNT: opens the file and reads a frame, COUNT times; prints ms of each
//
// - laps COUNT: reads all frames COUNT times over; prints as read does
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>
#include <opencv2/videoio.hpp>

namespace
{

using clock_type = std::chrono::steady_clock;

volatile uint64_t sink; // so that the work is not optimised away

double ms_since(clock_type::time_point start)
{
	return std::chrono::duration<double, std::milli>(clock_type::now() - start).count();
}

double cpu_ms()
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return 1e3 * double(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       1e-3 * double(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

cv::VideoCapture open_video(const std::string &file)
{
	cv::VideoCapture video(file);

	if (!video.isOpened()) {
		std::fprintf(stderr, "video: %s cannot be read\n", file.c_str());
		std::exit(1);
	}
	return video;
}

// A unit is a hash over one row: a chain of multiplications, which leaves the memory bus to the
// decoder. Begins again at the top when the picture has fewer rows.
void work(const cv::Mat &frame, long units)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (long i = 0; i < units; i++) {
		const uint8_t *row = frame.ptr(int(i % frame.rows));

		for (size_t x = 0; x < size_t(frame.cols) * frame.elemSize(); x++)
			h = (h ^ row[x]) * 0x100000001b3u;
	}
	sink = h;
}

// The zygote starts in the background at the side of a program's first moments, which have a figure
// of their own: "open".
void settle()
{
	usleep(500000);
}

cv::Mat first_frame(const std::string &file)
{
	cv::VideoCapture video = open_video(file);
	cv::Mat frame;

	video.read(frame);
	if (frame.empty())
		std::exit(1);
	return frame;
}

// Milliseconds of one unit: the median, as a busy machine has slow moments.
double ms_of_unit(const cv::Mat &frame)
{
	std::vector<double> took;

	for (int i = 0; i < 31; i++) {
		const auto start = clock_type::now();

		work(frame, 1000);
		took.push_back(ms_since(start) / 1000);
	}
	std::nth_element(took.begin(), took.begin() + 15, took.end());
	return took[15];
}

void print_rate(long count, clock_type::time_point start)
{
	std::printf("%ld %.3f", count, 1000 * double(count) / ms_since(start));
}

void read_all(const std::string &file, long units, long laps)
{
	cv::VideoCapture video = open_video(file);
	const double cpu = cpu_ms();
	const auto start = clock_type::now();
	cv::Mat frame;
	long frames = 0;

	for (long lap = 0; lap < laps; lap++) {
		if (lap)
			video.set(cv::CAP_PROP_POS_FRAMES, 0);
		for (; video.read(frame); frames++)
			work(frame, units);
	}
	print_rate(frames, start);
	std::printf(" %.3f\n", (cpu_ms() - cpu) / double(frames));
}

void seek(const std::string &file, long count)
{
	cv::VideoCapture video = open_video(file);
	const int frames = int(video.get(cv::CAP_PROP_FRAME_COUNT));
	std::mt19937 random(1);
	cv::Mat frame;
	long done = 0;

	const auto start = clock_type::now();
	for (long i = 0; i < count; i++) {
		video.set(cv::CAP_PROP_POS_FRAMES, int(random() % unsigned(std::max(frames, 1))));
		done += video.read(frame);
	}
	print_rate(done, start);
	std::printf("\n");
}

void grab(const std::string &file)
{
	cv::VideoCapture video = open_video(file);
	cv::Mat frame;
	long frames = 0;

	const auto start = clock_type::now();
	for (; video.grab(); frames++)
		if (frames % 5 == 4 && !video.retrieve(frame))
			std::exit(1);
	print_rate(frames, start);
	std::printf("\n");
}

void open_often(const std::string &file, long count)
{
	cv::Mat frame;

	for (long i = 0; i < count; i++) {
		const auto start = clock_type::now();
		cv::VideoCapture video(file);

		if (!video.read(frame))
			std::exit(1);
		std::printf("%.3f\n", ms_since(start));
		if (i == 0) {
			video.release();
			settle();
		}
	}
}

} // namespace

int main(int argc, char **argv)
{
	const std::string what = argc > 2 ? argv[1] : "", file = argc > 2 ? argv[2] : "";
	const double number = argc > 3 ? std::atof(argv[3]) : 0;

	if (what == "open") {
		open_often(file, long(number));
		return 0;
	}
	if (!file.empty()) {
		sink = first_frame(file).total();
		settle();
	}
	if (what == "read")
		read_all(file, 0, 1);
	else if (what == "work")
		read_all(file, long(number), 1);
	else if (what == "laps")
		read_all(file, 0, long(number));
	else if (what == "units")
		std::printf("%.0f\n", number / ms_of_unit(first_frame(file)));
	else if (what == "seek")
		seek(file, long(number));
	else if (what == "grab")
		grab(file);
	else {
		std::fprintf(stderr,
			     "usage: video read|work|units|seek|grab|open|laps file [number]\n");
		return 2;
	}
	return 0;
}
