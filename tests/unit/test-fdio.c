/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/wire/fdio.c: whole messages, descriptors that are never lost, interruptions. */
#include "tests/unit/unit.h"
#include "lib/wire/fdio.h"
#include "lib/wire/util.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

static int sv[2];
static unsigned open_before;

static unsigned count_open(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static int set_up(void **state)
{
	*state = NULL;
	open_before = count_open();
	return 0;
}

/* Every test leaves as many descriptors as it found. */
static int tear_down(void **state)
{
	(void)state;
	close(sv[0]);
	close(sv[1]);
	return count_open() == open_before ? 0 : -1;
}

static void make(int type)
{
	assert_int_equal(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, sv), 0);
}

static void send_with(size_t nfds)
{
	int fds[SP_FDS_MAX];
	struct iovec iov = { (void *)(uintptr_t) "hello", 5 };

	for (size_t i = 0; i < nfds; i++)
		fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(sp_fd_send(sv[0], &iov, 1, fds, nfds), 0);
	for (size_t i = 0; i < nfds; i++)
		close(fds[i]);
}

static void test_descriptors(void **state)
{
	(void)state;
	make(SOCK_SEQPACKET);
	for (size_t sent = 0; sent <= 3; sent++)
		for (size_t wanted = 0; wanted <= 3; wanted++) {
			int fds[3] = { -7, -7, -7 };
			size_t got = 99;
			char buf[8];
			long r;

			send_with(sent);
			r = sp_fd_receive(sv[1], buf, sizeof(buf), 0, fds, wanted, &got);
			assert_int_equal(r, sent && sent != wanted ? -EBADMSG : 5);
			if (r < 0 || !sent) {
				assert_int_equal(fds[0], -7);
				assert_int_equal(got, 0);
				continue;
			}
			assert_int_equal(got, sent);
			for (size_t i = 0; i < sent; i++) {
				assert_int_equal(fcntl(fds[i], F_GETFD), FD_CLOEXEC);
				close(fds[i]);
			}
		}
}

/* No free descriptor: what the kernel could not deliver is reported, what it could is closed. */
static void test_no_slots(void **state)
{
	struct iovec iov = { (void *)(uintptr_t) "x", 1 };
	struct rlimit old, few;
	int fds[3], fill[64], n = 0;
	size_t got = 0;
	long r;
	char c;

	(void)state;
	make(SOCK_SEQPACKET);
	assert_int_equal(sp_fd_send(sv[0], &iov, 1, (const int[]){ 0, 1, 2 }, 3), 0);
	getrlimit(RLIMIT_NOFILE, &old);
	few = (struct rlimit){ 64, old.rlim_max };
	setrlimit(RLIMIT_NOFILE, &few);
	while (n < 64 && (fill[n] = dup(0)) >= 0)
		n++;
	close(fill[--n]);
	r = sp_fd_receive(sv[1], &c, 1, 0, fds, 3, &got);
	while (n)
		close(fill[--n]);
	setrlimit(RLIMIT_NOFILE, &old);
	assert_int_equal(r, -EMFILE);
}

static void test_end_and_empty(void **state)
{
	size_t got = 0;
	char buf[8];

	(void)state;
	make(SOCK_STREAM);
	assert_int_equal(sp_fd_receive(sv[1], buf, 8, MSG_DONTWAIT, NULL, 0, &got), -EAGAIN);
	assert_int_equal(write(sv[0], "abc", 3), 3);
	assert_int_equal(sp_fd_receive(sv[1], buf, 2, 0, NULL, 0, &got), 2);
	assert_int_equal(sp_fd_read(sv[1], buf, 1), 0);
	assert_int_equal(buf[0], 'c');
	assert_int_equal(write(sv[0], "abc", 3), 3);
	close(sv[0]);
	assert_int_equal(sp_fd_read(sv[1], buf, 4), -ENODATA);
	assert_int_equal(sp_fd_receive(sv[1], buf, 8, 0, NULL, 0, &got), 0);
	sv[0] = -1;
	struct iovec iov = { buf, 8 };
	assert_int_equal(sp_fd_send(sv[1], &iov, 1, NULL, 0), -EPIPE); /* and no SIGPIPE */
	assert_int_equal(sp_fd_read(-1, buf, 1), -EBADF);
}

static unsigned signals;

static void on_signal(int sig)
{
	(void)sig;
	signals++;
}

static pthread_t sender;

static void *drain(void *arg)
{
	uint64_t *sum = arg;
	uint8_t buf[1000];
	long r;

	while ((r = read(sv[1], buf, sizeof(buf))) > 0) {
		for (long i = 0; i < r; i++)
			*sum = *sum * 31 + buf[i];
		pthread_kill(sender, SIGUSR1);
	}
	return NULL;
}

/* More than a socket holds, in four parts, one of them empty; the sender is interrupted again and again, in the middle of it. */
static void test_large_send(void **state)
{
	static uint8_t block[300000];
	struct iovec iov[4] = { { block, 1 }, { block + 1, 199999 }, { block, 0 }, { block + 200000, 100000 } };
	uint64_t seed = 3, wanted = 0, sum = 0;
	struct sigaction sa = { .sa_handler = on_signal }, old;
	pthread_t t;

	(void)state;
	make(SOCK_STREAM);
	setsockopt(sv[0], SOL_SOCKET, SO_SNDBUF, &(int){ 4096 }, sizeof(int));
	sigaction(SIGUSR1, &sa, &old);
	sender = pthread_self();
	for (size_t i = 0; i < sizeof(block); i++) {
		block[i] = (uint8_t)noise(&seed);
		wanted = wanted * 31 + block[i];
	}
	assert_int_equal(pthread_create(&t, NULL, drain, &sum), 0);
	assert_int_equal(sp_fd_send(sv[0], iov, 4, NULL, 0), 0);
	shutdown(sv[0], SHUT_WR);
	pthread_join(t, NULL);
	sigaction(SIGUSR1, &old, NULL);
	assert_true(sum == wanted);
}

static void *disturb(void *arg)
{
	for (int i = 0; i < 20; i++) {
		nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
		pthread_kill(*(pthread_t *)arg, SIGUSR1);
	}
	if (write(sv[0], "end!", 4) != 4)
		close(sv[0]);
	return NULL;
}

/* Signals without SA_RESTART while it waits. */
static void interrupted(int (*wait)(void))
{
	struct sigaction sa = { .sa_handler = on_signal }, old;
	pthread_t me = pthread_self(), t;

	make(SOCK_STREAM);
	signals = 0;
	sigaction(SIGUSR1, &sa, &old);
	assert_int_equal(pthread_create(&t, NULL, disturb, &me), 0);
	assert_int_equal(wait(), 0);
	pthread_join(t, NULL);
	sigaction(SIGUSR1, &old, NULL);
	assert_true(signals > 0);
}

static int wait_read(void)
{
	char buf[4];

	return sp_fd_read(sv[1], buf, 4);
}

static int wait_receive(void)
{
	size_t got;
	char buf[4];

	return sp_fd_receive(sv[1], buf, 4, 0, NULL, 0, &got) == 4 ? 0 : -1;
}

static int wait_poll(void)
{
	return sp_fd_wait(sv[1], 20000) == 1 ? 0 : -1;
}

static int wait_poll_for_ever(void)
{
	return sp_fd_wait(sv[1], -1) == 1 ? 0 : -1;
}

static int wait_time_out(void)
{
	return sp_fd_wait(sv[1], 30) == 0 && sp_fd_wait(sv[1], 0) == 0 ? 0 : -1;
}

static void test_interrupted_read(void **state)
{
	(void)state;
	interrupted(wait_read);
}

static void test_interrupted_receive(void **state)
{
	(void)state;
	interrupted(wait_receive);
}

static void test_interrupted_wait(void **state)
{
	(void)state;
	interrupted(wait_poll);
}

static void test_interrupted_wait_for_ever(void **state)
{
	(void)state;
	interrupted(wait_poll_for_ever);
}

static void test_interrupted_time_out(void **state)
{
	(void)state;
	interrupted(wait_time_out);
}

static void test_pread(void **state)
{
	int fd = open("/tmp", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	char buf[4];

	(void)state;
	sv[0] = sv[1] = -1;
	assert_int_equal(write(fd, "0123456789", 10), 10);
	assert_int_equal(sp_fd_pread(fd, buf, 4, 6), 0);
	assert_memory_equal(buf, "6789", 4);
	assert_int_equal(sp_fd_pread(fd, buf, 4, 7), -ENODATA);
	assert_int_equal(sp_fd_pread(fd, buf, 0, 100), 0);
	assert_int_equal(sp_fd_pread(fd, buf, 1, 1ull << 63), -EINVAL);
	close(fd);
	assert_int_equal(sp_fd_pread(fd, buf, 1, 0), -EBADF);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_descriptors),		TEST(test_no_slots),	     TEST(test_end_and_empty),
		TEST(test_large_send),		TEST(test_interrupted_read), TEST(test_interrupted_receive),
		TEST(test_interrupted_wait),	TEST(test_interrupted_wait_for_ever), TEST(test_interrupted_time_out),
		TEST(test_pread),
	};

	return cmocka_run_group_tests_name("fdio", tests, NULL, NULL);
}
