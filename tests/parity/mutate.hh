// SPDX-License-Identifier: LGPL-2.1-or-later
// Broken pictures without end: the same number of the same seed is the same file.
#ifndef SP_TEST_MUTATE_HH
#define SP_TEST_MUTATE_HH

#include "tests/parity/corpus.hh"
#include "tests/parity/random.hh"

struct Picture {
	std::string name, extension; // with its point
	Bytes bytes;
};

class Mutator
{
public:
	// The files of @directory of at most @max_size bytes.
	Mutator(const std::string &directory, size_t max_size, uint64_t seed);
	Picture make(uint64_t number) const;
	std::vector<std::string> extensions() const;

private:
	Picture draw(Random *r) const;

	std::vector<std::vector<Picture>> formats_; // by extension: each is chosen as often as any other
	uint64_t seed_;
};

#endif
