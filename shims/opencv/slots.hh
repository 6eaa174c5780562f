// SPDX-License-Identifier: LGPL-2.1-or-later
// In the helper of a video: where frames and snapshots stand in the shared output area.
#ifndef SP_CV_SLOTS_HH
#define SP_CV_SLOTS_HH

#include <opencv2/core.hpp>
#include "shims/opencv/video.h"

namespace sp_cv {

// As many slots as frames can be ahead, one that the program has, one that is being written. All are of one size; for a larger frame
// new ones are laid out behind the old, whose contents stay.
class Slots : public cv::MatAllocator
{
public:
	void start(uint8_t *base, uint64_t size);
	// Frame @number, and its snapshots, go to the first slot whose frame came before @consumed: few slots stay in the cache.
	void next(uint64_t number, uint64_t consumed);
	// Where @bytes of the present slot's frame are to be; throws when there is no room.
	uint8_t *take(size_t bytes) const;
	void aside(bool on) { aside_ = on; } // a frame that the program asked for apart: not where one that is ahead may stand
	// Where frame @number stands; null: it does not any more.
	uint8_t *find(uint64_t number) const;
	// Room for SP_CV_PROPERTIES doubles, @which 0 or 1; *ret_offset is the one in the output area.
	double *snapshot(unsigned which, uint64_t *ret_offset) const;
	bool offset_of(const cv::Mat &m, uint64_t *ret) const;
	bool exhausted() const { return exhausted_; }

	cv::UMatData *allocate(int dims, const int *sizes, int type, void *data, size_t *step, cv::AccessFlag flags,
			       cv::UMatUsageFlags usage) const override;
	bool allocate(cv::UMatData *u, cv::AccessFlag flags, cv::UMatUsageFlags usage) const override;
	void deallocate(cv::UMatData *u) const override;

private:
	static constexpr unsigned kSlots = SP_CV_AHEAD_MAX + 2, kAll = kSlots + 1;
	// Snapshots of all slots come first.
	static constexpr uint64_t kFrames = (kAll * 2ull * SP_CV_SNAPSHOT + 4095) & ~4095ull;

	uint8_t *base_ = nullptr;
	uint64_t size_ = 0;
	uint64_t frame_[SP_CV_AHEAD_MAX + 2] = {}; // number of the frame in each slot, 0: none yet
	unsigned at_ = 0; // slot
	bool aside_ = false; // the one behind the others
	mutable uint64_t first_ = kFrames, bytes_ = 0; // of the slots: offset and size of each
	mutable bool exhausted_ = false;
};

} // namespace sp_cv

#endif
