/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fewer mappings to copy. Each library has five (headers, code, constants, relocated data, data), fifty libraries are most of what fork and exit have to do: more
 * than decoding a small picture. Neighbours in a file become one mapping when their protection is the same.
 *
 * That makes a library's constants executable, as they were before linkers came to separate them, and its relocated data writable. Neither matters
 * here: whoever could make use of it runs code in a helper already, which is what the filter is for.
 */
#include "lib/helper/internal.h"

#include <link.h>
#include <sys/mman.h>

#define PAGE 4096ul

struct span {
	uintptr_t start, end;
};

static void add(struct span *s, uintptr_t start, uintptr_t end)
{
	start &= ~(PAGE - 1);
	end = (end + PAGE - 1) & ~(PAGE - 1);
	s->start = s->end && s->start < start ? s->start : start;
	s->end = s->end > end ? s->end : end;
}

static void join(struct span s, int prot)
{
	if (s.end > s.start)
		mprotect((void *)s.start, s.end - s.start, prot);
}

/* What has no file, as what the kernel has put there, and the program itself stay as they are. */
static int join_library(struct dl_phdr_info *info, size_t size, void *data)
{
	struct span fixed = { 0, 0 }, relocated = { 0, 0 };

	(void)size;
	(void)data;
	if (!info->dlpi_name[0] || info->dlpi_name[0] != '/')
		return 0;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		const uintptr_t start = info->dlpi_addr + p->p_vaddr;

		if (p->p_type == PT_LOAD && !(p->p_flags & PF_W))
			add(&fixed, start, start + p->p_filesz);
		else if (p->p_type == PT_GNU_RELRO) /* protected up to the last whole page */
			add(&relocated, start, (start + p->p_memsz) & ~(PAGE - 1));
	}
	join(fixed, PROT_READ | PROT_EXEC);
	join(relocated, PROT_READ | PROT_WRITE);
	return 0;
}

void sp_mappings_join(void)
{
	dl_iterate_phdr(join_library, NULL);
}
