// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shims/opencv/samples.hh"

#include <cstdint>
#include <cstring>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include "lib/helper/helper.h"

namespace sp_cv {

namespace {

// Some structure, so that no coder takes the short way for flat pictures.
cv::Mat pattern(int size, int type)
{
	cv::Mat bytes(size, size, CV_MAKETYPE(CV_8U, CV_MAT_CN(type))), m;

	for (int y = 0; y < size; y++)
		for (int x = 0; x < size * CV_MAT_CN(type); x++)
			bytes.ptr(y)[x] = static_cast<unsigned char>((x * 37 + y * 59 + x * y) & 255);
	bytes.convertTo(m, CV_MAT_DEPTH(type), CV_MAT_DEPTH(type) == CV_8U ? 1 : 1.5);
	return m;
}

struct Kind {
	const char *extension;
	int type, param, value; // param 0: none
};

const Kind kinds[] = {
	{ ".jpg", CV_8UC3, 0, 0 },
	{ ".png", CV_8UC3, 0, 0 },
	{ ".jpg", CV_8UC3, cv::IMWRITE_JPEG_PROGRESSIVE, 1 },
	{ ".webp", CV_8UC3, cv::IMWRITE_WEBP_QUALITY, 80 },
	{ ".tiff", CV_8UC3, 0, 0 },
	{ ".bmp", CV_8UC3, 0, 0 },
	{ ".ppm", CV_8UC3, 0, 0 },
	{ ".jp2", CV_8UC3, 0, 0 },
	{ ".png", CV_16UC4, 0, 0 },
	{ ".jpg", CV_8UC1, 0, 0 },
	{ ".webp", CV_8UC4, cv::IMWRITE_WEBP_QUALITY, 101 },
	{ ".tiff", CV_32FC3, 0, 0 },
	{ ".tiff", CV_8UC3, cv::IMWRITE_TIFF_COMPRESSION, 8 }, // COMPRESSION_ADOBE_DEFLATE, tiff.h
	{ ".tiff", CV_8UC3, cv::IMWRITE_TIFF_COMPRESSION, 7 }, // COMPRESSION_JPEG
	{ ".tiff", CV_8UC3, cv::IMWRITE_TIFF_COMPRESSION, 50000 }, // COMPRESSION_ZSTD
	{ ".tiff", CV_16UC1, cv::IMWRITE_TIFF_COMPRESSION, 34925 }, // COMPRESSION_LZMA
	{ ".jp2", CV_16UC1, 0, 0 },
	{ ".pgm", CV_16UC1, 0, 0 },
	{ ".pbm", CV_8UC1, 0, 0 },
	{ ".pam", CV_8UC4, 0, 0 },
	{ ".ras", CV_8UC3, 0, 0 },
	{ ".hdr", CV_32FC3, 0, 0 },
	{ ".pfm", CV_32FC3, 0, 0 },
	{ ".exr", CV_32FC3, 0, 0 },
};

// The number of the extension's first place in the list.
uint64_t kind_of(const char *extension)
{
	const Kind *k = kinds;

	while (std::strcmp(k->extension, extension) != 0)
		k++;
	return static_cast<uint64_t>(k - kinds) + 1;
}

} // namespace

uint64_t sample_kind(const std::vector<Sample> &samples, const std::string &start)
{
	for (const Sample &s : samples)
		if (start.size() == 2 && s.bytes.size() > 2 && std::memcmp(s.bytes.data(), start.data(), 2) == 0)
			return s.kind;
	return UINT64_MAX;
}

std::vector<Sample> make_samples()
{
	std::vector<Sample> samples;

	for (const Kind &k : kinds) {
		Sample s;
		std::vector<int> params;

		if (k.param)
			params = { k.param, k.value };
		s.name = std::string("sample") + k.extension;
		s.kind = kind_of(k.extension);
		try {
			if (cv::imencode(k.extension, pattern(24, k.type), s.bytes, params))
				samples.push_back(s);
		} catch (const cv::Exception &) {
			// Switched off in this build or by the program's environment.
		}
	}
	return samples;
}

void decode_sample(const Sample &s, int flags)
{
	sp_vfs_reset();
	sp_vfs_set_input(s.name.c_str(), s.bytes.data(), s.bytes.size());
	try {
		cv::imread(s.name, flags);
		cv::imdecode(s.bytes, flags);
	} catch (const std::exception &) {
		// A library may refuse its own picture with these flags.
	}
}

} // namespace sp_cv
