/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Broken pictures: cut, altered, of sizes that cannot be, much larger than their bytes let expect. The same failure as natively, and where
 * the library crashes natively, a failed call in a program that lives on.
 */
#include "tests/parity/compare.h"

#include <string.h>

static void test_cut_and_altered(void **state)
{
	/* A changed size must not cost gigabytes. */
	const struct how how = { .env = { "OPENCV_IO_ENABLE_OPENEXR=1", "OPENCV_IO_MAX_IMAGE_PIXELS=4194304" } };

	(void)state;
	COMPARE(&how, "parity/broken", corpus(""), work);
}

static void test_headers(void **state)
{
	const struct how how = { .env = { "OPENCV_IO_ENABLE_OPENEXR=1" } };

	(void)state;
	COMPARE(&how, "parity/broken", "--headers", work);
}

/* The library's own limits, moved. */
static void test_limits(void **state)
{
	const struct how how = { .env = { "OPENCV_IO_MAX_IMAGE_WIDTH=2000000", "OPENCV_IO_MAX_IMAGE_HEIGHT=2999", "OPENCV_IO_MAX_IMAGE_PIXELS=8MB" } };

	(void)state;
	COMPARE(&how, "parity/broken", "--headers", work);
}

static void test_bombs(void **state)
{
	const struct how how = { 0 };

	(void)state;
	COMPARE(&how, "parity/broken", "--bombs", work);
}

/*
 * Three pictures that crash every program with OpenCV 4.6. Here the overrun stays within the helper's output area, or runs off its end when that is no
 * larger than the picture.
 */
static void test_crashes(void **state)
{
	const struct how small = { .env = { "SANDBOX_PRELOAD_OUTPUT_LIMIT=1M" } }, preloaded = { .side = PRELOADED };
	struct outcome o;

	(void)state;
	COMPARE(&small, "parity/broken", "--overruns", work);
	RUN(&o, &preloaded, "parity/broken", "--overruns", work);
	assert_exit(&o, 0);
	assert_null(strstr(o.out, "died with"));
	assert_int_equal(count_lines(o.out, "== imdecode overrun"), 3);
	outcome_free(&o);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut_and_altered),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_bombs),
		cmocka_unit_test(test_crashes),
	};

	if (argc > 1) /* one of them */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, corpus_setup, work_teardown);
}
