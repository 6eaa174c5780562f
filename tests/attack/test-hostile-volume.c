/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a reader of volumes that has been taken over can do to the program: nothing but end it, or give a wrong volume. Each attempt is followed by an honest file, which
 * must work.
 */
#include "tests/attack/play.h"
#include "tests/attack/syscalls.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Metadata of the file and of its grid, and the grid's active voxels, twice. */
#define GOOD "open 0 1 512 512"
#define UNNAMED "open 0 KeyError KeyError KeyError" /* nothing goes by the name that is asked for */
#define FAILS "open 0 1 IoError IoError"
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define FORBIDDEN "the helper was killed for a forbidden system call: "
#define NONSENSE "makes no sense"
#define NO_TREE "describes a tree that cannot be"
#define NO_POINTS "describes points that cannot be"
#define NO_GRID "is of a grid"
#define NO_NAME "names a grid that is not there"
#define NO_MAP "describes a transform that cannot be"
#define NO_META "metadata"
#define COUNTS "counts more than there can be"
#define NO_ANSWER "its answer is not one"
#define TOO_SOON "ends too soon"
#define UNASKED "answers what was not asked"
#define CANNOT_HAVE "asks for what it cannot have"
#define OUTPUT "SANDBOX_PRELOAD_OUTPUT_LIMIT"
#define TIME "SANDBOX_PRELOAD_TIME_LIMIT"

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

static unsigned added, wrong;

static int begin(void **state)
{
	(void)state;
	added = wrong = 0;
	return 0;
}

static void add(struct play *p, const char *op, const char *name)
{
	play_add(p, op, 0, "%s", name);
	play_add(p, "f", 0, "good");
	added++;
}

static void finish(struct play *p)
{
	if (play_count(p, "good", GOOD) != added)
		fail_msg("%u of %u honest files worked: %s%s", play_count(p, "good", GOOD), added, p->o.out, p->o.err);
	if (strstr(p->o.out, "CHANGED") || strstr(p->o.out, "MEMORY") || strstr(p->o.out, "MORE POINTS") || strstr(p->o.out, "NOT EMPTY"))
		fail_msg("a grid has changed, took more memory than it may, or is not what it seems: %s", p->o.out);
	if (wrong)
		fail_msg("%u went otherwise: %s%s", wrong, p->o.out, p->o.err);
	play_free(p);
}

/* How often the front says something about @name, with @words in each line. */
static unsigned lines_about(const struct play *p, const char *name, const char *words)
{
	char prefix[256], line[1024];
	unsigned n = 0;

	snprintf(prefix, sizeof(prefix), "libsandbox-preload: openvdb::io::File::open('%s'): ", name);
	for (const char *at = p->o.err; (at = strstr(at, prefix)); at++) {
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
		n += strstr(line, words) != NULL ? 1 : 1000;
	}
	return n;
}

/* A step that fails says so in one line. */
static unsigned failures(const char *result)
{
	unsigned n = 0;

	for (const char *at = result; (at = strstr(at, "IoError")); at++)
		n++;
	return n;
}

/* All that differs is told, not just the first. */
static void check(struct play *p, const char *name, const char *result, const char *words)
{
	const char *got = play_result(p, name, 0);

	if (strcmp(got, result) == 0 && lines_about(p, name, words ? words : "") == (words ? failures(result) : 0))
		return;
	print_error("%s gave %s, not %s, and \"%s\"\n", name, got, result, words ? words : "");
	wrong++;
}

struct row {
	const char *name, *result, *words;
};

static void run_rows(const char *op, const struct row *rows, size_t n, const char *env)
{
	struct play p = { .env = { env } };

	for (size_t i = 0; i < n; i++)
		add(&p, op, rows[i].name);
	play_run(&p);
	for (size_t i = 0; i < n; i++)
		check(&p, rows[i].name, rows[i].result, rows[i].words);
	finish(&p);
}

#define LIE(name, words) { name, FAILS, words }
#define FINE(name) { name, GOOD, NULL }

static void test_trees(void **state)
{
	static const struct row rows[] = {
		LIE("magic", NO_ANSWER), LIE("version", NO_ANSWER), LIE("kind-none", NO_ANSWER), LIE("kind-over", NO_ANSWER), LIE("kind-max", NO_ANSWER),
		LIE("type-unknown", NO_TREE), LIE("type-empty", NO_TREE), LIE("type-other", NO_GRID), LIE("type-long", COUNTS), LIE("type-endless", COUNTS),
		LIE("type-short", NO_TREE), LIE("leaf-flags", NO_TREE), LIE("leaf-flags-max", NO_TREE), LIE("leaf-odd", NO_TREE), LIE("leaf-far", NO_TREE),
		LIE("leaf-edge", NO_TREE), LIE("leaf-twice", NO_TREE), LIE("leaf-twice+leaves-two+leaf-same", NO_TREE), LIE("leaves-none", NO_TREE),
		LIE("leaf-beyond", NO_TREE), LIE("leaf-beyond-max", NO_TREE), FINE("leaves-two"), FINE("leaf-bare"), FINE("leaf-new"),
		{ "leaf-twice+leaves-two", "open 0 1 1024 1024", NULL },
		LIE("tile+tile-odd", NO_TREE), LIE("tile+tile-child", NO_TREE), LIE("tiles+tile-same", NO_TREE), LIE("tile+tile-active", NO_TREE), FINE("tiles"),
		LIE("child-odd", NO_TREE), LIE("children-two+child-same", NO_TREE), LIE("child-edge", NO_TREE), LIE("children-two", NO_TREE),
		LIE("tiles-endless", NO_TREE), LIE("children-endless", NO_TREE), LIE("upper-overlap", NO_TREE), LIE("lower-overlap", NO_TREE),
		LIE("upper-values", NO_TREE), LIE("upper-values+upper-place", NO_TREE), LIE("upper-values+upper-place-over", NO_TREE),
		LIE("upper-values+upper-place-max", NO_TREE), LIE("upper-values-many", NO_TREE), LIE("lower-values+lower-place-over", NO_TREE),
		LIE("lower-place-child", NO_TREE), LIE("upper-children", NO_TREE), LIE("lower-children", NO_TREE),
		{ "bool-good", "open 0 1 512 512", NULL }, LIE("bool-leaf-twice", NO_TREE), { "vec3d-good", "open 0 1 512 512", NULL }, LIE("vec3d-upper-overlap", NO_TREE),
	};

	(void)state;
	run_rows("f", rows, COUNT(rows), NULL);
}

/*
 * Of points and of indices into other points, a voxel's value says where in the arrays those of the voxel begin. The library's own reader takes any; whoever then goes
 * through them reads, or writes, what is no part of the arrays.
 */
static void test_points(void **state)
{
	static const struct row rows[] = {
		FINE("points-good"), FINE("points-uniform"), FINE("points-stride-two"), FINE("index-good"), FINE("points-leaf-bare"), FINE("index-leaf-bare"),
		LIE("points-descriptor-next", NO_POINTS), LIE("points-descriptor-max", NO_POINTS), LIE("points-arrays-none", NO_POINTS),
		LIE("points-arrays-more", NO_POINTS), LIE("points-arrays-max", NO_POINTS), LIE("points-attributes-many", COUNTS), LIE("points-attributes-two", NO_POINTS),
		LIE("points-attribute-unknown", NO_POINTS), FINE("points-attribute-string"), FINE("points-attribute-bool"), FINE("points-attribute-group+group"),
		LIE("points-attribute-name", NO_POINTS), LIE("points-attribute-group+group+group-far", NO_POINTS), LIE("points-groups-many", COUNTS),
		LIE("points-group", NO_POINTS), LIE("points-group+group-beyond", COUNTS), LIE("points-size-none", NO_POINTS), LIE("points-size-less", NO_POINTS),
		LIE("points-size-max", ""), LIE("points-stride-none", NO_POINTS), LIE("points-stride-max", ""), LIE("points-uniform+stride-wrap", NO_POINTS),
		LIE("points-uniform+stride-max", NO_POINTS), LIE("points-flags-varying", NO_POINTS), LIE("points-flags-varying+uniform", NO_POINTS),
		LIE("points-flags-partial", NO_POINTS), LIE("points-flags-max", NO_POINTS), LIE("points-flags-over", NO_POINTS), LIE("points-uniform-two", NO_POINTS),
		LIE("points-paged-two", NO_POINTS), LIE("points-bytes-none", NO_POINTS), LIE("points-bytes-more", NO_POINTS), LIE("points-bytes-max", ""),
		LIE("points-offsets-beyond", NO_POINTS), LIE("points-offsets-back", NO_POINTS), LIE("points-offsets-max", NO_POINTS),
		LIE("points-offsets-zero", NO_POINTS), LIE("points-uniform+size-less", NO_POINTS), LIE("index-indices-none", NO_TREE),
		LIE("index-indices-less", NO_TREE), LIE("index-indices-many", ""), LIE("index-indices-max", COUNTS), LIE("index-offsets-beyond", NO_TREE), LIE("index-offsets-back", NO_TREE),
		LIE("index-offsets-max", NO_TREE), LIE("index-offsets-zero", NO_TREE),
	};

	(void)state;
	run_rows("f", rows, COUNT(rows), NULL);
}

/* Natively what a box cuts off is set to zero, in a voxel that is not active then. */
static void test_clipped(void **state)
{
	static const struct row rows[] = {
		{ "points-offsets-zero", "open 0 1 256 256", NULL }, { "index-offsets-zero", "open 0 1 256 256", NULL }, LIE("points-offsets-back", NO_POINTS),
		LIE("index-offsets-back", NO_TREE), LIE("points-offsets-beyond", NO_POINTS), LIE("index-offsets-max", NO_TREE),
	};

	(void)state;
	run_rows("b", rows, COUNT(rows), NULL);
}

static void test_grids(void **state)
{
	static const struct row rows[] = {
		LIE("grid-other", NO_GRID), LIE("grid-unknown", NO_GRID), LIE("tree-beyond", NO_GRID), LIE("tree-max", NO_GRID), LIE("grids-two", NO_GRID),
		LIE("trees-none", NO_GRID), FINE("trees-two"), { "tree-none", "open 0 1 0 0", NULL }, LIE("grids-none", TOO_SOON), LIE("map-none", NO_MAP),
		LIE("map-over", NO_MAP), LIE("map-max", NO_MAP), LIE("doubles-none", NO_MAP), LIE("doubles-more", NO_MAP), LIE("doubles-max", NO_MAP),
		LIE("affine", NO_MAP), LIE("affine+doubles-16", NO_MAP), LIE("unitary+doubles-16+one", NO_MAP), LIE("frustum+doubles-24", NO_MAP), LIE("frustum", NO_MAP),
		FINE("nan"), FINE("huge"), FINE("scale+doubles-15"), FINE("scale+doubles-15+nan"), LIE("metadata-twice", NO_META), LIE("metadata-nameless", NO_META),
		LIE("metadata-many", COUNTS), LIE("metadata-max", COUNTS), FINE("metadata-class"), FINE("metadata-class+metadata-float+value-4"),
		FINE("metadata-half"), FINE("metadata-unknown+value-100"), FINE("metadata-hidden"), LIE("metadata-float", NO_META), LIE("metadata-float+value-none", NO_META),
		LIE("metadata-bool+value-4", NO_META), LIE("metadata-int64+value-4", NO_META), LIE("metadata-mat4d+value-100", NO_META), LIE("metadata-vec3d", NO_META),
		LIE("value-over", COUNTS), LIE("value-max", COUNTS), FINE("value-none"), LIE("end-none", TOO_SOON), LIE("end-two", NONSENSE),
	};

	(void)state;
	run_rows("f", rows, COUNT(rows), NULL);
}

/* Under the name of a type of the library's, whose users trust it to be that type: none of the bytes may become one. */
static void test_delayed_load(void **state)
{
	static const struct row rows[] = {
		FINE("metadata-delayed+metadata-d+value-100"), FINE("metadata-delayed+metadata-d"), FINE("metadata-delayed+metadata-d+value-none"),
	};

	(void)state;
	run_rows("f", rows, COUNT(rows), NULL);
}

static void test_opening(void **state)
{
	static const struct row rows[] = {
		{ "at-open-archive-none", "IoError", TOO_SOON }, { "at-open-archive-two", GOOD, NULL }, { "at-open-end-none", "IoError", TOO_SOON },
		{ "at-open-descriptors-none", UNNAMED, NULL }, { "at-open-descriptors-two", GOOD, NULL },
		{ "at-open-descriptors-many", "IoError", COUNTS }, { "at-open-descriptor-type", "open 0 IoError IoError IoError", NO_GRID }, { "at-open-descriptor-unknown", "LookupError", NULL },
		{ "at-open-parent-self", GOOD, NULL }, { "at-open-half-max", GOOD, NULL }, { "at-open-names", "IoError", NO_NAME },
		{ "at-open-names-many", "IoError", COUNTS }, { "at-open-not-read", "IoError", NONSENSE }, { "at-open-read-max", "IoError", NONSENSE },
		{ "at-open-offsets-two", "IoError", NONSENSE }, { "at-open-no-offsets", UNNAMED, NULL }, { "at-open-no-offsets+names", GOOD, NULL },
		{ "at-open-no-offsets+names+name-beyond", "IoError", NO_NAME }, { "at-open-no-offsets+names+name-max", "IoError", NO_NAME },
		{ "at-open-no-offsets+grids-none+trees-none", UNNAMED, NULL }, { "at-open-no-offsets+leaf-odd", "IoError", NO_TREE },
		{ "at-open-throws+thrown-lookup", "LookupError", NULL }, { "at-open-throws+thrown-io", "IoError", NULL }, { "at-open-early", "IoError", TOO_SOON },
		{ "at-meta-grid-other", "open 0 IoError 512 512", NO_GRID }, { "at-meta-end-none", "open 0 IoError 512 512", TOO_SOON },
		{ "at-meta-early", "open 0 IoError 512 512", TOO_SOON }, { "at-meta-metadata-many", "open 0 IoError 512 512", COUNTS },
	};

	(void)state;
	run_rows("f", rows, COUNT(rows), NULL);
}

static void test_all_grids(void **state)
{
	static const struct row rows[] = {
		{ "at-open-no-offsets", "1 512", NULL }, { "at-open-no-offsets+grids-two", "2 512 512", NULL }, { "at-open-no-offsets+grids-none+trees-none", "0", NULL },
		{ "at-open-not-read+no-offsets", "IoError", NONSENSE }, { "at-open-archive-none", "IoError", TOO_SOON }, { "at-open-descriptors-none", "0", NULL },
		{ "at-open-no-offsets+metadata-d+metadata-delayed+value-100", "1 512", NULL },
	};

	(void)state;
	run_rows("g", rows, COUNT(rows), NULL);
}

static void test_replies(void **state)
{
	static const struct row rows[] = {
		LIE("chunk-serial", UNASKED), LIE("chunk-throws", NONSENSE), LIE("chunk-refused", ""), LIE("chunk-wants", CANNOT_HAVE), LIE("offset-end", NONSENSE),
		LIE("offset-max", NONSENSE), LIE("len-none", NONSENSE), LIE("len-over", NONSENSE), LIE("len-max", NONSENSE), LIE("len-short", TOO_SOON),
		LIE("len-more", NONSENSE), LIE("serial-other", UNASKED), LIE("serial-max", UNASKED), LIE("serial-none", NONSENSE), LIE("reply-kind", NONSENSE),
		LIE("reply-refused", ""), LIE("reply-memory", "memory"), LIE("throws", NONSENSE), LIE("throws+thrown-over", NONSENSE), LIE("throws+thrown-max", NONSENSE),
		LIE("throws+thrown-io", NULL), FINE("thrown-key"), { "throws+thrown-key", "open 0 1 KeyError KeyError", NULL },
		{ "throws+thrown-alloc", "open 0 1 bad_alloc bad_alloc", NULL }, { "throws+thrown-stream", "open 0 1 exception exception", NULL },
		{ "thrown-after", "open 0 1 KeyError KeyError", NULL }, { "throws-text", "open 0 1 ValueError ValueError", NULL }, LIE("early", TOO_SOON),
		LIE("early-in-tree", TOO_SOON), LIE("late-chunk", NONSENSE), LIE("want-bytes", CANNOT_HAVE), LIE("want-file", CANNOT_HAVE), LIE("want-exists", CANNOT_HAVE),
		LIE("want-unknown", CANNOT_HAVE), LIE("flood-wants", CANNOT_HAVE), LIE("flood-replies", TOO_SOON), LIE("flood-chunks", NONSENSE), FINE("not-read"),
		LIE("events-garbage", "logged"), LIE("events-cut", "logged"), LIE("events-error", "logged"), LIE("events-long", NONSENSE), FINE("escapes"),
	};

	(void)state;
	run_rows("f", rows, COUNT(rows), NULL);
}

/* Arrays of points come behind all leaves, and each says of which leaf it is, and which. None may be missing, and none may stand in another one's place. */
static void test_places(void **state)
{
	static const struct row rows[] = {
		FINE("points-leaves-two"), { "points-leaf-twice+leaves-two", "open 0 1 1024 1024", NULL }, FINE("points-attributes-two+arrays-more"),
		LIE("points-places-none", NO_POINTS), LIE("points-places-early", NO_POINTS), LIE("points-attributes-two+arrays-more+places-one", NO_POINTS),
		LIE("points-leaves-two+places-none", NO_POINTS), LIE("points-places-twice", NO_POINTS), LIE("points-attributes-two+arrays-more+places-twice", NO_POINTS),
		LIE("points-leaf-twice+leaves-two+place-leaf-same", NO_POINTS), LIE("points-place-beyond", NO_POINTS), LIE("points-place-max", NO_POINTS),
		LIE("points-places-more", NO_POINTS), LIE("points-place-leaf-beyond", NO_POINTS), LIE("points-place-leaf-max", NO_POINTS),
		LIE("points-leaf-twice+leaves-two+place-leaf-beyond", NO_POINTS), LIE("points-places-endless", NO_POINTS), LIE("points-places-end-twice", NO_ANSWER),
		LIE("points-arrays-none+attributes-none+places-one", NO_POINTS), LIE("points-leaf-new", NO_TREE), LIE("points-leaves-none+leaf-new", NO_TREE), FINE("index-leaf-new"),
	};

	(void)state;
	run_rows("f", rows, COUNT(rows), NULL);
}

/* A last reply that comes once too often is the answer to what is asked next: it says nothing, or is of another number. */
static void test_too_many_replies(void **state)
{
	static const struct row rows[] = {
		{ "twice", "open 0 1 512 IoError", UNASKED }, { "at-meta-ahead", "open 0 1 IoError 512", TOO_SOON },
	};

	(void)state;
	run_rows("f", rows, COUNT(rows), NULL);
}

static void test_streams(void **state)
{
	static const struct row rows[] = {
		{ "at-open-good", "1 512 at 13", NULL }, { "at-open-consumed-none", "1 512 at 0", NULL }, { "at-open-want-all", "1 512 at 17", NULL },
		{ "at-open-consumed-more", "IoError", NULL }, { "at-open-consumed-max", "IoError", NULL }, { "at-open-early", "IoError", NULL },
		{ "at-open-archive-none", "IoError", NULL }, { "at-open-not-read", "IoError", NULL }, { "at-open-state-bad", "1 512 at -1", NULL },
		{ "at-open-state-max", "1 512 at -1", NULL }, { "at-open-leaf-odd", "IoError", NULL }, { "at-open-want-file", "IoError", NULL },
		{ "at-open-throws+thrown-key", "KeyError", NULL }, { "at-open-throws+thrown-stream", "exception", NULL }, { "at-open-end", "IoError", NULL },
		{ "at-open-crash-in-tree", "IoError", NULL }, { "at-open-points-offsets-back", "IoError", NULL }, { "at-open-grids-two", "2 512 512 at 18", NULL },
		{ "at-open-sys-openat", "IoError", NULL }, { "at-open-flood-metadata", "IoError", NULL },
	};
	struct play p = { 0 };
	unsigned n = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		add(&p, "s", rows[i].name);
	play_run(&p);
	for (size_t i = 0; i < COUNT(rows); i++) {
		check(&p, rows[i].name, rows[i].result, NULL);
		n += failures(rows[i].result);
	}
	assert_int_equal(count_lines(p.o.err, "libsandbox-preload: openvdb::io::Stream('the stream'): "), n);
	finish(&p);
}

/* What costs the helper nothing, or a few bytes, must not cost the program more than the limit. */
static void test_floods(void **state)
{
	static const struct row rows[] = {
		LIE("flood-leaves", OUTPUT), LIE("flood-trees", OUTPUT), LIE("flood-children", OUTPUT), LIE("flood-string", OUTPUT),
		{ "at-open-flood-metadata", "IoError", OUTPUT }, { "at-open-flood-hidden", "IoError", OUTPUT }, { "at-open-flood-entries", "IoError", OUTPUT },
		{ "at-open-flood-descriptors", "IoError", OUTPUT }, { "at-open-flood-grids", "IoError", OUTPUT }, { "at-open-flood-names", "IoError", OUTPUT }, { "at-open-flood-archives", "IoError", OUTPUT },
	};

	(void)state;
	run_rows("f", rows, COUNT(rows), NULL);
}

static void test_deaths(void **state)
{
	static const struct row rows[] = {
		LIE("end", "ended without an answer"), LIE("end-in-tree", "ended without an answer"), LIE("crash", "SIGSEGV"), LIE("crash-in-tree", "SIGSEGV"),
		{ "at-open-end", "IoError", "ended without an answer" }, { "at-open-crash", "IoError", "SIGSEGV" },
		{ "at-meta-crash", "open 0 IoError 512 512", "SIGSEGV" }, { "end-once", "open 0 1 IoError 512", "ended without an answer" },
	};

	(void)state;
	run_rows("f", rows, COUNT(rows), NULL);
}

static void test_silence(void **state)
{
	static const struct row rows[] = {
		LIE("silence", TIME), LIE("half", TIME), LIE("drip", ""), { "at-open-silence", "IoError", TIME }, { "at-meta-silence", "open 0 IoError 512 512", TIME },
	};

	(void)state;
	run_rows("f", rows, COUNT(rows), "SANDBOX_PRELOAD_TIME_LIMIT=1");
}

/* It goes on to write where its answer was. */
static void test_changes(void **state)
{
	struct play p = { 0 };

	(void)state;
	for (int i = 0; i < 5; i++)
		add(&p, "f", "change");
	add(&p, "f", "change-early");
	play_run(&p);
	check(&p, "change", GOOD, NULL);
	assert_true(strncmp(play_result(&p, "change-early", 0), "open 0 1 ", 9) == 0);
	finish(&p);
}

#define TEST(f) cmocka_unit_test_setup(f, begin)
#define DEADLY_ROW(name, ...) { "at-open-sys-" #name, #name, SYS_##name },
static const struct {
	const char *name, *call;
	int nr;
} deadly[] = {
	DEADLY(DEADLY_ROW) { "at-open-sys-read-0", "read", SYS_read }, { "at-open-sys-read-5", "read", SYS_read },
	{ "at-open-sys-read-0x100000004", "read", SYS_read }, { "at-open-sys-read--1", "read", SYS_read }, { "at-open-sys-write-1", "write", SYS_write },
	{ "at-open-sys-write-4", "write", SYS_write }, { "at-open-sys-write-0x100000003", "write", SYS_write },
};

static void test_system_calls(void **state)
{
	struct play p = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(deadly); i++)
		play_add(&p, "f", 0, "%s", deadly[i].name);
	add(&p, "f", "good");
	play_run(&p);
	for (size_t i = 0; i < COUNT(deadly); i++) {
		char words[128];

		if (deadly[i].nr == SYS_read || deadly[i].nr == SYS_write) /* calls that it may make are not named */
			snprintf(words, sizeof(words), FORBIDDEN);
		else
			snprintf(words, sizeof(words), FORBIDDEN "%s (number %d)", deadly[i].call, deadly[i].nr);
		check(&p, deadly[i].name, "IoError", words);
	}
	assert_int_equal(count_lines(p.o.err, "libsandbox-preload: "), COUNT(deadly));
	added++; /* this one was honest as well */
	finish(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_trees),      TEST(test_points),  TEST(test_places),  TEST(test_clipped), TEST(test_grids),   TEST(test_delayed_load),
		TEST(test_opening),    TEST(test_all_grids), TEST(test_replies), TEST(test_too_many_replies), TEST(test_streams), TEST(test_floods),
		TEST(test_deaths),     TEST(test_silence), TEST(test_changes),
		TEST(test_system_calls),
	};

	play_module = "helper-openvdb100.so";
	play_hostile = "attack/.libs/hostile-volume.so";
	play_subject = "attack/volumes";
	return cmocka_run_group_tests_name("hostile-volume", tests, play_setup, work_teardown);
}
