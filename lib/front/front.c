/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The front's two entrances: the constructor, and the slow path of the trampolines. */
#include "lib/front/internal.h"

#include <dlfcn.h>
#include <string.h>

const struct sp_entry_info sp_entries[] = {
#define SP_ENTRY(id, family, library, shim, function, symbol, text) \
	{ SP_FAMILY_##family, library, shim, function, symbol, text },
#include "lib/front/entries.inc"
#undef SP_ENTRY
};
const unsigned sp_entries_count = SP_ARRAY_SIZE(sp_entries);

/* Where the trampolines jump to (trampoline.h). Written by sp_front_bind, always with the same value for a slot. */
extern void *sp_slots[] __attribute__((visibility("hidden")));
__attribute__((visibility("hidden"))) void *sp_front_bind(unsigned long n);

const struct sp_entry_info *sp_entry_find(const char *symbol)
{
	for (unsigned i = 0; i < sp_entries_count; i++)
		if (strcmp(sp_entries[i].symbol, symbol) == 0)
			return &sp_entries[i];
	return &sp_entries[0];
}

/*
 * A program that has the library linked will need a zygote: start it while the program starts. Any other program must not
 * notice us: no process, no file, no allocation. Failure is reported by the call that needs the zygote.
 */
__attribute__((constructor)) static void sp_front_start(void)
{
	int saved = errno;

	if (sp_is_loaded("libopencv_imgcodecs.so.406"))
		sp_pool_start(SP_FAMILY_IMGCODECS, "C");
	if (sp_is_loaded("libopenvdb.so.10.0"))
		sp_pool_start(SP_FAMILY_OPENVDB, "C");
	errno = saved;
}

/*
 * The call cannot be served and what it should return cannot even be built without the shim: the program ends here. Going on
 * would mean to decode in the program.
 */
static void give_up(const struct sp_entry_info *e, const char *why, const char *more)
{
	char line[1024];
	struct sp_text t;

	sp_text_init(&t, line, sizeof(line));
	sp_text_add(&t, e->text);
	sp_text_add(&t, ": ");
	sp_text_add(&t, why);
	sp_text_add(&t, more ? more : "");
	sp_text_add(&t, "; the program is ended, since it cannot be protected");
	sp_say(line);
	_exit(126);
}

static void *load_shim(const struct sp_entry_info *e)
{
	char name[64], path[4096];
	int (*init)(const struct sp_front_ops *);
	struct sp_text t;
	void *shim;

	sp_text_init(&t, name, sizeof(name));
	sp_text_add(&t, "shim-");
	sp_text_add(&t, e->shim);
	sp_text_add(&t, ".so");
	if (t.cut || sp_where(name, path, sizeof(path)))
		give_up(e, "the path of its module is too long", NULL);
	shim = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	/* A program that has used up its descriptors should not die of it: ours will do for loading. */
	if (!shim && sp_pool_release(e->family))
		shim = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (!shim)
		give_up(e, "its module cannot be loaded: ", dlerror());
	init = (int (*)(const struct sp_front_ops *))dlsym(shim, "sp_shim_init");
	if (!init || init(&sp_front_ops))
		give_up(e, "front and module are of different versions: ", path);
	return shim;
}

void *sp_front_bind(unsigned long n)
{
	const struct sp_entry_info *e = &sp_entries[n];
	int saved = errno;
	void *shim, *f;

	if (!sp_is_loaded(e->library))
		give_up(e, "called, but not of the supported library ", e->library);
	shim = load_shim(e);
	f = dlsym(shim, e->function);
	if (!f)
		give_up(e, "its module lacks ", e->function);
	__atomic_store_n(&sp_slots[n], f, __ATOMIC_RELEASE);
	errno = saved;
	return f;
}
