/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the virtual file system share among themselves. */
#ifndef SP_VFS_FILE_H
#define SP_VFS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct vfs_file {
	const char *name; /* NULL: any request's file name goes by sp_vfs_name() */
	char *data;
	size_t len, cap;
	bool exists, writable;
	int error; /* opening fails with this */
	/* A pipe or device: read once, in two openings, see SP_INPUT_STREAM. */
	bool stream;
	bool wanted; /* a stream whose bytes come when they are asked for */
	size_t at, split;
	unsigned openings;
};

/* ---- vfs.c ---- */
const char *sp_vfs_input_name(void); /* NULL: not known yet */
bool sp_vfs_is_wanted(void); /* do the input's bytes come when they are asked for? */

/* ---- vfs_folder.c: the files beside the input ---- */
struct vfs_file *sp_vfs_neighbour(const char *path); /* NULL: there is none of this name */
void sp_vfs_forget_folder(void);

/* ---- vfs_ask.c ---- */
bool sp_vfs_may_ask(void);
struct vfs_file *sp_vfs_fetch(const char *path); /* as opened by the app; its bytes stay until the next one is. NULL and errno */
struct vfs_file *sp_vfs_look(const char *path); /* for its size alone; NULL and errno */
ssize_t sp_vfs_read_wanted(void *buf, size_t len); /* the input's next bytes */
void sp_vfs_forget_asked(void);

#endif
