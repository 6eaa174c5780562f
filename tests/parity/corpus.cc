// SPDX-License-Identifier: LGPL-2.1-or-later
// corpus DIRECTORY: write the pictures there. OPENCV_IO_ENABLE_OPENEXR=1 is for the caller to set.
#include "tests/parity/corpus-codecs.hh"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <opencv2/imgcodecs.hpp>

namespace {

// A picture of every colour, the same on every run; @type as in cv::Mat.
cv::Mat pattern(int rows, int cols, int type)
{
	const int cn = CV_MAT_CN(type), depth = CV_MAT_DEPTH(type);
	cv::Mat bytes(rows, cols, CV_MAKETYPE(CV_8U, cn)), m;

	for (int y = 0; y < rows; y++)
		for (int x = 0; x < cols; x++)
			for (int c = 0; c < cn; c++)
				bytes.ptr(y)[x * cn + c] = sample(x, y, c);
	bytes.convertTo(m, depth, depth == CV_16U ? 257 : depth == CV_8U ? 1 : 1 / 255., depth == CV_8U || depth == CV_16U ? 0 : 0.001);
	return m;
}

std::string directory;
int made;

void write(const std::string &name, const Bytes &b)
{
	std::ofstream f(directory + "/" + name, std::ios::binary);

	f.write(reinterpret_cast<const char *>(b.data()), std::streamsize(b.size()));
	if (!f.flush()) {
		std::perror(name.c_str());
		std::exit(1);
	}
	made++;
}

struct Sizes {
	int rows, cols;
};
const Sizes all_sizes[] = { { 1, 1 }, { 7, 13 }, { 64, 61 }, { 480, 640 }, { 960, 1280 } };

struct Kind {
	const char *name, *extension; // the name goes between the size and the extension
	int type, param, value;	      // param 0: none
};

const Kind kinds[] = {
	{ "color", ".jpg", CV_8UC3, 0, 0 },
	{ "gray", ".jpg", CV_8UC1, 0, 0 },
	{ "progressive", ".jpg", CV_8UC3, cv::IMWRITE_JPEG_PROGRESSIVE, 1 },
	{ "restart", ".jpg", CV_8UC3, cv::IMWRITE_JPEG_RST_INTERVAL, 3 },
	{ "optimized", ".jpg", CV_8UC3, cv::IMWRITE_JPEG_OPTIMIZE, 1 },
	{ "q10", ".jpg", CV_8UC3, cv::IMWRITE_JPEG_QUALITY, 10 },
	{ "gray8", ".png", CV_8UC1, 0, 0 },
	{ "rgb8", ".png", CV_8UC3, 0, 0 },
	{ "rgba8", ".png", CV_8UC4, 0, 0 },
	{ "gray16", ".png", CV_16UC1, 0, 0 },
	{ "rgb16", ".png", CV_16UC3, 0, 0 },
	{ "rgba16", ".png", CV_16UC4, 0, 0 },
	{ "bilevel", ".png", CV_8UC1, cv::IMWRITE_PNG_BILEVEL, 1 },
	{ "lossy", ".webp", CV_8UC3, cv::IMWRITE_WEBP_QUALITY, 70 },
	{ "lossless", ".webp", CV_8UC3, cv::IMWRITE_WEBP_QUALITY, 101 },
	{ "alpha", ".webp", CV_8UC4, cv::IMWRITE_WEBP_QUALITY, 70 },
	{ "alpha-lossless", ".webp", CV_8UC4, cv::IMWRITE_WEBP_QUALITY, 101 },
	{ "gray8", ".tiff", CV_8UC1, 0, 0 },
	{ "rgb8", ".tiff", CV_8UC3, 0, 0 },
	{ "rgba8", ".tiff", CV_8UC4, 0, 0 },
	{ "gray16", ".tiff", CV_16UC1, 0, 0 },
	{ "rgb16", ".tiff", CV_16UC3, 0, 0 },
	{ "rgba16", ".tiff", CV_16UC4, 0, 0 },
	{ "gray32f", ".tiff", CV_32FC1, 0, 0 },
	{ "rgb32f", ".tiff", CV_32FC3, 0, 0 },
	{ "gray64f", ".tiff", CV_64FC1, 0, 0 },
	{ "none", ".tiff", CV_8UC3, cv::IMWRITE_TIFF_COMPRESSION, 1 },
	{ "lzw", ".tiff", CV_16UC3, cv::IMWRITE_TIFF_COMPRESSION, 5 },
	{ "deflate", ".tiff", CV_8UC3, cv::IMWRITE_TIFF_COMPRESSION, 8 },
	{ "packbits", ".tiff", CV_8UC1, cv::IMWRITE_TIFF_COMPRESSION, 32773 },
	{ "lzma", ".tiff", CV_16UC1, cv::IMWRITE_TIFF_COMPRESSION, 34925 },
	{ "zstd", ".tiff", CV_8UC3, cv::IMWRITE_TIFF_COMPRESSION, 50000 },
	{ "gray8", ".jp2", CV_8UC1, 0, 0 },
	{ "rgb8", ".jp2", CV_8UC3, 0, 0 },
	{ "rgba8", ".jp2", CV_8UC4, 0, 0 },
	{ "gray16", ".jp2", CV_16UC1, 0, 0 },
	{ "rgb16", ".jp2", CV_16UC3, 0, 0 },
	{ "gray8", ".bmp", CV_8UC1, 0, 0 },
	{ "rgb8", ".bmp", CV_8UC3, 0, 0 },
	{ "rgba8", ".bmp", CV_8UC4, 0, 0 },
	{ "binary", ".pbm", CV_8UC1, 0, 0 },
	{ "ascii", ".pbm", CV_8UC1, cv::IMWRITE_PXM_BINARY, 0 },
	{ "binary8", ".pgm", CV_8UC1, 0, 0 },
	{ "binary16", ".pgm", CV_16UC1, 0, 0 },
	{ "ascii8", ".pgm", CV_8UC1, cv::IMWRITE_PXM_BINARY, 0 },
	{ "binary8", ".ppm", CV_8UC3, 0, 0 },
	{ "binary16", ".ppm", CV_16UC3, 0, 0 },
	{ "ascii16", ".ppm", CV_16UC3, cv::IMWRITE_PXM_BINARY, 0 },
	{ "gray8", ".pam", CV_8UC1, 0, 0 },
	{ "rgb8", ".pam", CV_8UC3, 0, 0 },
	{ "rgba8", ".pam", CV_8UC4, 0, 0 },
	{ "rgb16", ".pam", CV_16UC3, 0, 0 },
	{ "gray8", ".ras", CV_8UC1, 0, 0 },
	{ "rgb8", ".sr", CV_8UC3, 0, 0 },
	{ "rgb32f", ".hdr", CV_32FC3, 0, 0 },
	{ "gray32f", ".pfm", CV_32FC1, 0, 0 },
	{ "rgb32f", ".pfm", CV_32FC3, 0, 0 },
	{ "gray32f", ".exr", CV_32FC1, 0, 0 },
	{ "rgb32f", ".exr", CV_32FC3, 0, 0 },
	{ "rgba32f", ".exr", CV_32FC4, 0, 0 },
	{ "half", ".exr", CV_32FC3, cv::IMWRITE_EXR_TYPE, cv::IMWRITE_EXR_TYPE_HALF },
	{ "piz", ".exr", CV_32FC3, cv::IMWRITE_EXR_COMPRESSION, cv::IMWRITE_EXR_COMPRESSION_PIZ },
	{ "dwaa", ".exr", CV_32FC3, cv::IMWRITE_EXR_COMPRESSION, cv::IMWRITE_EXR_COMPRESSION_DWAA },
};

// The large sizes for a few only: they are where time goes. The largest is above what is copied from the helper; larger pictures are mapped.
bool is_for_large(const Kind &k, int rows)
{
	const std::string n = k.name, e = k.extension;

	if (rows > 480)
		return n == "color" || (n == "rgb8" && (e == ".png" || e == ".bmp" || e == ".sr"));
	return n == "color" || n == "rgb8" || n == "progressive" || n == "lossy" || n == "gray16" || n == "binary16" || n == "rgb32f";
}

void write_encoded()
{
	for (const Kind &k : kinds)
		for (const Sizes &s : all_sizes) {
			std::vector<int> params;
			Bytes b;

			if (s.rows >= 480 && !is_for_large(k, s.rows))
				continue;
			if (s.rows < 64 && std::string(k.extension) == ".jp2") // six resolutions are its encoder's least
				continue;
			if (k.param)
				params = { k.param, k.value };
			if (!cv::imencode(k.extension, pattern(s.rows, s.cols, k.type), b, params)) {
				std::fprintf(stderr, "%s%s cannot be written\n", k.name, k.extension);
				std::exit(1);
			}
			write(std::to_string(s.cols) + "x" + std::to_string(s.rows) + "-" + k.name + k.extension, b);
		}
}

void write_pages()
{
	const std::vector<int> jpeg = { cv::IMWRITE_TIFF_COMPRESSION, 7, 278, 16 }; // RowsPerStrip, for JPEG a multiple of 8
	const std::vector<cv::Mat> pages = { pattern(20, 30, CV_8UC3), pattern(40, 10, CV_8UC1), pattern(5, 5, CV_16UC3) };

	if (!cv::imwrite(directory + "/pages.tiff", pages))
		std::exit(1);
	if (!cv::imwrite(directory + "/jpeg.tiff", pattern(64, 61, CV_8UC3), jpeg))
		std::exit(1);
	made += 2;
}

void write_jpegs()
{
	Bytes b;

	for (int components : { 1, 3, 4 })
		for (int adobe : { -1, 0, 1, 2 })
			write("hand-" + std::to_string(components) + "-adobe" + std::to_string(adobe) + ".jpg",
			      make_jpeg(61, 47, components, adobe));
	write("hand-cmyk-large.jpg", make_jpeg(640, 480, 4, 0));
	cv::imencode(".jpg", pattern(47, 61, CV_8UC3), b);
	for (int o = 0; o <= 9; o++)
		write("exif-" + std::to_string(o) + ".jpg", with_orientation(b, o, o % 2));
	cv::imencode(".jpg", pattern(40, 40, CV_8UC1), b);
	write("exif-square-5.jpg", with_orientation(b, 5, true));
	cv::imencode(".jpg", pattern(960, 1280, CV_8UC3), b);
	write("exif-large-6.jpg", with_orientation(b, 6, false));
	write("exif-large-3.jpg", with_orientation(b, 3, false));
}

void write_pngs()
{
	static const int modes[][2] = { { 0, 1 }, { 0, 2 }, { 0, 4 }, { 0, 8 }, { 0, 16 }, { 2, 8 }, { 2, 16 }, { 3, 1 },
					{ 3, 2 }, { 3, 4 }, { 3, 8 }, { 4, 8 }, { 4, 16 }, { 6, 8 }, { 6, 16 } };

	for (const auto &m : modes)
		for (bool interlaced : { false, true })
			write("hand-" + std::to_string(m[0]) + "-" + std::to_string(m[1]) + (interlaced ? "-interlaced.png" : ".png"),
			      make_png(PngKind{ 33, 19, m[1], m[0], interlaced, 0 }));
	for (int o = 1; o <= 8; o++)
		write("exif-" + std::to_string(o) + ".png", make_png(PngKind{ 33, 19, 8, 2, false, o }));
}

void write_bmps()
{
	for (int k = 0; k < BMP_KINDS; k++) {
		write("hand-" + std::to_string(k) + ".bmp", make_bmp(BmpKind(k), 33, 19));
		write("hand-1x1-" + std::to_string(k) + ".bmp", make_bmp(BmpKind(k), 1, 1));
	}
}

void write_tiffs()
{
	static const TiffKind list[] = {
		{ 33, 19, 1, 1, 0, 1, false, false, false, 0 },	 { 33, 19, 1, 1, 1, 1, true, false, false, 0 },
		{ 33, 19, 4, 1, 1, 1, false, false, false, 0 },	 { 33, 19, 8, 1, 0, 1, true, true, false, 0 },
		{ 33, 19, 8, 1, 3, 1, false, false, false, 0 },	 { 33, 19, 8, 3, 2, 1, true, false, false, 6 },
		{ 33, 19, 8, 3, 2, 1, false, true, false, 3 },	 { 33, 19, 8, 3, 2, 1, false, false, true, 0 },
		{ 33, 19, 8, 4, 2, 1, false, true, false, 8 },	 { 33, 19, 8, 4, 5, 1, false, false, false, 0 },
		{ 33, 19, 16, 1, 1, 1, true, false, false, 5 },	 { 33, 19, 16, 1, 1, 2, false, false, false, 0 },
		{ 33, 19, 16, 3, 2, 1, true, true, false, 0 },	 { 33, 19, 16, 4, 2, 1, false, false, false, 0 },
		{ 33, 19, 32, 1, 1, 3, false, true, false, 0 },	 { 33, 19, 32, 3, 2, 3, false, false, false, 2 },
		{ 33, 19, 32, 1, 1, 1, false, false, false, 0 }, { 33, 19, 32, 1, 1, 2, false, false, false, 0 },
		{ 33, 19, 64, 1, 1, 3, false, false, false, 0 }, { 33, 19, 8, 3, 6, 1, false, false, false, 0 },
		{ 33, 19, 8, 2, 1, 1, false, false, false, 0 },	 { 33, 19, 64, 3, 2, 3, false, false, false, 0 },
	};
	int n = 0;

	for (const TiffKind &k : list)
		write("hand-" + std::to_string(n++) + ".tiff", make_tiff(k));
}

// A scale that is another number where the decimal point is a comma.
void write_pfm()
{
	Bytes b;

	add(&b, "PF\n9\n5\n-0.5\n");
	for (int i = 0; i < 9 * 5 * 3; i++)
		add(&b, Bytes{ sample(i, 1, 0), sample(i, 2, 1), sample(i, 3, 2), 0x42 });
	write("hand-scale.pfm", b);
}

void write_pnms()
{
	static const unsigned maxima[] = { 1, 7, 255, 256, 4095, 65535 };

	for (int kind = 1; kind <= 6; kind++)
		for (unsigned max : maxima)
			if (kind % 3 != 1 || max == 1)
				write("hand-" + std::to_string(kind) + "-" + std::to_string(max) + ".pnm", make_pnm(kind, 33, 19, max));
	write("hand-bw.pam", make_pam("BLACKANDWHITE", 1, 33, 19, 1));
	write("hand-bwa.pam", make_pam("BLACKANDWHITE_ALPHA", 2, 33, 19, 1));
	write("hand-graya.pam", make_pam("GRAYSCALE_ALPHA", 2, 33, 19, 255));
	write("hand-rgba16.pam", make_pam("RGB_ALPHA", 4, 33, 19, 65535));
	write("hand-strange.pam", make_pam("STRANGE", 3, 33, 19, 200));
	for (int depth : { 1, 8, 24, 32 })
		for (int type : { 0, 1, 2, 3 })
			write("hand-" + std::to_string(depth) + "-" + std::to_string(type) + ".ras",
			      make_ras(type, depth, 33, 19, depth == 8 && type != 2));
}

// The codestream (ISO/IEC 15444-1, Annex A) is the content of the container's last box, "jp2c".
Bytes codestream(const Bytes &container)
{
	static const Bytes type = { 'j', 'p', '2', 'c' };

	return Bytes(std::search(container.begin(), container.end(), type.begin(), type.end()) + 4, container.end());
}

void write_codestreams()
{
	for (int t : { CV_8UC1, CV_8UC3, CV_16UC3 }) {
		Bytes b;

		cv::imencode(".jp2", pattern(64, 61, t), b, { cv::IMWRITE_JPEG2000_COMPRESSION_X1000, 200 });
		write("61x64-" + std::to_string(t) + "-x200.jp2", b);
		write("61x64-" + std::to_string(t) + ".j2k", codestream(b));
	}
}

void write_dicoms()
{
	static const DicomKind list[] = {
		{ 24, 24, 8, 1, false, "MONOCHROME2", DICOM_EXPLICIT }, { 24, 17, 8, 1, true, "MONOCHROME1", DICOM_EXPLICIT },
		{ 24, 17, 16, 1, false, "MONOCHROME2", DICOM_EXPLICIT }, { 24, 17, 16, 1, true, "MONOCHROME2", DICOM_IMPLICIT },
		{ 24, 17, 32, 1, true, "MONOCHROME2", DICOM_EXPLICIT }, { 24, 17, 8, 3, false, "RGB", DICOM_EXPLICIT },
		{ 24, 17, 8, 3, false, "RGB", DICOM_IMPLICIT },	 { 24, 17, 8, 3, false, "YBR_FULL", DICOM_EXPLICIT },
		{ 24, 16, 8, 1, false, "MONOCHROME2", DICOM_RLE }, { 24, 16, 16, 1, false, "MONOCHROME2", DICOM_RLE },
		{ 61, 64, 8, 1, false, "MONOCHROME2", DICOM_JPEG }, { 61, 64, 8, 1, false, "MONOCHROME2", DICOM_J2K },
	};
	int n = 0;

	for (const DicomKind &k : list) {
		Bytes b;

		cv::imencode(k.syntax == DICOM_J2K ? ".jp2" : ".jpg", pattern(64, 61, CV_8UC1), b);
		write("hand-" + std::to_string(n++) + ".dcm", make_dicom(k, k.syntax == DICOM_J2K ? codestream(b) : b));
	}
}

void write_codecs()
{
#if SP_HAVE_CODECS
	for (bool lossless : { false, true })
		write(lossless ? "lib-animated-lossless.webp" : "lib-animated.webp", make_animated_webp(24, 17, lossless));
	if (!write_libtiff(directory, &made) || !write_openexr(directory, &made))
		std::exit(1);
#endif
}

} // namespace

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	directory = argv[1];
	write_encoded();
	write_pages();
	write_jpegs();
	write_pngs();
	write_bmps();
	write_tiffs();
	write_pnms();
	write_pfm();
	write_codestreams();
	write_dicoms();
	write_codecs();
	std::printf("%d files\n", made);
	return 0;
}
