/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SP_UTIL_H
#define SP_UTIL_H

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/syscall.h>

/* Scoped clean-up of C variables (the attribute is gcc's and clang's). A descriptor of -1 and a null pointer mean
 * "nothing to clean". errno is preserved, so that an error exit reports its own cause. */
#define _cleanup_(f) __attribute__((cleanup(f)))
#define _cleanup_fd_ _cleanup_(sp_close_fd)
#define _cleanup_free_ _cleanup_(sp_free_ptr)

#define SP_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* close(2) is called as a raw system call: inside the helper the name close is answered by the virtual files. */
static inline void sp_close(int fd)
{
	int saved = errno;

	if (fd >= 0) {
#ifdef __SANITIZE_THREAD__
		close(fd); /* it keeps a history of each descriptor, and must see its end */
#else
		syscall(SYS_close, fd);
#endif
	}
	errno = saved;
}

static inline void sp_close_fd(int *fd)
{
	sp_close(*fd);
	*fd = -1;
}

static inline void sp_free_ptr(void *p)
{
	int saved = errno;

	free(*(void **)p);
	errno = saved;
}

/* Take the descriptor out of *fd: the caller owns it now, the clean-up of *fd does nothing. */
static inline int steal_fd(int *fd)
{
	int r = *fd;

	*fd = -1;
	return r;
}

#endif
