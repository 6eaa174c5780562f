// SPDX-License-Identifier: LGPL-2.1-or-later
// JPEG (ITU-T T.81) of flat blocks: any number of components, which OpenCV's encoder does not offer; and Exif segments.
#include "tests/parity/corpus.hh"

namespace {

// Entropy-coded data: highest bit first, a zero byte behind every 0xff.
class Bits
{
public:
	explicit Bits(Bytes *to) : to_(to) {}
	void put(unsigned v, int n)
	{
		while (n--) {
			byte_ = byte_ << 1 | (v >> n & 1);
			if (++used_ < 8)
				continue;
			to_->push_back(uint8_t(byte_));
			if ((byte_ & 255) == 255)
				to_->push_back(0);
			used_ = 0;
		}
	}
	void flush()
	{
		if (used_)
			put(~0u, 8 - used_);
	}

private:
	Bytes *to_;
	unsigned byte_ = 0;
	int used_ = 0;
};

// Twelve DC categories with codes of four bits, their own number; one AC code, 0: the block ends.
void add_tables(Bytes *j)
{
	add(j, Bytes{ 0xff, 0xdb, 0, 67, 0 });
	add(j, Bytes(64, 8));
	add(j, Bytes{ 0xff, 0xc4, 0, 31, 0x00, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 });
	for (uint8_t i = 0; i < 12; i++)
		j->push_back(i);
	add(j, Bytes{ 0xff, 0xc4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 });
}

void add_block(Bits *bits, int difference)
{
	const unsigned size = unsigned(difference < 0 ? -difference : difference);
	int category = 0;

	while (size >> category)
		category++;
	bits->put(unsigned(category), 4);
	bits->put(unsigned(difference < 0 ? difference - 1 : difference), category);
	bits->put(0, 1);
}

void add_scan(Bytes *j, int width, int height, int components)
{
	std::vector<int> last(size_t(components), 0);
	Bits bits(j);

	for (int y = 0; y < (height + 7) / 8; y++)
		for (int x = 0; x < (width + 7) / 8; x++)
			for (int c = 0; c < components; c++) {
				const int dc = sample(x * 5, y * 5, c) - 128;

				add_block(&bits, dc - last[size_t(c)]);
				last[size_t(c)] = dc;
			}
	bits.flush();
}

} // namespace

Bytes make_jpeg(int width, int height, int components, int adobe)
{
	const uint8_t n = uint8_t(components);
	Bytes j{ 0xff, 0xd8 };

	if (adobe >= 0) {
		add(&j, Bytes{ 0xff, 0xee, 0, 14 });
		add(&j, "Adobe");
		add(&j, Bytes{ 0, 100, 0, 0, 0, 0, uint8_t(adobe) });
	}
	add_tables(&j);
	add(&j, Bytes{ 0xff, 0xc0, 0, uint8_t(8 + 3 * n), 8 });
	add_be16(&j, unsigned(height));
	add_be16(&j, unsigned(width));
	j.push_back(n);
	for (uint8_t c = 1; c <= n; c++)
		add(&j, Bytes{ c, 0x11, 0 });
	add(&j, Bytes{ 0xff, 0xda, 0, uint8_t(6 + 2 * n), n });
	for (uint8_t c = 1; c <= n; c++)
		add(&j, Bytes{ c, 0x00 });
	add(&j, Bytes{ 0, 63, 0 });
	add_scan(&j, width, height, components);
	add(&j, Bytes{ 0xff, 0xd9 });
	return j;
}

void set_jpeg_size(Bytes *jpeg, int width, int height)
{
	for (size_t i = 2; i + 9 < jpeg->size(); i += 2u + ((*jpeg)[i + 2] << 8 | (*jpeg)[i + 3])) {
		if (((*jpeg)[i + 1] & 0xfc) != 0xc0)
			continue;
		Bytes size;
		add_be16(&size, unsigned(height));
		add_be16(&size, unsigned(width));
		std::copy(size.begin(), size.end(), jpeg->begin() + long(i) + 5);
		return;
	}
}

Bytes with_orientation(const Bytes &jpeg, int orientation, bool big_endian)
{
	const uint8_t o = uint8_t(orientation);
	Bytes all(jpeg.begin(), jpeg.begin() + 2), tiff;

	if (big_endian)
		tiff = { 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, o, 0, 0, 0, 0, 0, 0 };
	else
		tiff = { 'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, o, 0, 0, 0, 0, 0, 0, 0 };
	add(&all, Bytes{ 0xff, 0xe1 });
	add_be16(&all, unsigned(2 + 6 + tiff.size()));
	add(&all, Bytes{ 'E', 'x', 'i', 'f', 0, 0 });
	add(&all, tiff);
	all.insert(all.end(), jpeg.begin() + 2, jpeg.end());
	return all;
}
