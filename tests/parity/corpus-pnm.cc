// SPDX-License-Identifier: LGPL-2.1-or-later
// Netpbm's formats with all their comments and spaces, PAM, Sun raster.
#include "tests/parity/corpus.hh"

namespace {

void add_value(Bytes *b, unsigned v, unsigned max, bool ascii)
{
	if (ascii)
		add(b, (std::to_string(v) + (v % 5 ? " " : "\n")).c_str());
	else if (max > 255)
		add_be16(b, v);
	else
		b->push_back(uint8_t(v));
}

unsigned value(int x, int y, int c, unsigned max)
{
	return (sample(x, y, c) * 259u) % (max + 1);
}

// Columns @x on of row @y, of @row bytes in all, at most a run of three where @runs (0x80, length - 1, value). Returns how many.
int add_ras_bytes(Bytes *b, int x, int y, int row, bool runs)
{
	const uint8_t v = sample(x, y, 0);
	const int n = runs && v % 4 == 0 ? std::min(3, row - x) : 1;

	if (runs && n > 1)
		add(b, Bytes{ 0x80, uint8_t(n - 1), v });
	else if (runs && v == 0x80)
		add(b, Bytes{ 0x80, 0 });
	else
		b->push_back(v);
	return n;
}

} // namespace

Bytes make_pnm(int kind, int width, int height, unsigned max)
{
	const bool ascii = kind <= 3;
	const int channels = kind % 3 == 0 ? 3 : 1;
	Bytes b;

	add(&b, ("P" + std::to_string(kind) + "\n# a comment\n" + std::to_string(width) + " " + std::to_string(height) + "\n").c_str());
	if (kind % 3 != 1)
		add(&b, (std::to_string(max) + "\n").c_str());
	for (int y = 0; y < height; y++) {
		if (kind == 4) {
			for (int x = 0; x < (width + 7) / 8; x++)
				b.push_back(sample(x, y, 0));
			continue;
		}
		for (int x = 0; x < width; x++)
			for (int c = 0; c < channels; c++)
				add_value(&b, value(x, y, c, kind == 1 ? 1 : max), max, ascii);
	}
	return b;
}

Bytes make_pam(const char *tuple, int depth, int width, int height, unsigned max)
{
	Bytes b;

	add(&b, ("P7\n#comment\nWIDTH " + std::to_string(width) + "\nHEIGHT " + std::to_string(height) + "\nDEPTH " +
		 std::to_string(depth) + "\nMAXVAL " + std::to_string(max) + "\nTUPLTYPE " + tuple + "\nENDHDR\n")
			    .c_str());
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++)
			for (int c = 0; c < depth; c++)
				add_value(&b, value(x, y, c, max), max, false);
	return b;
}

Bytes make_ras(int type, int depth, int width, int height, bool map)
{
	const int row = ((width * depth + 7) / 8 + 1) & ~1;
	const int colors = map ? 1 << depth : 0;
	Bytes b;

	for (uint32_t v : { 0x59a66a95u, uint32_t(width), uint32_t(height), uint32_t(depth), uint32_t(row * height), uint32_t(type),
			    map ? 1u : 0u, uint32_t(3 * colors) })
		add_be32(&b, v);
	for (int c = 0; c < 3; c++)
		for (int i = 0; i < colors; i++)
			b.push_back(sample(i, 1, c));
	for (int y = 0; y < height; y++)
		for (int x = 0; x < row;)
			x += add_ras_bytes(&b, x, y, row, type == 2);
	return b;
}
