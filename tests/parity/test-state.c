/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What all of a process shares and a call depends on: settings of the library, streams, locales, environment, errno, rounding, allocators. */
#include "tests/parity/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CASE(name, words)                                                  \
	static void test_##name(void **state)                              \
	{                                                                  \
		const struct how how = { 0 };                              \
                                                                           \
		(void)state;                                               \
		COMPARE(&how, "parity/state", words, corpus(""));          \
	}
CASE(optimized, "optimized")
CASE(log_levels, "log-levels")
CASE(callbacks, "callbacks")
CASE(throwing_callback, "throwing-callback")
CASE(streams, "streams")
CASE(own_facet, "own-facet")
CASE(errno, "errno")
CASE(rounding, "rounding")
CASE(allocators, "allocators")
CASE(environment, "environment")

/* A German locale of our own, for its decimal comma: distributions install few. */
static bool make_locale(void)
{
	char command[8192];

	snprintf(command, sizeof(command), "mkdir -p %s && localedef --no-archive -i de_DE -f UTF-8 %s/de_XX.UTF-8 >%s 2>&1", in_work("locales"),
		 in_work("locales"), in_work("localedef.log"));
	return system(command) == 0 && access(in_work("locales/de_XX.UTF-8/LC_NUMERIC"), R_OK) == 0;
}

static void test_locales(void **state)
{
	char path[4200];
	const struct how how = { .env = { path } };

	(void)state;
	if (!make_locale())
		print_message("# no locale with a decimal comma: localedef cannot make one (Debian: locales)\n");
	snprintf(path, sizeof(path), "LOCPATH=%s", in_work("locales"));
	COMPARE(&how, "parity/state", "locales", corpus(""));
}

/* Variables that are there from the start. */
static void test_variables(void **state)
{
	static const char *const variables[] = {
		"OPENCV_LOG_LEVEL=SILENT",	   "OPENCV_LOG_LEVEL=ERROR", "OPENCV_LOG_LEVEL=INFO",	      "OPENCV_LOG_LEVEL=DEBUG",
		"OPENCV_LOG_LEVEL=VERBOSE",	   "OPENCV_DUMP_ERRORS=1",   "OPENCV_LOG_TIMESTAMP=0", "OPENCV_IO_MAX_IMAGE_PIXELS=100",
		"OPENCV_IO_ENABLE_OPENEXR=0",	   "LANG=C.utf8",	     "OPENCV_CPU_DISABLE=AVX2",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		const struct how how = { .env = { variables[i] } };

		print_message("# %s\n", variables[i]);
		COMPARE(&how, "parity/state", "variables", corpus(""));
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_optimized), cmocka_unit_test(test_log_levels), cmocka_unit_test(test_callbacks),
		cmocka_unit_test(test_throwing_callback), cmocka_unit_test(test_streams), cmocka_unit_test(test_own_facet),
		cmocka_unit_test(test_errno), cmocka_unit_test(test_rounding), cmocka_unit_test(test_allocators),
		cmocka_unit_test(test_environment), cmocka_unit_test(test_locales), cmocka_unit_test(test_variables),
	};

	if (argc > 1) /* one of them */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, corpus_setup, work_teardown);
}
