/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Native against preloaded, section by section (tests/parity/report.hh). A subject runs twice natively, with different contents of fresh
 * memory; what differs then shows uninitialised memory, says nothing about us, and is left out and counted.
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
	size_t different;
};

/* Run @argv three times as @how says (but for the side) and count. A call that a limit of ours stopped is a difference unless @limits. */
void compare_runs(struct tally *ret, const struct how *how, const char *const *argv, bool limits);

/* Run @argv three times as @how says (but for the side) and compare; the differences fail the test. */
void compare_program(const struct how *how, const char *const *argv);
#define COMPARE(how, ...) compare_program(how, (const char *const[]){ __VA_ARGS__, NULL })

/* Group fixtures: a directory with the corpus; *path is static. */
int corpus_setup(void **state);
const char *corpus(const char *name); /* path of a file in it, "" of the directory; a static buffer */

#endif
