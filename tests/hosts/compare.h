/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the test programs of this folder share: a badly behaved program is run natively and preloaded, and both must look the same. */
#ifndef SP_TEST_COMPARE_H
#define SP_TEST_COMPARE_H

#include "tests/support/support.h"
#include "tests/support/processes.h"

/* Group fixture in place of work_setup: also makes the pictures, in work, which everyone may read. */
int pictures_setup(void **state);

/*
 * Run @subject with @mode and the pictures' folder both ways: it exits with 0 and says "ok" in both, and nothing on stderr
 * when preloaded that it does not say natively.
 */
void assert_same_mode(const char *subject, const char *mode);
void assert_same_mode_how(const char *subject, const char *mode, struct how how);

/* Run it preloaded only, as what it looks at is not there natively. @ret may be NULL; else the caller frees it. */
void run_preloaded(struct outcome *ret, const char *subject, const char *mode);

/* Its stderr has nothing but whole lines which say that a call failed. */
void assert_only_failed_calls(const struct outcome *o);

/* No process of the program with @mark is left a second after its end. */
void assert_all_gone(const char *mark);

/* Subject @name of this folder; a static buffer. */
const char *host(const char *name);

#endif
