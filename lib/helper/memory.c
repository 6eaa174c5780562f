/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The heap. glibc's malloc is left as it is, but gets all it may ever have before the first fork, so that it never
 * asks the kernel and the limit is exact. The names below stand in front of libc's in every library of this process, only to see whether an allocation failed:
 * that is how "the picture needs more than its limit" is told from "the picture is broken".
 */
#include "lib/helper/internal.h"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096u

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t align, size_t size);

static bool failed; /* these two written by the one thread of a helper */
static size_t largest; /* bytes of a request that failed */

bool sp_memory_failed(void)
{
	return failed;
}

uint64_t sp_memory_wanted(void)
{
	return largest;
}

static inline void *seen(void *p, size_t size)
{
	if (!p) {
		failed = true;
		largest = size > largest ? size : largest;
	}
	return p;
}

SP_EXPORT void *malloc(size_t size)
{
	return seen(__libc_malloc(size), size);
}

SP_EXPORT void *calloc(size_t n, size_t size)
{
	return seen(__libc_calloc(n, size), size && n > SIZE_MAX / size ? SIZE_MAX : n * size);
}

SP_EXPORT void *realloc(void *p, size_t size)
{
	void *q = __libc_realloc(p, size);

	return size ? seen(q, size) : q;
}

SP_EXPORT void *memalign(size_t align, size_t size)
{
	return seen(__libc_memalign(align, size), size);
}

SP_EXPORT void *aligned_alloc(size_t align, size_t size)
{
	return seen(__libc_memalign(align, size), size);
}

SP_EXPORT int posix_memalign(void **ret, size_t align, size_t size)
{
	void *p;

	if (align < sizeof(void *) || (align & (align - 1)))
		return EINVAL;
	p = seen(__libc_memalign(align, size), size);
	if (!p)
		return ENOMEM;
	*ret = p;
	return 0;
}

static void *reserved_end; /* of the heap, as reserved; written once */

int sp_memory_reserve(uint64_t limit)
{
	char *p, *end;

	mallopt(M_MMAP_MAX, 0);
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_TRIM_THRESHOLD, -1);
	mallopt(M_TOP_PAD, 0);
	mallopt(M_MXFAST, 0); /* no small blocks to be gathered up later, see sp_memory_settle */
	p = __libc_malloc(limit);
	if (!p)
		return -ENOMEM;
	end = p + limit;
	/* Large blocks come from here; two megabytes a fault instead of four kilobytes. */
	p = (char *)(((uintptr_t)p + (4u << 20)) & ~(uintptr_t)((2u << 20) - 1));
	madvise(p, (size_t)(end - p) & ~(size_t)4095, MADV_HUGEPAGE);
	free(p ? (void *)(end - limit) : NULL);
	failed = false;
	reserved_end = sbrk(0);
	return 0;
}

/* Of what warming up took beyond a small limit (some encoders need 64 MiB) the helpers are not to profit. */
static void cut_to(uint64_t limit)
{
	struct mallinfo2 mi = mallinfo2();
	uint64_t scattered = mi.fordblks - mi.keepcost;

	malloc_trim(limit > scattered ? limit - scattered : 0);
}

/* Free memory that warming up has written to would be copied at each fork, and page by page when a helper writes to it: it becomes new again. */
static void give_back(void)
{
	size_t top = mallinfo2().keepcost, most = top > 2 * PAGE ? top - 2 * PAGE : 0;
	char *p = __libc_malloc(most), *page = (char *)(((uintptr_t)p + PAGE - 1) & ~(uintptr_t)(PAGE - 1));

	if (p && most > 2 * PAGE)
		madvise(page, (size_t)(p + most - page) & ~(size_t)(PAGE - 1), MADV_DONTNEED);
	free(p);
	malloc_trim(SIZE_MAX / 4); /* likewise what is free between blocks; the end of the heap stays where it is */
}

void sp_memory_settle(uint64_t limit)
{
	void *volatile p = __libc_malloc(1u << 20);

	free(p);
	if (sbrk(0) > reserved_end)
		cut_to(limit);
	give_back();
	failed = false;
	largest = 0;
}

void sp_memory_prefault(uint64_t bytes)
{
	char *p = __libc_malloc(bytes);
	uintptr_t page = ((uintptr_t)p + 4095) & ~(uintptr_t)4095;

	if (!p)
		return;
	madvise((void *)page, bytes - 4096, MADV_POPULATE_WRITE);
	free(p);
}
