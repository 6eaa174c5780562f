/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Inside a hostile plugin: does this helper's memory hold anything of another call's input? */
#ifndef SP_TEST_SEARCH_H
#define SP_TEST_SEARCH_H

#include <stddef.h>
#include <stdint.h>

/* Where in a planted input the markers begin, one after the other. */
#define MARKER_START 16u

/* In the zygote: note what is mapped. NULL, or why that cannot be done. */
const char *search_warm_up(void);
/* In a helper, before its lock-down: note what it has mapped for itself. */
void search_prepare(void);
/* Copy the input, which is all markers, to @local (@len bytes), to static memory, the heap and the output. */
void search_plant(const uint8_t *input, uint64_t size, char *local, size_t len);
/* Die with the marker in all registers. */
void search_crash(const uint8_t *input) __attribute__((noreturn));
/* Places in readable memory where the marker is. */
unsigned search_memory(void);
size_t search_size(void); /* bytes looked at */

#endif
