// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/parity/corpus.hh"

uint8_t sample(int x, int y, int c)
{
	return uint8_t((x * 37 + y * 59 + x * y * (c + 1) + c * 85) & 255);
}

void add(Bytes *b, const Bytes &more)
{
	b->insert(b->end(), more.begin(), more.end());
}

void add(Bytes *b, const char *text)
{
	while (*text)
		b->push_back(uint8_t(*text++));
}

void add_be16(Bytes *b, unsigned v)
{
	add(b, Bytes{ uint8_t(v >> 8), uint8_t(v) });
}

void add_be32(Bytes *b, uint32_t v)
{
	add_be16(b, v >> 16);
	add_be16(b, v & 0xffff);
}

void add_le16(Bytes *b, unsigned v)
{
	add(b, Bytes{ uint8_t(v), uint8_t(v >> 8) });
}

void add_le32(Bytes *b, uint32_t v)
{
	add_le16(b, v & 0xffff);
	add_le16(b, v >> 16);
}
