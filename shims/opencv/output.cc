// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shims/opencv/output.hh"

namespace sp_cv {

namespace {

// Pages for what may be handed over as a mapping, cache lines for the rest.
uint64_t aligned(uint64_t at, size_t bytes)
{
	const uint64_t a = bytes >= 64 * 1024 ? 4096 : 64;

	return (at + a - 1) & ~(a - 1);
}

size_t layout(int dims, const int *sizes, int type, const void *data, size_t *step)
{
	size_t total = CV_ELEM_SIZE(type);

	for (int i = dims - 1; i >= 0; i--) {
		if (step && data && step[i] != cv::Mat::AUTO_STEP)
			total = step[i];
		else if (step)
			step[i] = total;
		if (__builtin_mul_overflow(total, static_cast<size_t>(sizes[i]), &total))
			return SIZE_MAX;
	}
	return total;
}

} // namespace

void OutputAllocator::start(uint8_t *base, uint64_t size)
{
	base_ = base;
	size_ = size;
	used_ = last_ = peak_ = 0;
	exhausted_ = false;
}

uint8_t *OutputAllocator::take(size_t bytes) const
{
	const uint64_t at = aligned(used_, bytes);

	if (at > size_ || bytes > size_ - at) {
		exhausted_ = true;
		// As cv::fastMalloc does when memory ends.
		CV_Error_(cv::Error::StsNoMem, ("Failed to allocate %llu bytes", static_cast<unsigned long long>(bytes)));
	}
	last_ = at;
	used_ = at + bytes;
	peak_ = used_ > peak_ ? used_ : peak_;
	return base_ + at;
}

cv::UMatData *OutputAllocator::allocate(int dims, const int *sizes, int type, void *data, size_t *step,
					cv::AccessFlag flags, cv::UMatUsageFlags usage) const
{
	if (!base_ || data)
		return cv::Mat::getStdAllocator()->allocate(dims, sizes, type, data, step, flags, usage);
	const size_t bytes = layout(dims, sizes, type, data, step);
	uint8_t *pixels = take(bytes);
	cv::UMatData *u = new cv::UMatData(this);
	u->data = u->origdata = pixels;
	u->size = bytes;
	return u;
}

bool OutputAllocator::allocate(cv::UMatData *u, cv::AccessFlag, cv::UMatUsageFlags) const
{
	return u != nullptr;
}

void OutputAllocator::deallocate(cv::UMatData *u) const
{
	if (!u)
		return;
	if (u->origdata == base_ + last_)
		used_ = last_;
	delete u;
}

bool OutputAllocator::offset_of(const cv::Mat &m, uint64_t *ret) const
{
	if (m.data < base_ || m.data >= base_ + size_)
		return false;
	*ret = static_cast<uint64_t>(m.data - base_);
	return true;
}

cv::UMatData *FirstRequest::allocate(int dims, const int *sizes, int t, void *data, size_t *step, cv::AccessFlag flags,
				     cv::UMatUsageFlags usage) const
{
	if (dims == 2 && !seen) {
		seen = true;
		rows = sizes[0];
		cols = sizes[1];
		type = t;
	}
	return next_->allocate(dims, sizes, t, data, step, flags, usage);
}

} // namespace sp_cv
