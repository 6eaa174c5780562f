/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs that live within tight limits. */
#include "tests/hosts/compare.h"

static void test_nofile_soft(void **state)
{
	(void)state;
	assert_same_mode("limits", "nofile-soft");
}

static void test_nofile_hard(void **state)
{
	(void)state;
	assert_same_mode("limits", "nofile-hard");
}

static void test_nofile_then_more(void **state)
{
	(void)state;
	assert_same_mode("limits", "nofile-then-more");
}

static void test_nofile_none(void **state)
{
	struct outcome o;

	(void)state;
	run_preloaded(&o, "limits", "nofile-none");
	assert_only_failed_calls(&o);
	assert_has(o.err, "no free descriptors (raise RLIMIT_NOFILE)");
	outcome_free(&o);
}

static void test_nofile_none_first(void **state)
{
	struct outcome o;

	(void)state;
	run_preloaded(&o, "limits", "nofile-none-first");
	assert_only_failed_calls(&o);
	assert_int_equal(count_lines(o.err, "libsandbox-preload: "), 1);
	outcome_free(&o);
}

static void test_fsize_soft(void **state)
{
	(void)state;
	assert_same_mode("limits", "fsize-soft");
}

static void test_fsize_hard(void **state)
{
	(void)state;
	assert_same_mode("limits", "fsize-hard");
}

static void test_fsize_restart(void **state)
{
	(void)state;
	assert_same_mode("limits", "fsize-restart");
}

static void test_fsize_hard_restart(void **state)
{
	(void)state;
	run_preloaded(NULL, "limits", "fsize-hard-restart");
}

static void test_core(void **state)
{
	(void)state;
	assert_same_mode("limits", "core");
}

static void test_nproc(void **state)
{
	(void)state;
	assert_same_mode("limits", "nproc");
}

static void test_as_soft(void **state)
{
	(void)state;
	assert_same_mode("limits", "as-soft");
}

static void test_as_hard(void **state)
{
	(void)state;
	assert_same_mode("limits", "as-hard");
}

static void test_as_hard_late(void **state)
{
	struct outcome o;

	(void)state;
	run_preloaded(&o, "limits", "as-hard-late");
	assert_only_failed_calls(&o);
	assert_int_equal(count_lines(o.err, "libsandbox-preload: "), 1);
	outcome_free(&o);
}

static void test_ours_stay(void **state)
{
	(void)state;
	assert_same_mode("limits", "ours-stay");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nofile_soft),
		cmocka_unit_test(test_nofile_hard),
		cmocka_unit_test(test_nofile_then_more),
		cmocka_unit_test(test_nofile_none),
		cmocka_unit_test(test_nofile_none_first),
		cmocka_unit_test(test_fsize_soft),
		cmocka_unit_test(test_fsize_hard),
		cmocka_unit_test(test_fsize_restart),
		cmocka_unit_test(test_fsize_hard_restart),
		cmocka_unit_test(test_core),
		cmocka_unit_test(test_nproc),
		cmocka_unit_test(test_as_soft),
		cmocka_unit_test(test_as_hard),
		cmocka_unit_test(test_as_hard_late),
		cmocka_unit_test(test_ours_stay),
	};

	return cmocka_run_group_tests_name("hosts/limits", tests, pictures_setup, work_teardown);
}
