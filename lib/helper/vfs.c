/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/helper/vfs.h"
#include "lib/helper/internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define HANDLES_MAX 32

struct file {
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

struct handle {
	struct file *file; /* NULL: free */
	off_t pos;
	bool append, can_read, can_write;
	size_t stream_end;
};

/* One thread: the helper's. */
static struct file input, scratch, neighbours[SP_VFS_NEIGHBOURS_MAX];
static bool listing;
static char scratch_name[4200];
static struct handle handles[HANDLES_MAX];
static struct file asked; /* one that the app was asked for */
static char asked_name[SP_NAME_MAX];
static bool may_ask;
static struct {
	const char *bytes;
	size_t size;
	char *name;
} area;
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
static struct file *new_input(const char *name)
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
static void await(struct file *f, size_t upto)
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
	struct file *f = new_input(name);

	f->data = (char *)(uintptr_t)data;
	f->len = len;
}

void sp_vfs_set_error(const char *name, int error)
{
	new_input(name)->error = error;
}

void sp_vfs_set_stream(const char *name, const void *data, uint64_t len, uint64_t split)
{
	struct file *f = new_input(name);

	f->data = (char *)(uintptr_t)data;
	f->len = len;
	f->stream = true;
	f->split = split;
}

void sp_vfs_set_area(const void *bytes, uint64_t size, char *name)
{
	area.bytes = bytes;
	area.size = size;
	area.name = name;
}

void sp_vfs_set_wanted(void)
{
	struct file *f = new_input(NULL);

	f->stream = f->wanted = true;
}

void sp_vfs_allow_asking(void)
{
	may_ask = true;
}

void sp_vfs_peek(const void **ret_data, uint64_t *ret_len)
{
	*ret_data = input.data;
	*ret_len = input.data ? input.len : 0;
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
	memset(neighbours, 0, sizeof(neighbours));
	memset(&asked, 0, sizeof(asked));
	may_ask = false;
	listing = false;
}

int sp_vfs_add_neighbour(const char *name, const void *data, uint64_t len)
{
	for (size_t i = 0; i < SP_ARRAY_SIZE(neighbours); i++) {
		if (neighbours[i].exists)
			continue;
		neighbours[i] = (struct file){ .name = name, .data = (char *)(uintptr_t)data, .len = len, .exists = true };
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
	char a[4200], b[4200];
	size_t n = plain(path, len, a), m = plain(input.name, folder_len(input.name), b);

	return n == m && memcmp(a, b, n) == 0;
}

bool sp_vfs_is_folder(const char *path)
{
	size_t len = strlen(path);

	errno = EACCES;
	return listing && input.name && is_beside(path, strcmp(path, ".") == 0 ? 0 : len);
}

const char *sp_vfs_entry(unsigned i)
{
	if (i == 0)
		return input.name + folder_len(input.name);
	return i <= SP_ARRAY_SIZE(neighbours) ? neighbours[i - 1].name : NULL;
}

static struct file *find_neighbour(const char *path)
{
	size_t len = folder_len(path);

	if (!neighbours[0].exists || !input.name || !is_beside(path, len))
		return NULL;
	for (size_t i = 0; i < SP_ARRAY_SIZE(neighbours) && neighbours[i].exists; i++)
		if (strcmp(neighbours[i].name, path + len) == 0)
			return &neighbours[i];
	return NULL;
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
static struct file *fetch(const char *path)
{
	int64_t len = ask(path, SP_WANT_FILE);

	if (len < 0) {
		errno = (int)-len;
		return NULL;
	}
	snprintf(asked_name, sizeof(asked_name), "%s", path);
	asked = (struct file){ .name = asked_name, .data = (char *)(uintptr_t)area.bytes, .len = (size_t)len, .exists = true };
	return &asked;
}

/* One that is not open: stat(2) and access(2). */
static struct file *look(const char *path)
{
	static struct file there = { .exists = true };
	int64_t len = ask(path, SP_WANT_EXISTS);

	there.len = (size_t)len;
	errno = len < 0 ? (int)-len : errno;
	return len < 0 ? NULL : &there;
}

static struct file *find(const char *path)
{
	struct file *f;

	if (input.exists && input.name && strcmp(path, input.name) == 0)
		return &input;
	if (scratch.exists && strcmp(path, scratch_name) == 0)
		return &scratch;
	f = find_neighbour(path);
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
	struct file *f = h->file;

	if (f->openings++ > 0) {
		f->at = f->at > f->split ? f->at : f->split;
		h->stream_end = f->len;
	} else {
		h->stream_end = f->split;
	}
}

static int open_file(struct file *f, int flags)
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
static struct file *create(const char *path)
{
	if (!scratch_name[0] || strcmp(path, scratch_name) != 0) {
		errno = EACCES;
		return NULL;
	}
	scratch = (struct file){ .name = scratch_name, .exists = true, .writable = true };
	return &scratch;
}

int sp_vfs_open(const char *path, int flags)
{
	struct file *f = find(path);

	if (!f && may_ask && (flags & O_ACCMODE) == O_RDONLY)
		f = fetch(path);
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

static ssize_t read_wanted(void *buf, size_t len)
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

static ssize_t read_stream(struct handle *h, void *buf, size_t len)
{
	struct file *f = h->file;
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

static int pipe_number = -1;

void sp_vfs_set_pipe(int fd)
{
	pipe_number = fd;
}

bool sp_vfs_is_pipe(int fd)
{
	return on && input.wanted && fd >= 0 && fd == pipe_number;
}

ssize_t sp_vfs_read(int fd, void *buf, size_t len)
{
	struct handle *h = handle(fd);
	ssize_t n;

	if (!h && sp_vfs_is_pipe(fd))
		return read_wanted(buf, len);
	if (!h)
		return -1;
	if (h->file->wanted)
		return read_wanted(buf, len);
	if (h->file->stream)
		return read_stream(h, buf, len);
	n = sp_vfs_pread(fd, buf, len, h->pos);
	if (n > 0)
		h->pos += n;
	return n;
}

static bool make_room(struct file *f, size_t need)
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

static void fill_stat(struct file *f, struct stat *st)
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
	struct file *f = find(path);

	if (!f && may_ask)
		f = look(path);
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
	scratch = (struct file){ 0 };
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
