/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a library reads that is not there yet: bytes of a pipe, and files of a sequence. The app is asked for them. */
#include "lib/helper/vfs.h"
#include "lib/helper/internal.h"
#include "lib/helper/vfs_file.h"

#include <stdio.h>
#include <string.h>

static struct vfs_file asked; /* one that the app was asked for */
static char asked_name[SP_NAME_MAX];
static bool may_ask;
static struct {
	const char *bytes;
	size_t size;
	char *name;
} area;
static int pipe_number = -1; /* the input, as a descriptor of the program */

void sp_vfs_set_area(const void *bytes, uint64_t size, char *name)
{
	area.bytes = bytes;
	area.size = size;
	area.name = name;
}

void sp_vfs_allow_asking(void)
{
	may_ask = true;
}

bool sp_vfs_may_ask(void)
{
	return may_ask;
}

void sp_vfs_forget_asked(void)
{
	memset(&asked, 0, sizeof(asked));
	may_ask = false;
}

/* The app's answer: 0 or more, or -errno. */
static int64_t ask(const char *path, enum sp_want_what what)
{
	size_t len = strlen(path);

	if (len >= SP_NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(area.name, path, len);
	return sp_object_want(what, len);
}

/* As opened by the app. Its bytes stay until the next one is. */
struct vfs_file *sp_vfs_fetch(const char *path)
{
	int64_t len = ask(path, SP_WANT_FILE);

	if (len < 0) {
		errno = (int)-len;
		return NULL;
	}
	snprintf(asked_name, sizeof(asked_name), "%s", path);
	asked = (struct vfs_file){ .name = asked_name, .data = (char *)(uintptr_t)area.bytes, .len = (size_t)len, .exists = true };
	return &asked;
}

/* One that is not open: stat(2) and access(2). */
struct vfs_file *sp_vfs_look(const char *path)
{
	static struct vfs_file there = { .exists = true };
	int64_t len = ask(path, SP_WANT_EXISTS);

	there.len = (size_t)len;
	errno = len < 0 ? (int)-len : errno;
	return len < 0 ? NULL : &there;
}

ssize_t sp_vfs_read_wanted(void *buf, size_t len)
{
	int64_t n = sp_object_want(SP_WANT_BYTES, len < area.size ? len : area.size);

	if (n < 0) {
		errno = (int)-n;
		return -1;
	}
	if ((uint64_t)n > len)
		n = (int64_t)len;
	memcpy(buf, area.bytes, (size_t)n);
	return (ssize_t)n;
}

void sp_vfs_set_pipe(int fd)
{
	pipe_number = fd;
}

bool sp_vfs_is_pipe(int fd)
{
	return sp_vfs_on() && sp_vfs_is_wanted() && fd >= 0 && fd == pipe_number;
}
