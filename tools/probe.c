/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The handshake. LD_PRELOAD that cannot be honoured is only a warning, given when it is too late;
 * so the program's own loader is asked first, with the program's own environment, what it would
 * map. The program that is run afterwards must not find any trace of this: no descriptor, no child,
 * no pending signal.
 */
#include "tools/run.h"
#include "lib/wire/fdio.h"
#include "lib/wire/util.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#define TIME_MS 10000
#define OUTPUT_MAX (4u << 20) /* a program with 140 libraries: 12 KiB */
#define EXIT_SECURE 5	      /* of the loader, asked to list in a program with AT_SECURE */

/* They would add other output, write files, run code or relocate, which a listing needs no more
 * than that. */
static const char *const unwanted[] = {
	"LD_DEBUG", "LD_DEBUG_OUTPUT", "LD_SHOW_AUXV",	    "LD_VERBOSE", "LD_WARN",
	"LD_AUDIT", "LD_BIND_NOW",     "LD_PROFILE_OUTPUT", "LD_PROFILE",
};

struct probe {
	pid_t pid, parent;
	int out[2]; /* pipe; the child writes */
	char *text; /* OUTPUT_MAX + 1 */
	size_t len;
	long long deadline;
	int status; /* wait(2)'s */
};

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static int left_ms(const struct probe *p)
{
	long long left = p->deadline - now_ms();

	return left > 0 ? (int)left : 0;
}

static void set_environment(void)
{
	for (size_t i = 0; i < SP_ARRAY_SIZE(unwanted); i++)
		unsetenv(unwanted[i]);
	if (setenv("LD_TRACE_LOADED_OBJECTS", "1", 1) < 0)
		_exit(SP_EXIT_OWN); /* never without it: the program would run */
}

static void __attribute__((noreturn)) child(const struct probe *p, const char *path)
{
	char *const argv[] = {(char *)(uintptr_t)path, NULL};
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != p->parent)
		_exit(SP_EXIT_OWN);
	if (dup2(p->out[1], 1) < 0 || dup2(p->out[1], 2) < 0)
		_exit(SP_EXIT_OWN);
	if (null > 0)
		dup2(null, 0);
	else
		fcntl(0, F_SETFD, 0);
	syscall(SYS_close_range, 3u, ~0u, CLOSE_RANGE_CLOEXEC);
	set_environment();
	execve(path, argv, environ);
	dprintf(2, "it cannot be executed: %s\n", strerror(errno));
	_exit(SP_EXIT_REFUSED);
}

/* Away from 0, 1 and 2, which may be closed: the child puts its own there. */
static int make_pipe(int ret[2])
{
	_cleanup_fd_ int a = -1, b = -1;
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	a = fds[0];
	b = fds[1];
	ret[0] = fcntl(a, F_DUPFD_CLOEXEC, 3);
	ret[1] = ret[0] < 0 ? -1 : fcntl(b, F_DUPFD_CLOEXEC, 3);
	return ret[1] < 0 ? -errno : 0;
}

static int collect(struct probe *p)
{
	for (;;) {
		int r = sp_fd_wait(p->out[0], left_ms(p));
		ssize_t n;

		if (r <= 0)
			return r ? r : -ETIMEDOUT;
		n = read(p->out[0], p->text + p->len, OUTPUT_MAX - p->len);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			return 0;
		p->len += n > 0 ? (size_t)n : 0;
		if (p->len == OUTPUT_MAX)
			return -EFBIG;
	}
}

/* Wait for the child as long as there is time, then end it. */
static int reap(struct probe *p, int r)
{
	_cleanup_fd_ int pidfd = (int)syscall(SYS_pidfd_open, p->pid, 0u);

	if (!r && pidfd >= 0 && sp_fd_wait(pidfd, left_ms(p)) != 1)
		r = -ETIMEDOUT;
	if (r)
		kill(p->pid, SIGKILL);
	while (waitpid(p->pid, &p->status, 0) < 0)
		if (errno != EINTR)
			return r ? r : -errno;
	return r;
}

static int run(struct probe *p, const char *path)
{
	int r = make_pipe(p->out);

	if (r)
		return r;
	p->text = malloc(OUTPUT_MAX + 1);
	if (!p->text)
		return -ENOMEM;
	p->deadline = now_ms() + TIME_MS;
	p->parent = getpid();
	p->pid = fork();
	if (p->pid < 0)
		return -errno;
	if (p->pid == 0)
		child(p, path);
	sp_close_fd(&p->out[1]);
	r = reap(p, collect(p));
	p->text[p->len] = 0;
	return r;
}

/*
 * SIGCHLD may have been inherited as ignored, and then the child's status would be lost, or as
 * blocked, and then the program would find ours pending. Other dispositions stay: to set the
 * default one discards what is pending.
 */
static int run_unnoticed(struct probe *p, const char *path)
{
	const struct sigaction dfl = {.sa_handler = SIG_DFL};
	const struct timespec none = {0};
	struct sigaction old;
	sigset_t chld, mask, pending;
	int r;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, &mask);
	sigpending(&pending);
	sigaction(SIGCHLD, NULL, &old);
	if (old.sa_handler == SIG_IGN)
		sigaction(SIGCHLD, &dfl, NULL);
	r = run(p, path);
	if (!sigismember(&pending, SIGCHLD))
		sigtimedwait(&chld, NULL, &none);
	if (old.sa_handler == SIG_IGN)
		sigaction(SIGCHLD, &old, NULL);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	return r;
}

static int fail(struct sp_refusal *refusal, enum sp_cause cause, int error, const char *file,
		const char *detail)
{
	sp_refuse(refusal, cause, error, file, detail);
	return -EPERM;
}

static int judge_failure(const struct sp_target *t, int r, struct sp_refusal *refusal)
{
	if (r == -ETIMEDOUT)
		return fail(refusal, SP_CAUSE_TIMEOUT, 0, t->elf, NULL);
	if (r == -EFBIG)
		return fail(refusal, SP_CAUSE_OUTPUT, 0, t->elf, NULL);
	return fail(refusal, SP_CAUSE_RESOURCE, -r, t->elf, NULL);
}

static void describe_status(int status, char *ret, size_t cap)
{
	if (WIFSIGNALED(status))
		snprintf(ret, cap, "its loader died of signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status) == EXIT_SECURE)
		snprintf(ret, cap,
			 "its loader is in secure mode (a security module can ask for it)");
	else if (WEXITSTATUS(status))
		snprintf(ret, cap, "its loader ended with status %d", WEXITSTATUS(status));
	else
		snprintf(ret, cap, "its loader does not list the library");
}

/* Quote the loader where it says something. */
static int refuse_listing(const struct probe *p, const struct sp_target *t, const char *line,
			  size_t len, struct sp_refusal *refusal)
{
	char why[SP_DETAIL_MAX];

	if (line)
		snprintf(why, sizeof(why), "%.*s", (int)(len < sizeof(why) ? len : sizeof(why) - 1),
			 line);
	else
		describe_status(p->status, why, sizeof(why));
	return fail(refusal, SP_CAUSE_PROBE, 0, t->elf, why);
}

static int judge(struct probe *p, const struct sp_target *t, const struct sp_preload *preload,
		 struct sp_listing *ret, struct sp_refusal *refusal)
{
	size_t len = 0;
	const char *line = sp_listing_complaint(p->text, preload->path, &len);
	char *text = p->text;
	struct sp_listing l;

	if (p->status != 0)
		return refuse_listing(p, t, line, len, refusal);
	if (line && memmem(line, len, preload->path, strlen(preload->path)))
		return refuse_listing(p, t, line, len, refusal);
	p->text = NULL; /* the listing's now */
	if (sp_listing_parse(text, &l))
		return fail(refusal, SP_CAUSE_RESOURCE, ENOMEM, t->elf, NULL);
	if (sp_listing_has(&l, preload->path)) {
		*ret = l;
		return 0;
	}
	sp_listing_free(&l);
	return refuse_listing(p, t, NULL, 0, refusal);
}

int sp_probe(const struct sp_target *target, const struct sp_preload *preload,
	     struct sp_listing *ret, struct sp_refusal *ret_refusal)
{
	struct probe p = {.pid = -1, .out = {-1, -1}};
	int r = run_unnoticed(&p, target->elf);

	if (r)
		r = judge_failure(target, r, ret_refusal);
	else
		r = judge(&p, target, preload, ret, ret_refusal);
	sp_close_fd(&p.out[0]);
	sp_close_fd(&p.out[1]);
	free(p.text);
	return r;
}
