// SPDX-License-Identifier: LGPL-2.1-or-later
// What the subjects print, whichever library they use: sections that start with a line "== name" on both streams, so that a test can compare two
// runs piece by piece.
#ifndef SP_TEST_SECTIONS_HH
#define SP_TEST_SECTIONS_HH

#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <vector>

// Start a section.
void section(const std::string &name);

// What @call returns, or what it throws, in full.
std::string outcome(const std::function<std::string()> &call);

// What is to be said of an exception beyond its type and what(); "" when nothing is. Set before main() by who knows a library's exceptions.
extern std::string (*describe_exception)(const std::exception &e);

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
