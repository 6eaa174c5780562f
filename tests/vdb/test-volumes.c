/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * openvdb::io::File and io::Stream: the same trees bit for bit, the same metadata, exceptions and words as natively, whatever the file.
 * SP_VDB_MUTANTS=n for more altered files, SP_SEED=n for others. SP_VDB_STEP=1 for all of the corpus, of which one in six is read in all ways otherwise.
 * SP_VDB_FULL=1 has the subject print all nodes of a tree.
 */
#include "tests/parity/compare.h"
#include "tests/parity/printed.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SUBJECT "vdb/volumes"
#define PYTHON "/usr/bin/python3"

static int setup(void **state)
{
	const struct how how = { 0 };
	struct outcome o;

	if (work_setup(state) || mkdir(corpus(""), 0755))
		return -1;
	RUN(&o, &how, "vdb/corpus", corpus(""));
	assert_exit(&o, 0);
	print_message("# corpus: %s", o.out);
	outcome_free(&o);
	return 0;
}

static const char *setting(const char *name, const char *otherwise)
{
	const char *v = getenv(name);

	return v && *v ? v : otherwise;
}

/* An empty directory. */
static const char *scratch(const char *name)
{
	const char *path = in_work(name);

	assert_int_equal(mkdir(path, 0755), 0);
	return path;
}

static void compare_volumes(const struct how *how, unsigned tolerances, const char *const *argv)
{
	struct tally t;

	compare_runs(&t, how, argv, tolerances);
	print_message("# %s: %zu items the same, %zu different, %zu wavering, %zu exceptions among them; %zu crash natively, %zu beyond that; "
		      "%zu stopped by a limit, %zu refused by one side\n",
		      argv[1], t.compared - (t.different < t.compared ? t.different : t.compared), t.different, t.wavering, t.threw, t.crashed, t.beyond,
		      t.limited, t.refused);
	/* What the library makes of memory that it has not set is another thing in another process: of altered files one in two hundred, as measured. */
	if (strcmp(argv[1], "mutants") == 0)
		assert_true(t.different * 50 <= t.compared);
	else
		assert_int_equal(t.different, 0);
	assert_true(t.compared > (tolerances & REFUSED ? 1 : 10) * (t.wavering + t.limited + t.refused));
}

static void compare_mode(unsigned tolerances, const char *const *argv)
{
	const struct how how = { .timeout = 900 };

	compare_volumes(&how, tolerances, argv);
}
#define MODE(tolerances, ...) compare_mode(tolerances, (const char *const[]){ SUBJECT, __VA_ARGS__, NULL })

static void test_files(void **state)
{
	char step[64];
	const struct how how = { .timeout = 900, .env = { step } };

	(void)state;
	snprintf(step, sizeof(step), "SP_VDB_STEP=%s", setting("SP_VDB_STEP", "6"));
	compare_volumes(&how, RESULTS | REFUSED, (const char *const[]){ SUBJECT, "file", corpus("*"), NULL });
}

static void test_streams(void **state)
{
	(void)state;
	MODE(RESULTS | REFUSED, "stream", corpus("small-stream.vdb"), corpus("small-zip-stream.vdb"), corpus("small.vdb"), corpus("float-stream-zip.vdb"),
	     corpus("vec3s-stream.vdb"), corpus("mask-stream.vdb"), corpus("half-double-stream.vdb"), corpus("points-shapes-stream-6.vdb"),
	     corpus("points-all-stream-3.vdb"), corpus("points-mixed-stream-6.vdb"), corpus("points-several-stream.vdb"), corpus("point-index-stream.vdb"), corpus("instances-stream.vdb"), corpus("transforms-stream.vdb"), corpus("no-grids-stream.vdb"), corpus("no-grids.vdb"),
	     corpus("custom-stream.vdb"), corpus("row-streams.vdb"), corpus("row-stream-first.vdb"),
	     corpus("row-garbage.vdb"), corpus("row-file-garbage.vdb"), corpus("row-offset.vdb"), corpus("nothing.vdb"), corpus("text.vdb"), corpus("version-213-stream.vdb"), corpus("version-220-stream.vdb"), corpus("version-223-stream.vdb"),
	     corpus("cut-stream-5000.vdb"));
}

static void test_uses(void **state)
{
	/* Grids that are written again say how much memory they have, which is less where leaves are yet to be loaded. */
	const struct how how = { .env = { "OPENVDB_DISABLE_DELAYED_LOAD=1" } };

	(void)state;
	compare_volumes(&how, 0, (const char *const[]){ SUBJECT, "uses", corpus(""), scratch("uses"), NULL });
}

static void test_threads(void **state)
{
	(void)state;
	MODE(0, "threads", corpus(""));
}

static void test_names(void **state)
{
	(void)state;
	MODE(0, "names", corpus(""), scratch("names"));
}

static void test_registry(void **state)
{
	(void)state;
	MODE(0, "registry", corpus(""));
}

/* Settings that are there from the start. */
static void test_started_with(void **state)
{
	static const char *const settings[] = { "OPENVDB_DISABLE_DELAYED_LOAD=1", "OPENVDB_DELAYED_LOAD_COPY_MAX_BYTES=0", "OPENVDB_TEMP_DIR=/nonexistent",
						"OPENVDB_DELAYED_LOAD_COPY_MAX_BYTES=text" };

	(void)state;
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		const struct how how = { .env = { settings[i] } };

		print_message("# %s\n", settings[i]);
		compare_volumes(&how, 0,
				(const char *const[]){ SUBJECT, "file", corpus("small.vdb"), corpus("small-stream.vdb"), corpus("metadata.vdb"), corpus("names.vdb"),
						       NULL });
	}
}

static void test_mutants(void **state)
{
	/* As much as natively each has (tests/vdb/mutants.cc). */
	const struct how how = { .timeout = 1800, .env = { "SANDBOX_PRELOAD_MEMORY_LIMIT=1G", "SANDBOX_PRELOAD_TIME_LIMIT=4" } };

	(void)state;
	compare_volumes(&how, LIMITS | RESULTS | REFUSED,
			(const char *const[]){ SUBJECT, "mutants", corpus(""), scratch("mutants"), setting("SP_SEED", "1"), setting("SP_VDB_MUTANTS", "5000"), NULL });
}

static void test_python(void **state)
{
	const struct how check = { 0 }, how = { .env = { "PYTHONDONTWRITEBYTECODE=1", "OPENVDB_DISABLE_DELAYED_LOAD=1" } };
	struct outcome o;
	char script[4096];

	(void)state;
	RUN(&o, &check, PYTHON, "-c", "import pyopenvdb, numpy");
	if (!WIFEXITED(o.status) || WEXITSTATUS(o.status)) {
		outcome_free(&o);
		print_message("# skipped: " PYTHON " has no pyopenvdb and numpy (Debian: python3-openvdb python3-numpy)\n");
		skip();
	}
	outcome_free(&o);
	snprintf(script, sizeof(script), "%s", source("vdb/volumes.py"));
	compare_volumes(&how, 0,
			(const char *const[]){ PYTHON, script, corpus("small.vdb"), corpus("small-stream.vdb"), corpus("float-zip.vdb"), corpus("vec3s-blosc.vdb"),
					       corpus("bool-stream.vdb"), corpus("int32-mask.vdb"), corpus("vec3d-stream.vdb"), corpus("points-all-6.vdb"),
					       corpus("fog-40.vdb"), corpus("sphere.vdb"), corpus("names.vdb"), corpus("instances.vdb"),
					       corpus("transforms.vdb"), corpus("text.vdb"), corpus("custom-mixed.vdb"),
					       corpus("version-222.vdb"), NULL });
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),	 cmocka_unit_test(test_streams),      cmocka_unit_test(test_uses),
		cmocka_unit_test(test_threads),	 cmocka_unit_test(test_names),	      cmocka_unit_test(test_registry),
		cmocka_unit_test(test_started_with), cmocka_unit_test(test_mutants), cmocka_unit_test(test_python),
	};

	if (argc > 1) /* one of them */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, setup, work_teardown);
}
