// SPDX-License-Identifier: LGPL-2.1-or-later
// Numbers that depend on a seed alone.
#ifndef SP_TEST_RANDOM_HH
#define SP_TEST_RANDOM_HH

#include <cstddef>
#include <cstdint>

// SplitMix64 (G. Steele, D. Lea, C. Flood).
class Random
{
public:
	explicit Random(uint64_t seed) : state_(seed) {}
	uint64_t next()
	{
		uint64_t z = state_ += 0x9e3779b97f4a7c15u;

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
		z = (z ^ z >> 27) * 0x94d049bb133111ebu;
		return z ^ z >> 31;
	}
	size_t below(size_t n) { return n ? size_t(next() % n) : 0; }
	bool once_in(size_t n) { return below(n) == 0; }

private:
	uint64_t state_;
};

#endif
