// SPDX-License-Identifier: LGPL-2.1-or-later
// Uncompressed TIFF (revision 6.0): both byte orders, strips or tiles, pixels or planes, any depth and photometric.
#include "tests/parity/corpus.hh"

namespace {

class Writer
{
public:
	explicit Writer(const TiffKind &k) : k_(k) {}
	Bytes run();

private:
	void u16(Bytes *b, unsigned v) { k_.big_endian ? add_be16(b, v) : add_le16(b, v); }
	void u32(Bytes *b, uint32_t v) { k_.big_endian ? add_be32(b, v) : add_le32(b, v); }

	void tag(unsigned id, uint32_t value)
	{
		u16(&entries_, id);
		u16(&entries_, 4);
		u32(&entries_, 1);
		u32(&entries_, value);
		count_++;
	}
	// A list of 16 or 32 bit values, behind the pixels when it does not fit the entry.
	void list(unsigned id, const std::vector<uint32_t> &values, bool wide)
	{
		Bytes data;

		for (uint32_t v : values)
			wide ? u32(&data, v) : u16(&data, v);
		u16(&entries_, id);
		u16(&entries_, wide ? 4 : 3);
		u32(&entries_, uint32_t(values.size()));
		if (data.size() > 4) {
			u32(&entries_, uint32_t(8 + body_.size()));
			add(&body_, data);
		} else {
			data.resize(4);
			add(&entries_, data);
		}
		count_++;
	}
	void pixels();
	void palette();
	void piece(int width, int height, int samples);

	TiffKind k_;
	Bytes entries_, body_;
	std::vector<uint32_t> offsets_, sizes_;
	unsigned count_ = 0;
};

void Writer::piece(int width, int height, int samples)
{
	const size_t row = size_t((width * samples * k_.bits + 7) / 8);

	offsets_.push_back(uint32_t(8 + body_.size()));
	sizes_.push_back(uint32_t(row) * uint32_t(height));
	for (int y = 0; y < height; y++)
		for (size_t i = 0; i < row; i++)
			body_.push_back(k_.format == 3 && i % size_t(k_.bits / 8) >= size_t(k_.bits / 8 - 2) ? 0x3e :
											sample(int(i), y, int(offsets_.size())));
}

void Writer::pixels()
{
	const int samples = k_.planar ? 1 : k_.samples, planes = k_.planar ? k_.samples : 1;

	for (int p = 0; p < planes; p++) {
		if (!k_.tiled) {
			piece(k_.width, k_.height, samples);
			continue;
		}
		for (int y = 0; y < k_.height; y += 16)
			for (int x = 0; x < k_.width; x += 16)
				piece(16, 16, samples);
	}
}

void Writer::palette()
{
	std::vector<uint32_t> map;

	for (int c = 0; c < 3; c++)
		for (int i = 0; i < 1 << k_.bits; i++)
			map.push_back(sample(i, 9, c) * 257u);
	list(320, map, false);
}

Bytes Writer::run()
{
	Bytes t;

	pixels();
	tag(256, uint32_t(k_.width));
	tag(257, uint32_t(k_.height));
	list(258, std::vector<uint32_t>(size_t(k_.samples), uint32_t(k_.bits)), false);
	tag(259, 1);
	tag(262, uint32_t(k_.photometric));
	if (!k_.tiled)
		list(273, offsets_, true);
	if (k_.orientation)
		list(274, { uint32_t(k_.orientation) }, false);
	tag(277, uint32_t(k_.samples));
	if (!k_.tiled) {
		tag(278, uint32_t(k_.height));
		list(279, sizes_, true);
	}
	tag(284, k_.planar ? 2 : 1);
	if (k_.photometric == 3)
		palette();
	if (k_.tiled) {
		tag(322, 16);
		tag(323, 16);
		list(324, offsets_, true);
		list(325, sizes_, true);
	}
	list(339, std::vector<uint32_t>(size_t(k_.samples), uint32_t(k_.format)), false);
	add(&t, k_.big_endian ? "MM" : "II");
	u16(&t, 42);
	u32(&t, uint32_t(8 + body_.size()));
	add(&t, body_);
	u16(&t, count_);
	add(&t, entries_);
	u32(&t, 0);
	return t;
}

} // namespace

Bytes make_tiff(const TiffKind &k)
{
	return Writer(k).run();
}
