/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/parity/compare.h"
#include "lib/wire/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define SHOWN_MAX 12 /* differences printed in full; all are counted */
#define RUNS 3

enum { FIRST, SECOND, OURS };

struct section {
	const char *name, *text;
};

struct printed {
	struct section *sections;
	size_t count;
};

struct run {
	struct outcome outcome;
	struct printed out, err;
};

/* Natively a temporary file has a random name; ours is not random. */
static char *without_temporary_names(char *text)
{
	static const char stem[] = "__opencv_temp.";

	for (char *s = text; (s = strstr(s, stem));) {
		s += sizeof(stem) - 1;
		for (size_t i = 0; i < 6 && s[i] && s[i] != '\n'; i++)
			s[i] = 'X';
	}
	return text;
}

/* Cut @text (changed) at its lines "== name"; what stands before the first is a section without a name. */
static void split(char *text, struct printed *ret)
{
	size_t cap = 2 + count_lines(text, "== ");
	char *line = text;

	ret->sections = calloc(cap, sizeof(*ret->sections));
	assert_non_null(ret->sections);
	ret->count = 0;
	ret->sections[ret->count++] = (struct section){ "", text };
	while (line) {
		char *next = strchr(line, '\n');

		if (strncmp(line, "== ", 3) == 0 && next && ret->count < cap) {
			*line = *next = 0;
			ret->sections[ret->count++] = (struct section){ line + 3, next + 1 };
		}
		line = next ? next + 1 : NULL;
	}
}

/* What a file made a library print may hold anything; the front passes it on fit for a terminal. Returns new memory. */
static char *fit_for_terminal(struct outcome *o)
{
	char *out = calloc(4, o->err_len + 1);
	size_t n;

	assert_non_null(out);
	n = sp_text_escape(o->err, o->err_len, 0, out, 4 * o->err_len);
	free(o->err);
	o->err = out;
	o->err_len = n;
	return out;
}

static void run(struct run *ret, const struct how *how, unsigned which, const char *const *argv)
{
	/* Blocks from malloc's per-thread cache are not filled, hence without it the second time. */
	static const char *const fill[RUNS] = { "MALLOC_PERTURB_=0", "MALLOC_PERTURB_=165", "MALLOC_PERTURB_=0" };
	static const char *const tune[RUNS] = { "GLIBC_TUNABLES", "GLIBC_TUNABLES=glibc.malloc.tcache_count=0", "GLIBC_TUNABLES" };
	struct how h = *how;
	size_t n = 0;

	while (h.env[n])
		n++;
	assert_true(n + 2 < sizeof(h.env) / sizeof(h.env[0]));
	h.env[n] = fill[which];
	h.env[n + 1] = tune[which];
	h.side = which == OURS ? PRELOADED : NATIVE;
	run_program(&ret->outcome, &h, argv);
	split(without_temporary_names(without_times(ret->outcome.out)), &ret->out);
	split(without_temporary_names(without_times(fit_for_terminal(&ret->outcome))), &ret->err);
}

static void assert_same_sections(const struct run r[RUNS], bool err)
{
	for (int k = 1; k < RUNS; k++) {
		const struct printed *a = err ? &r[0].err : &r[0].out, *b = err ? &r[k].err : &r[k].out;

		for (size_t i = 0; i < a->count && i < b->count; i++)
			assert_string_equal(a->sections[i].name, b->sections[i].name);
		assert_int_equal(a->count, b->count);
	}
	assert_int_equal(r[0].err.count, r[0].out.count);
}

static bool same(const struct run *a, const struct run *b, size_t i)
{
	return strcmp(a->out.sections[i].text, b->out.sections[i].text) == 0 &&
	       strcmp(a->err.sections[i].text, b->err.sections[i].text) == 0;
}

static bool has_died(const struct run *r, size_t i)
{
	return strstr(r->out.sections[i].text, "died with ") != NULL;
}

/* Where the library crashes the program natively, ours gets a failed call. */
static bool survived(const struct run *r, size_t i)
{
	const char *out = r->out.sections[i].text;

	return strncmp(out, "empty", 5) == 0 || strncmp(out, "threw", 5) == 0 || strncmp(out, "false", 5) == 0 || strcmp(out, "0\n") == 0;
}

static void show(const struct run r[RUNS], size_t i, struct tally *t)
{
	if (t->different++ >= SHOWN_MAX)
		return;
	print_error("# %s\n--- native\n%s\n%s\n--- preloaded\n%s\n%s\n", r[0].out.sections[i].name, r[0].out.sections[i].text,
		    r[0].err.sections[i].text, r[OURS].out.sections[i].text, r[OURS].err.sections[i].text);
}

/* Stopped by a limit of ours, which names the variable that moves it. */
static bool is_limited(const struct run *r, size_t i)
{
	return survived(r, i) && strstr(r->err.sections[i].text, "libsandbox-preload: ") && strstr(r->err.sections[i].text, "SANDBOX_PRELOAD_");
}

static void count(const struct run r[RUNS], size_t i, struct tally *t)
{
	const char *out = r[FIRST].out.sections[i].text;

	if (!*r[FIRST].out.sections[i].name) /* what comes before the first */
		return;
	t->compared++;
	if (strncmp(out, "empty", 5) == 0)
		t->empty++;
	else if (strncmp(out, "threw", 5) == 0)
		t->threw++;
	else
		t->pictures++;
}

static void judge(const struct run r[RUNS], size_t i, bool limits, struct tally *t)
{
	bool crashed = has_died(&r[FIRST], i) || has_died(&r[SECOND], i);

	if (crashed) {
		t->crashed++;
		if (!survived(&r[OURS], i))
			show(r, i, t);
	} else if (has_died(&r[OURS], i)) {
		show(r, i, t);
	} else if (!same(&r[FIRST], &r[SECOND], i)) {
		t->wavering++;
	} else if (limits && is_limited(&r[OURS], i)) {
		t->limited++;
	} else {
		count(r, i, t);
		if (!same(&r[FIRST], &r[OURS], i))
			show(r, i, t);
	}
}

void compare_runs(struct tally *ret, const struct how *how, const char *const *argv, bool limits)
{
	struct run r[RUNS];

	*ret = (struct tally){ 0 };
	for (unsigned k = 0; k < RUNS; k++) {
		run(&r[k], how, k, argv);
		assert_exit(&r[k].outcome, 0);
	}
	assert_same_sections(r, false);
	assert_same_sections(r, true);
	for (size_t i = 0; i < r[0].out.count; i++)
		judge(r, i, limits, ret);
	for (unsigned k = 0; k < RUNS; k++) {
		free(r[k].out.sections);
		free(r[k].err.sections);
		outcome_free(&r[k].outcome);
	}
}

void compare_program(const struct how *how, const char *const *argv)
{
	struct tally t;

	compare_runs(&t, how, argv, false);
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
