// SPDX-License-Identifier: LGPL-2.1-or-later
// read CALLS GAP_US PICTURE: reads a picture CALLS times with GAP_US microseconds of sleep before each call, and prints the time of each, in
// microseconds: what a program pays for cv::imread and for giving the Mat back. The same program runs natively and preloaded.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>
#include <vector>
#include <opencv2/imgcodecs.hpp>

int main(int argc, char **argv)
{
	if (argc != 4) {
		std::fprintf(stderr, "usage: read calls gap_us picture\n");
		return 2;
	}
	const int calls = std::atoi(argv[1]), warm = calls < 30 ? calls : 30;
	const useconds_t gap = static_cast<useconds_t>(std::atoi(argv[2]));
	std::vector<double> us;

	for (int i = 0; i < calls + warm; i++) {
		if (gap)
			usleep(gap);
		const auto start = std::chrono::steady_clock::now();
		if (cv::imread(argv[3]).empty())
			return 1;
		const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
		if (i >= warm)
			us.push_back(took.count());
	}
	for (double t : us)
		std::printf("%.1f\n", t);
	return 0;
}
