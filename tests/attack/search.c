/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/attack/search.h"
#include "lib/helper/helper.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REGIONS 1024

static struct region {
	const uint8_t *start, *end;
} regions[REGIONS];
static size_t count, total;
static char copy[4096];

/* The marker, eight bytes as a register holds them, which is never in memory as such: each is one less than what the input has. */
static const char pattern[] = "L`qjdq,n";

static void add(const char *line)
{
	unsigned long start, end;
	char rights[5];

	if (count == REGIONS || sscanf(line, "%lx-%lx %4s", &start, &end, rights) != 3)
		return;
	/* What can be written may have been; what a file holds has not. */
	if (rights[0] != 'r' || rights[1] != 'w' || strstr(line, "[vvar"))
		return;
	regions[count].start = (const uint8_t *)start;
	regions[count++].end = (const uint8_t *)end;
}

const char *search_warm_up(void)
{
	FILE *f = fopen("/proc/self/maps", "re");
	char line[512];

	if (!f)
		return "no /proc";
	while (fgets(line, sizeof(line), f))
		add(line);
	fclose(f);
	return count > 4 ? NULL : "no memory";
}

/* The memory that is shared with the program: found as an attacker would, through the pointers of the helper's own variables. */
void search_prepare(void)
{
	uint64_t size;
	uint8_t *out;
	size_t n = count;

	sp_output_area(&out, &size);
	for (size_t i = 0; i < n && count < REGIONS - 2; i++)
		for (const uint8_t *p = regions[i].start; p + 16 <= regions[i].end && regions[i].end - regions[i].start < 1 << 20; p += 8) {
			uint8_t *pair[2];

			memcpy(pair, p, sizeof(pair));
			if (pair[1] != out || !pair[0] || count > n)
				continue;
			regions[count].start = pair[0]; /* head and events, which lie below the output */
			regions[count++].end = pair[0] + SP_MEM_INPUT;
		}
	if (count < REGIONS)
		regions[count++] = (struct region){ out, out + size };
}

void search_plant(const uint8_t *input, uint64_t size, char *local, size_t len)
{
	char *heap = malloc(1 << 20);
	uint64_t room, marker;
	uint8_t *out;

	sp_output_area(&out, &room);
	for (size_t i = 0; size && i < len; i++)
		local[i] = (char)input[i % size];
	memcpy(copy, local, sizeof(copy));
	memcpy(out + 65536, local, sizeof(copy));
	for (size_t i = 0; heap && i + len <= 1 << 20; i += len)
		memcpy(heap + i, local, len);
	sp_event_text(SP_EVENT_WHAT, local, 64);
	memcpy(&marker, local + MARKER_START, sizeof(marker));
	sp_note_need(marker, marker); /* what the zygote hands on */
	__asm__ volatile("" : : "r"(heap), "r"(local) : "memory");
}

void search_crash(const uint8_t *input)
{
	__asm__ volatile("mov (%0), %%rax; mov %%rax, %%rbx; mov %%rax, %%rcx; mov %%rax, %%rdx; mov %%rax, %%rsi;"
			 "mov %%rax, %%r8; mov %%rax, %%r9; mov %%rax, %%r10; mov %%rax, %%r12; mov %%rax, %%r13;"
			 "mov %%rax, %%r14; mov %%rax, %%r15; movq (%%rax), %%rax"
			 :
			 : "D"(input)
			 : "memory");
	__builtin_unreachable();
}

static unsigned search_region(const struct region *r)
{
	unsigned n = 0;

	total += (size_t)(r->end - r->start);
	for (const uint8_t *p = r->start; p + 8 <= r->end; p++) {
		size_t i = 0;

		p = memchr(p, pattern[0] + 1, (size_t)(r->end - p - 7));
		if (!p)
			break;
		while (i < 8 && p[i] == pattern[i] + 1)
			i++;
		n += i == 8;
	}
	return n;
}

unsigned search_memory(void)
{
	unsigned n = 0;

	total = 0;
	for (size_t i = 0; i < count; i++)
		n += search_region(&regions[i]);
	return n;
}

size_t search_size(void)
{
	return total;
}
