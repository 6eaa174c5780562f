/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/parity/compare.h"
#include "tests/parity/printed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define SHOWN_MAX 12 /* differences printed in full; all are counted */

/*
 * Further native runs are made when there is a difference in what threads or unset memory may have a hand in, and then, for the former, of ours and natively by
 * turns.
 */
enum { FIRST, SECOND, OURS, MORE, OURS_AGAIN = 6, RUNS_MAX = 15 };

static bool is_ours(unsigned run)
{
	return run == OURS || (run >= OURS_AGAIN && run % 2 == 0);
}

struct run {
	struct outcome outcome;
	struct printed out, err;
};

static void run(struct run *ret, const struct how *how, unsigned which, const char *const *argv, unsigned tolerances)
{
	/* Blocks from malloc's per-thread cache are not filled, hence without it the second time. */
	static const char *const fill[OURS_AGAIN] = { "MALLOC_PERTURB_=0",	"MALLOC_PERTURB_=165", "MALLOC_PERTURB_=0",
						      "MALLOC_PERTURB_=90", "MALLOC_PERTURB_=255", "MALLOC_PERTURB_=37" };
	static const char *const tune[] = { "GLIBC_TUNABLES", "GLIBC_TUNABLES=glibc.malloc.tcache_count=0" };
	struct how h = *how;
	size_t n = 0;

	while (h.env[n])
		n++;
	assert_true(n + 2 < sizeof(h.env) / sizeof(h.env[0]));
	h.env[n] = fill[which < OURS_AGAIN ? which : which % 2];
	h.env[n + 1] = tune[which % 2];
	h.side = is_ours(which) ? PRELOADED : NATIVE;
	run_program(&ret->outcome, &h, argv);
	printed_split(without_temporary_names(without_times(ret->outcome.out)), &ret->out);
	printed_split(without_temporary_names(without_times(fit_for_terminal(&ret->outcome))), &ret->err);
	for (size_t i = 0; tolerances & VIDEOS && i < ret->err.count; i++) {
		without_addresses(ret->err.sections[i].text);
		without_gstreamer(ret->err.sections[i].text);
	}
}

/* stdout and stderr of one run have the same sections. */
static void assert_paired(const struct run *r)
{
	assert_int_equal(r->err.count, r->out.count);
	for (size_t i = 0; i < r->out.count; i++)
		assert_string_equal(r->out.sections[i].name, r->err.sections[i].name);
}

/* One item: what each of the runs says about it; NULL: it did not come so far. */
struct item {
	const char *name;
	struct {
		const char *out, *err;
	} of[RUNS_MAX];
	size_t skipped; /* sections of ours before it that are not the others' */
};

struct comparison {
	struct tally tally;
	unsigned tolerances;
	struct run r[RUNS_MAX];
	size_t next[RUNS_MAX]; /* section to come */
	unsigned runs;
	bool quiet;
	char group[256];    /* of the item: its name up to a colon */
	bool group_crashed; /* natively, before the item */
};

/* Where @name is, at or after *@next, which then is behind it; sections come in the same order in all runs, but some may be missing. */
static bool find(const struct printed *p, const char *name, size_t *next, size_t *ret)
{
	for (size_t i = *next; i < p->count; i++)
		if (strcmp(p->sections[i].name, name) == 0) {
			*ret = i;
			*next = i + 1;
			return true;
		}
	return false;
}

static struct item take_item(struct comparison *c, const char *name)
{
	struct item item = { .name = name };

	for (unsigned k = 0; k < c->runs; k++) {
		size_t from = c->next[k], at;

		if (!find(&c->r[k].out, name, &c->next[k], &at))
			continue;
		item.of[k].out = c->r[k].out.sections[at].text;
		item.of[k].err = c->r[k].err.sections[at].text;
		if (k == OURS)
			item.skipped = at - from;
	}
	return item;
}

static bool same_out(const struct item *item, unsigned a, unsigned b)
{
	return item->of[a].out && item->of[b].out && strcmp(item->of[a].out, item->of[b].out) == 0;
}

static bool same_err(const struct item *item, unsigned a, unsigned b)
{
	return item->of[a].err && item->of[b].err && strcmp(item->of[a].err, item->of[b].err) == 0;
}

static bool has_died(const struct item *item, unsigned run)
{
	return item->of[run].out && strstr(item->of[run].out, "died with ");
}

static bool has_crashed(const struct comparison *c, const struct item *item)
{
	for (unsigned k = 0; k < c->runs; k++)
		if (!is_ours(k) && has_died(item, k))
			return true;
	return false;
}

/* Natively it is not the same each time. */
static bool wavers(const struct comparison *c, const struct item *item)
{
	for (unsigned k = SECOND; k < c->runs; k++)
		if (!is_ours(k) && (!same_out(item, FIRST, k) || (!(c->tolerances & THREADS) && !same_err(item, FIRST, k))))
			return true;
	return false;
}

/* All native runs agree, and ours do not, among which one is right. */
static bool ours_wavers(const struct comparison *c, const struct item *item)
{
	for (unsigned k = OURS_AGAIN; k < c->runs; k++)
		if (is_ours(k) && same_out(item, FIRST, k) && !same_out(item, FIRST, OURS))
			return true;
	return false;
}

/* Where the library crashes the program natively, ours gets a failed call. */
static bool survived(const struct item *item)
{
	const char *out = item->of[OURS].out;

	return out && !has_died(item, OURS) &&
	       (strncmp(out, "empty", 5) == 0 || strncmp(out, "threw", 5) == 0 || strncmp(out, "false", 5) == 0 || strcmp(out, "0\n") == 0);
}

static void show(struct comparison *c, const struct item *item)
{
	static const unsigned shown[] = { FIRST, OURS };

	if (c->tally.different++ >= SHOWN_MAX || c->quiet)
		return;
	print_error("# %s\n", item->name);
	for (size_t i = 0; i < 2; i++) {
		const unsigned k = shown[i];

		/* In pieces: what is printed at once is cut short. */
		print_error("--- %s\n", k == OURS ? "preloaded" : "native");
		print_error("%s\n", item->of[k].out ? item->of[k].out : "(it did not come so far)");
		print_error("%s\n", item->of[k].err ? item->of[k].err : "");
	}
}

/* Stopped by a limit of ours, which names the variable that moves it. */
static bool is_limited(const struct item *item)
{
	return survived(item) && strstr(item->of[OURS].err, "libsandbox-preload: ") && strstr(item->of[OURS].err, "SANDBOX_PRELOAD_");
}

static bool is_refused(const struct item *item)
{
	return item->of[OURS].out && !has_died(item, OURS) && (strstr(item->of[OURS].out, "threw ") || strstr(item->of[FIRST].out, "threw "));
}

/* The native runs agree. */
static void judge_calm(struct comparison *c, const struct item *item)
{
	const char *out = item->of[FIRST].out;
	struct tally *t = &c->tally;

	if (*item->name) { /* not what comes before the first */
		t->compared++;
		if (strncmp(out, "empty", 5) == 0)
			t->empty++;
		else if (strncmp(out, "threw", 5) == 0)
			t->threw++;
		else
			t->pictures++;
	}
	if (!same_out(item, FIRST, OURS) || (!same_err(item, FIRST, OURS) && !(c->tolerances & THREADS && *c->group)))
		show(c, item);
}

static void judge(struct comparison *c, const struct item *item)
{
	c->tally.different += item->skipped;
	if (item->skipped && !c->quiet)
		print_error("# %zu items before '%s' that there are not natively\n", item->skipped, item->name);
	if (has_crashed(c, item)) {
		c->group_crashed = true;
		c->tally.crashed++;
		if (!survived(item) && !(c->tolerances & RESULTS && item->of[OURS].out && !has_died(item, OURS)))
			show(c, item);
	} else if (c->group_crashed && !has_died(item, OURS)) {
		c->tally.beyond++;
	} else if (has_died(item, OURS)) {
		show(c, item);
	} else if (wavers(c, item)) {
		c->tally.wavering++;
	} else if (ours_wavers(c, item)) {
		c->tally.ours_wavering++;
	} else if (c->tolerances & LIMITS && is_limited(item)) {
		c->tally.limited++;
	} else if (c->tolerances & REFUSED && !same_out(item, FIRST, OURS) && is_refused(item)) {
		c->tally.refused++;
	} else {
		judge_calm(c, item);
	}
}

static bool in_group(const struct comparison *c, const char *name)
{
	size_t len = strlen(c->group);

	return len && strncmp(name, c->group, len) == 0 && name[len] == ':';
}

static uint64_t sum_words(const struct comparison *c, unsigned run)
{
	const struct printed *err = &c->r[run].err;
	struct line_sum sum = { 0 };

	for (size_t i = c->next[run]; i < err->count && in_group(c, err->sections[i].name); i++)
		add_lines(&sum, err->sections[i].text);
	return end_lines(&sum);
}

/* Did a limit of ours stop one of the group's items? */
static bool has_limited(const struct comparison *c, unsigned run)
{
	const struct printed *err = &c->r[run].err;

	for (size_t i = c->next[run]; i < err->count && in_group(c, err->sections[i].name); i++)
		if (strstr(err->sections[i].text, "libsandbox-preload: ") && strstr(err->sections[i].text, "SANDBOX_PRELOAD_"))
			return true;
	return false;
}

static void show_words(const struct comparison *c, unsigned run, const char *name)
{
	const struct printed *err = &c->r[run].err;

	print_error("--- %s\n", name);
	for (size_t i = c->next[run]; i < err->count && in_group(c, err->sections[i].name); i++)
		if (*err->sections[i].text)
			print_error("%s:\n%s", err->sections[i].name, err->sections[i].text);
}

/* What threads say comes in any order, in any of the group's sections. */
static void judge_words(struct comparison *c)
{
	const uint64_t sum = sum_words(c, FIRST);

	for (unsigned k = SECOND; k < c->runs; k++)
		if (!is_ours(k) && sum_words(c, k) != sum) {
			c->tally.words++;
			return;
		}
	for (unsigned k = OURS; k < c->runs; k++)
		if (is_ours(k) && (sum_words(c, k) == sum || (c->tolerances & LIMITS && has_limited(c, k))))
			return;
	if (c->tally.different++ >= SHOWN_MAX || c->quiet)
		return;
	print_error("# %s: other words on stderr\n", c->group);
	show_words(c, FIRST, "native");
	show_words(c, OURS, "preloaded");
}

static void enter_group(struct comparison *c, const char *name)
{
	const char *colon = strchr(name, ':');
	size_t len = colon ? (size_t)(colon - name) : 0;

	if (in_group(c, name))
		return;
	c->group[0] = 0;
	c->group_crashed = false;
	if (!len || len >= sizeof(c->group))
		return;
	memcpy(c->group, name, len);
	c->group[len] = 0;
	if (c->tolerances & THREADS)
		judge_words(c);
}

/* All that belongs to a group first, whoever came that far. */
static const char *name_next(const struct comparison *c)
{
	const char *otherwise = NULL;

	for (unsigned k = 0; k < c->runs; k++) {
		const char *name = c->next[k] < c->r[k].out.count ? c->r[k].out.sections[c->next[k]].name : NULL;

		if (name && in_group(c, name))
			return name;
		if (name && !otherwise)
			otherwise = name;
	}
	return otherwise;
}

static void compare_all(struct comparison *c)
{
	const char *name;

	c->tally = (struct tally){ 0 };
	memset(c->next, 0, sizeof(c->next));
	c->group[0] = 0;
	c->group_crashed = false;
	while ((name = name_next(c))) {
		enter_group(c, name);
		const struct item item = take_item(c, name);
		judge(c, &item);
	}
}

static void add_runs(struct comparison *c, unsigned runs, const struct how *how, const char *const *argv)
{
	for (; c->runs < runs; c->runs++) {
		struct run *r = &c->r[c->runs];

		run(r, how, c->runs, argv, c->tolerances);
		assert_exit(&r->outcome, 0);
		assert_paired(r);
	}
}

void compare_runs(struct tally *ret, const struct how *how, const char *const *argv, unsigned tolerances)
{
	struct comparison c = { .tolerances = tolerances, .quiet = tolerances & (THREADS | UNSET) };

	add_runs(&c, MORE, how, argv);
	compare_all(&c);
	if (c.quiet && c.tally.different) {
		add_runs(&c, OURS_AGAIN, how, argv);
		compare_all(&c);
	}
	while (tolerances & DAMAGED && c.tally.different && c.runs < RUNS_MAX) {
		add_runs(&c, c.runs + (is_ours(c.runs) ? 1 : 2), how, argv);
		compare_all(&c);
	}
	if (c.quiet && c.tally.different) {
		c.quiet = false;
		compare_all(&c);
	}
	*ret = c.tally;
	for (unsigned k = 0; k < c.runs; k++) {
		free(c.r[k].out.sections);
		free(c.r[k].err.sections);
		outcome_free(&c.r[k].outcome);
	}
}

void compare_program(const struct how *how, const char *const *argv)
{
	struct tally t;

	compare_runs(&t, how, argv, 0);
	print_message("# %s %s: %zu items compared, %zu different, %zu left out (natively uninitialised memory), %zu that crash natively\n",
		      argv[0], argv[1] && argv[2] ? argv[2] : "", t.compared, t.different, t.wavering, t.crashed);
	assert_true(t.compared + t.crashed > t.wavering);
	assert_int_equal(t.different, 0);
}

const char *corpus(const char *name)
{
	static char path[4][4096];
	static unsigned next;
	char *p = path[next++ % 4];

	snprintf(p, sizeof(path[0]), "%s/corpus%s%s", work, *name ? "/" : "", name);
	return p;
}

int corpus_setup(void **state)
{
	const struct how how = { .env = { "OPENCV_IO_ENABLE_OPENEXR=1" } };
	struct outcome o;

	if (work_setup(state) || mkdir(corpus(""), 0755))
		return -1;
	RUN(&o, &how, "parity/corpus", corpus(""));
	assert_exit(&o, 0);
	print_message("# corpus: %s", o.out);
	outcome_free(&o);
	return 0;
}
