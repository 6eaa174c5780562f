/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cv::VideoCapture: the same frames, results, properties, exceptions and words as natively, for every format, in any order of calls, whatever the
 * input. SP_SCRIPTS=n for more scripts of random calls a file, SP_VIDEO_MUTANTS=n for more altered files, SP_SEED=n for others.
 */
#include "tests/parity/compare.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SUBJECT "video/videos"
#define PYTHON "/usr/bin/python3"

static bool has_corpus;

static int setup(void **state)
{
	const struct how how = { .timeout = 300 };
	struct outcome o;
	char script[4096];

	if (work_setup(state))
		return -1;
	snprintf(script, sizeof(script), "%s", source("video/corpus.sh"));
	RUN(&o, &how, "/bin/sh", script, corpus(""));
	if (WIFEXITED(o.status) && WEXITSTATUS(o.status) == 77) {
		print_message("# there is no ffmpeg program (Debian: ffmpeg)\n");
	} else {
		assert_exit(&o, 0);
		print_message("# corpus: %s", o.out);
		has_corpus = true;
	}
	outcome_free(&o);
	return 0;
}

static const char *setting(const char *name, const char *otherwise)
{
	const char *v = getenv(name);

	return v && *v ? v : otherwise;
}

/* An empty directory. */
static const char *scratch(const char *name)
{
	const char *path = in_work(name);

	assert_int_equal(mkdir(path, 0755), 0);
	return path;
}

static void require_corpus(void)
{
	if (has_corpus)
		return;
	print_message("# skipped: no videos\n");
	skip();
}

static void compare_videos(const struct how *how, unsigned tolerances, const char *const *argv)
{
	struct tally counts, *t = &counts;

	compare_runs(t, how, argv, tolerances);
	print_message("# %s: %zu items the same, %zu different, %zu wavering, %zu in ours alone; %zu groups without their words; %zu crash natively, %zu beyond that\n",
		      argv[1], t->compared - (t->different < t->compared ? t->different : t->compared), t->different, t->wavering, t->ours_wavering, t->words,
		      t->crashed, t->beyond);
	assert_int_equal(t->different, 0);
	assert_true(t->compared > 10 * t->wavering && t->compared > 10 * t->ours_wavering);
}

static void compare_mode(unsigned tolerances, const char *const *argv)
{
	const struct how how = { .timeout = 600 };
	cpu_set_t all, one;

	require_corpus();
	/* Of damaged pictures the outcome depends on which of the decoder's threads comes first, with several processors to run on. */
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	CPU_ZERO(&one);
	for (int i = 0; i < CPU_SETSIZE && !CPU_COUNT(&one); i++)
		if (CPU_ISSET(i, &all))
			CPU_SET(i, &one);
	sched_setaffinity(0, sizeof(one), tolerances & DAMAGED ? &one : &all);
	compare_videos(&how, VIDEOS | THREADS | tolerances, argv);
	sched_setaffinity(0, sizeof(all), &all);
}
#define MODE(tolerances, ...) compare_mode(tolerances, (const char *const[]){ SUBJECT, __VA_ARGS__, NULL })

static void test_frames(void **state)
{
	(void)state;
	MODE(0, "frames", corpus("good/*"), corpus("changing/*"));
}

static void test_frames_broken(void **state)
{
	(void)state;
	MODE(DAMAGED, "frames", corpus("broken/*"));
}

static void test_sequences(void **state)
{
	(void)state;
	MODE(0, "frames", corpus("images/zero_%03d.png"), corpus("images/one_001.jpg"), corpus("images/late/five_%02d.png"),
	     corpus("images/gap/img_%03d.png"));
}

/*
 * Without the videos that change their size: there the library shows what it has converted last, for the program natively, but here perhaps for the reader ahead
 * (ARCHITECTURE.md, known limits). Read in order they are the same.
 */
static void test_scripts(void **state)
{
	(void)state;
	MODE(0, "scripts", setting("SP_SEED", "1"), setting("SP_SCRIPTS", "2"), corpus("good/*"));
}

/* Broken files and sequences: what such a reader does after a failure. */
static void test_scripts_broken(void **state)
{
	(void)state;
	MODE(DAMAGED, "scripts", setting("SP_SEED", "2"), setting("SP_SCRIPTS", "1"), corpus("broken/*"), corpus("images/zero_%03d.png"),
	     corpus("images/gap/img_%03d.png"), corpus("images/one_001.jpg"));
}

static void test_uses(void **state)
{
	(void)state;
	MODE(0, "uses", corpus(""));
}

static void test_environment(void **state)
{
	(void)state;
	MODE(0, "environment", corpus(""));
}

/* Variables that are there from the start. */
static void test_started_with(void **state)
{
	static const char *const settings[] = { "OPENCV_VIDEOIO_DEBUG=1", "OPENCV_FFMPEG_LOGLEVEL=24",
						"OPENCV_LOG_LEVEL=VERBOSE", "OPENCV_VIDEOIO_PRIORITY_LIST=CV_IMAGES,CV_MJPEG,FFMPEG" };

	(void)state;
	require_corpus();
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		const struct how how = { .env = { settings[i] } };
		const char *const argv[] = { SUBJECT, "frames", corpus("good/h264-b.mp4"), corpus("good/mjpeg.avi"), corpus("broken/flip-12-mpeg2.mpg"),
					     /* All that is logged of a file that is refused has much of GStreamer in it. */
					     strstr(settings[i], "VERBOSE") ? NULL : corpus("broken/text.mp4"), NULL };

		print_message("# %s\n", settings[i]);
		compare_videos(&how, VIDEOS | THREADS | DAMAGED, argv);
	}
}

static void test_threads(void **state)
{
	(void)state;
	MODE(0, "threads", corpus(""));
}

static void test_pipes(void **state)
{
	(void)state;
	MODE(0, "pipes", corpus(""), scratch("pipes"));
}

static void test_names(void **state)
{
	(void)state;
	MODE(LIMITS, "names", corpus(""), scratch("names"));
}

static void test_mutants(void **state)
{
	(void)state;
	MODE(DAMAGED, "mutants", corpus("good"), scratch("mutants"), setting("SP_SEED", "1"), setting("SP_VIDEO_MUTANTS", "150"));
}

/*
 * Issue 29699 of OpenCV: the buffer for a frame's conversion is made for the first frame's pixel format; a later one of another format has
 * rows beyond it. Debian's library reads there, and at this size the program dies of it.
 */
static void crash(const char *file)
{
	struct outcome native, ours;
	struct how how = { 0 };

	require_corpus();
	RUN(&native, &how, SUBJECT, "frames", corpus(file));
	assert_exit(&native, 0);
	if (!strstr(native.out, "died with "))
		print_message("# %s does not crash natively here\n", file);
	how.side = PRELOADED;
	RUN(&ours, &how, SUBJECT, "frames", corpus(file));
	assert_exit(&ours, 0);
	if (strstr(ours.out, "died with "))
		fail_msg("preloaded it died: %s%s", ours.out, ours.err);
	if (strstr(native.out, "died with ")) {
		const char *at = strstr(ours.out, ": frame 1\n");

		/* What is beyond is the helper's own memory: a frame, if it is there; else the end, and a line for what is read frame by frame, one for what is grabbed. */
		assert_non_null(at);
		at = strchr(at, '\n') + 1;
		if (strncmp(at, "true ", 5) != 0) {
			assert_memory_equal(at, "false ", 6);
			assert_int_equal(count_lines(ours.err, "libsandbox-preload: "), 2);
		}
	}
	outcome_free(&native);
	outcome_free(&ours);
}

static void test_crash(void **state)
{
	(void)state;
	crash("crash/yuvj422p-first.avi");
	crash("crash/yuvj444p-first.avi");
}

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
	const struct how how = { .env = { "PYTHONDONTWRITEBYTECODE=1" } };
	char script[4096];

	(void)state;
	require_corpus();
	if (!has_python_opencv()) {
		print_message("# skipped: " PYTHON " has no cv2 4.6 (Debian: python3-opencv)\n");
		skip();
	}
	snprintf(script, sizeof(script), "%s", source("video/videos.py"));
	compare_videos(&how, VIDEOS | THREADS,
		       (const char *const[]){ PYTHON, script, corpus("good/h264-b.mp4"), corpus("good/mjpeg.avi"), corpus("good/vp9.webm"),
					      corpus("good/rotated-90.mp4"), NULL });
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames), cmocka_unit_test(test_frames_broken),	     cmocka_unit_test(test_sequences),	  cmocka_unit_test(test_scripts), cmocka_unit_test(test_scripts_broken),
		cmocka_unit_test(test_uses),	     cmocka_unit_test(test_environment),  cmocka_unit_test(test_started_with),
		cmocka_unit_test(test_threads),	     cmocka_unit_test(test_pipes),	  cmocka_unit_test(test_names),	  cmocka_unit_test(test_mutants),
		cmocka_unit_test(test_crash),	     cmocka_unit_test(test_python),
	};

	if (argc > 1) /* one of them */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, setup, work_teardown);
}
