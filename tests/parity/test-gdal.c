/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GDAL and DICOM pictures, whole and such as crash the program natively; files of several pages. All that reads files, by name. */
#include "tests/parity/compare.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* A folder made by a script of ours; skips the test when the tools for it are not installed. */
static const char *folder(const char *name, const char *script)
{
	static char path[256];
	struct outcome o;
	struct how how = { .env = { "GDAL_PAM_ENABLED=YES" } };
	char text[4096];

	snprintf(path, sizeof(path), "%s", in_work(name));
	snprintf(text, sizeof(text), "%s", source(script));
	RUN(&o, &how, "/bin/sh", text, path);
	if (WIFEXITED(o.status) && WEXITSTATUS(o.status) == 77) {
		print_message("# skipped: the tools of %s are not installed (Debian: gdal-bin, libgdcm-tools)\n", script);
		outcome_free(&o);
		skip();
	}
	assert_exit(&o, 0);
	print_message("# %s: %zu files\n", name, count_lines(o.out, ""));
	outcome_free(&o);
	return path;
}

static void test_gdal(void **state)
{
	const struct how how = { .timeout = 300 };

	(void)state;
	COMPARE(&how, "parity/folder", folder("gdal", "parity/gdal-corpus.sh"), "8", "12");
}

/* A palette of two colours, and pixels of others: reads beyond it. */
static void make_palettes(const char *directory)
{
	static const uint8_t bmp[54] = { 'B', 'M', 0x3e, 1, 0, 0, 0, 0, 0, 0, 0x3e, 0, 0, 0, 40, 0, 0, 0, 16, 0, 0, 0, 16, 0, 0, 0, 1, 0, 8, 0,
					 0, 0, 0, 0, 0, 1, 0, 0, 0x13, 0xb, 0, 0, 0x13, 0xb, 0, 0, 2, 0, 0, 0 };
	uint8_t all[54 + 8 + 256];
	char name[64];

	memcpy(all, bmp, sizeof(bmp));
	memset(all + 54, 7, 8);
	for (int value = 1; value < 256; value += 127) {
		memset(all + 62, value, 256);
		snprintf(name, sizeof(name), "%s/crash-%d.bmp", directory, value);
		make_file(name, all, sizeof(all));
	}
}

static void test_palettes(void **state)
{
	const struct how how = { 0 };

	(void)state;
	assert_int_equal(mkdir(in_work("palettes"), 0755), 0);
	make_palettes("palettes");
	COMPARE(&how, "parity/folder", in_work("palettes"), "-1", "1", "8");
}

static void test_dicom(void **state)
{
	const struct how how = { .timeout = 300 };

	(void)state;
	COMPARE(&how, "parity/folder", folder("dicom", "parity/dicom-corpus.sh"), "1");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gdal),
		cmocka_unit_test(test_palettes),
		cmocka_unit_test(test_dicom),
	};

	if (argc > 1) /* one of them */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, work_setup, work_teardown);
}
