// SPDX-License-Identifier: LGPL-2.1-or-later
// In the helper: the state of the process that the library's behaviour depends on.
#ifndef SP_CV_STREAMS_HH
#define SP_CV_STREAMS_HH

#include <cstdint>

namespace sp_cv {

// What the library writes to std::cerr, std::clog and std::cout becomes events, and so do its errors (cv::redirectError).
void redirect_streams();

// The C++ locale alone.
void set_cxx_locale(const char *cxx_locale);

// What the program's thread has at the time of a call: see struct sp_cv_request.
void take_state(int log_level, bool use_optimized, uint32_t sse_control);

} // namespace sp_cv

#endif
