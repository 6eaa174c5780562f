/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The app's end of the pool socket: start a zygote, take a spare.
 *
 * The program may close our descriptor behind our back and open something of its own under the same number, fork, or run 32 threads: a descriptor
 * is used only after its inode proved to be ours, taking a spare needs no lock at all (the kernel hands each queued
 * message to one receiver), and starting a zygote is under a lock that knows which process holds it.
 */
#include "lib/front/internal.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

struct pool {
	int fd;	      /* the app's end, or -1; written under the lock, read by anyone */
	uint64_t ino; /* its inode; likewise */
	uint64_t key; /* sp_environment_key() the zygote was started with; likewise */
	uint64_t dead; /* the last inode that was found to have nobody at its other end; written by anyone */
	int owner;    /* lock: pid of the holder, 0 free */
};

static struct pool pools[SP_FAMILY_MAX] = {
	[0 ... SP_FAMILY_MAX - 1] = { .fd = -1 },
};

static const struct {
	const char *name, *plugin, *stand_in;
} families[SP_FAMILY_MAX] = {
	[SP_FAMILY_IMGCODECS] = { "imgcodecs", "helper-opencv406.so", "without-gdal.so" },
	[SP_FAMILY_GDAL] = { "imgcodecs-gdal", "helper-opencv406.so", NULL },
	[SP_FAMILY_VIDEOIO] = { "videoio", "helper-opencv406-video.so", "without-gdal.so" },
	[SP_FAMILY_OPENVDB] = { "openvdb", "helper-openvdb100.so", NULL },
};

/*
 * A lock that survives fork: in a child the word still names the parent's process when one of its threads held it, and is taken
 * over. Contended only while a zygote is started.
 */
static void lock(struct pool *p)
{
	int me = getpid();

	for (;;) {
		int owner = 0;

		if (__atomic_compare_exchange_n(&p->owner, &owner, me, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return;
		if (owner != me &&
		    __atomic_compare_exchange_n(&p->owner, &owner, me, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return;
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
}

static void unlock(struct pool *p)
{
	__atomic_store_n(&p->owner, 0, __ATOMIC_RELEASE);
}

static bool is_ours(int fd, uint64_t ino)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode) && (uint64_t)st.st_ino == ino;
}

static bool fits(struct pool *p, uint64_t key, int *ret_fd, uint64_t *ret_ino)
{
	int fd = __atomic_load_n(&p->fd, __ATOMIC_ACQUIRE);
	uint64_t ino = __atomic_load_n(&p->ino, __ATOMIC_ACQUIRE);

	if (ino == __atomic_load_n(&p->dead, __ATOMIC_ACQUIRE) || __atomic_load_n(&p->key, __ATOMIC_ACQUIRE) != key)
		return false;
	if (!is_ours(fd, ino))
		return false;
	*ret_fd = fd;
	*ret_ino = ino;
	return true;
}

/* By inode: another thread may have put a new zygote in its place since. */
static void give_up(struct pool *p, uint64_t ino)
{
	__atomic_store_n(&p->dead, ino, __ATOMIC_RELEASE);
}

/* Away from the low numbers, which programs reuse and loop over. */
static int move_high(int fd)
{
	struct rlimit rl;
	int want = 1000, r;

	if (getrlimit(RLIMIT_NOFILE, &rl) == 0 && rl.rlim_cur < 1024)
		want = (int)rl.rlim_cur - 1;
	while (want > fd) {
		r = fcntl(fd, F_DUPFD_CLOEXEC, want);
		if (r >= 0) {
			sp_close(fd);
			return r;
		}
		want /= 2;
	}
	return fd;
}

/*
 * Make @fd the pool's descriptor. A number that is still ours is kept: other threads may be waiting on it. It cannot be kept when the
 * program has lowered RLIMIT_NOFILE below it; nobody else can get it then.
 */
static int publish(struct pool *p, int fd, uint64_t key)
{
	bool held = is_ours(p->fd, p->ino);
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (held && dup3(fd, p->fd, O_CLOEXEC) >= 0) {
		sp_close(fd);
		fd = p->fd;
	} else {
		if (held)
			sp_close(p->fd);
		fd = move_high(fd);
	}
	__atomic_store_n(&p->ino, (uint64_t)st.st_ino, __ATOMIC_RELEASE);
	__atomic_store_n(&p->fd, fd, __ATOMIC_RELEASE);
	__atomic_store_n(&p->key, key, __ATOMIC_RELEASE);
	return 0;
}

struct arguments {
	char text[15][512];
	char *argv[16];
	size_t n;
	bool cut;
};

static void argument(struct arguments *a, const char *name, const char *value)
{
	struct sp_text t;

	sp_text_init(&t, a->text[a->n], sizeof(a->text[0]));
	sp_text_add(&t, name);
	sp_text_add(&t, value);
	a->cut |= t.cut;
	a->argv[a->n] = a->text[a->n];
	a->argv[++a->n] = NULL;
}

static void number(struct arguments *a, const char *name, uint64_t value)
{
	char digits[24];
	struct sp_text t;

	sp_text_init(&t, digits, sizeof(digits));
	sp_text_add_u64(&t, value);
	argument(a, name, digits);
}

/* Cut where it would not fit: it only stands in messages. */
static const char *program_name(void)
{
	static char name[400];

	strncpy(name, program_invocation_short_name, sizeof(name) - 1);
	return name;
}

static int build_arguments(struct arguments *a, enum sp_family family, const char *locale)
{
	const struct sp_config *c = sp_config();
	char path[512];

	a->n = 0;
	a->cut = false;
	if (sp_where("sandbox-helper", path, sizeof(path)))
		return -ENAMETOOLONG;
	argument(a, "", path);
	argument(a, "--family=", families[family].name);
	number(a, "--family-number=", family);
	argument(a, "--program=", program_name());
	if (families[family].stand_in) {
		if (sp_where(families[family].stand_in, path, sizeof(path)))
			return -ENAMETOOLONG;
		argument(a, "--stand-in=", path);
	}
	if (sp_where(families[family].plugin, path, sizeof(path)))
		return -ENAMETOOLONG;
	argument(a, "--plugin=", path);
	number(a, "--time-limit=", c->time_limit);
	number(a, "--memory-limit=", c->memory_limit);
	number(a, "--output-limit=", c->output_limit);
	number(a, "--input-limit=", c->input_limit);
	number(a, "--pool=", c->pool);
	number(a, "--verbose=", c->verbose);
	argument(a, "--locale=", sp_environment_locale());
	argument(a, "--cxx-locale=", locale);
	return a->cut ? -ENAMETOOLONG : 0;
}

/* Who waits for a message looks around after this time, in seconds: the zygote may want to be asked again. */
#define WAKE_S 1

/* The first one is ours. */
static int make_sockets(int ret[2])
{
	const struct timeval wake = { .tv_sec = WAKE_S };

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret) < 0)
		return -errno;
	setsockopt(ret[0], SOL_SOCKET, SO_RCVTIMEO, &wake, sizeof(wake)); /* cannot fail: a Unix socket, a valid time */
	return 0;
}

static int start(struct pool *p, enum sp_family family, const char *locale, uint64_t key)
{
	_cleanup_fd_ int app = -1, zygote = -1;
	struct sp_environment env;
	struct arguments args;
	int sv[2], r;

	r = build_arguments(&args, family, locale);
	if (r)
		return r;
	r = make_sockets(sv);
	if (r)
		return r;
	app = sv[0];
	zygote = sv[1];
	r = sp_environment_build(&env);
	if (r)
		return r;
	r = sp_spawn(args.argv[0], args.argv, env.envp, zygote);
	sp_environment_free(&env);
	if (r)
		return r;
	r = publish(p, app, key);
	if (r == 0)
		steal_fd(&app);
	return r;
}

static int ensure(enum sp_family family, const char *locale, int *ret_fd, uint64_t *ret_ino)
{
	struct pool *p = &pools[family];
	uint64_t key = sp_environment_key(locale);
	int r = 0;

	if (fits(p, key, ret_fd, ret_ino))
		return 0;
	lock(p);
	if (!fits(p, key, ret_fd, ret_ino)) {
		r = start(p, family, locale, key);
		*ret_fd = p->fd;
		*ret_ino = p->ino;
	}
	unlock(p);
	return r;
}

int sp_pool_start(enum sp_family family, const char *locale)
{
	uint64_t ino;
	int fd;

	if (sp_config()->bad)
		return -EINVAL;
	return ensure(family, locale, &fd, &ino);
}

bool sp_pool_release(enum sp_family family)
{
	struct pool *p = &pools[family];
	bool held;

	lock(p);
	held = is_ours(p->fd, p->ino);
	if (held)
		sp_close(p->fd);
	unlock(p);
	return held;
}

static void ask(int fd)
{
	struct sp_ask msg = { SP_ASK_MAGIC, SP_ASK_SPARE };

	syscall(SYS_sendto, fd, &msg, sizeof(msg), MSG_NOSIGNAL | MSG_DONTWAIT, NULL, 0);
}

static bool is_lost(long r)
{
	return r == 0 || r == -ECONNRESET || r == -EPIPE || r == -EBADF || r == -ENOTSOCK;
}

/*
 * In a program that has closed its standard descriptors we would get their numbers, and what it prints would go to the helper, with SIGPIPE for
 * an answer.
 */
static int move_up(int *fd)
{
	int r = 0;

	if (*fd <= 2) {
		r = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
		if (r < 0)
			return -errno;
		sp_close(*fd);
		*fd = r;
	}
	return 0;
}

/*
 * Sleep until there is a message, WAKE_S at most. Not in poll(2): of those that wait here the kernel wakes one for each message, of those in poll all of them,
 * on processors that the helpers could use.
 */
static int wait_message(int fd)
{
	char first;

	return syscall(SYS_recvfrom, fd, &first, 1, MSG_PEEK, NULL, NULL) < 0 ? -errno : 0;
}

/* Wait for a message on @fd, asking for it when @fd is the pool. Bytes received, 0 or -EPIPE when the zygote is gone, -errno. */
static long wait_offer(int fd, bool pool, struct sp_offer *ret_offer, int *ret_fds, size_t nfds, size_t *ret_nfds)
{
	const long long end = sp_now_ms() + (long long)(sp_config()->time_limit + 60) * 1000;
	bool reset = false, due = pool;
	long r;

	for (;;) {
		r = sp_fd_receive(fd, ret_offer, sizeof(*ret_offer), MSG_DONTWAIT, ret_fds, nfds, ret_nfds);
		/* A zygote that ended without reading what we asked: the kernel says so first, and gives what it said in the end only then. */
		if (r == -ECONNRESET && !reset) {
			reset = true;
			continue;
		}
		if (r != -EAGAIN)
			return r;
		if (sp_now_ms() > end)
			return -ETIMEDOUT;
		if (due)
			ask(fd);
		due = wait_message(fd) != -EINTR && pool;
	}
}

/* 0, -EPIPE when the zygote is gone, -ECANCELED when it says why there is no helper, or -errno. */
static int receive(int fd, bool pool, struct sp_offer *ret_offer, int *ret_fds, size_t want)
{
	size_t nfds = 0;
	long r = wait_offer(fd, pool, ret_offer, ret_fds, want, &nfds);

	if (r < 0 || (r == 0 && !nfds))
		return is_lost(r) ? -EPIPE : (int)r;
	if (r != sizeof(*ret_offer) || sp_offer_check(ret_offer))
		r = -EPROTO;
	else if (ret_offer->kind == SP_OFFER_FAILED)
		r = -ECANCELED;
	else
		r = nfds == want ? 0 : -EPROTO;
	for (size_t i = 0; i < want && r == 0; i++)
		r = move_up(&ret_fds[i]);
	if (r && nfds == want)
		for (size_t i = 0; i < want; i++)
			sp_close(ret_fds[i]);
	return (int)r;
}

/* Ask for a helper that has @file mapped. The offer comes on a socket of its own, where no other thread takes it. */
static int order(int pool, int file, struct sp_offer *ret_offer, int *ret_fds, size_t nfds)
{
	struct sp_ask msg = { SP_ASK_MAGIC, SP_ASK_FILE };
	struct iovec iov = { &msg, sizeof(msg) };
	_cleanup_fd_ int ours = -1, theirs = -1;
	int sv[2], r;

	r = make_sockets(sv);
	if (r)
		return r;
	ours = sv[0];
	theirs = sv[1];
	r = sp_fd_send(pool, &iov, 1, (const int[]){ theirs, file }, 2);
	if (r)
		return is_lost(r) ? -EPIPE : r;
	sp_close_fd(&theirs);
	return receive(ours, false, ret_offer, ret_fds, nfds);
}

/*
 * Of the size it is said to have, and for good: else a mapping of it could be pulled from under us (SIGBUS). A memfd is sealed; any other file of
 * a tmpfs has the one seal that there can be no others, and is nobody's but ours and the zygote's (lib/helper/store.c).
 */
static bool is_sound(int memory, uint64_t size, int *ret_huge)
{
	int seals = fcntl(memory, F_GET_SEALS);
	struct stat st;

	if (seals < 0 || fstat(memory, &st) < 0 || (uint64_t)st.st_size != size)
		return false;
	*ret_huge = seals == F_SEAL_SEAL;
	return (seals & F_SEAL_SHRINK) || (seals == F_SEAL_SEAL && st.st_nlink == 0);
}

static int accept_offer(struct sp_call *call, const struct sp_offer *offer, const int *fds)
{
	const struct sp_config *c = sp_config();

	call->channel = fds[0];
	call->memory = fds[1];
	call->obituary = fds[2];
	call->command = fds[3];
	call->memory_size = offer->memory_size;
	call->output = sp_mem_output(c->input_limit);
	if (offer->memory_size != call->output + c->output_limit || !is_sound(call->memory, offer->memory_size, &call->huge)) {
		call->reason = "the helper's memory has the wrong size";
		return -EPROTO;
	}
	return 0;
}

static const char *take_reason(int error)
{
	switch (error) {
	case -EMFILE:
		return "no free descriptors (raise RLIMIT_NOFILE)";
	case -ETIMEDOUT:
		return "no helper became free in time";
	case -ECANCELED:
		return "the helper could not get ready";
	case -EPIPE:
		return "the helper program ended at once";
	case -ENOENT:
		return "sandbox-helper is not there (is the package complete, did the program change its root?)";
	case -EPROTO:
		return "front and helper are of different versions (reinstall the package)";
	}
	return "no helper process could be started";
}

int sp_pool_take(struct sp_call *call, int file, const char *locale)
{
	enum sp_family family = call->family;
	int r = -EPIPE, fd, fds[4] = { -1, -1, -1, -1 };
	size_t nfds = sp_family_has_objects(family) ? 4 : 3;
	struct sp_offer offer;

	for (int i = 0; r == -EPIPE && i < 3; i++) {
		r = ensure(family, locale, &fd, &call->zygote);
		if (r)
			break;
		r = file < 0 ? receive(fd, true, &offer, fds, nfds) : order(fd, file, &offer, fds, nfds);
		if (r == -EPIPE)
			give_up(&pools[family], call->zygote);
	}
	if (r == -ECANCELED)
		memcpy(call->detail, offer.reason, sizeof(call->detail));
	if (r) {
		call->reason = take_reason(r);
		return r;
	}
	sp_environment_freeze();
	return accept_offer(call, &offer, fds);
}

/*
 * A dying process gives up its descriptors in no order that one could rely on: the end of the obituary may be seen a moment before the end of
 * the socket. Waiting for it costs something only where a helper ended its own life without a word.
 */
#define LAST_MOMENTS_MS 50

static bool has_hung_up(int fd)
{
	for (int i = 0; i < LAST_MOMENTS_MS; i++) {
		struct pollfd end = { .fd = fd };

		if (syscall(SYS_poll, &end, 1, 1) == 1)
			return true;
	}
	return false;
}

bool sp_pool_lost(const struct sp_call *call)
{
	struct pool *p = &pools[call->family];
	int fd = __atomic_load_n(&p->fd, __ATOMIC_ACQUIRE);

	/* Spares that are about to die may still be on offer, so an end of file is not waited for. */
	if (is_ours(fd, call->zygote) && !has_hung_up(fd))
		return false;
	give_up(p, call->zygote);
	return true;
}
