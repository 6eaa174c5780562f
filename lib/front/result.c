/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Results in the shared memory: copied, or mapped in place.
 *
 * A mapping may be made, and its page tables filled, long before the result is there: pages that were only read are the file's own, so what the helper
 * writes afterwards is seen. It must not be given away before the helper can write no more.
 */
#include "lib/front/internal.h"

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define PAGE 4096ull
#define PIECE (1024u * 1024u)
/* A helper that answers sooner needs no help. Waking it, the kernel also expects us to sleep, and may put it on our own core (the waking is "sync"):
 * so sleep we do. For the same reason nothing here spins. */
#define AHEAD_MS 1
/*
 * Where the memory has huge pages, a mapping takes a few faults, and waking up for them more than they do; the rest is the making of those pages, of which a spare
 * has had only so many ready.
 */
#define AHEAD_HUGE_MIN (16ull * 1024 * 1024)
/* How long a helper that has replied may take to end, ms: then its memory is copied instead. */
#define GONE_MS 5000

/* Bytes from the start of the output area that the last result reached to if it was mapped, else 0; a guess for the next. */
static uint64_t reach;

int sp_result_copy(struct sp_call *call, void *dst, size_t len, uint64_t offset)
{
	if (offset > call->memory_size || len > call->memory_size - offset)
		return -EBADMSG;
	if (offset >= call->output)
		__atomic_store_n(&reach, 0, __ATOMIC_RELAXED);
	return sp_fd_pread(call->memory, dst, len, offset);
}

/* A huge page is mapped as one only where all of it has a place: what is beyond the result, and may be beyond the memory, is never touched. */
static uint64_t whole_pages(uint64_t end, uint64_t len)
{
	uint64_t page = sp_huge_part(len) < len ? PAGE : SP_HUGE_PAGE;

	return (end + page - 1) & ~(page - 1);
}

/* @expected: bytes of it that there will be. */
static void *map_private(const struct sp_call *call, uint64_t offset, uint64_t len, uint64_t expected)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE, call->memory, (off_t)offset);
	uint64_t huge = sp_huge_part(expected);

	if (p == MAP_FAILED)
		return NULL;
	/* Whoever of the two comes first decides of what kind a page is. */
	if (huge)
		madvise(p, huge < len ? huge : len, MADV_HUGEPAGE);
	return p;
}

/* All page table entries at once, without copying a page (MAP_POPULATE would). Kernels before 5.14 take the faults one by one. Returns @len. */
static uint64_t populate(void *p, uint64_t len)
{
	madvise(p, len, MADV_POPULATE_READ);
	return len;
}

static bool has_replied(const struct sp_call *call)
{
	int n = 0;

	return ioctl(call->channel, FIONREAD, &n) < 0 || n > (int)sizeof(struct sp_reply);
}

void sp_result_ahead(struct sp_call *call)
{
	uint64_t len = __atomic_load_n(&reach, __ATOMIC_RELAXED);
	char *p;

	if (call->huge && len < AHEAD_HUGE_MIN)
		return;
	/* SP_READY may be there at once and says nothing; the obituary has nothing to say as long as all is well. */
	if (!len || sp_fd_wait(call->obituary, AHEAD_MS) != 0)
		return;
	call->ahead_len = whole_pages(len, len);
	p = map_private(call, call->output, call->ahead_len, len);
	if (!p)
		return;
	call->ahead = p;
	call->ahead_done = 0;
	for (uint64_t at = 0; at < len && !has_replied(call); at += PIECE)
		call->ahead_done = at + populate(p + at, len - at < PIECE ? len - at : PIECE);
}

void sp_result_drop(struct sp_call *call)
{
	if (call->ahead)
		munmap(call->ahead, call->ahead_len);
	call->ahead = NULL;
}

/* 0 when the helper can run no more, or has given its memory up. */
static int wait_gone(struct sp_call *call)
{
	uint32_t word = 0;
	char more;

	if (sp_fd_wait(call->obituary, GONE_MS) != 1)
		return -ETIMEDOUT;
	if (syscall(SYS_read, call->obituary, &word, sizeof(word)) == sizeof(word) && (word == SP_GONE || word == SP_OBITUARY_MAGIC))
		return 0;
	/* The zygote is gone itself. End of file on the channel comes when the helper's only descriptor is closed, which in a process
	 * that ends (exit_files) comes after it has given up its memory (exit_mm; kernel/exit.c). */
	if (sp_fd_wait(call->channel, GONE_MS) != 1)
		return -ETIMEDOUT;
	return sp_fd_read(call->channel, &more, 1) == -ENODATA ? 0 : -EBADMSG;
}

/* Is [start, start + len) of the memory within the mapping made ahead? */
static bool is_ahead(const struct sp_call *call, uint64_t start, uint64_t len)
{
	return call->ahead && start >= call->output && start - call->output <= call->ahead_len &&
	       len <= call->ahead_len - (start - call->output);
}

/* Has the helper paid for so much memory? A result that is nothing but words would be paid for by the program, now and ahead of the next. */
static bool is_written(const struct sp_call *call, uint64_t len)
{
	struct stat st;

	return fstat(call->memory, &st) == 0 && (uint64_t)st.st_blocks * 512 >= len;
}

int sp_result_map(struct sp_call *call, uint64_t offset, uint64_t len, void **ret_map, size_t *ret_map_len, void **ret_data)
{
	uint64_t start = offset & ~(PAGE - 1), end, done = start;
	char *map;
	int r;

	if (!len || offset < call->output || offset > call->memory_size || len > call->memory_size - offset)
		return -EBADMSG;
	r = wait_gone(call);
	if (r)
		return r;
	end = (offset + len + PAGE - 1) & ~(PAGE - 1);
	if (is_ahead(call, start, end - start)) {
		map = call->ahead;
		*ret_map_len = call->ahead_len;
		start = call->output;
		done = start + call->ahead_done;
		call->ahead = NULL;
	} else {
		*ret_map_len = whole_pages(end, len) - start;
		map = map_private(call, start, *ret_map_len, end - start);
		if (!map)
			return -errno;
	}
	if (is_written(call, len)) {
		if (done < end)
			populate(map + (done - start), end - done);
		__atomic_store_n(&reach, end - call->output, __ATOMIC_RELAXED);
	}
	*ret_map = map;
	*ret_data = map + (offset - start);
	return 0;
}
