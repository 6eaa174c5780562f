// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shims/opencv/picture.hh"

#include <cerrno>
#include <cstdlib>
#include <new>
#include <opencv2/imgcodecs.hpp>
#include <sys/mman.h>

namespace sp_cv {

namespace {

// What cv::fastMalloc aligns to (CV_MALLOC_ALIGN); programs may rely on it.
const uint64_t kAlign = 64;

// Frees a Mat whose pixels are a private mapping of a helper's memory: u->userdata is the mapping, u->handle its length.
class MappedAllocator : public cv::MatAllocator
{
public:
	cv::UMatData *allocate(int dims, const int *sizes, int type, void *data, size_t *step, cv::AccessFlag flags,
			       cv::UMatUsageFlags usage) const override
	{
		return cv::Mat::getStdAllocator()->allocate(dims, sizes, type, data, step, flags, usage);
	}

	bool allocate(cv::UMatData *u, cv::AccessFlag, cv::UMatUsageFlags) const override
	{
		return u != nullptr;
	}

	void deallocate(cv::UMatData *u) const override
	{
		if (!u)
			return;
		munmap(u->userdata, reinterpret_cast<size_t>(u->handle));
		delete u;
	}
};

// Never destroyed: pictures may outlive every destructor of the program.
const MappedAllocator *mapped_allocator()
{
	static MappedAllocator *allocator = new MappedAllocator;
	return allocator;
}

bool failed(sp_call *call, sp_status status, const char *reason)
{
	call->status = status;
	call->reason = reason;
	call->error = 0;
	return false;
}

bool take_mapping(const sp_front_ops *front, sp_call *call, const Picture &p, cv::Mat *ret)
{
	void *map, *pixels;
	size_t length;

	if (front->map(call, p.offset, p.bytes, &map, &length, &pixels))
		return picture_copied(front, call, p, ret);
	cv::UMatData *u = new cv::UMatData(mapped_allocator());
	u->data = u->origdata = static_cast<uint8_t *>(pixels);
	u->size = p.bytes;
	u->userdata = map;
	u->handle = reinterpret_cast<void *>(length);
	u->refcount = 1;
	cv::Mat m(p.rows, p.cols, p.type, pixels);
	m.u = u;
	*ret = m;
	return true;
}

} // namespace

// The depth is always the one asked for. The channels are one or three, but not always as asked: grey PFM files stay so, colour HDR
// files too. With the first flags a program gets what the file has, and has to look.
static bool type_possible(int type, int flags)
{
	if (type < 0 || (type & ~CV_MAT_TYPE_MASK))
		return false;
	if (flags == cv::IMREAD_UNCHANGED || (flags & cv::IMREAD_LOAD_GDAL))
		return true;
	if (!(flags & cv::IMREAD_ANYDEPTH) && CV_MAT_DEPTH(type) != CV_8U)
		return false;
	return CV_MAT_CN(type) == 1 || CV_MAT_CN(type) == 3;
}

// The library's limits, when the environment does not set others: a program's int may be too small for larger ones.
static bool size_possible(int rows, int cols)
{
	static const bool preset = !std::getenv("OPENCV_IO_MAX_IMAGE_WIDTH") && !std::getenv("OPENCV_IO_MAX_IMAGE_HEIGHT") &&
				   !std::getenv("OPENCV_IO_MAX_IMAGE_PIXELS");

	if (rows <= 0 || cols <= 0)
		return false;
	return !preset || (rows <= 1 << 20 && cols <= 1 << 20 && int64_t(rows) * cols <= int64_t(1) << 30);
}

bool picture_possible(int rows, int cols, int type, int flags)
{
	return size_possible(rows, cols) && type_possible(type, flags);
}

bool picture_check(const sp_cv_reply &r, int flags, uint64_t output, uint64_t memory_size, Picture *ret)
{
	const uint64_t room = memory_size - output;
	uint64_t row, bytes;

	if (!picture_possible(r.rows, r.cols, r.type, flags))
		return false;
	if (__builtin_mul_overflow(static_cast<uint64_t>(r.cols), static_cast<uint64_t>(CV_ELEM_SIZE(r.type)), &row) ||
	    __builtin_mul_overflow(row, static_cast<uint64_t>(r.rows), &bytes))
		return false;
	if (r.offset % kAlign || r.offset > room || bytes > room - r.offset)
		return false;
	*ret = Picture{ r.rows, r.cols, r.type, output + r.offset, bytes };
	return true;
}

bool picture_copy(const sp_front_ops *front, sp_call *call, const Picture &p, cv::Mat *dst)
{
	const size_t row = static_cast<size_t>(p.bytes / static_cast<uint64_t>(p.rows));

	if (dst->isContinuous()) {
		if (front->copy(call, dst->data, p.bytes, p.offset))
			return failed(call, SP_BAD_REPLY, "the picture could not be read");
		return true;
	}
	for (int y = 0; y < p.rows; y++)
		if (front->copy(call, dst->ptr(y), row, p.offset + static_cast<uint64_t>(y) * row))
			return failed(call, SP_BAD_REPLY, "the picture could not be read");
	return true;
}

bool picture_copied(const sp_front_ops *front, sp_call *call, const Picture &p, cv::Mat *ret)
{
	cv::Mat m(p.rows, p.cols, p.type);

	if (!picture_copy(front, call, p, &m))
		return false;
	*ret = m;
	return true;
}

bool picture_take(const sp_front_ops *front, sp_call *call, const Picture &p, cv::Mat *ret)
{
	// A program that has set an allocator of its own wants pixels from there.
	const bool mappable = cv::Mat::getDefaultAllocator() == cv::Mat::getStdAllocator();

	return p.bytes <= SP_COPY_MAX || !mappable ? picture_copied(front, call, p, ret) : take_mapping(front, call, p, ret);
}

} // namespace sp_cv
