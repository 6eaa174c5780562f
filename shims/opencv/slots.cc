// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shims/opencv/slots.hh"

namespace sp_cv {

namespace {

// Bytes, and the rows' distances; SIZE_MAX when there is no such number.
size_t layout(int dims, const int *sizes, int type, size_t *step)
{
	size_t total = CV_ELEM_SIZE(type);

	for (int i = dims - 1; i >= 0; i--) {
		if (step)
			step[i] = total;
		if (__builtin_mul_overflow(total, static_cast<size_t>(sizes[i]), &total))
			return SIZE_MAX;
	}
	return total;
}

} // namespace

void Slots::start(uint8_t *base, uint64_t size)
{
	base_ = base;
	size_ = size;
}

void Slots::next(uint64_t number, uint64_t consumed)
{
	at_ = 0;
	while (at_ < kSlots - 1 && frame_[at_] && frame_[at_] >= consumed)
		at_++;
	frame_[at_] = number;
}

uint8_t *Slots::find(uint64_t number) const
{
	for (unsigned i = 0; i < kSlots; i++)
		if (frame_[i] == number && number && bytes_)
			return base_ + first_ + i * bytes_;
	return nullptr;
}

uint8_t *Slots::take(size_t bytes) const
{
	if (bytes > bytes_) {
		const uint64_t first = first_ + kAll * bytes_, each = (bytes + 4095) & ~4095ull;

		if (bytes > size_ || first > size_ || each > (size_ - first) / kAll) {
			exhausted_ = true;
			// As cv::fastMalloc does when memory ends.
			CV_Error_(cv::Error::StsNoMem, ("Failed to allocate %llu bytes", static_cast<unsigned long long>(bytes)));
		}
		first_ = first;
		bytes_ = each;
	}
	return base_ + first_ + (aside_ ? kSlots : at_) * bytes_;
}

double *Slots::snapshot(unsigned which, uint64_t *ret_offset) const
{
	*ret_offset = (2ull * (aside_ ? kSlots : at_) + which) * SP_CV_SNAPSHOT;
	return reinterpret_cast<double *>(base_ + *ret_offset);
}

bool Slots::offset_of(const cv::Mat &m, uint64_t *ret) const
{
	if (m.data < base_ || m.data >= base_ + size_)
		return false;
	*ret = static_cast<uint64_t>(m.data - base_);
	return true;
}

cv::UMatData *Slots::allocate(int dims, const int *sizes, int type, void *data, size_t *step, cv::AccessFlag flags,
			      cv::UMatUsageFlags usage) const
{
	if (data)
		return cv::Mat::getStdAllocator()->allocate(dims, sizes, type, data, step, flags, usage);
	const size_t bytes = layout(dims, sizes, type, step);
	uint8_t *pixels = take(bytes);
	cv::UMatData *u = new cv::UMatData(this);
	u->data = u->origdata = pixels;
	u->size = bytes;
	return u;
}

bool Slots::allocate(cv::UMatData *u, cv::AccessFlag, cv::UMatUsageFlags) const
{
	return u != nullptr;
}

void Slots::deallocate(cv::UMatData *u) const
{
	delete u;
}

} // namespace sp_cv
