// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef SP_FUZZ_ANSWERS_HH
#define SP_FUZZ_ANSWERS_HH

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// How the program asked, and how the answer comes. Fixed width: seeds are files.
struct fuzz_answer {
	uint8_t what;  // 0: opening, 1: a grid, 2: what of it lies in a box; modulo 3
	uint8_t type;  // of the grid that was asked for: number in GridTypes, modulo
	uint8_t piece; // chunks have so many bytes times 97, 0: one chunk
	uint8_t reserved[5];
};

#define FUZZ_EXPORT(name) __asm__(#name) __attribute__((visibility("default")))

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) __attribute__((visibility("default")));

// Was the last one taken, up to its end?
bool fuzz_was_taken() FUZZ_EXPORT(fuzz_was_taken);

// Answers that are all right: what the helper's own code says of small grids of all types, which are written to an archive and read again.
std::vector<std::string> fuzz_answers() FUZZ_EXPORT(fuzz_answers);

#endif
