/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SP_FUZZ_REPLIES_H
#define SP_FUZZ_REPLIES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How the program calls, and what fails on its own side. Fixed width: seeds are files. */
struct fuzz_control {
	int32_t flags;	   /* of imread */
	uint8_t entry;	   /* which function, modulo 6 */
	uint8_t status;	   /* not 0: the helper died */
	uint8_t fail_copy, fail_map, fill;
	uint8_t reserved[3];
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Write the @nth seed, a reply that is all right, to @buf (@cap bytes). Returns its length, 0 when there is none of that number. */
size_t fuzz_seed(unsigned nth, uint8_t *buf, size_t cap);

#ifdef __cplusplus
}
#endif
#endif
