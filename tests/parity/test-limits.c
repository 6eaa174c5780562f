/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Our own limits, and formats that are refused: an empty Mat, one line that says why, and a program that goes on. */
#include "tests/support/support.h"

#include <string.h>

#define FRONT "libsandbox-preload: "

static void run_case(struct outcome *ret, const char *name, const char *variable)
{
	const struct how how = { .side = PRELOADED, .env = { variable } };

	RUN(ret, &how, "parity/limits", name, work);
	assert_exit(ret, 0);
	assert_has(ret->out, "== afterwards\n5x5, type 16");
}

/* With @variable the case @name gives an empty Mat and one line with all of @words. */
static void assert_refused(const char *name, const char *variable, const char *const *words)
{
	struct outcome o;

	run_case(&o, name, variable);
	if (!strstr(o.out, "\nempty: 0x0"))
		fail_msg("%s is not refused: %s%s", name, o.out, o.err);
	if (count_lines(o.err, FRONT) != 1)
		fail_msg("%s: not one line: %s", name, o.err);
	for (; *words; words++)
		assert_has(o.err, *words);
	outcome_free(&o);
}
#define REFUSED(name, variable, ...) assert_refused(name, variable, (const char *const[]){ __VA_ARGS__, NULL })

static void test_time(void **state)
{
	(void)state;
	REFUSED("time", "SANDBOX_PRELOAD_TIME_LIMIT=1", "slow.png", "longer than 1 s", "SANDBOX_PRELOAD_TIME_LIMIT");
}

static void test_memory(void **state)
{
	(void)state;
	REFUSED("memory", "SANDBOX_PRELOAD_MEMORY_LIMIT=16M", "cv::imread(", "progressive.jpg", "SANDBOX_PRELOAD_MEMORY_LIMIT");
	REFUSED("memory-buffer", "SANDBOX_PRELOAD_MEMORY_LIMIT=16M", "cv::imdecode(", "SANDBOX_PRELOAD_MEMORY_LIMIT");
}

static void test_output(void **state)
{
	(void)state;
	REFUSED("output", "SANDBOX_PRELOAD_OUTPUT_LIMIT=1M", "cv::imread(", "large.bmp", "SANDBOX_PRELOAD_OUTPUT_LIMIT");
	REFUSED("output-buffer", "SANDBOX_PRELOAD_OUTPUT_LIMIT=1M", "cv::imdecode(", "SANDBOX_PRELOAD_OUTPUT_LIMIT");
}

static void test_input(void **state)
{
	(void)state;
	REFUSED("input", "SANDBOX_PRELOAD_INPUT_LIMIT=64K", "cv::imdecode(", "SANDBOX_PRELOAD_INPUT_LIMIT");
	REFUSED("input-pipe", "SANDBOX_PRELOAD_INPUT_LIMIT=64K", "/dev/stdin", "SANDBOX_PRELOAD_INPUT_LIMIT");
}

static void test_name(void **state)
{
	(void)state;
	REFUSED("name", "SANDBOX_PRELOAD_POOL=1", "cv::imread(", "name");
}

/* The same calls without a limit succeed and say nothing: it is the limit that refuses them. */
static void test_unlimited(void **state)
{
	static const char *const names[] = { "output", "output-buffer", "memory", "memory-buffer", "input", "input-file" };
	struct outcome o;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		run_case(&o, names[i], "SANDBOX_PRELOAD_POOL=1");
		assert_int_equal(count_lines(o.err, FRONT), 0);
		assert_null(strstr(o.out, "empty"));
		outcome_free(&o);
	}
}

/* A regular file does not count as input that is copied. */
static void test_file_is_no_input(void **state)
{
	struct outcome o;

	(void)state;
	run_case(&o, "input-file", "SANDBOX_PRELOAD_INPUT_LIMIT=64K");
	assert_int_equal(count_lines(o.err, FRONT), 0);
	assert_has(o.out, "1000x40");
	outcome_free(&o);
}

/* A value that is not understood: nothing is decoded, and each call says which variable. */
static void test_bad_values(void **state)
{
	static const char *const bad[] = { "SANDBOX_PRELOAD_TIME_LIMIT=0", "SANDBOX_PRELOAD_MEMORY_LIMIT=lots", "SANDBOX_PRELOAD_OUTPUT_LIMIT=-1",
					   "SANDBOX_PRELOAD_INPUT_LIMIT=1", "SANDBOX_PRELOAD_POOL=65" };
	struct outcome o;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct how how = { .side = PRELOADED, .env = { bad[i] } };
		char variable[64] = { 0 };

		memcpy(variable, bad[i], strcspn(bad[i], "="));
		RUN(&o, &how, "parity/limits", "input", work);
		assert_exit(&o, 0);
		assert_int_equal(count_lines(o.out, "empty: 0x0"), 2);
		assert_int_equal(count_lines(o.err, FRONT), 2);
		assert_has(o.err, variable);
		outcome_free(&o);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time),	 cmocka_unit_test(test_memory), cmocka_unit_test(test_output), cmocka_unit_test(test_input),
		cmocka_unit_test(test_name),  cmocka_unit_test(test_unlimited),
		cmocka_unit_test(test_file_is_no_input), cmocka_unit_test(test_bad_values),
	};

	if (argc > 1) /* one of them */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, work_setup, work_teardown);
}
