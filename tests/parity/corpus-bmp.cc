// SPDX-License-Identifier: LGPL-2.1-or-later
// BMP of every kind that OpenCV reads.
#include "tests/parity/corpus.hh"

namespace {

struct Layout {
	int bits, compression, header;
	bool color;
};

const Layout layouts[BMP_KINDS] = {
	{ 1, 0, 40, true },  { 4, 0, 40, true },  { 8, 0, 40, false }, { 8, 0, 40, true },  { 16, 0, 40, false }, { 16, 3, 40, false },
	{ 24, 0, 40, false }, { 32, 0, 40, false }, { 32, 3, 56, false }, { 4, 2, 40, true }, { 8, 1, 40, true }, { 8, 0, 12, true },
};

void add_palette(Bytes *b, const Layout &l)
{
	for (int i = 0; i < 1 << l.bits; i++) {
		const uint8_t g = uint8_t(i * 255 / ((1 << l.bits) - 1));

		if (l.color)
			add(b, Bytes{ sample(i, 2, 0), sample(i, 3, 1), sample(i, 4, 2) });
		else
			add(b, Bytes{ g, g, g });
		if (l.header != 12)
			b->push_back(0);
	}
}

Bytes plain_rows(const Layout &l, int width, int height)
{
	Bytes rows;

	for (int y = 0; y < height; y++) {
		const size_t n = size_t((width * l.bits + 31) / 32 * 4);

		for (size_t i = 0; i < n; i++)
			rows.push_back(sample(int(i), y, int(i % 3)));
	}
	return rows;
}

// Runs, a stretch of literals, a jump, ends of lines, in the way of the format's description.
Bytes run_lengths(const Layout &l, int width, int height)
{
	Bytes r;

	for (int y = 0; y < height; y++) {
		int x = 0;

		if (width >= 16 && y % 3 == 1) {
			add(&r, Bytes{ 0, 4 });
			add(&r, l.bits == 8 ? Bytes{ 1, 2, 3, 4 } : Bytes{ 0x12, 0x34 });
			x += 4;
		}
		if (width >= 16 && y % 3 == 2) {
			add(&r, Bytes{ 0, 2, 5, 0 });
			x += 5;
		}
		for (int n; x < width; x += n) {
			n = std::min(width - x, 1 + sample(x, y, 0) % 9);
			add(&r, Bytes{ uint8_t(n), sample(x, y, 1) });
		}
		add(&r, Bytes{ 0, 0 });
	}
	add(&r, Bytes{ 0, 1 });
	return r;
}

void add_masks(Bytes *b, BmpKind kind)
{
	if (kind == BMP_16) {
		add_le32(b, 0xf800);
		add_le32(b, 0x7e0);
		add_le32(b, 0x1f);
	} else if (kind == BMP_32_ALPHA) {
		add_le32(b, 0xff0000);
		add_le32(b, 0xff00);
		add_le32(b, 0xff);
		add_le32(b, 0xff000000);
	}
}

} // namespace

Bytes make_bmp(BmpKind kind, int width, int height)
{
	const Layout &l = layouts[kind];
	Bytes b, tail;

	add_masks(&tail, kind);
	if (l.bits <= 8)
		add_palette(&tail, l);
	const uint32_t offset = uint32_t(14 + (l.header == 56 ? 40 : l.header) + tail.size());
	add(&tail, l.compression == 1 || l.compression == 2 ? run_lengths(l, width, height) : plain_rows(l, width, height));
	add(&b, "BM");
	add_le32(&b, 0);
	add_le32(&b, 0);
	add_le32(&b, offset);
	add_le32(&b, uint32_t(l.header));
	if (l.header == 12) {
		add_le16(&b, unsigned(width));
		add_le16(&b, unsigned(height));
		add_le16(&b, 1);
		add_le16(&b, unsigned(l.bits));
	} else {
		add_le32(&b, uint32_t(width));
		add_le32(&b, uint32_t(kind == BMP_24 ? -height : height)); // top-down for once
		add_le16(&b, 1);
		add_le16(&b, unsigned(l.bits));
		add_le32(&b, uint32_t(l.compression));
		for (int i = 0; i < 5; i++)
			add_le32(&b, 0);
	}
	add(&b, tail);
	return b;
}
