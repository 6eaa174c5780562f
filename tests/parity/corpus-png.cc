// SPDX-License-Identifier: LGPL-2.1-or-later
// PNG (ISO/IEC 15948): all colour types and depths, interlaced or not.
#include "tests/parity/corpus.hh"

#include <array>

namespace {

uint32_t crc(const uint8_t *p, size_t len)
{
	static std::array<uint32_t, 256> table;
	uint32_t c = ~0u;

	if (!table[1])
		for (uint32_t n = 0; n < 256; n++) {
			table[n] = n;
			for (int k = 0; k < 8; k++)
				table[n] = table[n] & 1 ? 0xedb88320u ^ (table[n] >> 1) : table[n] >> 1;
		}
	for (size_t i = 0; i < len; i++)
		c = table[(c ^ p[i]) & 255] ^ (c >> 8);
	return ~c;
}

void add_chunk(Bytes *png, const char *type, const Bytes &data)
{
	add_be32(png, static_cast<uint32_t>(data.size()));
	const size_t start = png->size();
	add(png, type);
	add(png, data);
	add_be32(png, crc(png->data() + start, png->size() - start));
}

void add_start(Bytes *png, uint32_t width, uint32_t height, int depth, int color, bool interlaced)
{
	Bytes head;

	add(png, Bytes{ 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' });
	add_be32(&head, width);
	add_be32(&head, height);
	add(&head, Bytes{ uint8_t(depth), uint8_t(color), 0, 0, uint8_t(interlaced) });
	add_chunk(png, "IHDR", head);
}

int channels(int color)
{
	switch (color) {
	case 2:
		return 3;
	case 4:
		return 2;
	case 6:
		return 4;
	default:
		return 1;
	}
}

// One row of a pass: filter 0, then the samples of every @dx-th column from @x0 on.
void add_row(Bytes *raw, const PngKind &k, int y, int x0, int dx)
{
	unsigned byte = 0, bits = 0;

	raw->push_back(0);
	for (int x = x0; x < k.width; x += dx)
		for (int c = 0; c < channels(k.color); c++) {
			const unsigned v = sample(x, y, c);

			if (k.depth == 16)
				raw->push_back(uint8_t(sample(y, x, c)));
			if (k.depth >= 8) {
				raw->push_back(uint8_t(v));
				continue;
			}
			byte = byte << k.depth | v >> (8 - k.depth);
			bits += unsigned(k.depth);
			if (bits == 8) {
				raw->push_back(uint8_t(byte));
				byte = bits = 0;
			}
		}
	if (bits)
		raw->push_back(uint8_t(byte << (8 - bits)));
}

Bytes rows(const PngKind &k)
{
	static const int adam7[7][4] = { { 0, 0, 8, 8 }, { 4, 0, 8, 8 }, { 0, 4, 4, 8 }, { 2, 0, 4, 4 },
					 { 0, 2, 2, 4 }, { 1, 0, 2, 2 }, { 0, 1, 1, 2 } };
	Bytes raw;

	if (!k.interlaced) {
		for (int y = 0; y < k.height; y++)
			add_row(&raw, k, y, 0, 1);
		return raw;
	}
	for (const auto &pass : adam7)
		for (int y = pass[1]; y < k.height && pass[0] < k.width; y += pass[3])
			add_row(&raw, k, y, pass[0], pass[2]);
	return raw;
}

// zlib (RFC 1950) with stored blocks (RFC 1951, 3.2.4).
Bytes stored(const Bytes &raw)
{
	Bytes z{ 0x78, 0x01 };
	uint32_t a = 1, b = 0;

	for (size_t at = 0; at < raw.size();) {
		const size_t n = std::min<size_t>(65535, raw.size() - at);

		z.push_back(at + n == raw.size());
		add_le16(&z, unsigned(n));
		add_le16(&z, unsigned(~n & 0xffff));
		z.insert(z.end(), raw.begin() + long(at), raw.begin() + long(at + n));
		at += n;
	}
	for (uint8_t v : raw) {
		a = (a + v) % 65521;
		b = (b + a) % 65521;
	}
	add_be32(&z, b << 16 | a);
	return z;
}

// Deflate's bits, lowest first.
class Bits
{
public:
	void put(unsigned v, int n)
	{
		for (; n; n--, v >>= 1) {
			byte_ |= (v & 1) << used_;
			if (++used_ == 8)
				flush();
		}
	}
	void put_reversed(unsigned v, int n) // Huffman codes come highest bit first
	{
		while (n--)
			put(v >> n & 1, 1);
	}
	void flush()
	{
		if (used_)
			bytes.push_back(uint8_t(byte_));
		byte_ = 0;
		used_ = 0;
	}
	Bytes bytes;

private:
	unsigned byte_ = 0;
	int used_ = 0;
};

// @n zeros with the fixed codes: the literal 0, then copies of 258 bytes from one byte back.
Bytes deflated_zeros(uint64_t n)
{
	Bits out;

	out.bytes = { 0x78, 0x01 };
	out.put(1, 1);
	out.put(1, 2);
	uint64_t left = n;
	for (const uint64_t literals = 1 + (n - 1) % 258; left > n - literals; left--)
		out.put_reversed(0x30, 8);
	for (; left; left -= 258) {
		out.put_reversed(0xc5, 8); // length 258
		out.put_reversed(0, 5);	   // distance 1
	}
	out.put_reversed(0, 7); // end of block
	out.flush();
	add_be32(&out.bytes, uint32_t(n % 65521) << 16 | 1);
	return out.bytes;
}

} // namespace

Bytes make_png(const PngKind &k)
{
	Bytes png, palette, exif;

	add_start(&png, uint32_t(k.width), uint32_t(k.height), k.depth, k.color, k.interlaced);
	if (k.orientation) {
		add(&exif, "MM");
		add(&exif, Bytes{ 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, uint8_t(k.orientation), 0, 0, 0, 0, 0, 0 });
		add_chunk(&png, "eXIf", exif);
	}
	if (k.color == 3) {
		for (int i = 0; i < 1 << k.depth; i++)
			add(&palette, Bytes{ sample(i, 3, 0), sample(i, 5, 1), sample(i, 7, 2) });
		add_chunk(&png, "PLTE", palette);
		add_chunk(&png, "tRNS", Bytes{ 0, 128 });
	}
	add_chunk(&png, "IDAT", stored(rows(k)));
	add_chunk(&png, "IEND", Bytes());
	return png;
}

Bytes make_png_bomb(uint32_t width, uint32_t height, int color, bool interlaced)
{
	const uint64_t row = 1 + uint64_t(width) * unsigned(channels(color));
	uint64_t bytes = row * height;
	Bytes png;

	if (interlaced) // a filter byte for every row of every pass; sizes that eight divides
		bytes = uint64_t(width) * height * unsigned(channels(color)) + height / 8 * (1 + 1 + 1 + 2 + 2 + 4 + 4);
	add_start(&png, width, height, 8, color, interlaced);
	add_chunk(&png, "IDAT", deflated_zeros(bytes));
	add_chunk(&png, "IEND", Bytes());
	return png;
}

Bytes make_png_header(uint32_t width, uint32_t height)
{
	Bytes png;

	add_start(&png, width, height, 8, 2, false);
	add_chunk(&png, "IDAT", Bytes{ 0x78, 0x01, 0x01 });
	return png;
}

void repair_png(Bytes *png)
{
	const auto be32 = [png](size_t at) { return uint64_t((*png)[at]) << 24 | (*png)[at + 1] << 16 | (*png)[at + 2] << 8 | (*png)[at + 3]; };

	for (size_t at = 8; at + 12 <= png->size();) {
		const uint64_t len = be32(at);
		Bytes sum;

		if (len > png->size() - at - 12)
			return;
		add_be32(&sum, crc(png->data() + at + 4, size_t(len) + 4));
		std::copy(sum.begin(), sum.end(), png->begin() + long(at + 8 + len));
		at += 12 + size_t(len);
	}
}
