/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Native against preloaded, section by section (tests/parity/report.hh). A subject runs twice natively, with different contents of fresh
 * memory; what differs then shows uninitialised memory, says nothing about us, and is left out and counted. Sections are matched by their
 * names: a process that crashes natively has none for what it would have done next. Names begin with a group, the file's, before a colon.
 */
#ifndef SP_TEST_COMPARE_H
#define SP_TEST_COMPARE_H

#include "tests/support/support.h"

/* Items by what became of them. */
struct tally {
	size_t compared; /* of these: */
	size_t pictures, empty, threw; /* natively: something, a failure, an exception */
	size_t wavering, crashed; /* natively uninitialised memory; natively a crash */
	size_t limited; /* one of our limits, which said so */
	size_t refused; /* one side threw, the other did not, or something else */
	size_t ours_wavering; /* damaged: not the same each time in ours, where all native runs agree; one of ours is like them */
	size_t words; /* groups whose stderr natively is not the same each time */
	size_t beyond; /* reached by ours alone, behind a native crash */
	size_t different;
};

enum {
	LIMITS = 1, /* a call that a limit of ours stopped is no difference */
	VIDEOS = 2, /* addresses in messages, and words about GStreamer (natively it is asked after FFmpeg; ours is not, and says so) are none */
	/*
	 * FFmpeg's threads write to stderr whenever they come to it: what they wrote in all of a group is compared, in any order. What they make
	 * of a broken file is not the same each time: a difference is one only when several more native runs agree.
	 */
	THREADS = 4,
	/*
	 * And only when none of several more of ours is like them, too: a broken file may decode otherwise once in eighty times natively and once in four times in ours, whose
	 * threads share their processor with the program.
	 */
	DAMAGED = 8,
	/*
	 * A damaged volume: where the library goes on with memory that it has not set, or with a tree that cannot be, ours may refuse it, and the other way round.
	 * Two results must be the same.
	 */
	REFUSED = 32,
	/*
	 * What comes of memory that the library has not set may be the same by chance in two native runs, where a float of it becomes a byte: a difference is
	 * one only when three more native runs, with other contents of that memory, agree.
	 */
	UNSET = 64,
	RESULTS = 16, /* where the library crashes natively by what it found in memory, ours may come to a result */
};

/* Run @argv three times as @how says (but for the side) and count, with these tolerances. */
void compare_runs(struct tally *ret, const struct how *how, const char *const *argv, unsigned tolerances);

/* Run @argv three times as @how says (but for the side) and compare; the differences fail the test. */
void compare_program(const struct how *how, const char *const *argv);
#define COMPARE(how, ...) compare_program(how, (const char *const[]){ __VA_ARGS__, NULL })

/* Group fixtures: a directory with the corpus; *path is static. */
int corpus_setup(void **state);
const char *corpus(const char *name); /* path of a file in it, "" of the directory; a static buffer */

#endif
