/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names, directories, devices, pipes: what cv::imread makes of them natively it makes of them preloaded. */
#include "tests/parity/compare.h"

#include <stdio.h>
#include <string.h>

static void test_names(void **state)
{
	char input[4096];
	const struct how how = { .env = { "OPENCV_IO_ENABLE_OPENEXR=1" }, .input = input, .timeout = 40 };

	(void)state;
	snprintf(input, sizeof(input), "%s", corpus("61x64-color.jpg"));
	COMPARE(&how, "parity/names", corpus(""), work);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
	};

	if (argc > 1) /* one of them */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, corpus_setup, work_teardown);
}
