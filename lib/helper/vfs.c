/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/helper/vfs.h"
#include "lib/helper/internal.h"
#include "lib/helper/vfs_file.h"

#include <fcntl.h>
#include <string.h>

#define HANDLES_MAX 32

struct handle {
	struct vfs_file *file; /* NULL: free */
	off_t pos;
	bool append, can_read, can_write;
	size_t stream_end;
};

/* One thread: the helper's. */
static struct vfs_file input, scratch;
static char scratch_name[4200];
static struct handle handles[HANDLES_MAX];
static const uint64_t *arriving; /* how much of the input is there, NULL: all */
static bool on;

void sp_vfs_switch(bool to)
{
	on = to;
}

bool sp_vfs_on(void)
{
	return on;
}

/* A request sets the bytes before the plugin knows the name: NULL keeps what the other call has set. */
static struct vfs_file *new_input(const char *name)
{
	const char *old = input.name;

	memset(&input, 0, sizeof(input));
	input.name = name ? name : old;
	input.exists = true;
	arriving = NULL;
	return &input;
}

void sp_vfs_set_arriving(const uint64_t *arrived)
{
	arriving = arrived;
}

/* Have the first @upto bytes of @f, or all there are. What we wait for is a copy of memory to memory; there is no system call to sleep in. */
static void await(struct vfs_file *f, size_t upto)
{
	while (arriving && f == &input) {
		uint64_t word = __atomic_load_n(arriving, __ATOMIC_ACQUIRE), there = word & ~SP_INPUT_ALL;

		if (word & SP_INPUT_ALL) {
			arriving = NULL;
			f->len = there < f->len ? there : f->len;
		} else if (there >= upto) {
			return;
		}
		__builtin_ia32_pause();
	}
}

void sp_vfs_set_input(const char *name, const void *data, uint64_t len)
{
	struct vfs_file *f = new_input(name);

	f->data = (char *)(uintptr_t)data;
	f->len = len;
}

void sp_vfs_set_error(const char *name, int error)
{
	new_input(name)->error = error;
}

void sp_vfs_set_stream(const char *name, const void *data, uint64_t len, uint64_t split)
{
	struct vfs_file *f = new_input(name);

	f->data = (char *)(uintptr_t)data;
	f->len = len;
	f->stream = true;
	f->split = split;
}

void sp_vfs_set_wanted(void)
{
	struct vfs_file *f = new_input(NULL);

	f->stream = f->wanted = true;
}

void sp_vfs_peek(const void **ret_data, uint64_t *ret_len)
{
	*ret_data = input.data;
	*ret_len = input.data ? input.len : 0;
}

const char *sp_vfs_input_name(void)
{
	return input.name;
}

bool sp_vfs_is_wanted(void)
{
	return input.wanted;
}

void sp_vfs_set_name(const char *name)
{
	input.name = name;
}

void sp_vfs_reset(void)
{
	free(scratch.data);
	memset(&scratch, 0, sizeof(scratch));
	memset(handles, 0, sizeof(handles));
	sp_vfs_forget_folder();
	sp_vfs_forget_asked();
}

static struct vfs_file *find(const char *path)
{
	struct vfs_file *f;

	if (input.exists && input.name && strcmp(path, input.name) == 0)
		return &input;
	if (scratch.exists && strcmp(path, scratch_name) == 0)
		return &scratch;
	f = sp_vfs_neighbour(path);
	if (!f)
		errno = ENOENT;
	return f;
}

static struct handle *handle(int fd)
{
	int n = fd - SP_VFS_FD_BASE;

	if (n < 0 || n >= HANDLES_MAX || !handles[n].file) {
		errno = EBADF;
		return NULL;
	}
	return &handles[n];
}

bool sp_vfs_is_fd(int fd)
{
	return fd >= SP_VFS_FD_BASE;
}

static void start_stream(struct handle *h)
{
	struct vfs_file *f = h->file;

	if (f->openings++ > 0) {
		f->at = f->at > f->split ? f->at : f->split;
		h->stream_end = f->len;
	} else {
		h->stream_end = f->split;
	}
}

static int open_file(struct vfs_file *f, int flags)
{
	bool writes = (flags & O_ACCMODE) != O_RDONLY, reads = (flags & O_ACCMODE) != O_WRONLY;

	if (f->error) {
		errno = f->error;
		return -1;
	}
	if (writes && !f->writable) {
		errno = EACCES;
		return -1;
	}
	for (int i = 0; i < HANDLES_MAX; i++) {
		if (handles[i].file)
			continue;
		handles[i] = (struct handle){ .file = f, .append = flags & O_APPEND, .can_read = reads, .can_write = writes };
		if (flags & O_TRUNC && writes)
			f->len = 0;
		if (f->stream)
			start_stream(&handles[i]);
		return SP_VFS_FD_BASE + i;
	}
	errno = EMFILE;
	return -1;
}

/* The library may create the file whose name it got from mkstemp, and no other. */
static struct vfs_file *create(const char *path)
{
	if (!scratch_name[0] || strcmp(path, scratch_name) != 0) {
		errno = EACCES;
		return NULL;
	}
	scratch = (struct vfs_file){ .name = scratch_name, .exists = true, .writable = true };
	return &scratch;
}

int sp_vfs_open(const char *path, int flags)
{
	struct vfs_file *f = find(path);

	if (!f && sp_vfs_may_ask() && (flags & O_ACCMODE) == O_RDONLY)
		f = sp_vfs_fetch(path);
	if (!f && flags & O_CREAT)
		f = create(path);
	return f ? open_file(f, flags) : -1;
}

int sp_vfs_close(int fd)
{
	struct handle *h = handle(fd);

	if (!h)
		return -1;
	h->file = NULL;
	return 0;
}

static ssize_t read_stream(struct handle *h, void *buf, size_t len)
{
	struct vfs_file *f = h->file;
	size_t left = h->stream_end > f->at ? h->stream_end - f->at : 0;

	if (len > left)
		len = left;
	memcpy(buf, f->data + f->at, len);
	f->at += len;
	return (ssize_t)len;
}

ssize_t sp_vfs_pread(int fd, void *buf, size_t len, off_t offset)
{
	struct handle *h = handle(fd);
	size_t left;

	if (!h)
		return -1;
	if (!h->can_read) {
		errno = EBADF;
		return -1;
	}
	if (h->file->stream || offset < 0) {
		errno = offset < 0 ? EINVAL : ESPIPE;
		return -1;
	}
	await(h->file, __builtin_add_overflow((size_t)offset, len, &left) ? SIZE_MAX : left);
	left = (size_t)offset < h->file->len ? h->file->len - (size_t)offset : 0;
	if (len > left)
		len = left;
	if (len)
		memcpy(buf, h->file->data + offset, len);
	return (ssize_t)len;
}

ssize_t sp_vfs_read(int fd, void *buf, size_t len)
{
	struct handle *h = handle(fd);
	ssize_t n;

	if (!h && sp_vfs_is_pipe(fd))
		return sp_vfs_read_wanted(buf, len);
	if (!h)
		return -1;
	if (h->file->wanted)
		return sp_vfs_read_wanted(buf, len);
	if (h->file->stream)
		return read_stream(h, buf, len);
	n = sp_vfs_pread(fd, buf, len, h->pos);
	if (n > 0)
		h->pos += n;
	return n;
}

static bool make_room(struct vfs_file *f, size_t need)
{
	size_t cap = f->cap ? f->cap : 64 * 1024;
	char *p;

	if (need <= f->cap)
		return true;
	while (cap < need)
		cap *= 2;
	p = realloc(f->data, cap);
	if (!p) {
		errno = ENOSPC;
		return false;
	}
	f->data = p;
	f->cap = cap;
	return true;
}

ssize_t sp_vfs_write(int fd, const void *buf, size_t len)
{
	struct handle *h = handle(fd);
	size_t at, end;

	if (!h)
		return -1;
	if (!h->can_write) {
		errno = EBADF;
		return -1;
	}
	if (!len)
		return 0; /* makes no file longer, wherever the position is */
	at = h->append ? h->file->len : (size_t)h->pos;
	if (__builtin_add_overflow(at, len, &end) || end > SIZE_MAX / 4 || !make_room(h->file, end))
		return -1;
	if (at > h->file->len)
		memset(h->file->data + h->file->len, 0, at - h->file->len);
	memcpy(h->file->data + at, buf, len);
	if (end > h->file->len)
		h->file->len = end;
	h->pos = (off_t)end;
	return (ssize_t)len;
}

off_t sp_vfs_lseek(int fd, off_t offset, int whence)
{
	struct handle *h = handle(fd);
	off_t base, to;

	if (!h)
		return -1;
	if (h->file->stream) {
		errno = ESPIPE;
		return -1;
	}
	if (whence == SEEK_END)
		await(h->file, SIZE_MAX);
	base = whence == SEEK_CUR ? h->pos : whence == SEEK_END ? (off_t)h->file->len : 0;
	if ((unsigned)whence > SEEK_END || __builtin_add_overflow(base, offset, &to) || to < 0) {
		errno = EINVAL;
		return -1;
	}
	h->pos = to;
	return to;
}

static void fill_stat(struct vfs_file *f, struct stat *st)
{
	await(f, SIZE_MAX);
	memset(st, 0, sizeof(*st));
	st->st_mode = f->stream ? S_IFIFO | 0600 : S_IFREG | 0644;
	st->st_nlink = 1;
	st->st_ino = f == &input ? 2 : 3;
	st->st_size = f->stream ? 0 : (off_t)f->len;
	st->st_blksize = 4096;
	st->st_blocks = (st->st_size + 511) / 512;
}

int sp_vfs_fstat(int fd, struct stat *st)
{
	struct handle *h = handle(fd);

	if (!h)
		return -1;
	fill_stat(h->file, st);
	return 0;
}

int sp_vfs_stat(const char *path, struct stat *st)
{
	struct vfs_file *f = find(path);

	if (!f && sp_vfs_may_ask())
		f = sp_vfs_look(path);
	if (!f)
		return -1;
	if (f->error) {
		errno = f->error;
		return -1;
	}
	fill_stat(f, st);
	return 0;
}

int sp_vfs_unlink(const char *path)
{
	if (!scratch.exists || strcmp(path, scratch_name) != 0) {
		errno = find(path) ? EACCES : ENOENT;
		return -1;
	}
	free(scratch.data);
	scratch = (struct vfs_file){ 0 };
	return 0;
}

int sp_vfs_mkstemp(char *template)
{
	size_t n = strlen(template);

	if (n < 6 || n >= sizeof(scratch_name) || strcmp(template + n - 6, "XXXXXX") != 0) {
		errno = EINVAL;
		return -1;
	}
	/* Nobody else can see the file: any name will do, and the same one each time keeps messages comparable. */
	memcpy(template + n - 6, "000000", 6);
	memcpy(scratch_name, template, n + 1);
	return sp_vfs_open(template, O_RDWR | O_CREAT);
}

const void *sp_vfs_view(int fd, size_t len, off_t offset)
{
	struct handle *h = handle(fd);

	if (h)
		await(h->file, SIZE_MAX);
	if (!h || h->file->stream || offset < 0 || (size_t)offset > h->file->len || len > h->file->len - (size_t)offset)
		return NULL;
	return h->file->data + offset;
}

size_t sp_vfs_left(int fd)
{
	struct handle *h = handle(fd);

	if (!h)
		return 0;
	await(h->file, SIZE_MAX);
	if (h->file->stream)
		return h->stream_end > h->file->at ? h->stream_end - h->file->at : 0;
	return (size_t)h->pos < h->file->len ? h->file->len - (size_t)h->pos : 0;
}
