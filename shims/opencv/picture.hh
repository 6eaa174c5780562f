// SPDX-License-Identifier: LGPL-2.1-or-later
// A helper's reply into a cv::Mat.
#ifndef SP_CV_PICTURE_HH
#define SP_CV_PICTURE_HH

#include <opencv2/core.hpp>
#include "lib/front/front.h"
#include "shims/opencv/format.h"

namespace sp_cv {

// A copy of a reply's body, checked: the picture lies within the output area and is one that the library could have returned.
struct Picture {
	int rows, cols, type;
	uint64_t offset, bytes; // in the shared memory
};

// Could the library, asked with @flags (cv::ImreadModes), have made a Mat of this size and type? Programs rely on the type they
// asked for without a look, and on sizes within the library's own limits.
bool picture_possible(int rows, int cols, int type, int flags);

// Check what @reply, the answer to a request with @flags, says of a picture against a memory of @memory_size bytes with the output area
// at @output. Returns false when it cannot be true.
bool picture_check(const sp_cv_reply &reply, int flags, uint64_t output, uint64_t memory_size, Picture *ret);

// The picture as a Mat of its own: small ones copied, large ones mapped in place once the helper is gone. False when the memory
// cannot be had or the helper misbehaves; *call then has status and reason.
bool picture_take(const sp_front_ops *front, sp_call *call, const Picture &picture, cv::Mat *ret);

// Likewise, copied whatever its size.
bool picture_copied(const sp_front_ops *front, sp_call *call, const Picture &picture, cv::Mat *ret);

// Copy the pixels into @dst, which has the picture's size and type.
bool picture_copy(const sp_front_ops *front, sp_call *call, const Picture &picture, cv::Mat *dst);

} // namespace sp_cv

#endif
