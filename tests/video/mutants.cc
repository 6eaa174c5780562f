// SPDX-License-Identifier: LGPL-2.1-or-later
// Altered videos: natively some end the process, hence each in one of its own.
#include "tests/parity/mutate.hh"
#include "tests/video/video.hh"

#include <unistd.h>

namespace {

const size_t kSizeMax = 60 * 1024;
const int kFramesMax = 40;
const unsigned kSecondsMax = 20;

// The first word says whether all frames could be had.
std::string read_mutant(const std::string &path, uint64_t number)
{
	cv::VideoCapture c;
	const bool ok = c.open(path);
	std::string text = state_of(c) + properties(c) + "\n";
	int n = 0;

	for (std::string one; n < kFramesMax; n++) {
		if (number % 4 == 3 && n == 10)
			text += "sought " + std::to_string(c.set(cv::CAP_PROP_POS_FRAMES, double(number % 29))) + "\n";
		one = outcome([&] { return read_one(c); });
		text += one + " at " + property(c, cv::CAP_PROP_POS_MSEC) + "\n";
		if (one.compare(0, 4, "true"))
			break;
	}
	return std::string(ok && n == kFramesMax ? "true" : "false") + " after " + std::to_string(n) + "\n" + text + properties(c);
}

} // namespace

void run_mutants(const Words &words)
{
	const uint64_t count = std::stoull(words[3]);
	const Mutator mutator(words[0], kSizeMax, std::stoull(words[2]));

	for (uint64_t i = 0; i < count; i++)
		apart([&] {
			const Picture p = mutator.make(i);
			const std::string path = words[1] + "/mutant-" + p.extension.substr(1) + p.extension;

			alarm(kSecondsMax);
			write_bytes(path, p.bytes);
			attempt(std::to_string(i) + " " + p.name + ":", [&] { return read_mutant(path, i); });
		});
	for (const std::string &extension : mutator.extensions())
		unlink((words[1] + "/mutant-" + extension.substr(1) + extension).c_str());
}
