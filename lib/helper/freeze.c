/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What warming up has written, made cheap to fork. Of each page that a process has written the kernel copies the page table entry for every child, and takes it back
 * when the child ends: two thousand for heap and libraries, of which a picture needs some fifty. Pages of a file it finds on its own when they are touched.
 * So all that is written by now moves into a file, sealed and without a name, that is mapped in its place; who writes there gets a copy of the page,
 * as after any fork.
 */
#include "lib/helper/internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE 4096ul
#define MAPS_MAX (1ul << 20) /* bytes of /proc/self/maps: what is beyond stays as it is */
#define ENTRIES 512ul
/* Of an entry of /proc/PID/pagemap (proc(5)): the page is in memory, or swapped out. */
#define PRESENT (3ull << 62)

extern char etext, end; /* of this program (end(3)) */

struct area {
	uintptr_t start, end;
	bool of_file;
};

struct freezer {
	int maps, pagemap; /* of /proc/self */
	int image;
	off_t size; /* bytes of the image so far */
};

/* This program's own data, and the stack: the zygote goes on writing there. */
static bool is_ours(const struct area *a)
{
	const uintptr_t stack = (uintptr_t)__builtin_frame_address(0);

	return (a->start < (uintptr_t)&end && a->end > (uintptr_t)&etext) || (a->start <= stack && a->end > stack);
}

/* The next one in @text (/proc/PID/maps) that is private, can be written and is not ours. false at the end. */
static bool next_area(char **text, struct area *ret)
{
	char *line, perms[5];
	int name;

	while ((line = strsep(text, "\n")) && *line) {
		name = 0;
		if (sscanf(line, "%lx-%lx %4s %*s %*s %*s %n", &ret->start, &ret->end, perms, &name) != 3)
			return false;
		ret->of_file = line[name] == '/';
		if (!strcmp(perms, "rw-p") && !is_ours(ret))
			return true;
	}
	return false;
}

/* Up to where @a has been written, and then nothing for a while: what is left of a heap has a page at its far end. All of what has a file behind it. */
static uintptr_t written_end(const struct freezer *f, const struct area *a)
{
	uint64_t entries[ENTRIES];
	uintptr_t last = a->start;

	if (a->of_file)
		return a->end;
	for (uintptr_t at = a->start; at < a->end && at - last < ENTRIES * PAGE; at += ENTRIES * PAGE) {
		long r = syscall(SYS_pread64, f->pagemap, entries, sizeof(entries), at / PAGE * sizeof(entries[0]));

		for (long i = 0; i < r / (long)sizeof(entries[0]) && at + (uintptr_t)i * PAGE < a->end; i++)
			if (entries[i] & PRESENT)
				last = at + ((uintptr_t)i + 1) * PAGE;
	}
	return last;
}

static void freeze(struct freezer *f, const struct area *a)
{
	const size_t len = written_end(f, a) - a->start;
	void *p = (void *)a->start;

	if (!len || syscall(SYS_pwrite64, f->image, p, len, f->size) != (long)len)
		return;
	if (mmap(p, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, f->image, f->size) == p)
		f->size += (off_t)len;
}

static void freeze_all(struct freezer *f, char *text)
{
	struct area a;
	size_t len = 0;
	long r;

	while ((r = syscall(SYS_read, f->maps, text + len, MAPS_MAX - 1 - len)) > 0)
		len += (size_t)r;
	while (next_area(&text, &a))
		freeze(f, &a);
	fcntl(f->image, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
}

static int open_own(const char *path)
{
	return (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
}

void sp_freeze(void)
{
	struct freezer f = { open_own("/proc/self/maps"), open_own("/proc/self/pagemap"), memfd_create("warmed-up", MFD_CLOEXEC | MFD_ALLOW_SEALING), 0 };
	/* Shared, so that it is not on the list itself. */
	char *text = mmap(NULL, MAPS_MAX, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (f.maps >= 0 && f.pagemap >= 0 && f.image >= 0 && text != MAP_FAILED)
		freeze_all(&f, text);
	if (text != MAP_FAILED)
		munmap(text, MAPS_MAX);
	sp_close(f.maps);
	sp_close(f.pagemap);
	sp_close(f.image);
	errno = 0; /* best effort */
}
