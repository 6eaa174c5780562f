/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/front/internal.h"

#include <string.h>
#include <sys/resource.h>

#define KiB 1024ull
#define MiB (1024ull * KiB)
#define GiB (1024ull * MiB)
#define SIZE_LIMIT (1024 * GiB) /* upper bound of all sizes, and of nothing else */

struct number {
	const char *name;
	size_t offset;
	uint64_t preset, min, max;
};

/* One row a variable: libsandbox-preload(7) and sandbox-run(1) give the same bounds. */
static const struct number numbers[] = {
	{ "SANDBOX_PRELOAD_TIME_LIMIT", offsetof(struct sp_config, time_limit), 120, 1, 1000000 },
	{ "SANDBOX_PRELOAD_MEMORY_LIMIT", offsetof(struct sp_config, memory_limit), 8 * GiB, 16 * MiB, SIZE_LIMIT },
	{ "SANDBOX_PRELOAD_OUTPUT_LIMIT", offsetof(struct sp_config, output_limit), 16 * GiB, 1 * MiB, SIZE_LIMIT },
	{ "SANDBOX_PRELOAD_INPUT_LIMIT", offsetof(struct sp_config, input_limit), 2 * GiB, 64 * KiB, SIZE_LIMIT },
	{ "SANDBOX_PRELOAD_POOL", offsetof(struct sp_config, pool), 4, 1, 64 },
};

/* Likewise, one row a variable whose value is "native" or "deny". */
static const struct {
	const char *name;
	bool preset;
} choices[SP_UNCONFINED_MAX] = {
	[SP_CAMERA] = { "SANDBOX_PRELOAD_CAMERA", true },
	[SP_NETWORK] = { "SANDBOX_PRELOAD_NETWORK", false },
	[SP_PIPELINE] = { "SANDBOX_PRELOAD_PIPELINE", false },
};

static uint64_t suffix(const char **s)
{
	switch (**s) {
	case 'K':
		return ++*s, KiB;
	case 'M':
		return ++*s, MiB;
	case 'G':
		return ++*s, GiB;
	}
	return 1;
}

static bool parse(const char *s, const struct number *n, uint64_t *ret)
{
	uint64_t v = 0, unit;

	if (*s < '0' || *s > '9')
		return false;
	for (; *s >= '0' && *s <= '9'; s++) {
		if (v > UINT64_MAX / 10 - 10)
			return false;
		v = v * 10 + (uint64_t)(*s - '0');
	}
	unit = suffix(&s);
	if (*s || v > UINT64_MAX / unit)
		return false;
	v *= unit;
	if (v < n->min || v > n->max)
		return false;
	*ret = v;
	return true;
}

/*
 * A program under a hard RLIMIT_AS (ulimit -v) passes it on to its helpers, whose heap and mappings would not fit with the presets. They get
 * what is left beside the libraries. Sizes that the user gave by name stay: they fit or fail.
 */
static uint64_t preset(const struct number *n)
{
	struct rlimit rl;
	uint64_t share;

	if (n->max != SIZE_LIMIT || getrlimit(RLIMIT_AS, &rl) < 0 || rl.rlim_max == RLIM_INFINITY)
		return n->preset;
	share = (uint64_t)rl.rlim_max / 8 & ~(MiB - 1);
	if (share > n->preset)
		return n->preset;
	return share < n->min ? n->min : share;
}

static void read_choices(struct sp_config *c)
{
	for (size_t i = 0; i < SP_ARRAY_SIZE(choices); i++) {
		const char *v = getenv(choices[i].name);

		c->allows[i] = v ? strcmp(v, "native") == 0 : choices[i].preset;
		if (v && !c->allows[i] && strcmp(v, "deny") != 0)
			c->bad = choices[i].name;
	}
}

static void read_all(struct sp_config *c)
{
	const char *v = getenv("SANDBOX_PRELOAD_VERBOSE");

	c->verbose = v && *v && strcmp(v, "0") != 0;
	for (size_t i = 0; i < SP_ARRAY_SIZE(numbers); i++) {
		uint64_t *field = (uint64_t *)((char *)c + numbers[i].offset);

		*field = preset(&numbers[i]);
		v = getenv(numbers[i].name);
		if (v && !parse(v, &numbers[i], field))
			c->bad = numbers[i].name;
	}
	read_choices(c);
}

const struct sp_config *sp_config(void)
{
	static struct sp_config config; /* written by whoever comes first, with the same values by all */
	static int ready;

	if (!__atomic_load_n(&ready, __ATOMIC_ACQUIRE)) {
		struct sp_config c = { 0 };

		read_all(&c);
		config = c;
		__atomic_store_n(&ready, 1, __ATOMIC_RELEASE);
	}
	return &config;
}
