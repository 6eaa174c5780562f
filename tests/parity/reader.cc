// SPDX-License-Identifier: LGPL-2.1-or-later
// Loaded by closed.cc: the only one in its program that needs libopencv_imgcodecs.
#include <opencv2/imgcodecs.hpp>

extern "C" __attribute__((visibility("default"))) void read_picture(const char *path, cv::Mat *ret);
void read_picture(const char *path, cv::Mat *ret)
{
	*ret = cv::imread(path, cv::IMREAD_UNCHANGED);
}
