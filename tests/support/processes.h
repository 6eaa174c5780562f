/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The zygote and helpers of one program among all that run. They cannot be told by parentage, as the zygote is nobody's child. So a program
 * is started with a time limit of its own in $SANDBOX_PRELOAD_TIME_LIMIT, which its zygote and helpers have among their
 * arguments: readable by anyone, also when they are locked down. Needs no cmocka: subjects use it too.
 */
#ifndef SP_TEST_PROCESSES_H
#define SP_TEST_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MARK_VARIABLE "SANDBOX_PRELOAD_TIME_LIMIT"

struct helper_process {
	pid_t pid, parent;
	bool is_zygote;
};

/* "SANDBOX_PRELOAD_TIME_LIMIT=n" with a new n at each call (more than a day, so it never strikes). In one of a few static buffers. */
const char *new_mark(void);

/* Living zygotes and helpers with @mark: as new_mark gave it, or NULL for the variable in this program's own environment. At most @max. */
size_t marked_processes(const char *mark, struct helper_process *ret, size_t max);

/* The first zygote with @mark, or 0. */
pid_t marked_zygote(const char *mark);

/* Wait until none is left, at most @ms milliseconds. */
bool wait_none_marked(const char *mark, unsigned ms);

#ifdef __cplusplus
}
#endif
#endif
