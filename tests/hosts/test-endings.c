/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* However a program ends, its helpers are gone within a second, also those in the middle of something. */
#include "tests/hosts/compare.h"

#include <signal.h>
#include <sys/wait.h>

static int ending_of(enum side side, const char *mode, const char *mark)
{
	struct how how = { .side = side, .env = { mark } };
	struct outcome o;

	RUN(&o, &how, "hosts/endings", mode, work);
	assert_int_equal(count_lines(o.err, "libsandbox-preload: "), 0);
	outcome_free(&o);
	return o.status;
}

static void assert_same_ending(const char *mode, int status)
{
	const char *mark = new_mark();

	assert_int_equal(ending_of(NATIVE, mode, mark) & ~0x80, status);
	assert_int_equal(ending_of(PRELOADED, mode, mark) & ~0x80, status);
	assert_all_gone(mark);
}

static void test_return(void **state)
{
	(void)state;
	assert_same_ending("return", 0);
}

static void test_exit_in_call(void **state)
{
	(void)state;
	assert_same_ending("exit", 0);
}

static void test_crash_in_call(void **state)
{
	(void)state;
	assert_same_ending("crash", SIGSEGV);
}

static void test_abort_in_call(void **state)
{
	(void)state;
	assert_same_ending("abort", SIGABRT);
}

static void test_killed_in_call(void **state)
{
	(void)state;
	assert_same_ending("kill", SIGKILL);
}

/* The other program looks for them itself. */
static void test_exec_in_call(void **state)
{
	(void)state;
	assert_same_ending("exec", 0);
}

static void test_killed_with_its_zygote(void **state)
{
	(void)state;
	assert_same_ending("with-zygote", SIGKILL);
}

static void test_child_lives_on(void **state)
{
	(void)state;
	assert_same_ending("child-lives-on", 0);
}

static void test_child_killed_in_call(void **state)
{
	(void)state;
	assert_same_ending("child-in-call", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_return),		       cmocka_unit_test(test_exit_in_call),
		cmocka_unit_test(test_crash_in_call),	       cmocka_unit_test(test_abort_in_call),
		cmocka_unit_test(test_killed_in_call),	       cmocka_unit_test(test_exec_in_call),
		cmocka_unit_test(test_killed_with_its_zygote), cmocka_unit_test(test_child_lives_on),
		cmocka_unit_test(test_child_killed_in_call),
	};

	return cmocka_run_group_tests_name("hosts/endings", tests, pictures_setup, work_teardown);
}
