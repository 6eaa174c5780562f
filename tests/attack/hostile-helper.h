/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SP_TEST_HOSTILE_HELPER_H
#define SP_TEST_HOSTILE_HELPER_H

#include <stdbool.h>
#include "lib/wire/fdio.h"
#include "lib/wire/util.h"
#include "lib/wire/wire.h"
#include "shims/opencv/format.h"

struct hostile {
	uint64_t output, memory_size; /* offsets in the memory that the app expects */
};
extern struct hostile hostile; /* written by main, then constant */

/* One offered "helper" and the request it got. */
struct parts {
	int channel, memory, obituary, their_channel, their_obituary;
	uint8_t *map; /* the whole memory, or MAP_FAILED */
	struct sp_request req;
	char verb[64];
	long long arg[4];
	size_t n;
};

/* Does $OPENCV_ATTACK say @what? */
bool offered(const char *what);

/* Answer the request as its verb says; the caller closes the parts. */
void answer(struct parts *p);

#endif
