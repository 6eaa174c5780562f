// SPDX-License-Identifier: LGPL-2.1-or-later
// The fuzz target for volumes without a fuzzer: every seed, which must be taken, and a fixed number of mutations, the same on every run. With a folder's name: the
// seeds as files there, for libFuzzer. With a second word: so many mutations.
#include "fuzz/answers.hh"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace {

const unsigned long kRounds = 200000;
uint64_t state = 20231;

// splitmix64 (G. Steele, D. Lea, C. Flood)
uint64_t noise()
{
	uint64_t z = state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

// Most of an answer is masks without a bit: rather where something is.
size_t place(const std::string &s)
{
	size_t at = noise() % s.size();

	for (int i = 0; i < 8 && !s[at]; i++)
		at = noise() % (i % 2 ? s.size() : std::min<size_t>(s.size(), 256));
	return at;
}

void mutate(std::string *s)
{
	static const uint64_t words[] = { 0,	 1,	 2,	    3,		 7,	    8,		512,	   513,	      4096,		  32767,      32768,
					  65535, 65536, 1u << 23, 1u << 31, UINT32_MAX - 1, UINT32_MAX, 1ull << 32, 1ull << 40, 1ull << 63, UINT64_MAX };
	const size_t at = place(*s), n = noise() % 2 ? 4 : 8;

	switch (noise() % 8) {
	case 0:
		s->resize(noise() % 8 ? s->size() : at + 1);
		break;
	case 1: // what is there, once more
		s->insert(at, *s, place(*s), noise() % 300);
		break;
	case 2:
		s->erase(at, noise() % 100);
		break;
	case 3:
	case 4:
		(*s)[at] = static_cast<char>((*s)[at] ^ 1 << noise() % 8);
		break;
	case 5:
		(*s)[at] = static_cast<char>(noise());
		break;
	default:
		if (at + n <= s->size())
			std::memcpy(&(*s)[at], &words[noise() % (sizeof(words) / sizeof(words[0]))], n);
	}
}

void attempt(const std::string &s)
{
	LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t *>(s.data()), s.size());
}

int write_all(const std::string &folder, const std::vector<std::string> &seeds)
{
	for (size_t i = 0; i < seeds.size(); i++) {
		std::ofstream f(folder + "/answer-" + std::to_string(i), std::ios_base::binary);

		f << seeds[i];
		if (!f.flush())
			return 1;
	}
	return 0;
}

} // namespace

int main(int argc, char **argv)
{
	const std::vector<std::string> seeds = fuzz_answers();
	const unsigned long rounds = argc == 3 ? std::strtoul(argv[2], nullptr, 10) : kRounds;
	unsigned taken = 0;

	if (argc == 2)
		return write_all(argv[1], seeds);
	std::printf("1..2\n");
	for (const std::string &s : seeds) {
		attempt(s);
		if (!fuzz_was_taken())
			std::printf("# answer %zu is not taken\n", size_t(&s - seeds.data()));
		taken += fuzz_was_taken();
	}
	std::printf("%sok 1 - %u of %zu answers are taken\n", taken == seeds.size() ? "" : "not ", taken, seeds.size());
	taken = 0;
	for (unsigned long i = 0; i < rounds; i++) {
		std::string s = seeds[noise() % seeds.size()];

		for (unsigned n = 1 + noise() % 4; n && !s.empty(); n--)
			mutate(&s);
		attempt(s);
		taken += fuzz_was_taken();
	}
	std::printf("ok 2 - %lu mutations, of which %u are taken\n", rounds, taken);
	return 0;
}
