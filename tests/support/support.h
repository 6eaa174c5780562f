/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests that start programs share. A test program is started without the front; the programs it judges (subjects, built from
 * tests/) it starts itself, natively or preloaded. Failure of the harness itself fails the test.
 *
 * $SP_STAGE is the build tree laid out as installed, $SP_SUBJECTS the build tree's tests/, which
 * has the subjects' programs, $SP_SOURCE the source tree's tests/.
 */
#ifndef SP_TEST_SUPPORT_H
#define SP_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum side { NATIVE, PRELOADED };

struct outcome {
	int status; /* as wait(2) gives it */
	char *out, *err; /* all that was printed, NUL-terminated; free with outcome_free */
	size_t out_len, err_len;
};

/* How a subject is started; all zero: natively, in the test's own environment, 120 s. */
struct how {
	enum side side;
	const char *env[8];	  /* NAME=VALUE, or NAME to take it away; up to NULL */
	const char *cwd;	  /* NULL: the test's own */
	const char *input;	  /* file on its standard input; NULL: /dev/null */
	unsigned timeout;	  /* seconds after which it is killed and the test fails; 0: 120 */
	const char *library;	  /* front to preload instead of the stage's */
};

/* Run @argv (argv[0] is an absolute path, or a subject's name such as "hosts/threads") to its end. */
void run_program(struct outcome *ret, const struct how *how, const char *const *argv);
#define RUN(ret, how, ...) run_program(ret, how, (const char *const[]){ __VA_ARGS__, NULL })
void outcome_free(struct outcome *o);

/* It exited with @code; else the test fails and shows what was printed. */
void assert_exit(const struct outcome *o, int code);
/* @words are in @text. */
void assert_has(const char *text, const char *words);
/* Every line of @text that is the front's ("libsandbox-preload: ..."), and how many there are. */
size_t count_lines(const char *text, const char *prefix);
/* @text (changed in place) with the parts of log lines that differ from run to run, "0@1.234", made alike. Returns it. */
char *without_times(char *text);

const char *stage(void);     /* $SP_STAGE */
const char *front_path(void); /* of the stage's libsandbox-preload.so */
/* Path of a subject's program; one of a few static buffers. */
const char *subject(const char *name);
/* Path of a file of the source tree, relative to its tests/; one of a few static buffers. */
const char *source(const char *name);

/* A directory of this test program's own, gone with its contents at the end when the group's fixtures are these. */
extern char work[64];
int work_setup(void **state);
int work_teardown(void **state);
/* Absolute path of @name in it; one of a few static buffers. */
const char *in_work(const char *name);
/* Write a file there; returns its path. */
const char *make_file(const char *name, const void *data, size_t len);

/* Processes whose executable is sandbox-helper of this stage, zombies not counted. */
unsigned count_helpers(void);
/* Wait until there are none, at most @ms milliseconds. */
bool wait_no_helpers(unsigned ms);

#ifdef __cplusplus
}
#endif
#endif
