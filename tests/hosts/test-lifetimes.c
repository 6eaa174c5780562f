/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs that read before main and after it, and programs into which the library comes late. */
#include "tests/hosts/compare.h"

#include <stdio.h>
#include <string.h>

static const char *pictures(void)
{
	static char env[128];

	snprintf(env, sizeof(env), "PICTURES=%s", work);
	return env;
}

/* Same words both ways, and never a reading that failed: "where 0". */
static void assert_same_lines(const char *mode, const char *native_library, const char *library, size_t lines)
{
	struct how how = { .env = { pictures(), native_library } };
	struct outcome native, preloaded;

	RUN(&native, &how, "hosts/lifetimes", mode);
	how = (struct how){ .side = PRELOADED, .library = library, .env = { pictures(), new_mark() } };
	RUN(&preloaded, &how, "hosts/lifetimes", mode);
	assert_exit(&native, 0);
	assert_exit(&preloaded, 0);
	assert_string_equal(preloaded.out, native.out);
	assert_string_equal(preloaded.err, native.err);
	assert_null(strstr(native.out, " 0\n"));
	assert_int_equal(count_lines(native.out, ""), lines);
	assert_all_gone(how.env[1]);
	outcome_free(&native);
	outcome_free(&preloaded);
}

static void test_return(void **state)
{
	(void)state;
	assert_same_lines("return", NULL, NULL, 11);
}

static void test_exit(void **state)
{
	(void)state;
	assert_same_lines("exit", NULL, NULL, 11);
}

static void test_quick_exit(void **state)
{
	(void)state;
	assert_same_lines("quick_exit", NULL, NULL, 9);
}

static void test_pthread_exit(void **state)
{
	(void)state;
	assert_same_lines("pthread_exit", NULL, NULL, 11);
}

/* A preloaded library's constructor runs before the front's or after it. */
static void assert_early(bool before)
{
	const char *early = subject("hosts/.libs/early.so");
	char native[512], both[1024];

	snprintf(native, sizeof(native), "LD_PRELOAD=%s", early);
	snprintf(both, sizeof(both), "%s:%s", before ? early : front_path(), before ? front_path() : early);
	assert_same_lines("return", native, both, 13);
}

static void test_library_in_front_of_the_front(void **state)
{
	(void)state;
	assert_early(true);
}

static void test_library_behind_the_front(void **state)
{
	(void)state;
	assert_early(false);
}

static void run_loader(struct outcome *ret, enum side side, const char *mode)
{
	const char *mark = new_mark();

	RUN(ret, (&(struct how){ .side = side, .env = { mark } }), "hosts/loader", subject("hosts/.libs/module.so"), mode, work);
	assert_exit(ret, 0);
	assert_all_gone(mark);
}

static void assert_same_loader(const char *mode)
{
	struct outcome native, preloaded;

	run_loader(&native, NATIVE, mode);
	run_loader(&preloaded, PRELOADED, mode);
	assert_string_equal(native.out, "ok\n");
	assert_string_equal(preloaded.out, "ok\n");
	assert_string_equal(preloaded.err, native.err);
	outcome_free(&native);
	outcome_free(&preloaded);
}

static void test_loaded_locally(void **state)
{
	(void)state;
	assert_same_loader("module");
}

static void test_loaded_lazily(void **state)
{
	(void)state;
	assert_same_loader("lazily");
}

static void test_loaded_again_and_again(void **state)
{
	(void)state;
	assert_same_loader("again");
}

/* It must really be a helper that read: with a setting that makes every call fail, all fail. */
static void test_loaded_locally_is_covered(void **state)
{
	struct how how = { .side = PRELOADED, .env = { "SANDBOX_PRELOAD_POOL=none" } };
	struct outcome o;

	(void)state;
	RUN(&o, &how, "hosts/loader", subject("hosts/.libs/module.so"), "module", work);
	assert_exit(&o, 1);
	assert_has(o.out, "imread of tiny.png: empty");
	assert_has(o.err, "SANDBOX_PRELOAD_POOL");
	outcome_free(&o);
}

/*
 * A known gap, stated in libsandbox-preload(7): dlsym(3) on the library's own handle gives the library's own function. When this
 * fails because the front's is found, the manual page is to be corrected.
 */
static void test_explicit_handle_is_not_covered(void **state)
{
	struct outcome o;

	(void)state;
	run_loader(&o, PRELOADED, "explicit");
	assert_string_equal(o.out, "libopencv_imgcodecs.so.406\nok\n");
	outcome_free(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_return),
		cmocka_unit_test(test_exit),
		cmocka_unit_test(test_quick_exit),
		cmocka_unit_test(test_pthread_exit),
		cmocka_unit_test(test_library_in_front_of_the_front),
		cmocka_unit_test(test_library_behind_the_front),
		cmocka_unit_test(test_loaded_locally),
		cmocka_unit_test(test_loaded_lazily),
		cmocka_unit_test(test_loaded_again_and_again),
		cmocka_unit_test(test_loaded_locally_is_covered),
		cmocka_unit_test(test_explicit_handle_is_not_covered),
	};

	return cmocka_run_group_tests_name("hosts/lifetimes", tests, pictures_setup, work_teardown);
}
