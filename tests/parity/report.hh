// SPDX-License-Identifier: LGPL-2.1-or-later
// What the subjects print about pictures.
#ifndef SP_TEST_REPORT_HH
#define SP_TEST_REPORT_HH

#include "tests/parity/sections.hh"

#include <opencv2/core.hpp>

// Everything about @m that a program can see, with a digest of its pixels.
std::string describe(const cv::Mat &m);
uint64_t digest(const cv::Mat &m);

#endif
