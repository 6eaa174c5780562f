/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A helper in the middle of its work, as /proc shows it: filter, rights, limits, descriptors, environment. */
#include "tests/hosts/compare.h"

static void test_status(void **state)
{
	(void)state;
	run_preloaded(NULL, "outside", "status");
}

static void test_limits(void **state)
{
	(void)state;
	run_preloaded(NULL, "outside", "limits");
}

static void test_descriptors(void **state)
{
	(void)state;
	run_preloaded(NULL, "outside", "descriptors");
}

static void test_environment(void **state)
{
	(void)state;
	run_preloaded(NULL, "outside", "environment");
}

static void test_place(void **state)
{
	(void)state;
	run_preloaded(NULL, "outside", "place");
}

static void test_namespaces(void **state)
{
	(void)state;
	run_preloaded(NULL, "outside", "namespaces");
}

static void test_zygote(void **state)
{
	(void)state;
	run_preloaded(NULL, "outside", "zygote");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_namespaces),
		cmocka_unit_test(test_zygote),
	};

	return cmocka_run_group_tests_name("hosts/outside", tests, pictures_setup, work_teardown);
}
