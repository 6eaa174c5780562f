/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Broken pictures: cut, altered, of sizes that cannot be, much larger than their bytes let expect. The same failure as natively, and where
 * the library crashes natively, a failed call in a program that lives on.
 */
#include "tests/parity/compare.h"

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

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut_and_altered),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_bombs),
	};

	if (argc > 1) /* one of them */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, corpus_setup, work_teardown);
}
