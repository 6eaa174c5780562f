/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Debian's programs for volumes, native against preloaded: the same words, exit codes and files; and files that crash one of them natively.
 * vdb_view is not among them: without a display it comes to no file.
 */
#include "tests/parity/compare.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PRINT "/usr/bin/vdb_print"
#define LOD "/usr/bin/vdb_lod"
#define RENDER "/usr/bin/vdb_render"
#define TOOL "/usr/bin/vdb_tool"
#define ARGUMENTS_MAX 300

static char *names[ARGUMENTS_MAX]; /* of the corpus' files, sorted */
static int names_count;

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int setup(void **state)
{
	const struct how how = { 0 };
	struct outcome o;
	struct dirent *e;
	DIR *d;

	if (work_setup(state) || mkdir(corpus(""), 0755))
		return -1;
	RUN(&o, &how, "vdb/corpus", corpus(""));
	assert_exit(&o, 0);
	print_message("# corpus: %s", o.out);
	outcome_free(&o);
	d = opendir(corpus(""));
	assert_non_null(d);
	while ((e = readdir(d)) && names_count < ARGUMENTS_MAX - 4)
		if (e->d_name[0] != '.')
			names[names_count++] = strdup(corpus(e->d_name));
	closedir(d);
	qsort(names, (size_t)names_count, sizeof(names[0]), by_name);
	return 0;
}

static int teardown(void **state)
{
	while (names_count)
		free(names[--names_count]);
	return work_teardown(state);
}

static void require(const char *program)
{
	if (access(program, X_OK) == 0)
		return;
	print_message("# skipped: there is no %s (Debian: libopenvdb-tools)\n", program);
	skip();
}

static void run(struct outcome *ret, enum side side, const char *const *argv)
{
	const struct how how = { .side = side, .timeout = 300 };

	run_program(ret, &how, argv);
}

/* How much of a tree is in memory: natively that depends on what has been looked at already, here all is there at once. */
static void without_memory(char *text)
{
	static const char *const lines[] = { "  Actual:", "  Actual footprint", "  Leaf voxel footprint" };

	for (char *line = text, *end; line && *line; line = end ? end + 1 : NULL) {
		char *core;

		end = strchr(line, '\n');
		for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
			if (end && strncmp(line, lines[i], strlen(lines[i])) == 0)
				memset(line, '-', (size_t)(end - line));
		core = strstr(line, " (In Core)");
		while (core && (!end || core < end) && core > line && core[-1] != ' ')
			*--core = '-';
	}
}

static void show_difference(const char *a, const char *b)
{
	size_t n = 0, from;

	while (a[n] && a[n] == b[n])
		n++;
	for (from = n; from > 0 && n - from < 300; from--)
		continue;
	print_error("--- native:    %.700s\n", a + from);
	print_error("--- preloaded: %.700s\n", b + from);
}

static void assert_same(struct outcome *a, struct outcome *b)
{
	without_memory(a->out);
	without_memory(b->out);
	if (strcmp(a->out, b->out) != 0)
		show_difference(a->out, b->out);
	if (strcmp(a->err, b->err) != 0)
		show_difference(a->err, b->err);
	assert_int_equal(strcmp(a->out, b->out), 0);
	assert_int_equal(strcmp(a->err, b->err), 0);
	assert_int_equal(a->status, b->status);
}

/* Returns how much the program printed. */
static size_t compare_tool(const char *const *argv)
{
	struct outcome native, ours;
	size_t len;

	/* What is not loaded yet natively is with us. */
	setenv("OPENVDB_DISABLE_DELAYED_LOAD", "1", 1);
	run(&native, NATIVE, argv);
	run(&ours, PRELOADED, argv);
	unsetenv("OPENVDB_DISABLE_DELAYED_LOAD");
	assert_same(&native, &ours);
	len = native.out_len;
	outcome_free(&native);
	outcome_free(&ours);
	return len;
}

/* A stream that was cut short: natively its last leaf is read only when it is looked at, and the answer is a crash. */
static const char crashing[] = "cut-stream-tail.vdb";

static void print_all(const char *option)
{
	const char *argv[ARGUMENTS_MAX + 3] = { PRINT };
	int n = 1;
	size_t len;

	require(PRINT);
	if (option)
		argv[n++] = option;
	for (int i = 0; i < names_count; i++)
		if (!strstr(names[i], "/cut-")) /* one that std::bad_alloc comes of would end it all */
			argv[n++] = names[i];
	len = compare_tool(argv);
	print_message("# vdb_print %s: %d files, %zu characters the same\n", option ? option : "", n - 1 - (option != NULL), len);
	assert_true(len > 10000);
}

static void test_print(void **state)
{
	(void)state;
	print_all(NULL);
}

static void test_print_long(void **state)
{
	(void)state;
	print_all("-l");
}

static void test_print_metadata(void **state)
{
	(void)state;
	print_all("-m");
}

/* One at a time: exit codes, and what is said when there is but one file. */
static void test_print_one(void **state)
{
	static const char *const files[] = { "small.vdb",    "small-stream.vdb", "points-shapes-6.vdb", "text.vdb",	  "cut-1000.vdb", "nothing.vdb",
					     "custom-mixed.vdb", "newer-225.vdb",	 "row-streams.vdb",	"version-213.vdb", "no such file" };

	(void)state;
	require(PRINT);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		compare_tool((const char *const[]){ PRINT, "-l", corpus(files[i]), NULL });
}

static void read_file(const char *path, char **ret, size_t *ret_len)
{
	struct stat st;
	FILE *f = fopen(path, "rb");

	assert_non_null(f);
	assert_int_equal(fstat(fileno(f), &st), 0);
	*ret_len = (size_t)st.st_size;
	*ret = malloc(*ret_len + 1);
	assert_int_equal(fread(*ret, 1, *ret_len, f), *ret_len);
	fclose(f);
}

/* Of a file that OpenVDB wrote: all but the random number in its header. */
static void assert_same_volume(const char *path, const char *other)
{
	const size_t tag = 21, tag_len = 36;
	char *a, *b;
	size_t a_len, b_len;

	read_file(path, &a, &a_len);
	read_file(other, &b, &b_len);
	assert_int_equal(a_len, b_len);
	assert_true(a_len > tag + tag_len);
	memset(a + tag, 0, tag_len);
	memset(b + tag, 0, tag_len);
	assert_memory_equal(a, b, a_len);
	free(a);
	free(b);
}

static void assert_same_bytes(const char *path, const char *other)
{
	char *a, *b;
	size_t a_len, b_len;

	read_file(path, &a, &a_len);
	read_file(other, &b, &b_len);
	assert_true(a_len > 0 && a_len == b_len);
	assert_memory_equal(a, b, a_len);
	free(a);
	free(b);
}

/* @argv, which writes a file with the ending @ending: its name is put in the place of OUT. 1 when both sides have written it, 0 when neither. */
#define OUT "the file to write"
static unsigned compare_written(const char *const *argv, const char *ending, void (*compare_files)(const char *, const char *))
{
	char path[2][4096];
	struct outcome o[2];
	unsigned written;

	require(argv[0]);
	for (int k = 0; k < 2; k++) {
		const char *words[16] = { NULL };
		char name[64];

		snprintf(name, sizeof(name), "%s.%s", k ? "ours" : "native", ending);
		snprintf(path[k], sizeof(path[k]), "%s", in_work(name));
		for (size_t i = 0; i < 15 && argv[i]; i++)
			words[i] = strcmp(argv[i], OUT) == 0 ? path[k] : argv[i];
		run(&o[k], k ? PRELOADED : NATIVE, words);
	}
	assert_same(&o[0], &o[1]);
	written = access(path[0], F_OK) == 0;
	assert_int_equal(written, access(path[1], F_OK) == 0);
	if (written)
		compare_files(path[0], path[1]);
	for (int k = 0; k < 2; k++) {
		unlink(path[k]);
		outcome_free(&o[k]);
	}
	return written;
}

static void test_lod(void **state)
{
	/* Without those that have tiles of 4096 voxels a side, which take it minutes. */
	static const char *const files[] = { "sphere.vdb", "fog-40.vdb", "sphere-stream.vdb", "text.vdb" };
	unsigned written = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		written += compare_written((const char *const[]){ LOD, corpus(files[i]), OUT, "-range", "0-2", "-keep", NULL }, "vdb", assert_same_volume);
	print_message("# vdb_lod: %u files written the same\n", written);
	assert_true(written >= 3);
}

/* A picture of each. */
static void test_render(void **state)
{
	static const char *const files[] = { "sphere.vdb", "fog-40.vdb", "sphere-stream.vdb", "text.vdb" };
	unsigned written = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		written += compare_written((const char *const[]){ RENDER, corpus(files[i]), OUT, "-res", "80x60", "-cpus", "1", NULL }, "ppm", assert_same_bytes);
	print_message("# vdb_render: %u pictures the same\n", written);
	assert_true(written >= 2);
}

static void test_tool(void **state)
{
	static const char *const files[] = { "sphere.vdb", "fog-40.vdb", "names.vdb", "text.vdb" };
	unsigned written = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		written += compare_written((const char *const[]){ TOOL, "-quiet", "-read", corpus(files[i]), "-write", OUT, NULL }, "vdb", assert_same_volume);
	print_message("# vdb_tool: %u files written the same\n", written);
	assert_true(written >= 2);
}

/* Natively it dies; preloaded it says what is wrong, in whatever words. */
static void crash(const char *path)
{
	struct outcome native, ours;

	run(&native, NATIVE, (const char *const[]){ PRINT, "-l", path, NULL });
	if (!WIFSIGNALED(native.status))
		print_message("# %s does not crash natively here\n", path);
	run(&ours, PRELOADED, (const char *const[]){ PRINT, "-l", path, NULL });
	if (!WIFEXITED(ours.status))
		fail_msg("preloaded it died of signal %d: %s%s", WTERMSIG(ours.status), ours.out, ours.err);
	outcome_free(&native);
	outcome_free(&ours);
}

static void test_crash_cut(void **state)
{
	(void)state;
	require(PRINT);
	crash(corpus(crashing));
}

/*
 * The values of a leaf are zlib's, with their size in front; a negative size says that they are not compressed. OpenVDB reads as many bytes as the size
 * says into the room of the few that there are, and only then compares the two (io/Compression.cc, unzipFromStream).
 */
static void test_crash_size(void **state)
{
	static const char size[8] = "\xfc\xff\xff\xff\xff\xff\xff\xff";
	const long long huge = -200000;
	char *bytes, *at = NULL;
	size_t len;

	(void)state;
	require(PRINT);
	read_file(corpus("small-zip.vdb"), &bytes, &len);
	bytes = realloc(bytes, len + 300000);
	for (size_t i = 0; i + sizeof(size) <= len; i++)
		if (memcmp(bytes + i, size, sizeof(size)) == 0)
			at = bytes + i;
	assert_non_null(at);
	memcpy(at, &huge, sizeof(huge));
	memset(bytes + len, 'A', 300000);
	crash(make_file("size.vdb", bytes, len + 300000));
	free(bytes);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_print), cmocka_unit_test(test_print_long), cmocka_unit_test(test_print_metadata), cmocka_unit_test(test_print_one),
		cmocka_unit_test(test_lod),   cmocka_unit_test(test_render),	 cmocka_unit_test(test_tool),
		cmocka_unit_test(test_crash_cut),	 cmocka_unit_test(test_crash_size),
	};

	if (argc > 1) /* one of them */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, setup, teardown);
}
