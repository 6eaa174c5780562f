// SPDX-License-Identifier: LGPL-2.1-or-later
// make-pictures DIR: pictures of all formats that the library writes, and what it reads from them, natively.
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include "tests/hosts/host.hh"

namespace {

// Not flat, not noise: every decoder has something to do, and the files stay small.
cv::Mat draw(int cols, int rows, int type)
{
	cv::Mat m(rows, cols, CV_8UC(CV_MAT_CN(type)));

	for (int y = 0; y < rows; y++)
		for (int x = 0; x < cols * m.channels(); x++)
			m.ptr(y)[x] = static_cast<uchar>((x * 3 + y * 5 + (x * y) / 64) ^ (y & 8 ? 0x20 : 0));
	cv::Mat wide;
	m.convertTo(wide, CV_MAT_DEPTH(type), CV_MAT_DEPTH(type) == CV_16U ? 257.0 : CV_MAT_DEPTH(type) == CV_32F ? 1 / 255.0 : 1.0);
	return wide;
}

struct Row {
	const char *name;
	int cols, rows, type;
};

const Row kRows[] = {
	{ "tiny.png", 64, 64, CV_8UC3 },      { "tiny.jpg", 64, 64, CV_8UC3 },	   { "grey.bmp", 97, 61, CV_8UC1 },
	{ "colour.ppm", 97, 61, CV_8UC3 },    { "grey.pgm", 97, 61, CV_8UC1 },	   { "colour.ras", 97, 61, CV_8UC3 },
	{ "colour.hdr", 97, 61, CV_32FC3 },   { "colour.pfm", 97, 61, CV_32FC3 },  { "deep.pgm", 97, 61, CV_16UC1 },
	{ "deep.png", 97, 61, CV_16UC3 },     { "alpha.png", 97, 61, CV_8UC4 },	   { "colour.tiff", 97, 61, CV_8UC3 },
	{ "colour.webp", 97, 61, CV_8UC3 },   { "colour.jp2", 97, 61, CV_8UC3 },   { "colour.pam", 97, 61, CV_8UC3 },
	{ "mapped.png", 320, 240, CV_8UC3 },  { "large.jpg", 1280, 960, CV_8UC3 },
};

} // namespace

int main(int argc, char **argv)
{
	const std::string dir = argc == 2 ? argv[1] : ".";
	std::ofstream list(dir + "/digests");

	for (const Row &r : kRows) {
		const std::string path = dir + "/" + r.name;

		if (!cv::imwrite(path, draw(r.cols, r.rows, r.type)))
			return 1;
		const cv::Mat m = cv::imread(path, cv::IMREAD_UNCHANGED);
		if (m.empty())
			return 1;
		list << r.name << " " << host::digest(m) << "\n";
	}
	return list ? 0 : 1;
}
