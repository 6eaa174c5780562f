// SPDX-License-Identifier: LGPL-2.1-or-later
// Flags of cv::imread that the tests go through, sensible ones and nonsense. None means GDAL (bit 3) but the two of gdal_flags.
#ifndef SP_TEST_FLAGS_HH
#define SP_TEST_FLAGS_HH

#include <climits>
#include <opencv2/imgcodecs.hpp>

const int plain_flags[] = {
	cv::IMREAD_UNCHANGED,
	cv::IMREAD_GRAYSCALE,
	cv::IMREAD_COLOR,
	cv::IMREAD_ANYDEPTH,
	cv::IMREAD_ANYDEPTH | cv::IMREAD_COLOR,
	cv::IMREAD_ANYCOLOR,
	cv::IMREAD_ANYDEPTH | cv::IMREAD_ANYCOLOR,
	cv::IMREAD_REDUCED_GRAYSCALE_2,
	cv::IMREAD_REDUCED_COLOR_2,
	cv::IMREAD_REDUCED_COLOR_2 | cv::IMREAD_ANYDEPTH,
	cv::IMREAD_REDUCED_GRAYSCALE_4,
	cv::IMREAD_REDUCED_COLOR_4,
	cv::IMREAD_REDUCED_GRAYSCALE_8,
	cv::IMREAD_REDUCED_COLOR_8,
	cv::IMREAD_IGNORE_ORIENTATION,
	cv::IMREAD_IGNORE_ORIENTATION | cv::IMREAD_COLOR,
	cv::IMREAD_IGNORE_ORIENTATION | cv::IMREAD_ANYDEPTH | cv::IMREAD_ANYCOLOR,
	cv::IMREAD_IGNORE_ORIENTATION | cv::IMREAD_REDUCED_COLOR_2,
	1 << 20,
	1 << 20 | cv::IMREAD_COLOR,
	INT_MAX & ~cv::IMREAD_LOAD_GDAL,
	INT_MIN,
	~cv::IMREAD_LOAD_GDAL,
};

// cv::imdecode does not go to GDAL; the flag has another effect there.
const int gdal_flags[] = { cv::IMREAD_LOAD_GDAL, -2 };

#endif
