// SPDX-License-Identifier: LGPL-2.1-or-later
// DICOM files (PS3.10) of one frame: plain pixels in both encodings of the data set, run lengths, or an encapsulated JPEG or JPEG 2000.
#include "tests/parity/corpus.hh"

namespace {

class Writer
{
public:
	explicit Writer(bool implicit) : implicit_(implicit) {}

	// An element; @vr as in PS3.5. Values have even lengths.
	void element(unsigned group, unsigned number, const std::string &vr, Bytes value)
	{
		const bool wide = vr == "OB" || vr == "OW";

		if (value.size() % 2)
			value.push_back(vr == "CS" ? ' ' : 0);
		start(group, number, vr, uint32_t(value.size()), wide);
		add(&bytes, value);
	}
	void text(unsigned group, unsigned number, const std::string &vr, const std::string &value)
	{
		element(group, number, vr, Bytes(value.begin(), value.end()));
	}
	void u16(unsigned group, unsigned number, int value)
	{
		Bytes b;

		add_le16(&b, unsigned(value));
		element(group, number, "US", b);
	}
	// Pixel data of unknown length: an empty table of offsets, the one fragment, the end.
	void encapsulated(Bytes fragment)
	{
		if (fragment.size() % 2)
			fragment.push_back(0);
		start(0x7fe0, 0x10, "OB", 0xffffffff, true);
		item(0xe000, 0);
		item(0xe000, uint32_t(fragment.size()));
		add(&bytes, fragment);
		item(0xe0dd, 0);
	}

	Bytes bytes;

private:
	void start(unsigned group, unsigned number, const std::string &vr, uint32_t len, bool wide)
	{
		add_le16(&bytes, group);
		add_le16(&bytes, number);
		if (implicit_)
			return add_le32(&bytes, len);
		add(&bytes, vr.c_str());
		if (!wide)
			return add_le16(&bytes, len);
		add_le16(&bytes, 0);
		add_le32(&bytes, len);
	}
	void item(unsigned number, uint32_t len)
	{
		add_le16(&bytes, 0xfffe);
		add_le16(&bytes, number);
		add_le32(&bytes, len);
	}

	bool implicit_;
};

const char *const kSecondaryCapture = "1.2.840.10008.5.1.4.1.1.7";
const char *const kInstance = "2.25.1234567890";

Bytes meta(const char *syntax)
{
	Writer group(false), all(false);
	Bytes len;

	group.element(2, 1, "OB", Bytes{ 0, 1 });
	group.text(2, 2, "UI", kSecondaryCapture);
	group.text(2, 3, "UI", kInstance);
	group.text(2, 0x10, "UI", syntax);
	group.text(2, 0x12, "UI", "2.25.1");
	add_le32(&len, uint32_t(group.bytes.size()));
	all.bytes.resize(128);
	add(&all.bytes, "DICM");
	all.element(2, 0, "UL", len);
	add(&all.bytes, group.bytes);
	return all.bytes;
}

Bytes plain_pixels(const DicomKind &k)
{
	Bytes b;

	for (int i = 0; i < k.width * k.height * k.samples * k.bits / 8; i++)
		b.push_back(sample(i % 61, i / 61, k.bits));
	return b;
}

// PS3.5, Annex G: a header of segments, one for each byte of a pixel; here each is a byte in runs of rows.
Bytes run_lengths(const DicomKind &k)
{
	const int segments = k.samples * k.bits / 8;
	Bytes header, body;

	add_le32(&header, uint32_t(segments));
	for (int s = 0; s < segments; s++) {
		add_le32(&header, uint32_t(64 + body.size()));
		for (int y = 0; y < k.height; y++)
			add(&body, Bytes{ uint8_t(257 - k.width), sample(y, s, 0) });
		if (body.size() % 2)
			body.push_back(0);
	}
	header.resize(64);
	add(&header, body);
	return header;
}

} // namespace

Bytes make_dicom(const DicomKind &k, const Bytes &encoded)
{
	static const char *const syntaxes[] = { "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.50",
						"1.2.840.10008.1.2.4.90" };
	Writer w(k.syntax == DICOM_IMPLICIT);
	Bytes all = meta(syntaxes[k.syntax]);

	w.text(8, 0x16, "UI", kSecondaryCapture);
	w.text(8, 0x18, "UI", kInstance);
	w.u16(0x28, 2, k.samples);
	w.text(0x28, 4, "CS", k.photometric);
	if (k.samples > 1)
		w.u16(0x28, 6, 0);
	w.u16(0x28, 0x10, k.height);
	w.u16(0x28, 0x11, k.width);
	w.u16(0x28, 0x100, k.bits);
	w.u16(0x28, 0x101, k.bits);
	w.u16(0x28, 0x102, k.bits - 1);
	w.u16(0x28, 0x103, k.is_signed);
	if (k.syntax == DICOM_IMPLICIT || k.syntax == DICOM_EXPLICIT)
		w.element(0x7fe0, 0x10, k.bits > 8 ? "OW" : "OB", plain_pixels(k));
	else
		w.encapsulated(k.syntax == DICOM_RLE ? run_lengths(k) : encoded);
	add(&all, w.bytes);
	return all;
}
