// SPDX-License-Identifier: LGPL-2.1-or-later
// In the helper: calls into the library, what they threw as a number.
#ifndef SP_CV_THROWN_HH
#define SP_CV_THROWN_HH

#include <functional>
#include "shims/opencv/format.h"

namespace sp_cv {

// The text of an exception that is not the library's own becomes an event.
sp_cv_thrown call_and_catch(const std::function<void()> &call);

} // namespace sp_cv

#endif
