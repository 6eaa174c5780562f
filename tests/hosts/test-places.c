/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs that change where they are and who they are. */
#include "tests/hosts/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void root_only(void)
{
	if (geteuid() == 0)
		return;
	puts("# only root may do this");
	skip();
}

static void test_relative_names(void **state)
{
	(void)state;
	assert_same_mode("places", "relative-names");
}

static void test_after_chroot(void **state)
{
	(void)state;
	root_only();
	assert_same_mode("places", "after-chroot");
}

static void test_killed_in_chroot(void **state)
{
	struct outcome o;

	(void)state;
	root_only();
	run_preloaded(&o, "places", "killed-in-chroot");
	assert_only_failed_calls(&o);
	assert_has(o.err, "('/tiny.png'): sandbox-helper is not there (is the package complete, did the program change its root?)");
	assert_int_equal(count_lines(o.err, "libsandbox-preload: "), 2);
	outcome_free(&o);
}

/* Where a container lets root mount nothing, this says so. */
static void test_with_mounts(void **state)
{
	(void)state;
	root_only();
	if (system("unshare --mount true 2>/dev/null")) {
		puts("# nothing may be mounted here");
		skip();
	}
	assert_same_mode("places", "with-mounts");
}

static void test_without_mounts(void **state)
{
	(void)state;
	root_only();
	assert_same_mode("places", "without-mounts");
}

static void test_little_to_copy(void **state)
{
	(void)state;
	assert_same_mode("places", "little-to-copy");
}

static void test_umask(void **state)
{
	(void)state;
	assert_same_mode("places", "umask");
}

static void test_setuid_before(void **state)
{
	(void)state;
	root_only();
	assert_same_mode("places", "setuid-before");
}

static void test_setuid_after(void **state)
{
	(void)state;
	root_only();
	assert_same_mode("places", "setuid-after");
}

static void test_setuid_restart(void **state)
{
	(void)state;
	root_only();
	assert_same_mode("places", "setuid-restart");
}

static void test_rights(void **state)
{
	(void)state;
	root_only();
	assert_same_mode("places", "rights");
}

static void test_no_new_privs(void **state)
{
	(void)state;
	assert_same_mode("places", "no-new-privs");
}

static void test_not_dumpable(void **state)
{
	(void)state;
	assert_same_mode("places", "not-dumpable");
}

static void test_own_session(void **state)
{
	(void)state;
	assert_same_mode("places", "own-session");
}

static void test_subreaper(void **state)
{
	(void)state;
	assert_same_mode("places", "subreaper");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_relative_names),
		cmocka_unit_test(test_after_chroot),
		cmocka_unit_test(test_killed_in_chroot),
		cmocka_unit_test(test_with_mounts),
		cmocka_unit_test(test_without_mounts),
		cmocka_unit_test(test_little_to_copy),
		cmocka_unit_test(test_umask),
		cmocka_unit_test(test_setuid_before),
		cmocka_unit_test(test_setuid_after),
		cmocka_unit_test(test_setuid_restart),
		cmocka_unit_test(test_rights),
		cmocka_unit_test(test_no_new_privs),
		cmocka_unit_test(test_not_dumpable),
		cmocka_unit_test(test_own_session),
		cmocka_unit_test(test_subreaper),
	};

	return cmocka_run_group_tests_name("hosts/places", tests, pictures_setup, work_teardown);
}
