// SPDX-License-Identifier: LGPL-2.1-or-later
// batch THREADS PATTERN COUNT: reads COUNT files that cv::glob finds (from the start again when there are fewer) in THREADS threads, and prints the
// seconds that it took. The first pictures, one a thread, are not timed.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>
#include <opencv2/core/utility.hpp>
#include <opencv2/imgcodecs.hpp>

namespace {

std::vector<cv::String> files;
std::atomic<size_t> next_file;
std::atomic<bool> failed;

void read_until(size_t end)
{
	for (size_t i; (i = next_file++) < end;)
		if (cv::imread(files[i % files.size()]).empty())
			failed = true;
}

void read_all(size_t threads, size_t end)
{
	std::vector<std::thread> all;

	next_file = 0;
	for (size_t t = 1; t < threads; t++)
		all.emplace_back(read_until, end);
	read_until(end);
	for (std::thread &t : all)
		t.join();
}

} // namespace

int main(int argc, char **argv)
{
	if (argc != 4) {
		std::fprintf(stderr, "usage: batch threads pattern count\n");
		return 2;
	}
	const size_t threads = static_cast<size_t>(std::atoi(argv[1])), count = static_cast<size_t>(std::atoi(argv[3]));

	cv::glob(argv[2], files);
	if (files.empty())
		return 1;
	read_all(threads, threads);
	const auto start = std::chrono::steady_clock::now();
	read_all(threads, count);
	std::printf("%.4f\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
	return failed ? 1 : 0;
}
