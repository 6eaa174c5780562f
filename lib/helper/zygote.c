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
	int channel[2], command[2], memory, obituary[2];
};

static void close_parts(struct parts *p)
{
	sp_close_fd(&p->channel[0]);
	sp_close_fd(&p->channel[1]);
	sp_close_fd(&p->command[0]);
	sp_close_fd(&p->command[1]);
	sp_close_fd(&p->memory);
	sp_close_fd(&p->obituary[0]);
	sp_close_fd(&p->obituary[1]);
}

/* A pipe that is full of the plug; its reading end never blocks, its writing end does. */
static int make_channel(int ret_fds[2])
{
	static const char plug[SP_PLUG];
	_cleanup_fd_ int in = -1, out = -1;
	int p[2];

	if (pipe2(p, O_CLOEXEC) < 0)
		return -errno;
	in = p[0];
	out = p[1];
	if (fcntl(out, F_SETPIPE_SZ, SP_PLUG) != SP_PLUG)
		return -EINVAL;
	if (syscall(SYS_write, out, plug, sizeof(plug)) != sizeof(plug) || fcntl(in, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	ret_fds[0] = steal_fd(&in);
	ret_fds[1] = steal_fd(&out);
	return 0;
}

/* The helper sleeps in its end; the app never does in its own. */
static int make_command(int ret_fds[2])
{
	if (pipe2(ret_fds, O_CLOEXEC) < 0)
		return -errno;
	return fcntl(ret_fds[1], F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
}

static int make_parts(struct parts *p)
{
	int r;

	*p = (struct parts){ { -1, -1 }, { -1, -1 }, -1, { -1, -1 } };
	r = make_channel(p->channel);
	if (r == 0 && sp_options.objects)
		r = make_command(p->command);
	if (r)
		return r;
	if (pipe2(p->obituary, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	return sp_store_memory(sp_zygote.memory_size, &p->memory);
}

static int offer(int socket, const struct parts *p, pid_t pid)
{
	struct sp_offer msg = { .magic = SP_OFFER_MAGIC,
				.version = SP_WIRE_VERSION,
				.kind = SP_OFFER_SPARE,
				.pid = pid,
				.family = sp_options.family_number,
				.memory_size = sp_zygote.memory_size };
	struct iovec iov = { &msg, sizeof(msg) };
	const int fds[4] = { p->channel[0], p->memory, p->obituary[0], p->command[1] };

	return sp_fd_send(socket, &iov, 1, fds, sp_options.objects ? 4 : 3);
}

static struct sp_child *free_slot(void)
{
	for (size_t i = 0; i < CHILDREN_MAX; i++)
		if (!children[i].pid)
			return &children[i];
	return NULL;
}

/* Fork a helper with @p; one that waits on @orders (else -1) for the file that it will have mapped. What the app gets of @p is the caller's to close. */
static int fork_helper(struct parts *p, int orders, pid_t *ret_pid)
{
	struct sp_child *slot = free_slot();
	int go[2];
	pid_t pid;

	if (!slot)
		return -EAGAIN;
	if (pipe2(go, O_CLOEXEC) < 0)
		return -errno;
	pid = _Fork(); /* without the libraries' atfork handlers: the child uses none of their locks or threads */
	if (pid == 0) {
		sp_close(go[1]);
		sp_spare_live(p->channel[1], p->command[0], p->memory, orders, go[0]);
	}
	if (pid > 0) {
		*slot = (struct sp_child){ pid, steal_fd(&p->obituary[1]), p->memory, { .syscall_nr = -1 } };
		live++;
		sp_obituary_watch(pid);
		*ret_pid = pid;
	}
	sp_close(go[0]);
	sp_close(go[1]);
	return pid < 0 ? -errno : 0;
}

/* Fork a spare and offer it. */
static int fork_spare(void)
{
	struct parts p;
	pid_t pid;
	int r = make_parts(&p);

	if (r == 0)
		r = fork_helper(&p, -1, &pid);
	if (r == 0) {
		r = offer(SP_FD_POOL, &p, pid);
		p.memory = -1; /* the child's, until it is reaped */
	}
	close_parts(&p);
	return r;
}

/*
 * Helpers that wait for a file: made when there is time, since forking one when it is wanted would be most of what opening a small file takes. They have not
 * locked themselves down yet, and have seen no untrusted byte.
 */
#define READY_MAX 2
static struct ready {
	pid_t pid; /* 0: there is none */
	struct parts parts;
	int orders;
} ready[READY_MAX];

/* The one of @pid; 0: a free place. */
static struct ready *find_ready(pid_t pid)
{
	for (size_t i = 0; i < READY_MAX; i++)
		if (ready[i].pid == pid)
			return &ready[i];
	return NULL;
}

static int make_ready(struct ready *ret)
{
	_cleanup_fd_ int ours = -1, theirs = -1;
	int sv[2], r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv) < 0)
		return -errno;
	ours = sv[0];
	theirs = sv[1];
	r = make_parts(&ret->parts);
	if (r == 0)
		r = fork_helper(&ret->parts, theirs, &ret->pid);
	if (r) {
		close_parts(&ret->parts);
		return r;
	}
	ret->orders = steal_fd(&ours);
	return 0;
}

static void drop_ready(struct ready *one)
{
	one->parts.memory = -1; /* the child's, until it is reaped */
	close_parts(&one->parts);
	sp_close_fd(&one->orders);
	one->pid = 0;
}

/* One that waits, or else a new one. 0 or -errno. */
static int any_ready(struct ready **ret)
{
	*ret = &ready[0];
	for (size_t i = 0; i < READY_MAX; i++)
		if (ready[i].pid) {
			*ret = &ready[i];
			return 0;
		}
	return make_ready(*ret);
}

/* Give one @file (-1: it has none), and offer it on @socket. */
static int give_ready(int socket, int file)
{
	struct iovec iov;
	struct ready *one;
	bool killed;
	int r;

	do {
		r = any_ready(&one);
		if (r)
			return r;
		iov = (struct iovec){ &(char){ 0 }, 1 };
		r = sp_fd_send(one->orders, &iov, 1, &file, file >= 0);
		killed = r == -EPIPE || r == -ECONNRESET; /* while it waited */
		if (r == 0)
			r = offer(socket, &one->parts, one->pid);
		drop_ready(one);
	} while (killed);
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

/* Three significant bits, rounded up: what one helper says may reach the memory of the next only as a rough size. */
static uint64_t roughly(uint64_t n)
{
	int shift = n ? 61 - __builtin_clzll(n) : 0;

	return shift > 0 && n < UINT64_MAX / 2 ? ((n - 1) >> shift << shift) + (1ull << shift) : n;
}

static void follow(uint64_t need, uint64_t *expected)
{
	/* Up at once and down by halves: pictures of one size tend to come together. */
	if (need >= *expected)
		*expected = need;
	else
		*expected -= (*expected - need + 1) / 2;
}

/* What the helper wrote there does not stay in our memory, which the next helpers inherit. */
static void learn(const struct sp_child *c)
{
	struct sp_mem_head head;

	if (sp_fd_pread(c->memory, &head, sizeof(head), SP_MEM_HEAD) == 0 && head.need.kind) {
		follow(roughly(head.need.output), &sp_zygote.expected.output);
		follow(roughly(head.need.input), &sp_zygote.expected.input);
		sp_zygote.expected.kind = head.need.kind < SP_NEED_KIND_MAX ? head.need.kind : SP_NEED_KIND_MAX;
	}
	explicit_bzero(&head, sizeof(head));
}

/*
 * The last reference to a large memory gives its pages back, which takes a while: when it is ours, the app need not. One is held, at
 * most a second longer than its helper lived.
 */
static int held = -1;
#define HOLD_MS 1000

/*
 * Where the app has taken a picture in place, the memory lives as long as that does: request and input go now. Of the output nothing does: how much of it
 * is picture only the helper has said, and pixels that the app has seen must not turn into zeros.
 */
static void let_go(void)
{
	const off_t start = SP_MEM_REQUEST, end = (off_t)sp_mem_output(sp_options.input_limit);

	if (held < 0)
		return;
	if (fallocate(held, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, start, end - start) < 0)
		errno = 0; /* kept in memory, then */
	sp_close_fd(&held);
}

static void hold(int memory)
{
	let_go();
	held = memory;
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
		if (find_ready(pid))
			drop_ready(find_ready(pid));
		learn(c);
		hold(c->memory);
		c->pid = 0;
		live--;
	}
}

static void made_to_order(const int fds[2])
{
	struct sp_offer msg = { .magic = SP_OFFER_MAGIC, .version = SP_WIRE_VERSION, .kind = SP_OFFER_FAILED };
	struct iovec iov = { &msg, sizeof(msg) };
	int r = give_ready(fds[0], fds[1]);

	if (r == 0)
		return;
	snprintf(msg.reason, sizeof(msg.reason), "no helper can be forked: %s", strerror(-r));
	sp_fd_send(fds[0], &iov, 1, NULL, 0);
}

/* How long the zygote of objects has nothing to do before it makes the next one ready, ms: the program may be about to use the last one. */
#define READY_MS 20

/* Messages of the app. Returns false when the app is gone. */
static bool listen_pool(unsigned *asked)
{
	struct sp_ask msg;
	int fds[2];
	size_t nfds;
	long r;

	while ((r = sp_fd_receive(SP_FD_POOL, &msg, sizeof(msg), MSG_DONTWAIT, fds, 2, &nfds)) > 0) {
		bool known = r == sizeof(msg) && msg.magic == SP_ASK_MAGIC;

		if (known && msg.kind == SP_ASK_SPARE && nfds == 0)
			++*asked;
		if (known && msg.kind == SP_ASK_FILE && nfds == 2)
			made_to_order(fds);
		for (size_t i = 0; i < nfds; i++)
			sp_close(fds[i]);
	}
	return r == -EAGAIN || r == -EMFILE || r == -EBADMSG;
}

static void kill_all(void)
{
	for (size_t i = 0; i < CHILDREN_MAX; i++)
		if (children[i].pid)
			kill(children[i].pid, SIGKILL);
}

/* Nobody reads this helper's obituary any more: the call is over, or was given up. */
static void abandon(struct sp_child *c)
{
	sp_close_fd(&c->obituary);
	kill(c->pid, SIGKILL);
}

/* Wait for something to do. false when that is not possible. */
static bool wait_for_work(int sigfd, bool *ret_pool, bool *ret_sig)
{
	struct pollfd fds[2 + CHILDREN_MAX] = { { .fd = SP_FD_POOL, .events = POLLIN }, { .fd = sigfd, .events = POLLIN } };
	struct sp_child *who[2 + CHILDREN_MAX];
	unsigned n = 2;
	struct ready *next = sp_options.objects ? find_ready(0) : NULL;
	long r;

	for (size_t i = 0; i < CHILDREN_MAX; i++)
		if (children[i].pid && children[i].obituary >= 0) {
			who[n] = &children[i];
			fds[n++].fd = children[i].obituary; /* POLLERR needs no asking for */
		}
	r = syscall(SYS_poll, fds, n, next ? READY_MS : held < 0 ? -1 : HOLD_MS);
	if (r < 0 && errno != EINTR)
		return false;
	if (r == 0 && (!next || make_ready(next)))
		let_go();
	for (unsigned i = 2; i < n; i++)
		if (fds[i].revents & POLLERR)
			abandon(who[i]);
	*ret_pool = fds[0].revents;
	*ret_sig = fds[1].revents;
	return true;
}

static void serve_calls(unsigned asked)
{
	refill((unsigned)sp_options.pool);
	if (asked)
		refill(live + asked > CHILDREN_MAX ? CHILDREN_MAX : live + asked);
}

/* A helper that has ended may have been the last of many that are opened one after the other. */
static void serve_objects(unsigned asked, bool ended)
{
	struct ready *next;

	for (; asked; asked--)
		made_to_order((const int[]){ SP_FD_POOL, -1 });
	next = ended ? find_ready(0) : NULL;
	if (next && make_ready(next))
		errno = 0; /* there is none, then, until one is wanted */
}

static void loop(int sigfd)
{
	bool pool = false, sig = false;
	struct signalfd_siginfo info;
	unsigned asked;

	do {
		asked = 0;
		if (sig && syscall(SYS_read, sigfd, &info, sizeof(info)) > 0)
			reap();
		if (pool && !listen_pool(&asked))
			return;
		if (sp_options.objects)
			serve_objects(asked, sig);
		else
			serve_calls(asked);
	} while (wait_for_work(sigfd, &pool, &sig));
}

int sp_zygote_loop(void)
{
	sigset_t set;
	int sigfd;

	sp_zygote.pid = (pid_t)syscall(SYS_getpid);
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
