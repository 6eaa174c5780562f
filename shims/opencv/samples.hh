// SPDX-License-Identifier: LGPL-2.1-or-later
// Small pictures of every format, made by the library itself when the zygote starts, to warm it up with.
#ifndef SP_CV_SAMPLES_HH
#define SP_CV_SAMPLES_HH

#include <string>
#include <vector>

namespace sp_cv {

struct Sample {
	std::string name; // virtual file name
	uint64_t kind;	  // samples of one file format have one number, from 1; the commonest format first
	std::vector<unsigned char> bytes;
};

// A format that this build of the library cannot
// write is left out.
std::vector<Sample> make_samples();

// Decode @s as a file and as a buffer with @flags; errors are part of the exercise.
void decode_sample(const Sample &s, int flags);

// Kind of the sample whose first two bytes are @start, or a number that no sample has.
uint64_t sample_kind(const std::vector<Sample> &samples, const std::string &start);

} // namespace sp_cv

#endif
