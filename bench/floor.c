/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * floor BYTES COPIED COUNT: what no sandbox that decodes each picture in a process of its own can do without, on all processors at once. COUNT times a
 * process of next to nothing is forked, gets BYTES of memory that nobody has used before, and ends; its result is copied (COPIED 1) or mapped
 * (0). Prints the milliseconds of processor time that one takes.
 */
#include "lib/helper/internal.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#define IN_FLIGHT 8 /* pictures that threads have at a time: as many later its memory is given back */

static uint64_t bytes;
static bool copied;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* Where a huge page may begin, and with nothing left of the search for such a place: each mapping would be copied at a fork. */
static char *map(int memory, int flags)
{
	const uint64_t room = bytes + SP_HUGE_PAGE, huge = sp_huge_part(bytes);
	char *start = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	char *p = (char *)(((uintptr_t)start + SP_HUGE_PAGE - 1) & ~(uintptr_t)(SP_HUGE_PAGE - 1));

	if (start == MAP_FAILED)
		fail("mmap");
	munmap(start, room);
	if (mmap(p, bytes, PROT_READ | PROT_WRITE, flags | MAP_FIXED, memory, 0) == MAP_FAILED)
		fail("mmap");
	if (huge)
		madvise(p, huge < bytes ? huge : bytes, MADV_HUGEPAGE);
	return p;
}

/* @pid: -1 for any child. */
static void wait_for(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) <= 0 || status)
		fail("a child");
}

/* Returns the memory, and where it is mapped, if it is. */
static int one(char **ret_map, char *buffer)
{
	int memory;
	pid_t pid;

	if (sp_store_memory(bytes + SP_HUGE_PAGE, &memory))
		fail("memory");
	pid = _Fork();
	if (pid < 0)
		fail("fork");
	if (pid == 0)
		_exit(madvise(map(memory, MAP_SHARED), bytes, MADV_POPULATE_WRITE) < 0);
	wait_for(pid);
	*ret_map = NULL;
	if (copied) {
		if (pread(memory, buffer, bytes, 0) != (ssize_t)bytes)
			fail("pread");
	} else {
		*ret_map = map(memory, MAP_PRIVATE);
		madvise(*ret_map, bytes, MADV_POPULATE_READ);
	}
	return memory;
}

static void many(unsigned count, unsigned in_flight)
{
	char *maps[IN_FLIGHT] = { NULL }, *buffer = malloc(bytes);
	int memories[IN_FLIGHT];

	if (!buffer)
		fail("malloc");
	memset(buffer, 1, bytes);
	for (unsigned i = 0; i < count; i++) {
		const unsigned k = i % in_flight;

		if (i >= in_flight)
			close(memories[k]);
		if (maps[k])
			munmap(maps[k], bytes);
		memories[k] = one(&maps[k], buffer);
	}
	free(buffer);
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
	const long processors = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned count, in_flight = processors < IN_FLIGHT ? (unsigned)(IN_FLIGHT / processors) : 1;
	double start;

	if (argc != 4) {
		fprintf(stderr, "usage: floor bytes copied count\n");
		return 2;
	}
	bytes = strtoull(argv[1], NULL, 10);
	copied = argv[2][0] == '1';
	count = (unsigned)strtoul(argv[3], NULL, 10);
	sp_store_open(0);
	start = now_ms();
	for (long i = 0; i < processors; i++)
		if (fork() == 0) {
			many(count, in_flight);
			_exit(0);
		}
	for (long i = 0; i < processors; i++)
		wait_for(-1);
	printf("%.4f\n", (now_ms() - start) / count);
	return 0;
}
