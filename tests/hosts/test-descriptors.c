/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs that think every descriptor is their own. */
#include "tests/hosts/compare.h"

static void test_closefrom(void **state)
{
	(void)state;
	assert_same_mode("descriptors", "closefrom");
}

static void test_close_loop(void **state)
{
	(void)state;
	assert_same_mode("descriptors", "close-loop");
}

static void test_close_range(void **state)
{
	(void)state;
	assert_same_mode("descriptors", "close-range");
}

static void test_taken_by_file(void **state)
{
	(void)state;
	assert_same_mode("descriptors", "taken-by-file");
}

static void test_taken_by_socket(void **state)
{
	(void)state;
	assert_same_mode("descriptors", "taken-by-socket");
}

static void test_reopened(void **state)
{
	(void)state;
	assert_same_mode("descriptors", "reopened");
}

static void test_counted(void **state)
{
	(void)state;
	assert_same_mode("descriptors", "counted");
}

static void test_closed_one(void **state)
{
	(void)state;
	assert_same_mode("descriptors", "closed-one");
}

static void test_closed_stdio(void **state)
{
	(void)state;
	assert_same_mode("descriptors", "closed-stdio");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_closefrom),
		cmocka_unit_test(test_close_loop),
		cmocka_unit_test(test_close_range),
		cmocka_unit_test(test_taken_by_file),
		cmocka_unit_test(test_taken_by_socket),
		cmocka_unit_test(test_reopened),
		cmocka_unit_test(test_counted),
		cmocka_unit_test(test_closed_one),
		cmocka_unit_test(test_closed_stdio),
	};

	return cmocka_run_group_tests_name("hosts/descriptors", tests, pictures_setup, work_teardown);
}
