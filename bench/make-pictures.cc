// SPDX-License-Identifier: LGPL-2.1-or-later
// make-pictures DIRECTORY: synthetic pictures with the detail of photographs, as JPEG (quality 90) and PNG.
#include <cstdio>
#include <string>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

static cv::Mat scene(cv::Size size)
{
	cv::Mat noise(size, CV_8UC3), m(size, CV_8UC3);
	cv::RNG rng(1);

	for (int y = 0; y < m.rows; y++)
		for (int x = 0; x < m.cols; x++)
			m.at<cv::Vec3b>(y, x) = cv::Vec3b(cv::saturate_cast<uchar>((x * 3 + y) % 256), cv::saturate_cast<uchar>((y * 2 + x / 3) % 256),
							  cv::saturate_cast<uchar>((x + y) / 2 % 256));
	cv::GaussianBlur(m, m, cv::Size(7, 7), 0);
	rng.fill(noise, cv::RNG::UNIFORM, 0, 16);
	m += noise;
	return m;
}

int main(int argc, char **argv)
{
	const struct {
		const char *name;
		cv::Size size;
	} all[] = { { "64x64", { 64, 64 } }, { "640x480", { 640, 480 } }, { "1920x1080", { 1920, 1080 } }, { "4000x3000", { 4000, 3000 } } };

	if (argc != 2) {
		std::fprintf(stderr, "usage: make-pictures directory\n");
		return 2;
	}
	for (const auto &one : all) {
		const cv::Mat m = scene(one.size);
		const std::string base = std::string(argv[1]) + "/" + one.name;

		if (!cv::imwrite(base + ".jpg", m, { cv::IMWRITE_JPEG_QUALITY, 90 }) || !cv::imwrite(base + ".png", m))
			return 1;
	}
	return 0;
}
