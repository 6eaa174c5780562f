// SPDX-License-Identifier: LGPL-2.1-or-later
// forks COUNT PICTURE...: reads the pictures once, then prints the median time of a bare fork, exit and wait, in microseconds, and the number of its
// mappings. Run with without-gdal.so preloaded it is what the zygote is: the same libraries, warm.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>
#include <opencv2/imgcodecs.hpp>

// without-gdal.so wants it of the program that loads it.
extern "C" __attribute__((visibility("default"), noreturn)) void sp_refuse(unsigned)
{
	std::abort();
}

static double once()
{
	const auto start = std::chrono::steady_clock::now();
	const pid_t pid = _Fork();

	if (pid == 0)
		_exit(0);
	if (pid < 0 || waitpid(pid, nullptr, 0) != pid)
		std::abort();
	return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		std::fprintf(stderr, "usage: forks count picture...\n");
		return 2;
	}
	for (int i = 2; i < argc; i++)
		if (cv::imread(argv[i]).empty())
			return 1;
	std::vector<double> us(static_cast<size_t>(std::max(1, std::atoi(argv[1]))));
	std::generate(us.begin(), us.end(), once);
	std::nth_element(us.begin(), us.begin() + static_cast<std::ptrdiff_t>(us.size() / 2), us.end());

	std::ifstream maps("/proc/self/maps");
	std::string line;
	int n = 0;

	while (std::getline(maps, line))
		n++;
	std::printf("%.1f %d\n", us[us.size() / 2], n);
	return 0;
}
