/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Virtual files: what a library sees of the file system after lock-down. There is the one input under the name that the program used, and at
 * most one scratch file that the library itself creates (OpenCV writes buffers to a temporary file for decoders that only take names). Everything
 * else does not exist. vfs.c knows files, vfs_folder.c those beside the input,
 * vfs_ask.c those that the program is asked for; vfs_libc.c puts libc's names in front of it.
 *
 * All functions return as their system calls do: a value >= 0, or -1 and errno.
 */
#ifndef SP_VFS_H
#define SP_VFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Virtual descriptors start here, far above any number the kernel gives out. */
#define SP_VFS_FD_BASE (1 << 20)

bool sp_vfs_is_fd(int fd);
int sp_vfs_open(const char *path, int flags);
int sp_vfs_close(int fd);
ssize_t sp_vfs_read(int fd, void *buf, size_t len);
ssize_t sp_vfs_pread(int fd, void *buf, size_t len, off_t offset);
ssize_t sp_vfs_write(int fd, const void *buf, size_t len);
off_t sp_vfs_lseek(int fd, off_t offset, int whence);
int sp_vfs_fstat(int fd, struct stat *st);
int sp_vfs_stat(const char *path, struct stat *st);
int sp_vfs_unlink(const char *path);
/* Is @fd the number of the program's descriptor that the input comes from? */
bool sp_vfs_is_pipe(int fd);
/* Create the scratch file; @template ends in XXXXXX, which is replaced. Returns a virtual descriptor. */
int sp_vfs_mkstemp(char *template);
/* The bytes of @fd from @offset on, for a private read-only view of @len bytes; NULL when it has no such bytes. */
const void *sp_vfs_view(int fd, size_t len, off_t offset);
/* Base name of the folder's entry number @i, from 0, or NULL. */
const char *sp_vfs_entry(unsigned i);
/* Is @path the input's folder, and may it be listed? Otherwise errno says why not. */
bool sp_vfs_is_folder(const char *path);
/* Bytes between position and end. */
size_t sp_vfs_left(int fd);

#endif
