// SPDX-License-Identifier: LGPL-2.1-or-later
// In the helper: pixels are decoded straight into the shared output area.
#ifndef SP_CV_OUTPUT_HH
#define SP_CV_OUTPUT_HH

#include <opencv2/core.hpp>

namespace sp_cv {

// Allocates every Mat from the output area, one behind the other; the last one allocated can be given back. Outside a call (no area yet)
// it is the library's own.
class OutputAllocator : public cv::MatAllocator
{
public:
	cv::UMatData *allocate(int dims, const int *sizes, int type, void *data, size_t *step, cv::AccessFlag flags,
			       cv::UMatUsageFlags usage) const override;
	bool allocate(cv::UMatData *u, cv::AccessFlag flags, cv::UMatUsageFlags usage) const override;
	void deallocate(cv::UMatData *u) const override;

	void start(uint8_t *base, uint64_t size); // a call begins: the whole area is free
	bool offset_of(const cv::Mat &m, uint64_t *ret) const; // false: not in the area
	bool exhausted() const { return exhausted_; }
	uint64_t peak() const { return peak_; } // bytes touched from the start

private:
	uint8_t *take(size_t bytes) const;

	uint8_t *base_ = nullptr;
	uint64_t size_ = 0;
	mutable uint64_t used_ = 0, last_ = 0, peak_ = 0;
	mutable bool exhausted_ = false;
};

// Allocates as @next does and notes the first two-dimensional request: the create() that imdecode makes on the program's Mat.
class FirstRequest : public OutputAllocator
{
public:
	explicit FirstRequest(const cv::MatAllocator *next) : next_(next) {}
	cv::UMatData *allocate(int dims, const int *sizes, int type, void *data, size_t *step, cv::AccessFlag flags,
			       cv::UMatUsageFlags usage) const override;

	mutable bool seen = false;
	mutable int rows = 0, cols = 0, type = 0;

private:
	const cv::MatAllocator *next_;
};

} // namespace sp_cv

#endif
