/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/run.h"
#include "lib/wire/util.h"

#include <string.h>

#define KiB 1024ull
#define MiB (1024ull * KiB)
#define GiB (1024ull * MiB)

/* Words, as numbers that no number can be. */
#define DENY (UINT64_MAX - 1)
#define NATIVE UINT64_MAX

/* The front reads these again and has the same bounds (lib/front/config.c): what passes here must
 * pass there. */
static const struct limit {
	const char *variable;
	uint64_t min, max;
	const char *range;
} limits[] = {
	{"SANDBOX_PRELOAD_TIME_LIMIT", 1, 1000000, "a number of seconds from 1 to 1000000"},
	{"SANDBOX_PRELOAD_MEMORY_LIMIT", 16 * MiB, 1024 * GiB, "a size from 16M to 1024G"},
	{"SANDBOX_PRELOAD_OUTPUT_LIMIT", 1 * MiB, 1024 * GiB, "a size from 1M to 1024G"},
	{"SANDBOX_PRELOAD_INPUT_LIMIT", 64 * KiB, 1024 * GiB, "a size from 64K to 1024G"},
	{"SANDBOX_PRELOAD_POOL", 1, 64, "a number from 1 to 64"},
	/* Of these the value is a word, see parse(). */
	{"SANDBOX_PRELOAD_CAMERA", DENY, NATIVE, "native or deny"},
	{"SANDBOX_PRELOAD_NETWORK", DENY, NATIVE, "native or deny"},
	{"SANDBOX_PRELOAD_PIPELINE", DENY, NATIVE, "native or deny"},
};

static const struct limit *find(const char *variable)
{
	for (size_t i = 0; i < SP_ARRAY_SIZE(limits); i++)
		if (strcmp(limits[i].variable, variable) == 0)
			return &limits[i];
	return NULL;
}

/* Digits only: strtoull(3) would take blanks, signs and wrap negative numbers. */
static int digits(const char **s, uint64_t *ret)
{
	uint64_t v = 0;

	if (**s < '0' || **s > '9')
		return -EINVAL;
	for (; **s >= '0' && **s <= '9'; ++*s)
		if (__builtin_mul_overflow(v, 10u, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(**s - '0'), &v))
			return -ERANGE;
	*ret = v;
	return 0;
}

static int parse(const char *s, uint64_t *ret)
{
	static const char units[] = "KMG";
	uint64_t v = 0;
	const char *unit;
	int r;

	if (strcmp(s, "native") == 0 || strcmp(s, "deny") == 0) {
		*ret = *s == 'n' ? NATIVE : DENY;
		return 0;
	}
	r = digits(&s, &v);
	if (r)
		return r;
	unit = *s ? strchr(units, *s) : NULL;
	if (unit) {
		s++;
		if (__builtin_mul_overflow(v, 1ull << (10 * (unit - units + 1)), &v))
			return -ERANGE;
	}
	if (*s)
		return -EINVAL;
	*ret = v;
	return 0;
}

int sp_limit_check(const char *variable, const char *value, const char *shown,
		   struct sp_refusal *ret_refusal)
{
	const struct limit *l = find(variable);
	char detail[SP_DETAIL_MAX];
	uint64_t v = 0;
	int r = l ? parse(value, &v) : -EINVAL;

	if (!r && v >= l->min && v <= l->max)
		return 0;
	snprintf(detail, sizeof(detail), "'%.200s' is %s, it must be %s", value,
		 r == -EINVAL ? "not understood" : "out of range", l ? l->range : "known");
	sp_refuse(ret_refusal, SP_CAUSE_VALUE, 0, shown, detail);
	return -EINVAL;
}

int sp_limit_check_environment(struct sp_refusal *ret_refusal)
{
	int r = 0;

	for (size_t i = 0; i < SP_ARRAY_SIZE(limits) && !r; i++) {
		const char *value = getenv(limits[i].variable);

		if (value)
			r = sp_limit_check(limits[i].variable, value, limits[i].variable,
					   ret_refusal);
	}
	return r;
}
