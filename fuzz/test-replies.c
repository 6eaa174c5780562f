/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fuzz target without a fuzzer: every seed, and a fixed number of mutations and of noise, the same on every run. For any compiler. */
#include "fuzz/replies.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 200000
#define ROOM 4096

static uint64_t state = 20231;

/* splitmix64 (G. Steele, D. Lea, C. Flood) */
static uint64_t noise(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static const uint32_t words[] = { 0, 1, 2, 3, 5, 7, 8, 16, 63, 64, 65, 4095, 4096, 65535, 65536, 1u << 20, (1u << 20) + 1, 3u << 20,
				  (3u << 20) - 64, 1u << 30, INT32_MAX, 1u << 31, UINT32_MAX - 1, UINT32_MAX };

static void mutate(uint8_t *buf, size_t *len)
{
	size_t at = *len ? noise() % *len : 0, n;

	switch (noise() % 6) {
	case 0: /* a bit */
		if (*len)
			buf[at] ^= (uint8_t)(1u << noise() % 8);
		return;
	case 1: /* cut */
		*len = noise() % 8 ? *len : at;
		return;
	case 2: /* grow by a copy of what is there */
		n = noise() % 64;
		if (at + n <= *len && *len + n <= ROOM) {
			memmove(buf + *len, buf + at, n);
			*len += n;
		}
		return;
	case 3: /* noise */
		for (n = noise() % 16; n && at < *len; n--)
			buf[at++] = (uint8_t)noise();
		return;
	default: /* a word with a value of interest */
		at &= ~(size_t)3;
		if (at + 4 <= *len)
			memcpy(buf + at, &words[noise() % (sizeof(words) / sizeof(words[0]))], 4);
	}
}

/* A buffer of exactly its size for each, so that a sanitizer sees every step beyond. */
static void try(const uint8_t *buf, size_t len)
{
	uint8_t *p = malloc(len ? len : 1);

	if (!p)
		abort();
	memcpy(p, buf, len);
	LLVMFuzzerTestOneInput(p, len);
	free(p);
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : ROUNDS;
	static uint8_t buf[ROOM];
	unsigned seeds = 0;
	size_t len;

	printf("1..2\n");
	while ((len = fuzz_seed(seeds, buf, ROOM))) {
		try(buf, len);
		seeds++;
	}
	printf("ok 1 - %u seeds\n", seeds);
	for (unsigned long i = 0; i < rounds; i++) {
		len = fuzz_seed((unsigned)(noise() % seeds), buf, ROOM);
		if (noise() % 16 == 0)
			for (len = noise() % 600, buf[0] = 0; len && buf[0] < len % 251; buf[0]++)
				buf[noise() % len] = (uint8_t)noise();
		for (unsigned n = 1 + noise() % 6; n; n--)
			mutate(buf, &len);
		try(buf, len);
	}
	printf("ok 2 - %lu mutations\n", rounds);
	return 0;
}
