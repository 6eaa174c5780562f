/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Start a process which the program cannot notice: no child in wait(-1), no SIGCHLD, no copy of its memory.
 *
 * The program's thread clones a child that shares its memory and has no exit signal (only a wait with __WCLONE or
 * __WALL sees it, and we wait for it ourselves); the child clones the grandchild that becomes the zygote, and is gone. exec would give a
 * child its exit signal back, hence two steps. Sharing memory, as posix_spawn(3) does, makes the cost independent of the program's size.
 */
#include "lib/front/internal.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define STACK (64u * 1024u)

struct plan {
	const char *path;
	char *const *argv, *const *envp;
	int socket;
	char *stack; /* top of the grandchild's */
	int error;   /* written by the grandchild, read after it has exec'ed or ended */
};

static void default_signals(void)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		sigaction(s, &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Shares memory with the program, which stands still: nothing but system calls, and errno is put back by the caller. */
static int grandchild(void *arg)
{
	struct plan *p = arg;

	default_signals();
	setsid();
	if (syscall(SYS_dup2, p->socket, 3) < 0 && p->socket != 3)
		goto fail;
	if (p->socket == 3 && fcntl(3, F_SETFD, 0) < 0)
		goto fail;
	if (syscall(SYS_close_range, 4u, ~0u, 0u) < 0)
		goto fail;
	execve(p->path, p->argv, p->envp);
fail:
	p->error = errno;
	_exit(127);
}

static int child(void *arg)
{
	struct plan *p = arg;

	if (clone(grandchild, p->stack, CLONE_VM | CLONE_VFORK, p) < 0)
		p->error = errno;
	_exit(0);
}

static int run(struct plan *p)
{
	void *map = mmap(NULL, 2 * STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	pid_t pid;

	if (map == MAP_FAILED)
		return -ENOMEM;
	p->stack = (char *)map + STACK;
	pid = clone(child, (char *)map + 2 * STACK, CLONE_VM | CLONE_VFORK, p);
	if (pid < 0)
		p->error = errno;
	else
		while (waitpid(pid, NULL, __WCLONE) < 0 && errno == EINTR)
			;
	munmap(map, 2 * STACK);
	return -p->error;
}

/*
 * The orphans of a program that is a subreaper come back to it, and a zygote that lives as long as the program would let its wait(2) for all
 * children never end. So it is none while the zygote becomes an orphan. Children forked by other threads meanwhile lose
 * nothing: becoming a subreaper again takes in all descendants (kernel/sys.c). An orphan of theirs in this very millisecond would go to init.
 */
static int run_unadopted(struct plan *p)
{
	int subreaper = 0, r;

	prctl(PR_GET_CHILD_SUBREAPER, &subreaper, 0, 0, 0);
	if (subreaper)
		prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
	r = run(p);
	if (subreaper)
		prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	return r;
}

int sp_spawn(const char *path, char *const argv[], char *const envp[], int socket)
{
	struct plan p = { .path = path, .argv = argv, .envp = envp, .socket = socket };
	int saved = errno, r;
	sigset_t all, old;

	/* No handler of the program may run in a process that shares its memory. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	r = run_unadopted(&p);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	errno = saved;
	return r;
}
