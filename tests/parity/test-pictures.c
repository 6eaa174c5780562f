/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every format that the library reads, with every flag: the same picture, the same exception, the same words on stderr. */
#include "tests/parity/compare.h"

static void test_all(void **state)
{
	const struct how how = { .env = { "OPENCV_IO_ENABLE_OPENEXR=1" } };

	(void)state;
	COMPARE(&how, "parity/pictures", corpus(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
	};

	return cmocka_run_group_tests(tests, corpus_setup, work_teardown);
}
