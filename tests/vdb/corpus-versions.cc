// SPDX-License-Identifier: LGPL-2.1-or-later
// Formats of former days, by hand. What each version brought is listed in openvdb/version.h. A tree of floats: one leaf, a tile at every level.
#include "tests/vdb/corpus.hh"

using namespace openvdb;

namespace {

const int kUpper = 32 * 32 * 32, kLower = 16 * 16 * 16, kLeaf = 8 * 8 * 8; // entries of a node
const float kBackground = 2.5f;

class Writer
{
public:
	Writer(uint32_t version, bool offsets) : version_(version), offsets_(offsets) {}
	std::string write(const std::string &name);

private:
	template <typename T> void put(const T &v) { bytes_.append(reinterpret_cast<const char *>(&v), sizeof(v)); }
	void put_string(const std::string &s)
	{
		put(uint32_t(s.size()));
		bytes_ += s;
	}
	void put_mask(int entries, const std::vector<int> &on);
	void put_values(const std::vector<float> &values);
	void put_header();
	void put_metadata();
	void put_transform();
	void put_map();
	void put_root();
	void put_old_root();
	template <typename Child> void put_internal(int entries, int child, int active, const Child &put_child);
	void put_child();
	void put_buffers();
	void put_grid();

	const uint32_t version_;
	const bool offsets_;
	std::string bytes_;
};

void Writer::put_mask(int entries, const std::vector<int> &on)
{
	std::string mask(size_t(entries + 7) / 8, '\0');

	for (int i : on)
		mask[size_t(i) / 8] = char(mask[size_t(i) / 8] | 1 << i % 8);
	bytes_ += mask;
}

// Compressed formats have a size in front; a negative one says that the values are not compressed after all.
void Writer::put_values(const std::vector<float> &values)
{
	if (version_ >= 222)
		put(int8_t(6)); // all values are there
	if (version_ < 220)
		put(-int64_t(values.size() * sizeof(float)));
	bytes_.append(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(float));
}

void Writer::put_header()
{
	static const char uuid[] = "01234567-89ab-4cde-8f01-23456789abcd";

	put(int64_t(0x56444220));
	if (version_ < 211) {
		put(version_ / 100);
		put(version_ / 10 % 10);
		put(version_ % 10);
	} else {
		put(version_);
		put(uint32_t(version_ / 100));
		put(uint32_t(version_ % 100));
	}
	if (version_ >= 212)
		put(char(offsets_));
	if (version_ == 220 || version_ == 221)
		put(char(0)); // not compressed
	bytes_.append(uuid, version_ >= 218 ? 36 : 16);
}

void Writer::put_metadata()
{
	put(uint32_t(2));
	put_string("author");
	put_string("string");
	put_string("a writer of version " + std::to_string(version_));
	put_string("weight");
	put_string("float");
	put(uint32_t(4));
	put(1.5f);
}

void Writer::put_map()
{
	const Vec3d scale(0.5), inverse(2);

	put_string("UniformScaleMap");
	put(scale);
	put(scale);
	put(inverse);
	put(inverse * inverse);
	put(inverse * 0.5);
}

void Writer::put_transform()
{
	const math::Mat4d scaled = math::scale<math::Mat4d>(Vec3d(0.5, 0.25, 2)), same = math::Mat4d::identity();

	if (version_ >= 219)
		return put_map();
	put_string("LinearTransform");
	put(Coord(0));
	put(Coord(9));
	put(scaled);
	put(scaled.inverse());
	put(same);
	put(same);
}

// The entry @child is one, @active a tile; others have the background, or are inactive tiles.
template <typename Child> void Writer::put_internal(int entries, int child, int active, const Child &put_child_node)
{
	std::vector<float> values;

	put_mask(entries, { child });
	put_mask(entries, { active });
	for (int i = 0; i < entries; i++) {
		const float v = i == active ? 7 : i == 99 ? 8 : kBackground;

		if (version_ < 214) {
			if (i == child)
				put_child_node();
			else
				put(v);
		} else if (i != child || version_ >= 222) {
			values.push_back(i == child ? 0 : v);
		}
	}
	if (version_ >= 214) {
		put_values(values);
		put_child_node();
	}
}

void Writer::put_child()
{
	put_internal(kUpper, 5, 17, [&] { put_internal(kLower, 3, 11, [&] { put_mask(kLeaf, { 0, 9, 511 }); }); });
}

void Writer::put_root()
{
	put(kBackground);
	put(uint32_t(2));
	put(uint32_t(1));
	for (int i = 0; i < 2; i++) {
		put(Coord(4096 * i, -4096, 0));
		put(float(20 + i));
		put(char(i));
	}
	put(Coord(0, 0, 0));
	put_child();
}

// A table over a range, which is two entries long in each direction: inactive tiles with the background vanish.
void Writer::put_old_root()
{
	put(kBackground);
	put(-kBackground);
	put(Coord(0));
	put(Coord(4096));
	put_mask(32, { 0 }); // in words of 32 bits; eight are used
	put_mask(32, { 1 });
	put_child();
	for (int i = 1; i < 8; i++)
		put(i < 3 ? float(i) : kBackground);
}

void Writer::put_buffers()
{
	std::vector<float> values;

	for (int i = 0; i < kLeaf; i++)
		values.push_back(float(i) / 8);
	put_mask(kLeaf, { 0, 9, 511 });
	if (version_ < 222) {
		put(Coord(0, 0, 5 * 128 + 3 * 8));
		put(int8_t(version_ == 221 ? 3 : 1));
	}
	put_values(values);
	for (int i = 1; version_ == 221 && i < 3; i++)
		put_values(values);
}

void Writer::put_grid()
{
	if (version_ >= 222)
		put(uint32_t(0)); // not compressed
	put_metadata();
	if (version_ >= 216)
		put_transform();
	put(int32_t(1));
	version_ >= 213 ? put_root() : put_old_root();
	if (version_ < 216)
		put_transform();
	put_buffers();
}

std::string Writer::write(const std::string &name)
{
	put_header();
	put_metadata();
	put(int32_t(1));
	put_string(name);
	put_string("Tree_float_5_4_3");
	if (version_ >= 216)
		put_string("");
	const size_t at = bytes_.size();
	bytes_.append(3 * sizeof(int64_t), '\0');
	const int64_t begin = int64_t(bytes_.size());
	put_grid();
	const int64_t offsets[] = { begin, begin, int64_t(bytes_.size()) };
	if (offsets_)
		bytes_.replace(at, sizeof(offsets), reinterpret_cast<const char *>(offsets), sizeof(offsets));
	return bytes_;
}

// What a newer library might write, as far as this one can tell.
std::string changed(std::string bytes, size_t at, uint32_t v)
{
	return bytes.replace(at, sizeof(v), reinterpret_cast<const char *>(&v), sizeof(v));
}

void save_broken(const std::string &whole)
{
	const size_t cuts[] = { 1, 7, 8, 11, 12, 20, 21, 30, 57, 60, 61, 100, 150, 200, 1000, 5000, whole.size() - 600, whole.size() - 1 };

	for (size_t n : cuts)
		save_bytes("cut-" + std::to_string(n) + ".vdb", whole.substr(0, n));
	save_bytes("nothing.vdb", "");
	save_bytes("text.vdb", "This is a text and no volume, long enough to have what would be a header.\n");
	save_bytes("zeros.vdb", std::string(300, '\0'));
	save_bytes("newer-225.vdb", changed(whole, 8, 225));
	save_bytes("newer-4000000000.vdb", changed(whole, 8, 4000000000u));
	save_bytes("library-99.vdb", changed(whole, 12, 99));
	save_bytes("library-3.vdb", changed(whole, 12, 3));
}

} // namespace

void save_versions()
{
	Saving stream;

	for (uint32_t v : { 210u, 211u, 212u, 213u, 214u, 215u, 216u, 217u, 218u, 219u, 220u, 221u, 222u, 223u, 224u }) {
		save_bytes("version-" + std::to_string(v) + ".vdb", Writer(v, true).write("density"));
		if (v >= 212)
			save_bytes("version-" + std::to_string(v) + "-stream.vdb", Writer(v, false).write("density"));
	}
	stream.stream = true;
	save_broken(saved("whole", { make_small("whole", 1) }));
	const std::string whole = saved("whole-stream", { make_small("whole", 1) }, {}, stream);
	save_bytes("cut-stream-100.vdb", whole.substr(0, 100));
	save_bytes("cut-stream-5000.vdb", whole.substr(0, 5000));
	save_bytes("cut-stream-tail.vdb", whole.substr(0, whole.size() - 20));
}
