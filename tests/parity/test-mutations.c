/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Altered pictures by the thousand: sandboxed as natively, pixel by pixel and word by word; where the library crashes natively, a failed call
 * in a program that lives on. SP_MUTATIONS=n for more (or fewer) files, a fifth of them through GDAL; SP_SEED=n for others.
 */
#include "tests/parity/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * Where the altered files are written: in memory, as how far one can seek natively depends on the file system (ext4: 16 TiB), and with it what
 * GDAL says about some offsets. Sandboxed there is no such bound.
 */
static char memory_scratch[] = "/dev/shm/sandbox-preload-test-XXXXXX";
static const char *scratch;

static int setup(void **state)
{
	if (corpus_setup(state))
		return -1;
	scratch = mkdtemp(memory_scratch) ? memory_scratch : work;
	return 0;
}

static int teardown(void **state)
{
	if (scratch == memory_scratch)
		rmdir(scratch); /* the subject has removed its files */
	return work_teardown(state);
}

static const char *setting(const char *name, const char *otherwise)
{
	const char *v = getenv(name);

	return v && *v ? v : otherwise;
}

static void compare_mutants(const char *option, const char *files)
{
	/*
	 * A changed size must not cost gigabytes. A helper has no threads: where GDAL natively decodes a broken JPEG 2000 file with several, it says
	 * one line less about its failure, and the lines come in any order.
	 */
	const struct how how = {
		.env = { "OPENCV_IO_ENABLE_OPENEXR=1", "OPENCV_IO_MAX_IMAGE_PIXELS=1048576", "SANDBOX_PRELOAD_TIME_LIMIT=20", "GDAL_NUM_THREADS=1" },
		.timeout = 3600,
	};
	const char *seed = setting("SP_SEED", "1"), *argv[8] = { "parity/mutations" };
	size_t n = 1;
	struct tally t;

	if (option)
		argv[n++] = option;
	argv[n++] = corpus("");
	argv[n++] = scratch;
	argv[n++] = seed;
	argv[n++] = files;
	compare_runs(&t, &how, argv, LIMITS | UNSET);
	print_message("# %s files, seed %s: %zu calls the same as natively (%zu pictures, %zu failures, %zu exceptions) but for %zu; "
		      "%zu that crash natively; %zu stopped by a limit; %zu left out (natively uninitialised memory)\n",
		      files, seed, t.compared, t.pictures, t.empty, t.threw, t.different, t.crashed, t.limited, t.wavering);
	if (t.different)
		print_error("# to have such a file: tests/parity/corpus DIR; tests/parity/mutations --write DIR DIR %s NUMBER\n", seed);
	/*
	 * OpenEXR reads heap memory that it has not set in some broken DWA files, in a way that filling that memory does not bring to light natively: as measured, one in
	 * twenty thousand calls shows it, in some runs. Found in a helper is what its rehearsal left there, if it had time for one.
	 */
	assert_true(t.different * 10000 <= t.compared);
	assert_true(t.pictures > t.compared / 10);
	assert_true(t.wavering + t.limited < t.compared / 10);
}

static void test_mutations(void **state)
{
	(void)state;
	compare_mutants(NULL, setting("SP_MUTATIONS", "10000"));
}

static void test_gdal(void **state)
{
	char fifth[32];

	(void)state;
	snprintf(fifth, sizeof(fifth), "%lu", strtoul(setting("SP_MUTATIONS", "10000"), NULL, 10) / 5);
	compare_mutants("--gdal", fifth);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_gdal),
	};

	if (argc > 1) /* one of them */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, setup, teardown);
}
