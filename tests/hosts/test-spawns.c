/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs that start others with vfork, posix_spawn, system and popen, between calls and during them. */
#include "tests/hosts/compare.h"

static void test_between(void **state)
{
	(void)state;
	assert_same_mode("spawns", "between");
}

static void test_during(void **state)
{
	(void)state;
	assert_same_mode("spawns", "during");
}

static void test_inherit(void **state)
{
	(void)state;
	assert_same_mode("spawns", "inherit");
}

static void test_exec_self(void **state)
{
	(void)state;
	assert_same_mode("spawns", "exec-self");
}

static void test_descriptors(void **state)
{
	(void)state;
	run_preloaded(NULL, "spawns", "descriptors");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_between),
		cmocka_unit_test(test_during),
		cmocka_unit_test(test_inherit),
		cmocka_unit_test(test_exec_self),
		cmocka_unit_test(test_descriptors),
	};

	return cmocka_run_group_tests_name("hosts/spawns", tests, pictures_setup, work_teardown);
}
