/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a run printed, made comparable and cut into its sections. */
#ifndef SP_TEST_PRINTED_H
#define SP_TEST_PRINTED_H

#include "tests/support/support.h"

struct section {
	const char *name, *text;
};

struct printed {
	struct section *sections; /* free */
	size_t count;
};

/* Cut @text (changed, and kept) at its lines "== name"; what stands before the first is a section without a name. */
void printed_split(char *text, struct printed *ret);

/* These change what they are given. */
char *without_temporary_names(char *text); /* returns it */
void without_addresses(char *text);	   /* as FFmpeg prints them */
void without_gstreamer(char *text);	   /* lines about it, the front's among them */

/* What a file made a library print may hold anything; the front passes it on fit for a terminal. Returns @o's stderr, new. */
char *fit_for_terminal(struct outcome *o);

/* The lines of @text regardless of their order: a sum of their digests. */
uint64_t sum_lines(const char *text);

#endif
