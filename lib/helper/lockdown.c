/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A helper's way into confinement. The order matters: what can fail comes while the helper can still say so, the filter comes last. Privileges, namespaces
 * and Landlock are the zygote's (filters/harden.c) and inherited.
 */
#include "lib/helper/internal.h"
#include "filters/policy.h"

#include <alloca.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

#define STACK_MAX (8u << 20)

static int limit(int resource, rlim_t soft, rlim_t hard)
{
	struct rlimit rl = { soft, hard };

	return setrlimit((__rlimit_resource_t)resource, &rl) < 0 ? -errno : 0;
}

/* The stack grows on faults, which RLIMIT_AS stops: let it have its full size as address space while it may. */
static void __attribute__((noinline)) grow_stack(void)
{
	struct rlimit rl;
	size_t n = STACK_MAX;
	volatile char *p;

	if (getrlimit(RLIMIT_STACK, &rl) == 0 && rl.rlim_cur < n)
		n = rl.rlim_cur;
	if (n <= 256 * 1024)
		return;
	p = alloca(n - 192 * 1024);
	p[0] = 0;
}

/*
 * A timer of the kernel, which needs nobody to be alive or willing, on the CPU time of this process: a locked-down helper can do nothing but compute or
 * sit in a write, and the app, which waits no longer than the limit on the wall clock, ends the latter. RLIMIT_CPU is the second lock on the same door.
 */
static int limit_time(void)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL };
	struct itimerspec when = { 0 };
	timer_t timer;
	rlim_t cpu;

	/* An object may be of use for hours: there the app, which waits for each answer, is the only clock. */
	if (sp_options.objects)
		return 0;
	if (timer_create(CLOCK_PROCESS_CPUTIME_ID, &ev, &timer) < 0)
		return -errno;
	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &when.it_value) < 0)
		return -errno;
	when.it_value.tv_sec += (time_t)sp_options.time_limit;
	cpu = (rlim_t)when.it_value.tv_sec + 2;
	if (timer_settime(timer, TIMER_ABSTIME, &when, NULL) < 0)
		return -errno;
	return limit(RLIMIT_CPU, cpu, cpu + 1);
}

static int limit_resources(void)
{
	static const int none[] = { RLIMIT_FSIZE,  RLIMIT_NPROC,    RLIMIT_CORE,       RLIMIT_MEMLOCK,
				    RLIMIT_NOFILE, RLIMIT_MSGQUEUE, RLIMIT_SIGPENDING, RLIMIT_AS };
	int r = 0;

	grow_stack();
	for (size_t i = 0; r == 0 && i < SP_ARRAY_SIZE(none); i++)
		r = limit(none[i], 0, 0);
	return r;
}

/*
 * When a process ends, the kernel writes to each word of this list that holds its thread's number (futex(2)), after the moment that counts as the helper's
 * end. The list is in memory that the helper may write: without it, nothing writes to a result that the app has taken.
 */
static int forget_robust_list(void)
{
	return syscall(SYS_set_robust_list, NULL, 3 * sizeof(void *)) < 0 ? -errno : 0;
}

static int close_descriptors(void)
{
	unsigned last = sp_options.objects ? SP_FD_COMMAND : SP_FD_REPLY;

	if (syscall(SYS_close_range, 0u, SP_FD_REPLY - 1u, 0u) < 0)
		return -errno;
	return syscall(SYS_close_range, last + 1, ~0u, 0u) < 0 ? -errno : 0;
}

/* With verbose messages the zygote reads the stack of a dying helper, which needs this flag. */
static int set_dumpable(void)
{
	return syscall(SYS_prctl, PR_SET_DUMPABLE, sp_options.verbose) < 0 ? -errno : 0;
}

int sp_lockdown(const struct sock_fprog *filter, uint32_t *ret_step)
{
	int (*const steps[])(void) = { limit_time, limit_resources, set_dumpable, forget_robust_list, close_descriptors };
	int r = 0;

	for (*ret_step = 1; r == 0 && *ret_step <= SP_ARRAY_SIZE(steps); ++*ret_step)
		r = steps[*ret_step - 1]();
	return r ? r : sp_policy_install(filter);
}
