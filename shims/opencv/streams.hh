// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef SP_CV_STREAMS_HH
#define SP_CV_STREAMS_HH

namespace sp_cv {

// In the helper: what the library writes to std::cerr, std::clog and std::cout becomes events, and so do its errors (cv::redirectError).
void redirect_streams();

} // namespace sp_cv

#endif
