// SPDX-License-Identifier: LGPL-2.1-or-later
// What the subjects print: sections that start with a line "== name" on both streams, so that a test can compare two runs piece by piece. The line begins
// with a newline of its own: libraries' threads print theirs in pieces.
#ifndef SP_TEST_REPORT_HH
#define SP_TEST_REPORT_HH

#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>
#include <opencv2/core.hpp>

// Start a section.
void section(const std::string &name);

// Everything about @m that a program can see, with a digest of its pixels.
std::string describe(const cv::Mat &m);
uint64_t digest(const cv::Mat &m);

// What @call returns, or what it throws, in full.
std::string outcome(const std::function<std::string()> &call);

// A section: what @call returns, or what it throws, in full.
void attempt(const std::string &name, const std::function<std::string()> &call);

// @call, which may have sections of its own, in a process of its own; how that died, if it did, at the end of its last section.
void apart(const std::function<void()> &call);

// A section in a process of its own; how that died, if it did.
void attempt_apart(const std::string &name, const std::function<std::string()> &call);

std::vector<uint8_t> read_bytes(const std::string &path);
void write_bytes(const std::string &path, const std::vector<uint8_t> &bytes);
// Names of the files in @directory, sorted.
std::vector<std::string> list_files(const std::string &directory);

#endif
