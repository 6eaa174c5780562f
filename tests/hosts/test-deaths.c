/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Helpers and zygotes that are killed from outside. In the beginning a call that had just got a helper of a zygote killed a moment ago failed, and
 * blamed the file: such a call is repeated now.
 */
#include "tests/hosts/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE "libsandbox-preload: cv::im"

/* Runs preloaded; ends with "ok", and says as many times that a call failed as calls failed. */
static void assert_survives(const char *mode)
{
	const char *mark = new_mark();
	struct outcome o;
	int empty = 0;

	RUN(&o, (&(struct how){ .side = PRELOADED, .env = { mark } }), "hosts/deaths", mode, work);
	assert_exit(&o, 0);
	assert_non_null(strstr(o.out, "ok\n"));
	sscanf(o.out, "empty %d", &empty);
	assert_only_failed_calls(&o);
	assert_int_equal(count_lines(o.err, LINE), empty);
	printf("# %s: %d calls failed\n", mode, empty);
	assert_all_gone(mark);
	outcome_free(&o);
}

static void test_helpers(void **state)
{
	(void)state;
	assert_survives("helpers");
}

static void test_zygotes_during(void **state)
{
	(void)state;
	assert_survives("zygotes-during");
}

static void test_zygotes_between(void **state)
{
	(void)state;
	assert_survives("zygotes-between");
}

static void test_everyone(void **state)
{
	(void)state;
	assert_survives("everyone");
}

static void test_stopped_zygote(void **state)
{
	(void)state;
	assert_survives("stopped-zygote");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_helpers),		cmocka_unit_test(test_zygotes_during),
		cmocka_unit_test(test_zygotes_between), cmocka_unit_test(test_everyone),
		cmocka_unit_test(test_stopped_zygote),
	};

	return cmocka_run_group_tests_name("hosts/deaths", tests, pictures_setup, work_teardown);
}
