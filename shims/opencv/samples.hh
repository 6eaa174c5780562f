// SPDX-License-Identifier: LGPL-2.1-or-later
// Small pictures of every format, made by the library itself when the zygote starts, to warm it up with.
#ifndef SP_CV_SAMPLES_HH
#define SP_CV_SAMPLES_HH

#include <string>
#include <vector>

namespace sp_cv {

struct Sample {
	std::string name; // virtual file name
	std::vector<unsigned char> bytes;
};

// The commonest formats first: a spare rehearses in this order, as far as it gets. A format that this build of the library cannot
// write is left out.
std::vector<Sample> make_samples();

// Decode @s as a file and as a buffer with @flags; errors are part of the exercise.
void decode_sample(const Sample &s, int flags);

} // namespace sp_cv

#endif
