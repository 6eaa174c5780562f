/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Run sandbox-run, and make the files that it has to judge. Failure of the harness itself fails the
 * test. */
#ifndef SP_TEST_HARNESS_H
#define SP_TEST_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <limits.h>
#include <sys/types.h>

#define NOBODY 65534

struct outcome {
	int status; /* wait(2)'s */
	pid_t pid;
	char out[1 << 16], err[1 << 16];
};

/* How it is started; all zero is as the test itself. */
struct how {
	const char *program; /* instead of sandbox-run of the stage */
	const char *env[4];  /* NAME=VALUE, or NAME to take it away */
	const char *cwd;
	uid_t uid; /* user and group, 0: unchanged */
	bool no_new_privs, block_chld, ignore_chld, no_stdio;
};

/* Directory of a test's own; it goes with its contents at the end of the program. */
extern char work[64];
/* A stage in it: sandbox-run and the library of $SP_SANDBOX_RUN's stage, where any user may execute
 * them. */
extern char stage_run[PATH_MAX], stage_library[PATH_MAX];

int harness_setup(void **state);
int harness_teardown(void **state);

/* Run it with arguments up to NULL; *ret_o holds at most the beginning of what is printed. */
void run_how(struct outcome *ret_o, const struct how *how, ...) __attribute__((sentinel));
#define RUN(o, ...) run_how(o, &(const struct how){0}, __VA_ARGS__, NULL)
#define RUN_HOW(o, how, ...) run_how(o, how, __VA_ARGS__, NULL)

void assert_exit(const struct outcome *o, int code);
/* Exit code, exactly one line on stderr, by sandbox-run, and that it has @words. */
void assert_refused(const struct outcome *o, int code, const char *words);
void assert_has(const char *text, const char *words);

/* All take names relative to work, and return the absolute path in one of a few static buffers. */
const char *in_work(const char *name);
const char *make_text(const char *name, mode_t mode, const char *text);
const char *make_dir(const char *name);
const char *copy_of(const char *from, const char *name);

/* ELF with nothing in it but headers and what is said here. */
struct mock {
	int elf_class, machine, type; /* 0: as this machine, ET_DYN */
	const char *loader;	      /* NULL: no PT_INTERP */
	bool pie;
};
const char *make_mock(const char *name, const struct mock *mock);

#endif
