/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SP_FDIO_H
#define SP_FDIO_H

#include <stddef.h>
#include <sys/uio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Exact sending and receiving. Raw system calls: no cancellation point in the app, and out of reach of the helper's virtual files.
 * EINTR is retried; nothing ever raises SIGPIPE. */

#define SP_FDS_MAX 4

/*
 * Send all of @iov (@n <= 4 entries; consumed) on stream or packet socket @fd, @nfds descriptors (<= SP_FDS_MAX) with the first byte.
 * 0 or -errno (-EPIPE: the other side is gone).
 */
int sp_fd_send(int fd, struct iovec *iov, size_t n, const int *fds, size_t nfds);

/*
 * Receive one message of at most @len bytes with exactly 0 or @nfds descriptors (close-on-exec) into ret_fds (which is only
 * written when they came). @flags: MSG_DONTWAIT or 0. Returns bytes received, 0 at end of file, -EAGAIN,
 * -EMFILE when descriptors were lost for want of slots, -EBADMSG when their number is neither 0 nor @nfds. *ret_nfds says how many came.
 */
long sp_fd_receive(int fd, void *buf, size_t len, int flags, int *ret_fds, size_t nfds, size_t *ret_nfds);

/* Read exactly @len bytes. 0, -ENODATA at an early end of file, or -errno. */
int sp_fd_read(int fd, void *buf, size_t len);

/* pread(2) of exactly @len bytes; -ENODATA when the file ends before. */
int sp_fd_pread(int fd, void *buf, size_t len, unsigned long long offset);

/* Of a clock that only goes forward (CLOCK_MONOTONIC). */
long long sp_now_ms(void);

/* poll(2) for reading, @timeout_ms as there. 1 readable or hung up, 0 time is up, or -errno. EINTR restarts with what is left. */
int sp_fd_wait(int fd, int timeout_ms);

#ifdef __cplusplus
}
#endif
#endif
