/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a run printed, made comparable and cut into its sections. */
#ifndef SP_TEST_PRINTED_H
#define SP_TEST_PRINTED_H

#include "tests/support/support.h"

struct section {
	const char *name;
	char *text;
};

struct printed {
	struct section *sections; /* free */
	size_t count;
};

/*
 * Cut @text (changed, and kept) at its lines "== name", each with the newline before it, which is not the text's own; what stands before the first is a
 * section without a name. So all sections' texts together are what would have been printed without them.
 */
void printed_split(char *text, struct printed *ret);

/* These change what they are given. */
char *without_temporary_names(char *text); /* returns it */
void without_addresses(char *text);	   /* as FFmpeg prints them */
void without_gstreamer(char *text);	   /* lines about it, the front's among them, and empty ones */

/* What a file made a library print may hold anything; the front passes it on fit for a terminal. Returns @o's stderr, new. */
char *fit_for_terminal(struct outcome *o);

/* The lines of texts regardless of their order: a sum of their digests. A line may begin in one text and end in the next. */
struct line_sum {
	uint64_t sum;
	uint64_t line; /* digest of the one that has begun, 0: none has */
};
void add_lines(struct line_sum *s, const char *text);
uint64_t end_lines(struct line_sum *s);

#endif
