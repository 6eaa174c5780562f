/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs that fork before, after and during calls; both sides go on reading. */
#include "tests/hosts/compare.h"

static void test_before(void **state)
{
	(void)state;
	assert_same_mode("forks", "before");
}

static void test_after(void **state)
{
	(void)state;
	assert_same_mode("forks", "after");
}

static void test_grandchildren(void **state)
{
	(void)state;
	assert_same_mode("forks", "grandchildren");
}

static void test_orphan(void **state)
{
	(void)state;
	assert_same_mode("forks", "orphan");
}

static void test_many(void **state)
{
	(void)state;
	assert_same_mode("forks", "many");
}

static void test_ending_child(void **state)
{
	(void)state;
	assert_same_mode("forks", "ending-child");
}

static void test_killed_child(void **state)
{
	(void)state;
	assert_same_mode("forks", "killed-child");
}

/* Preloaded only: natively OpenCV's own locks, held by a thread that the child does not have, stop one such run in ten. */
static void test_threads(void **state)
{
	(void)state;
	run_preloaded(NULL, "forks", "threads");
}

static void test_restart(void **state)
{
	struct outcome o;

	(void)state;
	run_preloaded(&o, "forks", "restart");
	assert_only_failed_calls(&o);
	outcome_free(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before),
		cmocka_unit_test(test_after),
		cmocka_unit_test(test_grandchildren),
		cmocka_unit_test(test_orphan),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_ending_child),
		cmocka_unit_test(test_killed_child),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_restart),
	};

	return cmocka_run_group_tests_name("hosts/forks", tests, pictures_setup, work_teardown);
}
