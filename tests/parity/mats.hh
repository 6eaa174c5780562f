// SPDX-License-Identifier: LGPL-2.1-or-later
// A picture that came from cv::imread, put to every use that a program has for a Mat.
#ifndef SP_TEST_MATS_HH
#define SP_TEST_MATS_HH

#include "tests/parity/report.hh"

struct MatUse {
	const char *name;
	std::string (*run)(cv::Mat &m); // with a Mat of its own, freshly read; says what came of it
};

extern const std::vector<MatUse> mat_uses;

// describe() and what else a program can see in a Mat and its UMatData, but for addresses and
// currAllocator.
std::string look(const cv::Mat &m);

// Change every byte.
void scribble(const cv::Mat &m);

#endif
