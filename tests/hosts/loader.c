/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A program that is not linked to the library and loads it later, as Python does: RTLD_LOCAL, through a module that is linked to it.
 * Usage: loader module.so mode dir
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define IMREAD "_ZN2cv6imreadERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEi"

static bool read_through(void *module, const char *dir)
{
	bool (*read_all)(const char *) = (bool (*)(const char *))dlsym(module, "module_read_all");

	return read_all && read_all(dir);
}

static bool through_module(const char *path, const char *dir)
{
	void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (!module)
		puts(dlerror());
	return module && read_through(module, dir);
}

static bool lazily(const char *path, const char *dir)
{
	void *module = dlopen(path, RTLD_LAZY | RTLD_LOCAL);

	return module && read_through(module, dir);
}

static bool again_and_again(const char *path, const char *dir)
{
	for (int i = 0; i < 3; i++) {
		void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);

		if (!module || !read_through(module, dir) || dlclose(module))
			return false;
	}
	return true;
}

/* Which library's function does an explicit look-up give? */
static bool explicit_handle(const char *path, const char *dir)
{
	void *library = dlopen("libopencv_imgcodecs.so.406", RTLD_NOW | RTLD_LOCAL);
	void *f = library ? dlsym(library, IMREAD) : NULL;
	Dl_info info;

	(void)path, (void)dir;
	if (!f || !dladdr(f, &info))
		return false;
	puts(strrchr(info.dli_fname, '/') + 1);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(const char *path, const char *dir);
} modes[] = {
	{ "module", through_module },
	{ "lazily", lazily },
	{ "again", again_and_again },
	{ "explicit", explicit_handle },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 4 && i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(modes[i].name, argv[2]))
			continue;
		if (!modes[i].run(argv[1], argv[3]))
			return 1;
		puts("ok");
		return 0;
	}
	return 2;
}
