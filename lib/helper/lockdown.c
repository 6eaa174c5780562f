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

/* Steps, as they appear in SP_REPLY_SETUP. */
enum { STEP_TIMER = 1, STEP_LIMITS, STEP_DUMPABLE, STEP_DESCRIPTORS, STEP_FILTER };

static timer_t timer;

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

static rlim_t cpu_used(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (rlim_t)t.tv_sec + 1;
}

int sp_lockdown_early(void)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL };
	rlim_t cpu = cpu_used() + sp_options.time_limit;
	int r = 0;

	grow_stack();
	/* A timer of the kernel, which needs nobody to be alive or willing. RLIMIT_CPU is the second lock on the same door. */
	if (timer_create(CLOCK_MONOTONIC, &ev, &timer) < 0)
		return -errno;
	r = r ? r : limit(RLIMIT_CPU, cpu, cpu + 1);
	r = r ? r : limit(RLIMIT_FSIZE, 0, 0);
	r = r ? r : limit(RLIMIT_NPROC, 0, 0);
	r = r ? r : limit(RLIMIT_CORE, 0, 0);
	r = r ? r : limit(RLIMIT_MEMLOCK, 0, 0);
	r = r ? r : limit(RLIMIT_MSGQUEUE, 0, 0);
	r = r ? r : limit(RLIMIT_SIGPENDING, 0, 0);
	return r;
}

int sp_lockdown(const struct sock_fprog *filter, uint32_t *ret_step)
{
	struct itimerspec when = { .it_value = { .tv_sec = (time_t)sp_options.time_limit } };

	*ret_step = STEP_TIMER;
	if (timer_settime(timer, 0, &when, NULL) < 0)
		return -errno;
	*ret_step = STEP_LIMITS;
	if (limit(RLIMIT_AS, 0, 0) || limit(RLIMIT_NOFILE, 0, 0))
		return -errno;
	*ret_step = STEP_DUMPABLE;
	/* With verbose messages the zygote reads the stack of a dying helper, which needs this flag. */
	if (syscall(SYS_prctl, PR_SET_DUMPABLE, sp_options.verbose) < 0)
		return -errno;
	*ret_step = STEP_DESCRIPTORS;
	if (syscall(SYS_close_range, 0u, SP_FD_REPLY - 1u, 0u) < 0 ||
	    syscall(SYS_close_range, SP_FD_REPLY + 1u, ~0u, 0u) < 0)
		return -errno;
	*ret_step = STEP_FILTER;
	return sp_policy_install(filter);
}
