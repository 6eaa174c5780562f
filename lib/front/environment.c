/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The zygote's environment: nothing but what the libraries' behaviour depends on.
 *
 * Natively OpenCV reads most variables when it is loaded, some at their first use, one (OPENCV_TEMP_PATH) at each use. A zygote may be
 * started early in the background and be replaced later, so the first kind is taken as it was at the first start, the second as it is at the program's first call.
 */
#include "lib/front/internal.h"

#include <langinfo.h>
#include <locale.h>
#include <string.h>
#include <sys/mman.h>

extern char **environ;

enum when { WHEN_NEVER, WHEN_LOAD, WHEN_FIRST_USE, WHEN_EACH_USE };

struct rule {
	const char *name; /* one that ends in * is a prefix */
	enum when when;
};

/* The first match counts. */
static const struct rule rules[] = {
	{ "OPENCV_TRACE*", WHEN_NEVER },	       /* would write a file from within the helper */
	{ "OPENCV_IO_ENABLE_OPENEXR", WHEN_FIRST_USE },
	{ "OPENCV_LOG_TIMESTAMP*", WHEN_FIRST_USE },
	{ "OPENCV_TEMP_PATH", WHEN_EACH_USE },
	{ "OPENCV_FFMPEG_*", WHEN_NEVER }, /* read at each opening of a video: the request has them */
	{ "OPENCV_*", WHEN_LOAD },
	{ "OMP_*", WHEN_LOAD },
	{ "LANG", WHEN_LOAD },
	{ "LANGUAGE", WHEN_LOAD },
	{ "LC_*", WHEN_LOAD },
	{ "LOCPATH", WHEN_LOAD },
	{ "TZ", WHEN_LOAD },
	{ "LD_LIBRARY_PATH", WHEN_LOAD }, /* the same library as the program has */
	{ "MALLOC_PERTURB_", WHEN_LOAD },
};

/* Strings of WHEN_LOAD variables as of the first start, one after the other, each with its NUL. Written once under the pool's lock. */
static char *loaded;
static size_t loaded_len;
static bool loaded_known;

static bool matches(const struct rule *r, const char *var)
{
	size_t n = strlen(r->name);

	if (r->name[n - 1] == '*')
		return strncmp(var, r->name, n - 1) == 0;
	return strncmp(var, r->name, n) == 0 && var[n] == '=';
}

static enum when when(const char *var)
{
	for (size_t i = 0; i < SP_ARRAY_SIZE(rules); i++)
		if (matches(&rules[i], var))
			return rules[i].when;
	return WHEN_NEVER;
}

static void *map(size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* Keep the load-time variables of now, for all zygotes to come. */
static int keep_loaded(void)
{
	size_t len = 0;
	char *p;

	for (char **e = environ; e && *e; e++)
		if (when(*e) == WHEN_LOAD)
			len += strlen(*e) + 1;
	p = len ? map(len) : NULL;
	if (len && !p)
		return -ENOMEM;
	loaded = p;
	for (char **e = environ; e && *e; e++)
		if (when(*e) == WHEN_LOAD && strlen(*e) + 1 <= len - loaded_len) {
			memcpy(p + loaded_len, *e, strlen(*e) + 1);
			loaded_len += strlen(*e) + 1;
		}
	loaded_known = true;
	return 0;
}

/* Count (@envp NULL) or list all variables of the new environment; returns their number. */
static size_t list(char **envp)
{
	size_t n = 0;

	for (char *s = loaded; s < loaded + loaded_len; s += strlen(s) + 1, n++)
		if (envp)
			envp[n] = s;
	for (char **e = environ; e && *e; e++) {
		enum when w = when(*e);

		if (w != WHEN_FIRST_USE && w != WHEN_EACH_USE)
			continue;
		if (envp)
			envp[n] = *e;
		n++;
	}
	return n;
}

int sp_environment_build(struct sp_environment *ret)
{
	struct sp_environment e = { 0 };
	int r = loaded_known ? 0 : keep_loaded();

	if (r)
		return r;
	e.map_len = (list(NULL) + 1) * sizeof(char *);
	e.map = map(e.map_len);
	if (!e.map)
		return -ENOMEM;
	e.envp = e.map;
	list(e.envp);
	*ret = e;
	return 0;
}

void sp_environment_free(struct sp_environment *e)
{
	if (e->map)
		munmap(e->map, e->map_len);
	e->map = NULL;
}

/* FNV-1a, 64 bit (G. Fowler, L. C. Noll, P. Vo): equal or not is all that is asked of it, and of friends. */
static uint64_t hash(uint64_t h, const char *s)
{
	do
		h = (h ^ (unsigned char)*s) * 0x100000001b3ull;
	while (*s++);
	return h;
}

static uint64_t hash_environment(enum when which)
{
	uint64_t h = 0xcbf29ce484222325ull;

	for (char **e = environ; e && *e; e++)
		if ((*e)[0] == 'O' && when(*e) == which)
			h = hash(h, *e);
	return h;
}

static uint64_t frozen_key;
static int frozen; /* set once; before, all compute the same */

void sp_environment_freeze(void)
{
	if (__atomic_load_n(&frozen, __ATOMIC_ACQUIRE))
		return;
	frozen_key = hash_environment(WHEN_FIRST_USE);
	__atomic_store_n(&frozen, 1, __ATOMIC_RELEASE);
}

/*
 * Most locales change nothing that a decoder does; starting another zygote for them would be waste. What can matter: the decimal point of
 * strtod, a character set whose upper half has letters, translated strerror texts.
 */
const char *sp_environment_locale(void)
{
	const char *point = localeconv()->decimal_point, *set = nl_langinfo(CODESET);
	const char *messages = setlocale(LC_MESSAGES, NULL), *all = setlocale(LC_ALL, NULL);
	bool plain_messages = !messages || strcmp(messages, "POSIX") == 0 || strncmp(messages, "en_US", 5) == 0 ||
			      (messages[0] == 'C' && (!messages[1] || messages[1] == '.'));

	if (strcmp(point, ".") == 0 && (strcmp(set, "UTF-8") == 0 || strcmp(set, "ANSI_X3.4-1968") == 0) && plain_messages)
		return "C";
	return all ? all : "C";
}

uint64_t sp_environment_key(const char *cxx_locale)
{
	uint64_t h = __atomic_load_n(&frozen, __ATOMIC_ACQUIRE) ? frozen_key : hash_environment(WHEN_FIRST_USE);

	h ^= hash_environment(WHEN_EACH_USE) * 31;
	h = hash(h, sp_environment_locale());
	return hash(h, cxx_locale);
}
