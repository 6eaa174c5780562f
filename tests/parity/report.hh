// SPDX-License-Identifier: LGPL-2.1-or-later
<<<<<<< HEAD
// What the subjects print: sections that start with a line "== name" on both streams, so that a test can compare two runs piece by piece. The line begins
// with a newline of its own: libraries' threads print theirs in pieces.
=======
// What the subjects print about pictures.
>>>>>>> 43f5d88 (tests: sections and random numbers apart from pictures)
#ifndef SP_TEST_REPORT_HH
#define SP_TEST_REPORT_HH

#include "tests/parity/sections.hh"

#include <opencv2/core.hpp>

// Everything about @m that a program can see, with a digest of its pixels.
std::string describe(const cv::Mat &m);
uint64_t digest(const cv::Mat &m);

#endif
