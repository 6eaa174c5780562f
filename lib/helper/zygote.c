/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The fork server. It keeps spares waiting, each announced on the pool socket, and replaces those that ended. It is not on the path of a call: the
 * app talks to the spare itself. It never reads what a helper wrote, but for the exit status.
 */
#include "lib/helper/internal.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* Helpers at one time, waiting or working. An app with more threads than that waits; memory stays bounded. */
#define CHILDREN_MAX 192

static struct sp_child children[CHILDREN_MAX]; /* pid 0: free */
static unsigned live;

struct parts {
	int channel[2], memory, obituary[2];
};

static void close_parts(struct parts *p)
{
	sp_close_fd(&p->channel[0]);
	sp_close_fd(&p->channel[1]);
	sp_close_fd(&p->memory);
	sp_close_fd(&p->obituary[0]);
	sp_close_fd(&p->obituary[1]);
}

static int make_memory(int *ret_fd)
{
	_cleanup_fd_ int fd = memfd_create("sandbox-preload", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || ftruncate(fd, (off_t)sp_zygote.memory_size) < 0)
		return -errno;
	/* Neither side can make the other touch memory that is not there (SIGBUS). */
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		return -errno;
	*ret_fd = steal_fd(&fd);
	return 0;
}

static int make_parts(struct parts *p)
{
	*p = (struct parts){ { -1, -1 }, -1, { -1, -1 } };
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, p->channel) < 0)
		return -errno;
	if (pipe2(p->obituary, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	return make_memory(&p->memory);
}

static int offer(const struct parts *p, pid_t pid)
{
	struct sp_offer msg = { .magic = SP_OFFER_MAGIC,
				.version = SP_WIRE_VERSION,
				.kind = SP_OFFER_SPARE,
				.pid = pid,
				.family = SP_FAMILY_IMGCODECS,
				.memory_size = sp_zygote.memory_size };
	struct iovec iov = { &msg, sizeof(msg) };
	const int fds[3] = { p->channel[0], p->memory, p->obituary[0] };

	return sp_fd_send(SP_FD_POOL, &iov, 1, fds, 3);
}

static struct sp_child *free_slot(void)
{
	for (size_t i = 0; i < CHILDREN_MAX; i++)
		if (!children[i].pid)
			return &children[i];
	return NULL;
}

static int fork_spare(void)
{
	struct sp_child *slot = free_slot();
	struct parts p;
	pid_t pid;
	int r;

	if (!slot)
		return -EAGAIN;
	r = make_parts(&p);
	if (r) {
		close_parts(&p);
		return r;
	}
	pid = _Fork(); /* without the libraries' atfork handlers: the child uses none of their locks or threads */
	if (pid == 0)
		sp_spare_live(p.channel[1], p.memory);
	if (pid > 0) {
		*slot = (struct sp_child){ .pid = pid, .obituary = steal_fd(&p.obituary[1]) };
		live++;
		sp_obituary_watch(pid);
		r = offer(&p, pid);
	} else {
		r = -errno;
	}
	close_parts(&p);
	return r;
}

static void refill(unsigned wanted)
{
	static bool told;
	int r = 0;

	while (live < wanted && r == 0)
		r = fork_spare();
	if (r && r != -EPIPE && !live && !told) {
		struct sp_offer msg = { .magic = SP_OFFER_MAGIC, .version = SP_WIRE_VERSION, .kind = SP_OFFER_FAILED };
		struct iovec iov = { &msg, sizeof(msg) };

		told = true;
		snprintf(msg.reason, sizeof(msg.reason), "no helper can be forked: %s", strerror(-r));
		sp_fd_send(SP_FD_POOL, &iov, 1, NULL, 0);
		_exit(1);
	}
}

static struct sp_child *find(pid_t pid)
{
	for (size_t i = 0; i < CHILDREN_MAX; i++)
		if (children[i].pid == pid)
			return &children[i];
	return NULL;
}

/* Follow the need up at once and down slowly, so that one small picture among large ones costs nothing. */
static void learn(int status)
{
	uint64_t need;

	if (!WIFEXITED(status))
		return;
	need = sp_output_class_bytes(WEXITSTATUS(status));
	if (need >= sp_zygote.expected_output)
		sp_zygote.expected_output = need;
	else
		sp_zygote.expected_output -= (sp_zygote.expected_output - need) / 8;
}

static void reap(void)
{
	struct sp_child *c;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
		c = find(pid);
		if (!c || !sp_obituary_wait(c, status))
			continue;
		learn(status);
		sp_close_fd(&c->obituary);
		c->pid = 0;
		live--;
	}
}

/* Messages of the app: somebody found no spare. Returns false when the app is gone. */
static bool listen_pool(unsigned *asked)
{
	struct sp_ask msg;
	size_t nfds;
	long r;

	while ((r = sp_fd_receive(SP_FD_POOL, &msg, sizeof(msg), MSG_DONTWAIT, NULL, 0, &nfds)) > 0)
		if (r == sizeof(msg) && msg.magic == SP_ASK_MAGIC)
			++*asked;
	return r == -EAGAIN;
}

static void kill_all(void)
{
	for (size_t i = 0; i < CHILDREN_MAX; i++)
		if (children[i].pid)
			kill(children[i].pid, SIGKILL);
}

static void loop(int sigfd)
{
	struct pollfd fds[2] = { { .fd = SP_FD_POOL, .events = POLLIN }, { .fd = sigfd, .events = POLLIN } };
	struct signalfd_siginfo info;
	unsigned asked;

	for (;;) {
		asked = 0;
		if (fds[1].revents && syscall(SYS_read, sigfd, &info, sizeof(info)) > 0)
			reap();
		if (fds[0].revents && !listen_pool(&asked))
			return;
		refill((unsigned)sp_options.pool);
		if (asked)
			refill(live + asked > CHILDREN_MAX ? CHILDREN_MAX : live + asked);
		fds[0].revents = fds[1].revents = 0;
		if (syscall(SYS_poll, fds, 2, -1) < 0 && errno != EINTR)
			return;
	}
}

int sp_zygote_loop(void)
{
	sigset_t set;
	int sigfd;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (sigfd < 0)
		return 1;
	loop(sigfd);
	kill_all();
	return 0;
}
