// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/parity/mutate.hh"
#include "tests/parity/report.hh"

#include <algorithm>
#include <map>

namespace {

// Half of the time where headers are: at the beginning, or (TIFF's directory) at the end.
size_t place(Random *r, size_t size)
{
	const size_t near = std::min<size_t>(size, 96);

	switch (r->below(6)) {
	case 0:
	case 1:
		return r->below(near);
	case 2:
		return size - near + r->below(near);
	default:
		return r->below(size);
	}
}

void flip_bits(Random *r, Bytes *b)
{
	for (size_t n = 1 + r->below(8); n; n--)
		(*b)[place(r, b->size())] ^= uint8_t(1u << r->below(8));
}

void set_bytes(Random *r, Bytes *b)
{
	static const uint8_t values[] = { 0, 255, 1, 127, 128 };

	for (size_t n = 1 + r->below(4); n; n--)
		(*b)[place(r, b->size())] = values[r->below(5)];
}

void cut(Random *r, Bytes *b)
{
	b->resize(r->once_in(3) ? b->size() - r->below(std::min<size_t>(b->size(), 16)) : r->below(b->size()));
}

Bytes block(Random *r, const Bytes &b, size_t *ret_at)
{
	*ret_at = place(r, b.size());
	const size_t len = 1 + r->below(std::min<size_t>(b.size() - *ret_at, r->once_in(2) ? 16 : 512));

	return Bytes(b.begin() + long(*ret_at), b.begin() + long(*ret_at + len));
}

void repeat_block(Random *r, Bytes *b)
{
	size_t from;
	const Bytes copy = block(r, *b, &from);
	const size_t to = r->once_in(2) ? from : place(r, b->size());

	b->insert(b->begin() + long(to), copy.begin(), copy.end());
}

void take_block(Random *r, Bytes *b)
{
	size_t at;
	const Bytes gone = block(r, *b, &at);

	b->erase(b->begin() + long(at), b->begin() + long(at + gone.size()));
}

uint32_t strange_number(Random *r, size_t size)
{
	static const uint32_t list[] = { 0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 255, 256, 1000, 4096, 32767, 32768, 65535, 65536, 100000,
					 1u << 20, (1u << 20) + 1, 1u << 24, 0x7ffffffe, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff };

	if (r->once_in(8))
		return uint32_t(size + r->below(3) - 1);
	return list[r->below(sizeof(list) / sizeof(list[0]))];
}

// A length, offset or dimension, in either byte order.
void set_field(Random *r, Bytes *b)
{
	const bool wide = r->once_in(2), big = r->once_in(2);
	const uint32_t v = strange_number(r, b->size());
	size_t at = place(r, b->size());
	Bytes field;

	if (r->below(4))
		at &= ~size_t(1);
	if (wide)
		big ? add_be32(&field, v) : add_le32(&field, v);
	else
		big ? add_be16(&field, v & 0xffff) : add_le16(&field, v & 0xffff);
	for (size_t i = 0; i < field.size() && at + i < b->size(); i++)
		(*b)[at + i] = field[i];
}

// A decimal number near the beginning, where the file has one.
void set_decimal(Random *r, Bytes *b)
{
	const auto is_digit = [](uint8_t c) { return c >= '0' && c <= '9'; };
	const auto from = std::find_if(b->begin() + long(r->below(std::min<size_t>(b->size(), 64))), b->end(), is_digit);
	const auto to = std::find_if_not(from, b->end(), is_digit);
	const long at = from - b->begin();
	const std::string text = (r->once_in(8) ? "-" : "") + std::to_string(strange_number(r, b->size()));

	b->erase(from, to);
	b->insert(b->begin() + at, text.begin(), text.end());
}

void splice(Random *r, Bytes *b, const Bytes &other)
{
	const size_t keep = r->below(b->size() + 1), from = r->once_in(2) ? std::min(keep, other.size()) : r->below(other.size() + 1);

	b->resize(keep);
	b->insert(b->end(), other.begin() + long(from), other.end());
}

bool is_text(const std::string &extension)
{
	for (const char *e : { ".pnm", ".pbm", ".pgm", ".ppm", ".pam", ".pfm", ".hdr" })
		if (extension == e)
			return true;
	return false;
}

void alter(Random *r, Picture *p, const Bytes &other)
{
	if (p->bytes.empty())
		return;
	if (is_text(p->extension) && r->once_in(3))
		return set_decimal(r, &p->bytes);
	switch (r->below(10)) {
	case 0:
	case 1:
		return flip_bits(r, &p->bytes);
	case 2:
		return set_bytes(r, &p->bytes);
	case 3:
		return cut(r, &p->bytes);
	case 4:
		return repeat_block(r, &p->bytes);
	case 5:
		return take_block(r, &p->bytes);
	case 6:
		return splice(r, &p->bytes, other);
	default:
		return set_field(r, &p->bytes);
	}
}

uint32_t le32(const Bytes &b, size_t at)
{
	return at + 4 > b.size() ? 0 : b[at] | uint32_t(b[at + 1]) << 8 | uint32_t(b[at + 2]) << 16 | uint32_t(b[at + 3]) << 24;
}

bool has(const Bytes &b, size_t at, const std::string &text)
{
	return at + text.size() <= b.size() && std::equal(text.begin(), text.end(), b.begin() + long(at));
}

// OpenEXR's attributes: a name, a type, both ended by a zero, a length, a value.
bool is_costly_exr(const Bytes &b)
{
	for (size_t at = 8; at < b.size() && b[at];) {
		const size_t type = size_t(std::find(b.begin() + long(at), b.end(), 0) - b.begin()) + 1;
		const size_t size = size_t(std::find(b.begin() + long(std::min(type, b.size())), b.end(), 0) - b.begin()) + 1;
		const uint32_t len = le32(b, size), width = le32(b, size + 12) - le32(b, size + 4), height = le32(b, size + 16) - le32(b, size + 8);

		if (len > 1 << 20)
			return true;
		if (has(b, at, "dataWindow") && (width | height) >= 1 << 20)
			return true;
		at = size + 4 + len;
	}
	return false;
}

// DICOM's elements: a tag, in the explicit encoding a type, a length of 16 or 32 bits, a value. Where they cannot be followed, what comes next
// is read as lengths.
bool is_costly_dicom(const Bytes &b)
{
	const std::string syntax("1.2.840.10008.1.2\0", 18);
	const bool implicit = std::search(b.begin(), b.end(), syntax.begin(), syntax.end()) != b.end();
	size_t at = 132;

	while (at + 8 <= b.size()) {
		const uint32_t group = le32(b, at) & 0xffff;
		const bool bare = group == 0xfffe || (implicit && group != 2), wide = has(b, at + 4, "OB") || has(b, at + 4, "OW");
		const uint32_t len = bare ? le32(b, at + 4) : wide ? le32(b, at + 8) : le32(b, at + 4) >> 16;

		at += !bare && wide ? 12 : 8;
		if (!bare && !wide && !has(b, at - 4, "UI") && !has(b, at - 4, "US") && !has(b, at - 4, "CS") && !has(b, at - 4, "UL"))
			return true;
		if (len != 0xffffffff && len > b.size() - std::min(at, b.size()))
			return true;
		at += len == 0xffffffff ? 0 : len;
	}
	return at != b.size();
}

// A header with a size in the hundreds of megabytes, for which the library asks before it looks how long the file is. The run that fills all
// memory it gets (MALLOC_PERTURB_) takes seconds for that; so does gdcm, always.
bool is_costly(const Bytes &b)
{
	return has(b, 0, "\x76\x2f\x31\x01") ? is_costly_exr(b) : has(b, 128, "DICM") && is_costly_dicom(b);
}

} // namespace

Mutator::Mutator(const std::string &directory, size_t max_size, uint64_t seed) : seed_(seed)
{
	std::map<std::string, std::vector<Picture>> by_extension;

	for (const std::string &name : list_files(directory)) {
		const std::string extension = name.substr(name.rfind('.'));
		Bytes b = read_bytes(directory + "/" + name);

		if (b.size() <= max_size)
			by_extension[extension].push_back(Picture{ name, extension, b });
	}
	for (const auto &format : by_extension)
		formats_.push_back(format.second);
}

std::vector<std::string> Mutator::extensions() const
{
	std::vector<std::string> list;

	for (const auto &format : formats_)
		list.push_back(format.front().extension);
	return list;
}

Picture Mutator::draw(Random *r) const
{
	const std::vector<Picture> &format = formats_[r->below(formats_.size())];
	const std::vector<Picture> &strange = r->once_in(2) ? format : formats_[r->below(formats_.size())];
	Picture p = format[r->below(format.size())];
	const Bytes &other = strange[r->below(strange.size())].bytes;

	for (size_t n = r->once_in(3) ? 1 + r->below(3) : 1; n; n--)
		alter(r, &p, other);
	if (p.extension == ".png" && r->below(3))
		repair_png(&p.bytes);
	return p;
}

Picture Mutator::make(uint64_t number) const
{
	Random r(seed_ * 0x100000001b3u ^ number);
	Picture p = draw(&r);

	while (is_costly(p.bytes) && !r.once_in(256))
		p = draw(&r);
	return p;
}
