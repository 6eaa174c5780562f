/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs that look after their signals and children closely, with signals at every point of a call. */
#include "tests/hosts/compare.h"

static void test_echild(void **state)
{
	(void)state;
	assert_same_mode("signals", "echild");
}

static void test_own_child(void **state)
{
	(void)state;
	assert_same_mode("signals", "own-child");
}

static void test_handler(void **state)
{
	(void)state;
	assert_same_mode("signals", "handler");
}

static void test_ignored(void **state)
{
	(void)state;
	assert_same_mode("signals", "ignored");
}

static void test_waiting_thread(void **state)
{
	(void)state;
	assert_same_mode("signals", "waiting-thread");
}

static void test_waiting_thread_all(void **state)
{
	(void)state;
	assert_same_mode("signals", "waiting-thread-all");
}

static void test_unchanged(void **state)
{
	(void)state;
	assert_same_mode("signals", "unchanged");
}

static void test_timers(void **state)
{
	(void)state;
	assert_same_mode("signals", "timers");
}

static void test_bombarded(void **state)
{
	(void)state;
	assert_same_mode("signals", "bombarded");
}

static void test_reading_handler(void **state)
{
	(void)state;
	assert_same_mode("signals", "reading-handler");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_echild),
		cmocka_unit_test(test_own_child),
		cmocka_unit_test(test_handler),
		cmocka_unit_test(test_ignored),
		cmocka_unit_test(test_waiting_thread),
		cmocka_unit_test(test_waiting_thread_all),
		cmocka_unit_test(test_unchanged),
		cmocka_unit_test(test_timers),
		cmocka_unit_test(test_bombarded),
		cmocka_unit_test(test_reading_handler),
	};

	return cmocka_run_group_tests_name("hosts/signals", tests, pictures_setup, work_teardown);
}
