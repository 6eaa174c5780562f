/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the unit tests share: cmocka with what it needs, and noise that is the same on every run. */
#ifndef SP_TEST_UNIT_H
#define SP_TEST_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
#include <cmocka.h>
#ifdef __cplusplus
}
#endif

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* splitmix64 (G. Steele, D. Lea, C. Flood) */
static inline uint64_t noise(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

#endif
