/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/wire/fdio.h"
#include "lib/wire/util.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* Move @iov forward by @done bytes; returns the entries left in *n. */
static struct iovec *advance(struct iovec *iov, size_t *n, size_t done)
{
	while (*n && done >= iov->iov_len) {
		done -= iov->iov_len;
		iov++;
		--*n;
	}
	if (*n) {
		iov->iov_base = (char *)iov->iov_base + done;
		iov->iov_len -= done;
	}
	return iov;
}

static void put_fds(struct msghdr *msg, void *control, const int *fds, size_t nfds)
{
	struct cmsghdr *c;

	memset(control, 0, CMSG_SPACE(nfds * sizeof(int)));
	msg->msg_control = control;
	msg->msg_controllen = CMSG_SPACE(nfds * sizeof(int));
	c = CMSG_FIRSTHDR(msg);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(nfds * sizeof(int));
	memcpy(CMSG_DATA(c), fds, nfds * sizeof(int));
}

int sp_fd_send(int fd, struct iovec *iov, size_t n, const int *fds, size_t nfds)
{
	char control[CMSG_SPACE(SP_FDS_MAX * sizeof(int))] __attribute__((aligned(8)));

	while (n) {
		struct msghdr msg = { .msg_iov = iov, .msg_iovlen = n };
		long r;

		if (nfds)
			put_fds(&msg, control, fds, nfds);
		r = syscall(SYS_sendmsg, fd, &msg, MSG_NOSIGNAL);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return errno == ECONNRESET ? -EPIPE : -errno;
		nfds = 0;
		iov = advance(iov, &n, (size_t)r);
	}
	return 0;
}

/* Take the descriptors out of a received message; those not wanted are closed. Returns how many there were. */
static size_t get_fds(struct msghdr *msg, int *ret_fds, size_t nfds)
{
	size_t got = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		size_t k = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < k; i++, got++) {
			int one;

			memcpy(&one, CMSG_DATA(c) + i * sizeof(int), sizeof(one));
			if (got < nfds)
				ret_fds[got] = one;
			else
				sp_close(one);
		}
	}
	return got;
}

long sp_fd_receive(int fd, void *buf, size_t len, int flags, int *ret_fds, size_t nfds, size_t *ret_nfds)
{
	char control[CMSG_SPACE(SP_FDS_MAX * sizeof(int))] __attribute__((aligned(8)));
	struct iovec iov = { buf, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	int fds[SP_FDS_MAX] = { -1, -1, -1 };
	size_t got;
	long r;

	do
		r = syscall(SYS_recvmsg, fd, &msg, flags | MSG_CMSG_CLOEXEC);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return -errno;
	got = get_fds(&msg, fds, nfds);
	if (got == nfds && !(msg.msg_flags & MSG_CTRUNC)) {
		for (size_t i = 0; i < nfds; i++)
			ret_fds[i] = fds[i];
		*ret_nfds = got;
		return r;
	}
	for (size_t i = 0; i < nfds && i < got; i++)
		sp_close(fds[i]);
	if (msg.msg_flags & MSG_CTRUNC)
		return -EMFILE;
	*ret_nfds = 0;
	return got ? -EBADMSG : r;
}

int sp_fd_read(int fd, void *buf, size_t len)
{
	char *p = buf;

	while (len) {
		long r = syscall(SYS_read, fd, p, len);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		if (r == 0)
			return -ENODATA;
		p += r;
		len -= (size_t)r;
	}
	return 0;
}

int sp_fd_pread(int fd, void *buf, size_t len, unsigned long long offset)
{
	char *p = buf;

	while (len) {
		long r = syscall(SYS_pread64, fd, p, len, offset);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		if (r == 0)
			return -ENODATA;
		p += r;
		len -= (size_t)r;
		offset += (unsigned long long)r;
	}
	return 0;
}

long long sp_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

int sp_fd_wait(int fd, int timeout_ms)
{
	long long end = timeout_ms < 0 ? 0 : sp_now_ms() + timeout_ms;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	long r;

	while ((r = syscall(SYS_poll, &p, 1, timeout_ms)) < 0 && errno == EINTR) {
		if (timeout_ms < 0)
			continue;
		timeout_ms = (int)(end - sp_now_ms());
		if (timeout_ms < 0)
			timeout_ms = 0;
	}
	return r < 0 ? -errno : r > 0;
}
