/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How the app gets to know why a helper died. The filter kills outright, no handler runs, and a wait status says no more than SIGSYS. So the zygote traces its
 * helpers for one thing: to be stopped in when they die, while the registers still hold the number of the refused system call. Numbers only; nothing
 * that the helper wrote is interpreted here.
 */
#include "lib/helper/internal.h"

#include <linux/audit.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

void sp_obituary_watch(pid_t pid)
{
	/* Not possible under strace or a strict Yama policy: the message then lacks the name. */
	ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_TRACEEXIT);
}

#define X32_BIT 0x40000000

/* A helper may call by i386's or x32's numbers too: read as the native ones they would name another call. */
static void name_syscall(struct sp_obituary *o, pid_t pid, long nr)
{
	struct __ptrace_syscall_info info = { 0 };
	uint32_t arch = SCMP_ARCH_NATIVE;
	const char *suffix = "";
	char *name;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof(info), &info) > 0 && info.arch == AUDIT_ARCH_I386) {
		arch = SCMP_ARCH_X86;
		suffix = " of i386";
	} else if (nr & X32_BIT) {
		arch = SCMP_ARCH_X32;
		suffix = " of x32";
	}
	/* The stop is the first thread's. When another one died, it stands in a call that it may make. */
	if (sp_options.objects && !*suffix && (nr == SYS_write || nr == SYS_read || nr == SYS_futex || nr == SYS_exit_group))
		return;
	name = seccomp_syscall_resolve_num_arch(arch, (int)nr);
	o->syscall_nr = (int32_t)nr;
	if (name || *suffix)
		snprintf(o->syscall_name, sizeof(o->syscall_name), "%s%s", name ? name : "unknown", suffix);
	free(name);
}

/* All that will ever be said of this helper. A write fails when the app has lost interest. */
static void say(struct sp_child *c, const void *data, size_t len)
{
	if (c->obituary >= 0 && syscall(SYS_write, c->obituary, data, len) < 0)
		errno = 0;
	sp_close_fd(&c->obituary);
}

static void say_gone(struct sp_child *c)
{
	const uint32_t gone = SP_GONE;

	say(c, &gone, sizeof(gone));
}

static void last_look(struct sp_child *c)
{
	struct sp_obituary *o = &c->record;
	struct user_regs_struct regs;
	unsigned long status = 0;

	if (ptrace(PTRACE_GETEVENTMSG, c->pid, NULL, &status) < 0)
		return;
	if (WIFEXITED(status)) {
		/* It is in exit, with its only thread, and will not come back to its own code: as good as gone, and a good deal
		 * sooner, since tearing its memory down takes longer than most calls. */
		say_gone(c);
		return;
	}
	if (ptrace(PTRACE_GETREGS, c->pid, NULL, &regs) < 0)
		return;
	o->ip = regs.rip;
	if (WTERMSIG(status) == SIGSYS)
		name_syscall(o, c->pid, (long)regs.orig_rax);
	if (sp_options.verbose)
		sp_autopsy(c->pid, o);
	explicit_bzero(&regs, sizeof(regs));
}

static void fatal_signal(struct sp_child *c)
{
	siginfo_t info;

	if (ptrace(PTRACE_GETSIGINFO, c->pid, NULL, &info) == 0 && info.si_code > 0)
		c->record.address = (uint64_t)(uintptr_t)info.si_addr;
}

static void go_on(struct sp_child *c, int status)
{
	int sig = WSTOPSIG(status);

	if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8)) {
		last_look(c);
		sig = 0;
	} else if (status >> 16) {
		sig = 0; /* group-stop and the like */
	} else {
		fatal_signal(c);
	}
	ptrace(PTRACE_CONT, c->pid, NULL, sig);
}

bool sp_obituary_wait(struct sp_child *c, int status)
{
	if (WIFSTOPPED(status)) {
		go_on(c, status);
		return false;
	}
	if (!WIFEXITED(status)) {
		c->record.magic = SP_OBITUARY_MAGIC;
		c->record.wait_status = status;
		say(c, &c->record, sizeof(c->record));
	} else {
		say_gone(c);
	}
	/* Helpers to come are forked from here: nothing of this one may be in their memory. */
	explicit_bzero(&c->record, sizeof(c->record));
	return true;
}
