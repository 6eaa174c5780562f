// SPDX-License-Identifier: LGPL-2.1-or-later
// What the library said in the helper, said again in the program.
#ifndef SP_CV_REPLAY_HH
#define SP_CV_REPLAY_HH

#include "lib/front/front.h"
#include "shims/opencv/format.h"

namespace sp_cv {

// Print texts and raise errors, in their order, through the program's own std::cerr, stdio and cv::error (so that a redirected stream or
// an error callback sees them as natively). Errors the library caught itself are caught here; with @thrown the one that left the
// call is thrown out of this function. A record that makes no sense sets call->status to SP_BAD_REPLY.
void replay(const sp_front_ops *front, sp_call *call, sp_cv_thrown thrown);

} // namespace sp_cv

#endif
