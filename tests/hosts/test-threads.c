/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs that read pictures in many threads, in cancelled threads, and in threads with next to no stack. */
#include "tests/hosts/compare.h"

static void test_32_readers(void **state)
{
	(void)state;
	assert_same_mode("threads", "readers");
}

static void test_first_call_in_all(void **state)
{
	(void)state;
	assert_same_mode("threads", "first");
}

/* The shim once closed the input with close(3), a cancellation point, in a destructor: a thread that was cancelled in a call took the program with it. */
static void test_cancelled_in_call(void **state)
{
	(void)state;
	run_preloaded(NULL, "threads", "cancel");
}

static void test_small_stack(void **state)
{
	(void)state;
	assert_same_mode("threads", "stack");
}

static void test_small_stack_first_call(void **state)
{
	(void)state;
	assert_same_mode("threads", "stack-first");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_32_readers),
		cmocka_unit_test(test_first_call_in_all),
		cmocka_unit_test(test_cancelled_in_call),
		cmocka_unit_test(test_small_stack),
		cmocka_unit_test(test_small_stack_first_call),
	};

	return cmocka_run_group_tests_name("hosts/threads", tests, pictures_setup, work_teardown);
}
