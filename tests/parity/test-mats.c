/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The Mat handed over in place behaves like any other. Large pictures come as a mapping behind an
 * allocator of ours; whatever a program does to one, it must see what it sees natively. What can be
 * told apart is UMatData::currAllocator, which says how to free the pixels, and the two fields that
 * belong to an allocator, userdata and handle.
 */
#include "tests/parity/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CASE(name, mode)                                                                           \
	static void test_##name(void **state)                                                      \
	{                                                                                          \
		const struct how how = {.timeout = 200};                                           \
                                                                                                   \
		(void)state;                                                                       \
		COMPARE(&how, "parity/mats", mode, work);                                          \
	}
CASE(uses, "uses")
CASE(decoded, "decoded")
CASE(kept, "kept")
CASE(threads, "threads")
CASE(forks, "forks")
CASE(allocators, "allocators")
CASE(return_from_main, "return")
CASE(quick_exit, "quick_exit")
CASE(pthread_exit, "pthread_exit")
CASE(no_exit, "_exit")

static int setup(void **state)
{
	const struct how how = {0};
	struct outcome o;

	if (work_setup(state))
		return -1;
	RUN(&o, &how, "parity/mats", "make", work);
	assert_exit(&o, 0);
	outcome_free(&o);
	return 0;
}

/* Else the rest would compare copies only. */
static void test_what_is_mapped(void **state)
{
	const struct how how = {.side = PRELOADED};
	struct outcome o;

	(void)state;
	RUN(&o, &how, "parity/mats", "where", work);
	assert_exit(&o, 0);
	assert_string_equal(
		o.out,
		"small-color.png: own memory\nsmall-deep.png: own memory\nedge-copied.pgm: own "
		"memory\n"
		"edge-mapped.pgm: mapped\nlarge-color.png: mapped\nlarge-odd.bmp: "
		"mapped\nlarge-deep.png: mapped\n"
		"large-float.tiff: mapped\nlarge-row.ppm: mapped\nlarge-column.ppm: mapped\n");
	outcome_free(&o);
}

/* The one user of libopencv_imgcodecs is closed, and the pictures stay. */
static void test_closed(void **state)
{
	const struct how how = {0};
	char small[4096], large[4096];

	(void)state;
	snprintf(small, sizeof(small), "%s", in_work("small-color.png"));
	snprintf(large, sizeof(large), "%s", in_work("large-color.png"));
	COMPARE(&how, "parity/closed", subject("parity/.libs/reader.so"), small, large,
		in_work("large-deep.png"));
}

static void test_leak(void **state)
{
	static const enum side sides[] = {NATIVE, PRELOADED};
	char *first = NULL;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct how how = {.side = sides[i], .timeout = 250};
		struct outcome o;

		RUN(&o, &how, "parity/mats", "leak", work);
		assert_exit(&o, 0);
		print_message("%s", o.err);
		if (first)
			assert_string_equal(first, o.out);
		else
			first = strdup(o.out);
		outcome_free(&o);
	}
	free(first);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_mapped),
		cmocka_unit_test(test_uses),
		cmocka_unit_test(test_decoded),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_forks),
		cmocka_unit_test(test_allocators),
		cmocka_unit_test(test_closed),
		cmocka_unit_test(test_return_from_main),
		cmocka_unit_test(test_quick_exit),
		cmocka_unit_test(test_pthread_exit),
		cmocka_unit_test(test_no_exit),
		cmocka_unit_test(test_leak),
	};

	if (argc > 1) /* one of them */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, setup, work_teardown);
}
