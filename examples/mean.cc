// SPDX-License-Identifier: LGPL-2.1-or-later
// An ordinary program: reads pictures with OpenCV and prints their size, mean colour and a checksum of every pixel. It knows nothing of a sandbox.
#include <cstdio>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

static unsigned long long checksum(const cv::Mat &m)
{
	unsigned long long h = 0xcbf29ce484222325ull; // FNV-1a

	for (int y = 0; y < m.rows; y++)
		for (size_t x = 0; x < m.cols * m.elemSize(); x++)
			h = (h ^ m.ptr(y)[x]) * 0x100000001b3ull;
	return h;
}

int main(int argc, char **argv)
{
	int failures = 0;

	for (int i = 1; i < argc; i++) {
		const cv::Mat m = cv::imread(argv[i]);

		if (m.empty()) {
			std::printf("%s: cannot be read\n", argv[i]);
			failures++;
			continue;
		}
		const cv::Scalar mean = cv::mean(m);
		std::printf("%s: %dx%d, mean %.1f %.1f %.1f, checksum %016llx\n", argv[i], m.cols, m.rows, mean[0], mean[1],
			    mean[2], checksum(m));
	}
	return failures != 0;
}
