/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A play: the subject, preloaded from a copied stage in which one part has been replaced by a hostile one, reads a list of commands. */
#ifndef SP_TEST_PLAY_H
#define SP_TEST_PLAY_H

#include "tests/support/support.h"

/* Group fixtures as work_setup, with a copy of the stage in which @module is @hostile (both set before the group runs). */
extern const char *play_module, *play_hostile;
/* The subject that plays it, and the call in the front's lines; set before, too, when it is not "attack/subject" and "cv::imread". */
extern const char *play_subject, *play_call;
int play_setup(void **state);

struct play {
	const char *env[6]; /* as in struct how */
	unsigned timeout;
	char *commands;
	size_t len;
	struct outcome o;
};

/* Add a command: operation and flags as the subject knows them, and a name. */
void play_add(struct play *p, const char *op, int flags, const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Run it: it must come to its end, with no descriptor more than after its first command. */
void play_run(struct play *p);
void play_free(struct play *p);

/* What the @nth command (from 0) of this name gave; fails the test when there is none. One of a few static buffers. */
const char *play_result(const struct play *p, const char *name, unsigned nth);
/* The front said exactly one line about @name, with @words in it; words NULL: none. */
void play_line(const struct play *p, const char *name, const char *words);
/* Commands of this name that gave @result. */
unsigned play_count(const struct play *p, const char *name, const char *result);

#endif
