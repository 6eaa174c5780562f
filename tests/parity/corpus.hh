// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures for the parity tests: what OpenCV can write, and by hand what it can read but not write.
#ifndef SP_TEST_CORPUS_HH
#define SP_TEST_CORPUS_HH

#include <cstdint>
#include <string>
#include <vector>

using Bytes = std::vector<uint8_t>;

// ---- corpus-bytes.cc ----
// One byte of a picture that is made by hand: its value at @x, @y, channel @c.
uint8_t sample(int x, int y, int c);

void add(Bytes *b, const Bytes &more);
void add(Bytes *b, const char *text);
void add_be16(Bytes *b, unsigned v);
void add_be32(Bytes *b, uint32_t v);
void add_le16(Bytes *b, unsigned v);
void add_le32(Bytes *b, uint32_t v);

// ---- corpus-png.cc ----
struct PngKind {
	int width, height, depth, color; // as in IHDR
	bool interlaced;
	int orientation; // of an eXIf chunk, 0: none
};
Bytes make_png(const PngKind &k);
// A whole picture of zeros (@color as in IHDR, 8 bit) in few bytes.
Bytes make_png_bomb(uint32_t width, uint32_t height, int color, bool interlaced);
// Ends after the header chunk.
Bytes make_png_header(uint32_t width, uint32_t height);
// Right checksums for the chunks of @png, however far they can be followed.
void repair_png(Bytes *png);

// ---- corpus-jpeg.cc ----
// A flat block of colour each 8x8 samples. @adobe: transform byte of an Adobe segment, -1: none.
Bytes make_jpeg(int width, int height, int components, int adobe);
// The header of @jpeg says @width x @height.
void set_jpeg_size(Bytes *jpeg, int width, int height);
// An Exif segment behind the first marker of @jpeg.
Bytes with_orientation(const Bytes &jpeg, int orientation, bool big_endian);

// ---- corpus-bmp.cc ----
enum BmpKind { BMP_1, BMP_4, BMP_8_GRAY, BMP_8_COLOR, BMP_15, BMP_16, BMP_24, BMP_32, BMP_32_ALPHA, BMP_RLE4, BMP_RLE8, BMP_OS2, BMP_KINDS };
Bytes make_bmp(BmpKind kind, int width, int height);

// ---- corpus-dicom.cc ----
enum DicomSyntax { DICOM_IMPLICIT, DICOM_EXPLICIT, DICOM_RLE, DICOM_JPEG, DICOM_J2K };
struct DicomKind {
	int width, height, bits, samples;
	bool is_signed;
	const char *photometric;
	DicomSyntax syntax;
};
// @encoded: the JPEG or codestream, for the syntaxes that have one.
Bytes make_dicom(const DicomKind &k, const Bytes &encoded);

// ---- corpus-tiff.cc ----
struct TiffKind {
	int width, height, bits, samples, photometric, format; // format: SampleFormat
	bool big_endian, tiled, planar;
	int orientation; // 0: no tag
};
Bytes make_tiff(const TiffKind &k);

// ---- corpus-pnm.cc ----
Bytes make_pnm(int kind, int width, int height, unsigned max);
Bytes make_pam(const char *tuple, int depth, int width, int height, unsigned max);
Bytes make_ras(int type, int depth, int width, int height, bool map);

#endif
