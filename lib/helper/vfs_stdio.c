/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stdio on virtual files: libc's own FILE over our callbacks (fopencookie(3)), so that everything but opening is libc's. */
#undef _FORTIFY_SOURCE
#include "lib/helper/internal.h"
#include "lib/helper/vfs.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <string.h>

#define STREAMS_MAX 32

/* Which FILE is which descriptor, for fileno(3). */
static struct {
	FILE *file;
	int fd;
} streams[STREAMS_MAX];

static ssize_t read_cookie(void *cookie, char *buf, size_t size)
{
	return sp_vfs_read((int)(intptr_t)cookie, buf, size);
}

static ssize_t write_cookie(void *cookie, const char *buf, size_t size)
{
	ssize_t n = sp_vfs_write((int)(intptr_t)cookie, buf, size);

	return n < 0 ? 0 : n; /* fopencookie's way to say error */
}

static int seek_cookie(void *cookie, off64_t *offset, int whence)
{
	off_t r = sp_vfs_lseek((int)(intptr_t)cookie, *offset, whence);

	if (r < 0)
		return -1;
	*offset = r;
	return 0;
}

static int close_cookie(void *cookie)
{
	int fd = (int)(intptr_t)cookie;

	for (int i = 0; i < STREAMS_MAX; i++)
		if (streams[i].file && streams[i].fd == fd)
			streams[i].file = NULL;
	return sp_vfs_close(fd);
}

static int flags_of(const char *mode)
{
	int plus = strchr(mode, '+') != NULL;

	switch (mode[0]) {
	case 'r':
		return plus ? O_RDWR : O_RDONLY;
	case 'w':
		return (plus ? O_RDWR : O_WRONLY) | O_CREAT | O_TRUNC;
	case 'a':
		return (plus ? O_RDWR : O_WRONLY) | O_CREAT | O_APPEND;
	}
	errno = EINVAL;
	return -1;
}

static FILE *open_stream(int fd, const char *mode)
{
	cookie_io_functions_t io = { read_cookie, write_cookie, seek_cookie, close_cookie };
	FILE *f = fopencookie((void *)(intptr_t)fd, mode, io);

	for (int i = 0; f && i < STREAMS_MAX; i++) {
		if (streams[i].file)
			continue;
		streams[i].file = f;
		streams[i].fd = fd;
		return f;
	}
	if (f)
		fclose(f);
	else
		sp_vfs_close(fd);
	errno = EMFILE;
	return NULL;
}

static FILE *do_fopen(const char *name, const char *path, const char *mode)
{
	int flags, fd;

	if (!sp_vfs_on())
		return ((__typeof__(&fopen))dlsym(RTLD_NEXT, name))(path, mode);
	flags = flags_of(mode);
	fd = flags < 0 ? -1 : sp_vfs_open(path, flags);
	return fd < 0 ? NULL : open_stream(fd, mode);
}

SP_EXPORT FILE *fopen(const char *path, const char *mode)
{
	return do_fopen("fopen", path, mode);
}

SP_EXPORT FILE *fopen64(const char *path, const char *mode)
{
	return do_fopen("fopen64", path, mode);
}

SP_EXPORT FILE *fdopen(int fd, const char *mode)
{
	if (sp_vfs_is_fd(fd))
		return open_stream(fd, mode);
	return ((__typeof__(&fdopen))dlsym(RTLD_NEXT, "fdopen"))(fd, mode);
}

SP_EXPORT int fileno(FILE *f)
{
	for (int i = 0; i < STREAMS_MAX; i++)
		if (streams[i].file == f)
			return streams[i].fd;
	return ((__typeof__(&fileno))dlsym(RTLD_NEXT, "fileno"))(f);
}

SP_EXPORT int fileno_unlocked(FILE *f)
{
	return fileno(f);
}
