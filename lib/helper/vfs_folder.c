/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The input's folder: the files that stand beside it. */
#include "lib/helper/vfs.h"
#include "lib/helper/internal.h"
#include "lib/helper/vfs_file.h"

#include <string.h>

static struct vfs_file neighbours[SP_VFS_NEIGHBOURS_MAX];
static bool listing;

void sp_vfs_forget_folder(void)
{
	memset(neighbours, 0, sizeof(neighbours));
	listing = false;
}

int sp_vfs_add_neighbour(const char *name, const void *data, uint64_t len)
{
	for (size_t i = 0; i < SP_ARRAY_SIZE(neighbours); i++) {
		if (neighbours[i].exists)
			continue;
		neighbours[i] = (struct vfs_file){ .name = name, .data = (char *)(uintptr_t)data, .len = len, .exists = true };
		return 0;
	}
	return -ENFILE;
}

void sp_vfs_allow_listing(void)
{
	listing = true;
}

/* Bytes of @path up to and with the last slash. */
static size_t folder_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) + 1 : 0;
}

/* The first @len bytes of @path without what says nothing: "./" in front, slashes twice and at the end. Returns the bytes written. */
static size_t plain(const char *path, size_t len, char out[4200])
{
	size_t n = 0;

	while (len >= 2 && path[0] == '.' && path[1] == '/') {
		path += 2;
		len -= 2;
	}
	for (size_t i = 0; i < len && n < 4200; i++)
		if (path[i] != '/' || n == 0 || out[n - 1] != '/')
			out[n++] = path[i];
	while (n > 1 && out[n - 1] == '/')
		n--;
	return n;
}

static bool is_beside(const char *path, size_t len)
{
	const char *name = sp_vfs_input_name();
	char a[4200], b[4200];
	size_t n = plain(path, len, a), m = plain(name, folder_len(name), b);

	return n == m && memcmp(a, b, n) == 0;
}

bool sp_vfs_is_folder(const char *path)
{
	size_t len = strlen(path);

	errno = EACCES;
	return listing && sp_vfs_input_name() && is_beside(path, strcmp(path, ".") == 0 ? 0 : len);
}

const char *sp_vfs_entry(unsigned i)
{
	const char *name = sp_vfs_input_name();

	if (i == 0)
		return name + folder_len(name);
	return i <= SP_ARRAY_SIZE(neighbours) ? neighbours[i - 1].name : NULL;
}

struct vfs_file *sp_vfs_neighbour(const char *path)
{
	size_t len = folder_len(path);

	if (!neighbours[0].exists || !sp_vfs_input_name() || !is_beside(path, len))
		return NULL;
	for (size_t i = 0; i < SP_ARRAY_SIZE(neighbours) && neighbours[i].exists; i++)
		if (strcmp(neighbours[i].name, path + len) == 0)
			return &neighbours[i];
	return NULL;
}
