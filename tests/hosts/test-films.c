/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cv::VideoCapture under faults: its helper dies, the program forks or closes everything, ends with videos open, or asks for what is denied. */
#include "tests/hosts/compare.h"

#include <string.h>

#define LINE "libsandbox-preload: cv::VideoCapture('"
#define NO_NETWORK "SANDBOX_PRELOAD_NETWORK"
#define PIPELINE "SANDBOX_PRELOAD_PIPELINE"

static int films_setup(void **state)
{
	struct outcome o;

	if (work_setup(state))
		return -1;
	RUN(&o, &(struct how){ .side = NATIVE }, "hosts/films", "make", work);
	assert_exit(&o, 0);
	outcome_free(&o);
	return 0;
}

/* Preloaded: it says @out, and on stderr @lines lines of the front's with @words in the first. What the library itself logs may stand beside them. */
static void assert_lines_of(const char *name, const char *mode, const char *env, const char *out, size_t lines, const char *words)
{
	const char *mark = new_mark();
	struct outcome o;

	RUN(&o, (&(struct how){ .side = PRELOADED, .env = { mark, env } }), host(name), mode, work);
	assert_exit(&o, 0);
	assert_string_equal(o.out, out);
	if (count_lines(o.err, "libsandbox-preload: ") != lines || count_lines(o.err, LINE) != lines)
		fail_msg("not %zu lines: %s", lines, o.err);
	assert_has(o.err, words);
	assert_all_gone(mark);
	outcome_free(&o);
}

static void assert_lines(const char *mode, const char *words)
{
	assert_lines_of("films", mode, NULL, "ok\n", 2, words); /* two backends, a line each */
}

static void test_waiting_killed(void **state)
{
	(void)state;
	assert_same_mode("films", "waiting-killed");
}

static void test_helper_killed(void **state)
{
	(void)state;
	assert_lines("helper-killed", "SIGKILL");
	assert_lines("helper-killed-throws", "SIGKILL");
}

static void test_zygote_killed(void **state)
{
	(void)state;
	assert_lines("zygote-killed", "film.avi'): ");
}

static void test_signals(void **state)
{
	(void)state;
	assert_lines("signals", "SIGKILL");
}

static void test_fork(void **state)
{
	(void)state;
	assert_lines("fork-exit", "opened before the program forked");
	assert_lines("fork-release", "opened before the program forked");
}

static void test_closed(void **state)
{
	(void)state;
	assert_lines("closed", "closed the helper's descriptors");
}

static void test_many(void **state)
{
	(void)state;
	assert_same_mode("films", "many");
}

static void test_again_and_again(void **state)
{
	(void)state;
	assert_same_mode("films", "again");
}

static void test_copies(void **state)
{
	(void)state;
	assert_same_mode("films", "copies");
}

static void test_warnings(void **state)
{
	(void)state;
	assert_same_mode("films", "warnings");
}

/* A limit for all that a helper does would end long films. */
static void test_time(void **state)
{
	struct outcome o;

	(void)state;
	RUN(&o, (&(struct how){ .side = PRELOADED, .env = { "SANDBOX_PRELOAD_TIME_LIMIT=2" } }), host("films"), "long", work);
	assert_exit(&o, 0);
	assert_string_equal(o.out, "ok\n");
	assert_int_equal(count_lines(o.err, "libsandbox-preload: "), 0);
	outcome_free(&o);
}

static void test_ends(void **state)
{
	(void)state;
	assert_same_mode("films", "open-at-exit");
	assert_same_mode("films", "static-at-exit");
	assert_same_mode("films", "quick-exit");
}

static void test_denied(void **state)
{
	(void)state;
	assert_lines_of("denied", "camera", "SANDBOX_PRELOAD_CAMERA=deny", "ok\n", 1, LINE "0'): ");
	assert_lines_of("denied", "address", NO_NETWORK, "connections: none\nok\n", 1, "SANDBOX_PRELOAD_NETWORK=native");
	assert_lines_of("denied", "address", NO_NETWORK "=deny", "connections: none\nok\n", 1, "SANDBOX_PRELOAD_NETWORK=native");
	assert_lines_of("denied", "pipeline", PIPELINE, "GStreamer: not started\nok\n", 3, PIPELINE "=native");
	assert_lines_of("denied", "pipeline", PIPELINE "=deny", "GStreamer: not started\nok\n", 3, "'): GStreamer cannot be confined");
	/* what it would be otherwise */
	assert_lines_of("denied", "address", NO_NETWORK "=native", "connections: some\nok\n", 0, "");
	assert_lines_of("denied", "pipeline", PIPELINE "=native", "GStreamer: started\nok\n", 0, "");
}

/* A word that it does not know: nothing is opened at all, and the variable is named. */
static void test_nonsense(void **state)
{
	(void)state;
	assert_lines_of("denied", "refused", NO_NETWORK "=nonsense", "ok\n", 2, NO_NETWORK);
	assert_lines_of("denied", "refused", "SANDBOX_PRELOAD_CAMERA=", "ok\n", 2, "SANDBOX_PRELOAD_CAMERA");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waiting_killed), cmocka_unit_test(test_helper_killed), cmocka_unit_test(test_zygote_killed), cmocka_unit_test(test_signals),
		cmocka_unit_test(test_fork),	      cmocka_unit_test(test_closed),	    cmocka_unit_test(test_many),
		cmocka_unit_test(test_again_and_again), cmocka_unit_test(test_copies),	    cmocka_unit_test(test_ends),
		cmocka_unit_test(test_warnings),      cmocka_unit_test(test_time),
		cmocka_unit_test(test_denied),	      cmocka_unit_test(test_nonsense),
	};

	return cmocka_run_group_tests_name("hosts/films", tests, films_setup, work_teardown);
}
