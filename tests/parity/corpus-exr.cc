// SPDX-License-Identifier: LGPL-2.1-or-later
// OpenEXR as OpenCV's encoder cannot write it: tiles, mip-maps, luminance and chroma, integers, two parts, deep samples.
#include "tests/parity/corpus-codecs.hh"

#include <ImfArray.h>
#include <ImfChannelList.h>
#include <ImfDeepFrameBuffer.h>
#include <ImfDeepScanLineOutputFile.h>
#include <ImfFrameBuffer.h>
#include <ImfHeader.h>
#include <ImfMultiPartOutputFile.h>
#include <ImfOutputFile.h>
#include <ImfOutputPart.h>
#include <ImfPartType.h>
#include <ImfRgbaFile.h>
#include <ImfTiledOutputFile.h>
#include <ImfTiledRgbaFile.h>

namespace {

const int width = 24, height = 18; // chroma is had for every second pixel and line

std::vector<float> floats(int channel)
{
	std::vector<float> v;

	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++)
			v.push_back(float(sample(x, y, channel)) / 100);
	return v;
}

std::vector<Imf::Rgba> colors()
{
	const std::vector<float> r = floats(0), g = floats(1), b = floats(2), a = floats(3);
	std::vector<Imf::Rgba> v;

	for (size_t i = 0; i < r.size(); i++)
		v.emplace_back(r[i], g[i], b[i], a[i]);
	return v;
}

Imf::Slice slice(const void *data, Imf::PixelType type, size_t size)
{
	return Imf::Slice(type, static_cast<char *>(const_cast<void *>(data)), size, size * width);
}

void write_tiled(const std::string &path, Imf::PixelType type, Imf::LevelMode mode, Imf::Compression compression)
{
	const std::vector<float> f = floats(0);
	const std::vector<half> h(f.begin(), f.end());
	const std::vector<uint32_t> u(f.begin(), f.end());
	const void *data = type == Imf::HALF ? static_cast<const void *>(h.data()) : type == Imf::UINT ? static_cast<const void *>(u.data()) : f.data();
	Imf::Header header(width, height);
	Imf::FrameBuffer frame;

	header.compression() = compression;
	header.setTileDescription(Imf::TileDescription(16, 16, mode));
	for (const char *name : { "B", "G", "R" }) {
		header.channels().insert(name, Imf::Channel(type));
		frame.insert(name, slice(data, type, type == Imf::HALF ? 2 : 4));
	}
	Imf::TiledOutputFile out(path.c_str(), header, 1);
	out.setFrameBuffer(frame);
	for (int l = 0; l < out.numLevels(); l++)
		out.writeTiles(0, out.numXTiles(l) - 1, 0, out.numYTiles(l) - 1, l);
}

void write_lines(const std::string &path, Imf::RgbaChannels channels, Imf::Compression compression, Imf::LineOrder order)
{
	const std::vector<Imf::Rgba> v = colors();
	Imf::Header header(width, height, 1, IMATH_NAMESPACE::V2f(0, 0), 1, order, compression);
	Imf::RgbaOutputFile out(path.c_str(), header, channels, 1);

	out.setFrameBuffer(v.data(), 1, width);
	out.writePixels(height);
}

// The data window is not the display window's.
void write_window(const std::string &path)
{
	const std::vector<float> f = floats(1);
	Imf::Header header(IMATH_NAMESPACE::Box2i({ 0, 0 }, { 99, 99 }), IMATH_NAMESPACE::Box2i({ 0, 0 }, { width - 1, height - 1 }));
	Imf::FrameBuffer frame;

	header.channels().insert("Y", Imf::Channel(Imf::FLOAT));
	header.channels().insert("depth", Imf::Channel(Imf::FLOAT));
	frame.insert("Y", slice(f.data(), Imf::FLOAT, 4));
	frame.insert("depth", slice(f.data(), Imf::FLOAT, 4));
	Imf::OutputFile out(path.c_str(), header, 1);
	out.setFrameBuffer(frame);
	out.writePixels(height);
}

void write_parts(const std::string &path)
{
	const std::vector<float> f = floats(2);
	std::vector<Imf::Header> headers(2, Imf::Header(width, height));

	for (size_t i = 0; i < headers.size(); i++) {
		headers[i].setName("part" + std::to_string(i));
		headers[i].setType(Imf::SCANLINEIMAGE);
		headers[i].channels().insert("Y", Imf::Channel(Imf::FLOAT));
	}
	Imf::MultiPartOutputFile out(path.c_str(), headers.data(), int(headers.size()), false, 1);
	for (int i = 0; i < int(headers.size()); i++) {
		Imf::OutputPart part(out, i);
		Imf::FrameBuffer frame;

		frame.insert("Y", slice(f.data(), Imf::FLOAT, 4));
		part.setFrameBuffer(frame);
		part.writePixels(height);
	}
}

// One or two samples a pixel.
void write_deep(const std::string &path)
{
	std::vector<float> f = floats(0);
	std::vector<unsigned> counts;
	std::vector<float *> samples;
	Imf::Header header(width, height);
	Imf::DeepFrameBuffer frame;

	for (size_t i = 0; i < f.size(); i++) {
		counts.push_back(unsigned(1 + (i % 2 && i + 1 < f.size())));
		samples.push_back(&f[i]);
	}
	header.channels().insert("Z", Imf::Channel(Imf::FLOAT));
	header.setType(Imf::DEEPSCANLINE);
	header.compression() = Imf::ZIPS_COMPRESSION;
	frame.insertSampleCountSlice(slice(counts.data(), Imf::UINT, sizeof(counts[0])));
	frame.insert("Z", Imf::DeepSlice(Imf::FLOAT, reinterpret_cast<char *>(samples.data()), sizeof(samples[0]),
					 sizeof(samples[0]) * width, sizeof(float)));
	Imf::DeepScanLineOutputFile out(path.c_str(), header, 1);
	out.setFrameBuffer(frame);
	out.writePixels(height);
}

} // namespace

bool write_openexr(const std::string &directory, int *ret_count)
{
	const std::string start = directory + "/lib-";

	try {
		write_tiled(start + "tiled-half.exr", Imf::HALF, Imf::ONE_LEVEL, Imf::ZIP_COMPRESSION);
		write_tiled(start + "tiled-float.exr", Imf::FLOAT, Imf::ONE_LEVEL, Imf::NO_COMPRESSION);
		write_tiled(start + "tiled-uint.exr", Imf::UINT, Imf::ONE_LEVEL, Imf::PIZ_COMPRESSION);
		write_tiled(start + "tiled-mipmap.exr", Imf::HALF, Imf::MIPMAP_LEVELS, Imf::B44_COMPRESSION);
		write_lines(start + "rgba.exr", Imf::WRITE_RGBA, Imf::PXR24_COMPRESSION, Imf::DECREASING_Y);
		write_lines(start + "y.exr", Imf::WRITE_Y, Imf::RLE_COMPRESSION, Imf::INCREASING_Y);
		write_lines(start + "yc.exr", Imf::WRITE_YC, Imf::ZIPS_COMPRESSION, Imf::INCREASING_Y);
		write_lines(start + "yca.exr", Imf::WRITE_YCA, Imf::B44A_COMPRESSION, Imf::INCREASING_Y);
		write_lines(start + "dwab.exr", Imf::WRITE_RGB, Imf::DWAB_COMPRESSION, Imf::INCREASING_Y);
		write_window(start + "window.exr");
		write_parts(start + "parts.exr");
		write_deep(start + "deep.exr");
	} catch (const std::exception &e) {
		std::fprintf(stderr, "OpenEXR: %s\n", e.what());
		return false;
	}
	*ret_count += 12;
	return true;
}
