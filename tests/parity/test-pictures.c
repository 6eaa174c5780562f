/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every format that the library reads, with every flag: the same picture, the same exception, the same words on stderr. */
#include "tests/parity/compare.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_all(void **state)
{
	const struct how how = { .env = { "OPENCV_IO_ENABLE_OPENEXR=1" } };

	(void)state;
	COMPARE(&how, "parity/pictures", corpus(""));
}

/* Without the variable OpenEXR is refused, by the library, with its own words. */
static void test_openexr_off(void **state)
{
	const struct how how = { .env = { "OPENCV_IO_ENABLE_OPENEXR" } };

	(void)state;
	COMPARE(&how, "parity/pictures", corpus(""), "13x7-half");
}

/* The Sun raster has rows of an even number of bytes: with an odd one the library itself writes one byte beyond each row of dst. */
static void test_shapes(void **state)
{
	const struct how how = { .env = { "OPENCV_IO_ENABLE_OPENEXR=1" } };

	(void)state;
	COMPARE(&how, "parity/shapes", corpus(""), "13x7-color.jpg", "640x480-rgb8.png", "1280x960-rgb8.png", "1280x960-rgb8.sr",
		"exif-6.jpg", "exif-3.jpg", "exif-square-5.jpg",
		"exif-large-6.jpg", "61x64-rgb16.png", "61x64-rgba8.tiff", "640x480-binary16.pgm", "640x480-rgb32f.hdr", "61x64-half.exr",
		"1x1-gray8.bmp", "13x7-lossless.webp", "61x64-rgb8.jp2", "hand-strange.pam", "640x480-rgb8.sr");
}

#define PYTHON "/usr/bin/python3"

static bool has_python_opencv(void)
{
	const struct how how = { 0 };
	struct outcome o;
	bool ok;

	if (access(PYTHON, X_OK) < 0)
		return false;
	RUN(&o, &how, PYTHON, "-c", "import cv2, numpy; raise SystemExit(0 if cv2.__version__.startswith('4.6.') else 1)");
	ok = WIFEXITED(o.status) && WEXITSTATUS(o.status) == 0;
	outcome_free(&o);
	return ok;
}

static void test_python(void **state)
{
	const struct how how = { .env = { "OPENCV_IO_ENABLE_OPENEXR=1", "PYTHONDONTWRITEBYTECODE=1" } };
	char script[4096];

	(void)state;
	if (!has_python_opencv()) {
		print_message("# skipped: " PYTHON " has no cv2 4.6 (Debian: python3-opencv)\n");
		skip();
	}
	snprintf(script, sizeof(script), "%s", source("parity/pictures.py"));
	COMPARE(&how, PYTHON, script, corpus(""));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_openexr_off),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_python),
	};

	if (argc > 1) /* one of them */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, corpus_setup, work_teardown);
}
