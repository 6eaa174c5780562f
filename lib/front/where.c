/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/front/internal.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>

struct search {
	const char *prefix;
	const void *address; /* find the object that holds it, when prefix is NULL */
	const char *ret_name;
};

static bool holds(const struct dl_phdr_info *info, const void *address)
{
	uintptr_t a = (uintptr_t)address;

	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + p->p_vaddr;

		if (p->p_type == PT_LOAD && a >= start && a - start < p->p_memsz)
			return true;
	}
	return false;
}

static int visit(struct dl_phdr_info *info, size_t size, void *data)
{
	struct search *s = data;
	const char *name = info->dlpi_name, *base;

	(void)size;
	if (!name || !*name)
		return 0;
	base = strrchr(name, '/');
	base = base ? base + 1 : name;
	if (s->prefix ? strncmp(base, s->prefix, strlen(s->prefix)) != 0 : !holds(info, s->address))
		return 0;
	s->ret_name = name;
	return 1;
}

bool sp_is_loaded(const char *prefix)
{
	struct search s = { .prefix = prefix };

	return dl_iterate_phdr(visit, &s) == 1;
}

int sp_where(const char *name, char *ret_path, size_t cap)
{
	struct search s = { .address = (const void *)sp_where };
	struct sp_text t;
	const char *slash;

	/* Beside the front, as it was loaded: installed, relocated and build trees are alike, and no variable names a program. */
	sp_text_init(&t, ret_path, cap);
	if (dl_iterate_phdr(visit, &s) == 1 && s.ret_name[0] == '/') {
		slash = strrchr(s.ret_name, '/');
		if ((size_t)(slash - s.ret_name) >= cap)
			return -ENAMETOOLONG;
		memcpy(ret_path, s.ret_name, (size_t)(slash - s.ret_name));
		t.len = (size_t)(slash - s.ret_name);
		ret_path[t.len] = 0;
	} else {
		sp_text_add(&t, SP_LIBDIR);
	}
	sp_text_add(&t, "/sandbox-preload/");
	sp_text_add(&t, name);
	return t.cut ? -ENAMETOOLONG : 0;
}
