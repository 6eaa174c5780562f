// SPDX-License-Identifier: LGPL-2.1-or-later
// broken DIRECTORY SCRATCH: cut and altered pictures; with --headers for the directory sizes that cannot be, with --bombs few bytes that
// are large pictures, with --overruns what crashes natively. Each call in a process of its own for that.
#include "tests/parity/corpus.hh"
#include "tests/parity/report.hh"

#include <cstring>
#include <opencv2/imgcodecs.hpp>

namespace {

std::string scratch;

uint64_t noise()
{
	static uint64_t s = 88172645463325252u; // xorshift64 (G. Marsaglia): the same on every run

	s ^= s << 13;
	s ^= s >> 7;
	s ^= s << 17;
	return s;
}

void show(const std::string &what, const std::string &extension, const Bytes &bytes)
{
	const std::string path = scratch + "/broken" + extension;

	write_bytes(path, bytes);
	attempt_apart("imread " + what, [&] { return describe(cv::imread(path, cv::IMREAD_COLOR)); });
	attempt_apart("imdecode " + what, [&] { return describe(cv::imdecode(bytes, cv::IMREAD_UNCHANGED)); });
}

void show_cut(const std::string &name, const std::string &extension, const Bytes &whole)
{
	const size_t n = whole.size();
	size_t last = n;

	for (size_t len : { n - 1, n - n / 16, n / 2, n / 4, n / 16, size_t(100), size_t(40), size_t(20), size_t(9), size_t(3), size_t(1), size_t(0) }) {
		if (len >= last)
			continue;
		last = len;
		show(name + " cut to " + std::to_string(len), extension, Bytes(whole.begin(), whole.begin() + long(len)));
	}
}

// The beginning, where headers are, is hit as often as all the rest.
void show_altered(const std::string &name, const std::string &extension, const Bytes &whole)
{
	for (int i = 0; i < 12; i++) {
		Bytes b = whole;
		const size_t range = i % 2 ? b.size() : std::min<size_t>(b.size(), 64);

		for (int bits = 1 + int(noise() % 6); bits; bits--)
			b[noise() % range] ^= uint8_t(1u << noise() % 8);
		show(name + " altered " + std::to_string(i), extension, b);
	}
}

bool is_wanted(const std::string &name)
{
	static const char *const wanted[] = {
		"61x64-color.jpg", "61x64-progressive.jpg", "exif-6.jpg", "hand-4-adobe2.jpg", "61x64-rgb8.png", "61x64-rgba16.png",
		"hand-3-4-interlaced.png", "61x64-lossy.webp", "61x64-alpha-lossless.webp", "61x64-rgb8.tiff", "61x64-rgb32f.tiff", "jpeg.tiff",
		"61x64-zstd.tiff", "61x64-lzma.tiff", "61x64-packbits.tiff", "hand-12.tiff", "pages.tiff", "61x64-rgb8.jp2", "61x64-gray16.jp2",
		"61x64-rgb8.bmp", "hand-3.bmp", "hand-8.bmp", "hand-9.bmp", "hand-10.bmp", "61x64-binary8.ppm", "hand-2-255.pnm", "hand-1-1.pnm",
		"61x64-rgb8.pam", "hand-8-1.ras", "hand-24-2.ras", "61x64-rgb32f.hdr", "61x64-rgb32f.pfm", "61x64-rgb32f.exr", "61x64-piz.exr",
	};

	for (const char *w : wanted)
		if (name == w)
			return true;
	return false;
}

void show_broken(const std::string &directory)
{
	for (const std::string &name : list_files(directory)) {
		if (!is_wanted(name))
			continue;
		const Bytes whole = read_bytes(directory + "/" + name);
		const std::string extension = name.substr(name.rfind('.'));

		show_cut(name, extension, whole);
		show_altered(name, extension, whole);
	}
}

Bytes jpeg_of(int width, int height)
{
	Bytes j = make_jpeg(8, 8, 3, -1);

	set_jpeg_size(&j, width, height);
	return j;
}

Bytes tiff_of(int width, int height)
{
	Bytes t = make_tiff(TiffKind{ 8, 8, 8, 3, 2, 1, false, false, false, 0 });

	for (size_t i = 0; i + 12 <= t.size(); i++) {
		const bool is_width = t[i] == 0 && t[i + 1] == 1 && t[i + 2] == 4, is_height = t[i] == 1 && t[i + 1] == 1 && t[i + 2] == 4;
		Bytes v;

		add_le32(&v, uint32_t(is_width ? width : height));
		if (i > 8 && (is_width || is_height) && t[i + 3] == 0 && t[i + 4] == 1)
			std::copy(v.begin(), v.end(), t.begin() + long(i) + 8);
	}
	return t;
}

Bytes bmp_of(int width, int height)
{
	Bytes b = make_bmp(BMP_24, 8, 8), v;

	add_le32(&v, uint32_t(width));
	add_le32(&v, uint32_t(height));
	std::copy(v.begin(), v.end(), b.begin() + 18);
	return b;
}

Bytes text_of(const char *start, int width, int height, const char *end)
{
	Bytes b;

	add(&b, (start + std::to_string(width) + " " + std::to_string(height) + end).c_str());
	add(&b, Bytes(200, 'x'));
	return b;
}

void show_size(int width, int height)
{
	const std::string size = " " + std::to_string(width) + " by " + std::to_string(height);
	Bytes hdr, pam, ras = make_ras(1, 24, 8, 8, false), v;

	add(&hdr, ("#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y " + std::to_string(height) + " +X " + std::to_string(width) + "\n").c_str());
	add(&pam, ("P7\nWIDTH " + std::to_string(width) + "\nHEIGHT " + std::to_string(height) +
		   "\nDEPTH 3\nMAXVAL 255\nTUPLTYPE RGB\nENDHDR\nxxxx").c_str());
	add_be32(&v, uint32_t(width));
	add_be32(&v, uint32_t(height));
	std::copy(v.begin(), v.end(), ras.begin() + 4);
	show("png" + size, ".png", make_png_header(uint32_t(width), uint32_t(height)));
	show("jpeg" + size, ".jpg", jpeg_of(width & 0xffff, height & 0xffff));
	show("tiff" + size, ".tiff", tiff_of(width, height));
	show("bmp" + size, ".bmp", bmp_of(width, height));
	show("ppm" + size, ".ppm", text_of("P6 ", width, height, " 255\n"));
	show("ascii pgm" + size, ".pgm", text_of("P2 ", width, height, " 255\n1 2 3"));
	show("pfm" + size, ".pfm", text_of("PF\n", width, height, "\n-1.0\n"));
	show("pam" + size, ".pam", pam);
	show("ras" + size, ".ras", ras);
	show("hdr" + size, ".hdr", hdr);
}

// Of zeros, so that few bytes are a large picture.
void show_bombs()
{
	const Bytes gray = make_png_bomb(20000, 20000, 0, false), color = make_png_bomb(8000, 8000, 2, true);

	std::fprintf(stderr, "%zu and %zu bytes\n", gray.size(), color.size());
	attempt_apart("imdecode bomb gray", [&] { return describe(cv::imdecode(gray, cv::IMREAD_GRAYSCALE)); });
	attempt_apart("imdecode bomb reduced", [&] { return describe(cv::imdecode(gray, cv::IMREAD_REDUCED_GRAYSCALE_8)); });
	attempt_apart("imdecode bomb interlaced", [&] { return describe(cv::imdecode(color, cv::IMREAD_UNCHANGED)); });
	write_bytes(scratch + "/bomb.png", gray);
	attempt_apart("imread bomb", [&] { return describe(cv::imread(scratch + "/bomb.png", cv::IMREAD_UNCHANGED)); });
}

// The library writes half as much again as the Mat of a gray PAM with alpha has (PAMDecoder::readData, three bytes a pixel): natively into whatever
// comes behind, an unmapped page or the heap's own structures.
void show_overruns()
{
	for (int width : { 1 << 20, 1000000, 700001 }) {
		const Bytes pam = make_pam("GRAYSCALE_ALPHA", 2, width, 1, 255);

		attempt_apart("imdecode overrun of " + std::to_string(width),
			      [&] { return describe(cv::imdecode(pam, cv::IMREAD_GRAYSCALE)); });
	}
}

} // namespace

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	scratch = argv[2];
	if (std::strcmp(argv[1], "--headers") == 0) {
		for (const auto &size : { cv::Size(100000, 100000), cv::Size(0, 5), cv::Size(5, 0), cv::Size(-1, 7), cv::Size(1 << 20, 1),
					  cv::Size((1 << 20) + 1, 1), cv::Size(1, 1 << 20), cv::Size(3000, 3000), cv::Size(INT_MAX, INT_MAX) })
			show_size(size.width, size.height);
	} else if (std::strcmp(argv[1], "--overruns") == 0) {
		show_overruns();
	} else if (std::strcmp(argv[1], "--bombs") == 0) {
		show_bombs();
	} else {
		show_broken(argv[1]);
	}
	return 0;
}
