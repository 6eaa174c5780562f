// SPDX-License-Identifier: LGPL-2.1-or-later
// An ordinary thumbnailer: thumbnails [-d DIRECTORY] FILE... writes FILE.thumbnail.png, 128 pixels
// wide, beside each file or into the directory. It knows nothing of a sandbox.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

static bool make_thumbnail(const std::string &file, const std::string &directory)
{
	const std::string name = file.substr(file.rfind('/') + 1);
	const std::string path =
		(directory.empty() ? file : directory + "/" + name) + ".thumbnail.png";
	const cv::Mat m = cv::imread(file);
	cv::Mat small;

	if (m.empty()) {
		std::printf("%s: cannot be read\n", name.c_str());
		return false;
	}
	const double scale = std::min(1.0, 128.0 / m.cols);
	cv::resize(m, small, cv::Size(), scale, std::max(scale, 1.0 / m.rows), cv::INTER_AREA);
	if (!cv::imwrite(path, small)) {
		std::printf("%s: cannot be written\n", path.c_str());
		return false;
	}
	std::printf("%s: %dx%d to %dx%d\n", name.c_str(), m.cols, m.rows, small.cols, small.rows);
	return true;
}

int main(int argc, char **argv)
{
	const bool elsewhere = argc > 2 && std::strcmp(argv[1], "-d") == 0;
	const std::string directory = elsewhere ? argv[2] : "";
	int failures = 0;

	for (int i = elsewhere ? 3 : 1; i < argc; i++)
		failures += !make_thumbnail(argv[i], directory);
	return failures != 0;
}
