/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The input of a call, opened with the program's own rights and working directory. */
#include "lib/front/internal.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

void sp_input_open(const char *path, struct sp_input_data *ret)
{
	struct stat st;
	int fd;

	*ret = (struct sp_input_data){ .kind = SP_INPUT_ERRNO, .fd = -1 };
	do
		fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd < 0 && errno == EINTR);
	if (fd < 0 || fstat(fd, &st) < 0) {
		ret->error = errno;
		sp_close(fd);
		return;
	}
	ret->fd = fd;
	if (S_ISDIR(st.st_mode)) {
		/* fopen(3) opens a directory for reading; only its reads fail. To a decoder both are an end of file, to the program errno says why. */
		errno = EISDIR;
		ret->kind = SP_INPUT_MEMORY;
	} else if (S_ISREG(st.st_mode)) {
		ret->kind = SP_INPUT_FILE;
	} else {
		ret->kind = SP_INPUT_STREAM;
	}
}

static int grow(char **buf, uint64_t *cap, uint64_t max)
{
	uint64_t n = *cap ? *cap * 2 : 64 * 1024;
	char *p;

	if (n > max)
		n = max;
	p = realloc(*buf, n ? n : 1);
	if (!p)
		return -ENOMEM;
	*buf = p;
	*cap = n;
	return 0;
}

int sp_input_slurp(int fd, uint64_t max, void **ret, uint64_t *ret_len)
{
	uint64_t limit = sp_config()->input_limit, cap = 0, len = 0;
	_cleanup_free_ char *buf = NULL;
	bool bounded = max && max <= limit;

	if (!bounded)
		max = limit + 1; /* one byte more tells "too long" from "just fits" */
	for (;;) {
		/* Pieces of a page, as stdio reads: what a pipe's writer sees taken must be what a native program takes. */
		uint64_t piece = bounded && max - len < 4096 ? max - len : 4096;
		long r;

		if (cap - len < piece && grow(&buf, &cap, max < 4096 ? 4096 : max + 4096))
			return -ENOMEM;
		r = syscall(SYS_read, fd, buf + len, piece);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		len += (uint64_t)r;
		if (r == 0 || len >= max)
			break;
	}
	if (!bounded && len > limit)
		return -EFBIG;
	*ret = buf;
	*ret_len = len;
	buf = NULL;
	return 0;
}
