// SPDX-License-Identifier: LGPL-2.1-or-later
// TIFF through libtiff: the compressions, layouts and sample formats that OpenCV's encoder does not offer, in one to three pages.
#include "tests/parity/corpus-codecs.hh"

#include <cstring>
#include <tiffio.h>

namespace {

struct Kind {
	const char *name, *mode;
	uint16_t bits, samples, format, photometric, compression, predictor; // predictor 0: no tag
	int tile;							     // 0: strips of @strip rows
	int strip;
	bool planar;
	int pages;
};

const uint16_t UINT = SAMPLEFORMAT_UINT, INT = SAMPLEFORMAT_INT, FP = SAMPLEFORMAT_IEEEFP;
const uint16_t WHITE0 = PHOTOMETRIC_MINISWHITE, BLACK0 = PHOTOMETRIC_MINISBLACK, RGB = PHOTOMETRIC_RGB;

const Kind kinds[] = {
	{ "bilevel-none", "wl", 1, 1, UINT, WHITE0, COMPRESSION_NONE, 0, 0, 17, false, 1 },
	{ "bilevel-packbits", "wb", 1, 1, UINT, BLACK0, COMPRESSION_PACKBITS, 0, 0, 5, false, 1 },
	{ "bilevel-rle", "wl", 1, 1, UINT, WHITE0, COMPRESSION_CCITTRLE, 0, 0, 17, false, 1 },
	{ "bilevel-g3", "wl", 1, 1, UINT, WHITE0, COMPRESSION_CCITTFAX3, 0, 0, 17, false, 1 },
	{ "bilevel-g3-pages", "wb", 1, 1, UINT, WHITE0, COMPRESSION_CCITTFAX3, 0, 0, 8, false, 3 },
	{ "bilevel-g4", "wl", 1, 1, UINT, WHITE0, COMPRESSION_CCITTFAX4, 0, 0, 17, false, 1 },
	{ "bilevel-g4-tiled", "wl", 1, 1, UINT, BLACK0, COMPRESSION_CCITTFAX4, 0, 16, 0, false, 1 },
	{ "bilevel-lzw-tiled", "wb", 1, 1, UINT, BLACK0, COMPRESSION_LZW, 0, 16, 0, false, 2 },
	{ "gray2-none", "wl", 2, 1, UINT, BLACK0, COMPRESSION_NONE, 0, 0, 17, false, 1 },
	{ "gray4-lzw", "wl", 4, 1, UINT, BLACK0, COMPRESSION_LZW, 0, 0, 17, false, 1 },
	{ "gray8-lzw-predictor", "wl", 8, 1, UINT, BLACK0, COMPRESSION_LZW, 2, 0, 6, false, 1 },
	{ "gray8-signed", "wl", 8, 1, INT, BLACK0, COMPRESSION_ADOBE_DEFLATE, 0, 0, 17, false, 1 },
	{ "gray8-jpeg", "wl", 8, 1, UINT, BLACK0, COMPRESSION_JPEG, 0, 0, 16, false, 1 },
	{ "gray8-lzma", "wl", 8, 1, UINT, BLACK0, COMPRESSION_LZMA, 0, 0, 17, false, 1 },
	{ "gray10-none", "wl", 10, 1, UINT, BLACK0, COMPRESSION_NONE, 0, 0, 17, false, 1 },
	{ "gray12-deflate", "wb", 12, 1, UINT, BLACK0, COMPRESSION_ADOBE_DEFLATE, 0, 0, 17, false, 1 },
	{ "gray14-none-tiled", "wl", 14, 1, UINT, BLACK0, COMPRESSION_NONE, 0, 16, 0, false, 1 },
	{ "gray16-zstd-predictor", "wb", 16, 1, UINT, BLACK0, COMPRESSION_ZSTD, 2, 0, 17, false, 1 },
	{ "gray16-signed-tiled", "wl", 16, 1, INT, BLACK0, COMPRESSION_LZW, 0, 16, 0, false, 1 },
	{ "gray32-signed", "wl", 32, 1, INT, BLACK0, COMPRESSION_PACKBITS, 0, 0, 17, false, 1 },
	{ "gray32-unsigned", "wl", 32, 1, UINT, BLACK0, COMPRESSION_LZW, 0, 0, 17, false, 1 },
	{ "gray32f-deflate-predictor", "wl", 32, 1, FP, BLACK0, COMPRESSION_ADOBE_DEFLATE, 3, 0, 17, false, 1 },
	{ "gray32f-tiled", "wb", 32, 1, FP, BLACK0, COMPRESSION_ZSTD, 3, 16, 0, false, 2 },
	{ "gray64f-lzw", "wl", 64, 1, FP, BLACK0, COMPRESSION_LZW, 0, 0, 7, false, 1 },
	{ "gray64f-tiled", "wl8", 64, 1, FP, BLACK0, COMPRESSION_ADOBE_DEFLATE, 0, 16, 0, false, 1 },
	{ "gray64-unsigned", "wl", 64, 1, UINT, BLACK0, COMPRESSION_NONE, 0, 0, 17, false, 1 },
	{ "half", "wl", 16, 1, FP, BLACK0, COMPRESSION_NONE, 0, 0, 17, false, 1 },
	{ "palette8-lzw", "wl", 8, 1, UINT, PHOTOMETRIC_PALETTE, COMPRESSION_LZW, 0, 0, 17, false, 1 },
	{ "palette4-tiled", "wb", 4, 1, UINT, PHOTOMETRIC_PALETTE, COMPRESSION_DEFLATE, 0, 16, 0, false, 1 },
	{ "rgb8-none-pages", "wl", 8, 3, UINT, RGB, COMPRESSION_NONE, 0, 0, 4, false, 3 },
	{ "rgb8-lzw-tiled", "wb", 8, 3, UINT, RGB, COMPRESSION_LZW, 2, 16, 0, false, 2 },
	{ "rgb8-deflate-planar", "wl", 8, 3, UINT, RGB, COMPRESSION_DEFLATE, 0, 0, 9, true, 1 },
	{ "rgb8-zstd-tiled-planar", "wl", 8, 3, UINT, RGB, COMPRESSION_ZSTD, 2, 16, 0, true, 1 },
	{ "rgb8-packbits", "wl8", 8, 3, UINT, RGB, COMPRESSION_PACKBITS, 0, 0, 17, false, 2 },
	{ "rgb8-jpeg", "wl", 8, 3, UINT, RGB, COMPRESSION_JPEG, 0, 0, 16, false, 2 },
	{ "rgb8-webp", "wl", 8, 3, UINT, RGB, COMPRESSION_WEBP, 0, 0, 17, false, 1 },
	{ "ycbcr-jpeg", "wl", 8, 3, UINT, PHOTOMETRIC_YCBCR, COMPRESSION_JPEG, 0, 0, 16, false, 1 },
	{ "ycbcr-jpeg-tiled", "wb", 8, 3, UINT, PHOTOMETRIC_YCBCR, COMPRESSION_JPEG, 0, 16, 0, false, 1 },
	{ "cielab8", "wl", 8, 3, UINT, PHOTOMETRIC_CIELAB, COMPRESSION_LZW, 0, 0, 17, false, 1 },
	{ "cmyk8", "wl", 8, 4, UINT, PHOTOMETRIC_SEPARATED, COMPRESSION_LZW, 0, 0, 17, false, 1 },
	{ "rgba8-zstd", "wl", 8, 4, UINT, RGB, COMPRESSION_ZSTD, 0, 0, 17, false, 1 },
	{ "rgba16-lzw-tiled", "wl", 16, 4, UINT, RGB, COMPRESSION_LZW, 2, 16, 0, false, 1 },
	{ "rgb16-planar", "wb", 16, 3, UINT, RGB, COMPRESSION_ADOBE_DEFLATE, 2, 0, 17, true, 1 },
	{ "rgb16-pages", "wl", 16, 3, UINT, RGB, COMPRESSION_ZSTD, 0, 0, 6, false, 3 },
	{ "rgb32f-lzw-tiled", "wl", 32, 3, FP, RGB, COMPRESSION_LZW, 3, 16, 0, false, 1 },
	{ "rgb32f-planar", "wl", 32, 3, FP, RGB, COMPRESSION_ZSTD, 0, 0, 17, true, 1 },
	{ "rgb64f-deflate", "wb", 64, 3, FP, RGB, COMPRESSION_ADOBE_DEFLATE, 0, 0, 8, false, 1 },
	{ "rgba32f", "wl", 32, 4, FP, RGB, COMPRESSION_NONE, 0, 0, 17, false, 2 },
	{ "logluv", "wl", 32, 3, FP, PHOTOMETRIC_LOGLUV, COMPRESSION_SGILOG, 0, 0, 17, false, 1 },
};

const int width = 24, height = 17;

// Samples in the machine's byte order; of floats the upper bytes are those of a number around 0.1.
std::vector<uint8_t> samples(const Kind &k, size_t len, int piece)
{
	const size_t size = k.bits / 8u;
	std::vector<uint8_t> b(len);

	for (size_t i = 0; i < len; i++) {
		b[i] = sample(int(i % 71), int(i / 71), piece);
		if (k.bits == 1)
			b[i] = i % 3 ? uint8_t(0xff << b[i] % 8) : 0; // runs, as in a fax
		if (k.format == FP && size >= 2 && i % size == size - 1)
			b[i] = size == 2 ? 0x30 : 0x3d;
		if (k.format == FP && size == 8 && i % size == 6)
			b[i] = 0xb0;
	}
	return b;
}

void set_palette(TIFF *t, const Kind &k)
{
	std::vector<uint16_t> map[3];

	for (int c = 0; c < 3; c++)
		for (int i = 0; i < 1 << k.bits; i++)
			map[c].push_back(uint16_t(sample(i, 9, c) * 257));
	TIFFSetField(t, TIFFTAG_COLORMAP, map[0].data(), map[1].data(), map[2].data());
}

void set_fields(TIFF *t, const Kind &k)
{
	TIFFSetField(t, TIFFTAG_IMAGEWIDTH, uint32_t(width));
	TIFFSetField(t, TIFFTAG_IMAGELENGTH, uint32_t(height));
	TIFFSetField(t, TIFFTAG_BITSPERSAMPLE, k.bits);
	TIFFSetField(t, TIFFTAG_SAMPLESPERPIXEL, k.samples);
	TIFFSetField(t, TIFFTAG_SAMPLEFORMAT, k.format);
	TIFFSetField(t, TIFFTAG_PHOTOMETRIC, k.photometric);
	TIFFSetField(t, TIFFTAG_PLANARCONFIG, k.planar ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
	TIFFSetField(t, TIFFTAG_COMPRESSION, k.compression);
	if (k.compression == COMPRESSION_JPEG && k.photometric == PHOTOMETRIC_YCBCR)
		TIFFSetField(t, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
	if (k.compression == COMPRESSION_SGILOG)
		TIFFSetField(t, TIFFTAG_SGILOGDATAFMT, SGILOGDATAFMT_FLOAT);
	if (k.predictor)
		TIFFSetField(t, TIFFTAG_PREDICTOR, k.predictor);
	if (k.photometric == PHOTOMETRIC_PALETTE)
		set_palette(t, k);
	if (k.tile) {
		TIFFSetField(t, TIFFTAG_TILEWIDTH, uint32_t(k.tile));
		TIFFSetField(t, TIFFTAG_TILELENGTH, uint32_t(k.tile));
	} else {
		TIFFSetField(t, TIFFTAG_ROWSPERSTRIP, uint32_t(k.strip));
	}
}

bool write_page(TIFF *t, const Kind &k, int page)
{
	const uint32_t pieces = k.tile ? TIFFNumberOfTiles(t) : TIFFNumberOfStrips(t);
	const uint32_t per_plane = k.planar ? pieces / k.samples : pieces;

	for (uint32_t i = 0; i < pieces; i++) {
		const uint32_t row = i % per_plane * uint32_t(k.strip);
		const uint32_t rows = k.tile ? 0 : std::min(uint32_t(k.strip), height - row);
		const tmsize_t len = k.tile ? TIFFTileSize(t) : TIFFVStripSize(t, rows);
		std::vector<uint8_t> b = samples(k, size_t(len), int(i) + page * 7);
		const tmsize_t done = k.tile ? TIFFWriteEncodedTile(t, i, b.data(), len) : TIFFWriteEncodedStrip(t, i, b.data(), len);

		if (done < 0)
			return false;
	}
	return TIFFWriteDirectory(t);
}

} // namespace

bool write_libtiff(const std::string &directory, int *ret_count)
{
	TIFFSetWarningHandler(nullptr); // of the older identifier of Deflate
	for (const Kind &k : kinds) {
		TIFF *t = TIFFOpen((directory + "/lib-" + k.name + ".tiff").c_str(), k.mode);
		bool ok = t;

		for (int page = 0; ok && page < k.pages; page++) {
			set_fields(t, k);
			ok = write_page(t, k, page);
		}
		if (t)
			TIFFClose(t);
		if (!ok) {
			std::fprintf(stderr, "lib-%s.tiff cannot be written\n", k.name);
			return false;
		}
		++*ret_count;
	}
	return true;
}
