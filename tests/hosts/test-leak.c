/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Nothing grows, however many pictures are read: 100,000 small ones (or $SP_LEAK_CALLS), 2,000 that are handed over as mappings and released in
 * another thread, 4,500 that cannot be read.
 */
#include "tests/hosts/compare.h"

#include <stdio.h>
#include <string.h>

static void assert_no_growth(const char *mode)
{
	const char *mark = new_mark();
	struct how how = { .side = PRELOADED, .timeout = 900, .env = { "OPENCV_LOG_LEVEL=SILENT", mark } };
	struct outcome o;

	RUN(&o, &how, "hosts/leak", mode, work);
	assert_exit(&o, 0);
	assert_string_equal(o.out, "ok\n");
	assert_int_equal(count_lines(o.err, "libsandbox-preload: "), 0);
	fputs(strncmp(o.err, "# ", 2) ? "" : o.err, stdout);
	assert_all_gone(mark);
	outcome_free(&o);
}

static void test_small(void **state)
{
	(void)state;
	assert_no_growth("small");
}

static void test_large(void **state)
{
	(void)state;
	assert_no_growth("large");
}

static void test_failing(void **state)
{
	(void)state;
	assert_no_growth("failing");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_failing),
	};

	return cmocka_run_group_tests_name("hosts/leak", tests, pictures_setup, work_teardown);
}
