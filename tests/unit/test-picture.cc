// SPDX-License-Identifier: LGPL-2.1-or-later
// shims/opencv/picture.cc: which descriptions of a picture are believed, and how its pixels come into a Mat.
#include <cerrno>
#include <climits>
#include <cstring>
#include <opencv2/core.hpp>
#include <sys/mman.h>
#include "shims/opencv/picture.hh"
#include "tests/unit/unit.h" // last: cmocka has macros named as members of std

namespace {

using namespace sp_cv;

const int kUnchanged = -1;
const uint64_t kOutput = 3 << 20;
const uint64_t kRoom = 8 << 20;

// What picture_check() should say, in arithmetic that cannot overflow.
bool expected(const sp_cv_reply &r, uint64_t output, uint64_t size)
{
	typedef unsigned __int128 wide;

	if (r.rows <= 0 || r.cols <= 0 || r.type < 0 || r.type > 4095 || r.offset % 64)
		return false;
	if (r.rows > 1048576 || r.cols > 1048576 || int64_t(r.rows) * r.cols > 1073741824)
		return false;
	static const int bytes[8] = { 1, 1, 2, 2, 4, 4, 8, 2 };
	const wide n = wide(r.rows) * wide(r.cols) * wide(bytes[r.type & 7]) * wide((r.type >> 3) + 1);
	return n + r.offset <= wide(size - output);
}

sp_cv_reply reply(int rows, int cols, int type, uint64_t offset)
{
	sp_cv_reply r = {};

	r.result = 1;
	r.rows = rows;
	r.cols = cols;
	r.type = type;
	r.offset = offset;
	return r;
}

void check(const sp_cv_reply &r, uint64_t room)
{
	const uint64_t size = kOutput + room;
	Picture p = { -1, -1, -1, 1, 1 };
	const bool got = picture_check(r, kUnchanged, kOutput, size, &p), wanted = expected(r, kOutput, size);

	if (got != wanted)
		fail_msg("%d x %d type %d offset %lu room %lu: %d", r.rows, r.cols, r.type, static_cast<unsigned long>(r.offset),
			 static_cast<unsigned long>(room), got);
	if (!got) {
		assert_int_equal(p.rows, -1); // untouched
		return;
	}
	assert_true(p.rows == r.rows && p.cols == r.cols && p.type == r.type && p.offset == kOutput + r.offset);
	assert_true(p.offset + p.bytes <= size && p.bytes == uint64_t(p.rows) * p.cols * CV_ELEM_SIZE(p.type));
}

void test_boundaries(void **)
{
	const int edges[] = { INT_MIN, INT_MIN + 1, -2, -1, 0, 1, 2, 3, 63, 64, 65, 1023, 1024, 1025, 32767, 32768, 65535, 65536, 65537,
			      1048575, 1048576, 1048577, 1 << 30, INT_MAX - 1, INT_MAX };
	const int types[] = { 0, 1, 5, 6, 7, 8, 16, 24, 4088, 4094, 4095, 4096, 4097, 16384, 32768, 0x42ff0000, INT_MAX, -1, INT_MIN };
	const uint64_t offsets[] = { 0, 1, 32, 63, 64, kRoom - 64, kRoom - 1, kRoom, kRoom + 64, 1ull << 31, 1ull << 32, 1ull << 63,
				     UINT64_MAX - 63, UINT64_MAX };

	for (int rows : edges)
		for (int cols : edges)
			for (int type : types)
				for (uint64_t offset : offsets)
					check(reply(rows, cols, type, offset), kRoom);
}

// Memories that a picture just fills, or lacks a byte for.
void test_exact_fit(void **)
{
	for (int type = 0; type < 4096; type += 37)
		for (int rows : { 1, 7, 1000 })
			for (int cols : { 1, 9, 999 }) {
				const uint64_t bytes = uint64_t(rows) * cols * CV_ELEM_SIZE(type);

				check(reply(rows, cols, type, 0), bytes);
				check(reply(rows, cols, type, 0), bytes - 1);
				check(reply(rows, cols, type, 64), bytes + 64);
				check(reply(rows, cols, type, 64), bytes + 63);
			}
	check(reply(1, 1, 0, 0), 0);
	check(reply(1 << 20, 1024, 4095, 0), UINT64_MAX - kOutput); // 2^30 pixels of 1024 bytes
}

void test_random(void **)
{
	uint64_t seed = 5;

	for (int i = 0; i < 500000; i++) {
		const int shift = noise(&seed) % 31;
		check(reply(static_cast<int>(noise(&seed) >> 32 >> shift), static_cast<int>(noise(&seed) >> 33 >> (noise(&seed) % 31)),
			    static_cast<int>(noise(&seed) % 4200), noise(&seed) % 4 ? noise(&seed) % (2 * kRoom) & ~63ull : noise(&seed)),
		      noise(&seed) % kRoom);
	}
}

void test_as_asked(void **)
{
	const sp_cv_reply color = reply(1, 1, CV_8UC3, 0), grey = reply(1, 1, CV_8UC1, 0), deep = reply(1, 1, CV_16UC3, 0),
			  alpha = reply(1, 1, CV_8UC4, 0), two = reply(1, 1, CV_8UC2, 0);
	Picture p;

	for (int flags : { 0, 1, 2, 3, 4, 6, 16, 17, 32, 33, 64, 65, 128, 129 }) {
		assert_true(picture_check(color, flags, 0, 64, &p) && picture_check(grey, flags, 0, 64, &p));
		assert_false(picture_check(alpha, flags, 0, 64, &p) || picture_check(two, flags, 0, 64, &p));
		assert_int_equal(picture_check(deep, flags, 0, 64, &p), flags & 2 ? 1 : 0);
	}
	for (int flags : { -1, 8, 9, -2 })
		assert_true(picture_check(alpha, flags, 0, 64, &p) && picture_check(deep, flags, 0, 64, &p));
}

// A memory of 16 MiB that stands for the helper's.
struct Memory {
	uint8_t *bytes;
	uint64_t size;
	int copies, maps;
	int fail_copy, fail_map; // -errno
} memory;

int copy(sp_call *, void *dst, size_t len, uint64_t offset)
{
	memory.copies++;
	if (memory.fail_copy)
		return memory.fail_copy;
	assert_true(offset <= memory.size && len <= memory.size - offset);
	std::memcpy(dst, memory.bytes + offset, len);
	return 0;
}

int map(sp_call *, uint64_t offset, uint64_t len, void **ret_map, size_t *ret_map_len, void **ret_data)
{
	memory.maps++;
	if (memory.fail_map)
		return memory.fail_map;
	assert_true(offset <= memory.size && len <= memory.size - offset);
	*ret_map_len = len + 4096;
	*ret_map = mmap(nullptr, *ret_map_len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	*ret_data = static_cast<uint8_t *>(*ret_map) + 64;
	std::memcpy(*ret_data, memory.bytes + offset, len);
	return 0;
}

sp_front_ops fake_front()
{
	sp_front_ops ops = {};

	ops.version = SP_FRONT_VERSION;
	ops.copy = copy;
	ops.map = map;
	return ops;
}

bool take(int rows, int cols, int type, cv::Mat *ret, sp_call *call)
{
	const sp_front_ops ops = fake_front();
	Picture p;

	memory.copies = memory.maps = 0;
	*call = sp_call();
	assert_true(picture_check(reply(rows, cols, type, 64), kUnchanged, kOutput, memory.size, &p));
	return picture_take(&ops, call, p, ret);
}

void compare(const cv::Mat &m)
{
	assert_true(m.isContinuous());
	assert_memory_equal(m.data, memory.bytes + kOutput + 64, m.total() * m.elemSize());
}

void test_small_and_large(void **)
{
	sp_call call;
	cv::Mat m;

	assert_true(take(100, 200, CV_8UC3, &m, &call));
	assert_int_equal(memory.maps, 0);
	compare(m);
	assert_true(take(1000, 1000, CV_8UC3, &m, &call));
	assert_int_equal(memory.maps, 1);
	assert_int_equal(memory.copies, 0);
	compare(m);
	// An ordinary Mat in every way: shared, resized, released.
	cv::Mat shared = m, part = m(cv::Rect(10, 10, 20, 20)), copy_of = m.clone();
	m.create(10, 10, CV_8UC1);
	compare(shared);
	shared.release();
	assert_memory_equal(part.ptr(19), copy_of.ptr(29) + 30, 60);
	part.release();
}

void test_no_mapping(void **)
{
	sp_call call;
	cv::Mat m;

	memory.fail_map = -ETIMEDOUT;
	assert_true(take(1000, 1000, CV_8UC3, &m, &call));
	assert_int_equal(memory.copies, 1);
	compare(m);
	memory.fail_copy = -EBADMSG;
	m.release();
	assert_false(take(1000, 1000, CV_8UC3, &m, &call));
	assert_true(m.empty());
	assert_int_equal(call.status, SP_BAD_REPLY);
	assert_non_null(call.reason);
	memory.fail_map = memory.fail_copy = 0;
}

// Into a part of a larger Mat: not a byte beside it.
void test_copy_into_part(void **)
{
	const sp_front_ops ops = fake_front();
	cv::Mat whole(64, 64, CV_8UC3, cv::Scalar::all(7));
	cv::Mat part = whole(cv::Rect(5, 6, 30, 40));
	sp_call call = {};
	Picture p;

	assert_true(picture_check(reply(40, 30, CV_8UC3, 64), kUnchanged, kOutput, memory.size, &p));
	assert_true(picture_copy(&ops, &call, p, &part));
	for (int y = 0; y < 40; y++)
		assert_memory_equal(part.ptr(y), memory.bytes + kOutput + 64 + y * 90, 90);
	part.setTo(cv::Scalar::all(7));
	assert_int_equal(cv::countNonZero(whole.reshape(1) != 7), 0);
}

int set_up(void **)
{
	uint64_t seed = 6;

	memory.size = kOutput + kRoom;
	memory.bytes = new uint8_t[memory.size];
	for (uint64_t i = 0; i < memory.size; i++)
		memory.bytes[i] = static_cast<uint8_t>(noise(&seed));
	return 0;
}

int tear_down(void **)
{
	delete[] memory.bytes;
	return 0;
}

} // namespace

int main()
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boundaries),	cmocka_unit_test(test_exact_fit),  cmocka_unit_test(test_random),
		cmocka_unit_test(test_as_asked),	cmocka_unit_test(test_small_and_large),
		cmocka_unit_test(test_no_mapping),	cmocka_unit_test(test_copy_into_part),
	};

	return cmocka_run_group_tests_name("picture", tests, set_up, tear_down);
}
