/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a video's decoder that has been taken over can do to the program that goes on talking to it: nothing but end it, or give a wrong frame. Each attempt is followed by
 * an honest video, which must work.
 */
#include "tests/attack/play.h"
#include "tests/attack/syscalls.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define GOOD "5 1 5"
#define NOTHING "0 0 0"
#define LATE "3 0 0" /* the first lie is the fourth answer */
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define FORBIDDEN "the helper was killed for a forbidden system call: "
#define NONSENSE "makes no sense"
#define CANNOT_BE "describes a frame that cannot be"
#define NOWHERE "says where there can be nothing"
#define UNASKED "answers what was not asked"
#define CANNOT_HAVE "asks for what it cannot have"

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

static unsigned added;

static int begin(void **state)
{
	(void)state;
	added = 0;
	return 0;
}

static void add(struct play *p, const char *prefix, const char *name)
{
	play_add(p, "w", 5, "%s%s", prefix, name);
	play_add(p, "w", 5, "good");
	added++;
}

static void finish(struct play *p)
{
	if (play_count(p, "good", GOOD) != added)
		fail_msg("%u of %u honest videos worked: %s%s", play_count(p, "good", GOOD), added, p->o.out, p->o.err);
	if (strstr(p->o.out, "CHANGED"))
		fail_msg("a frame has changed: %s", p->o.out);
	play_free(p);
}

static void check(struct play *p, const char *name, const char *result, const char *words)
{
	if (strcmp(play_result(p, name, 0), result) != 0)
		fail_msg("%s gave %s, not %s: %s%s", name, play_result(p, name, 0), result, p->o.out, p->o.err);
	play_line(p, name, words);
}

static const struct {
	const char *name, *words;
} lies[] = {
	{ "rows-none", CANNOT_BE }, { "rows-negative", CANNOT_BE }, { "rows-max", CANNOT_BE }, { "rows-min", CANNOT_BE }, { "rows-many", CANNOT_BE },
	{ "cols-none", CANNOT_BE }, { "cols-negative", CANNOT_BE }, { "cols-max", CANNOT_BE }, { "cols-wide", CANNOT_BE }, { "type-negative", CANNOT_BE },
	{ "type-max", CANNOT_BE }, { "type-gray", CANNOT_BE }, { "type-double", CANNOT_BE }, { "type-four", CANNOT_BE }, { "type-flag", CANNOT_BE },
	{ "type-magic", CANNOT_BE }, { "step-none", CANNOT_BE }, { "step-short", CANNOT_BE }, { "step-half", CANNOT_BE }, { "step-max", CANNOT_BE },
	{ "step-room", CANNOT_BE }, { "step-wrap", CANNOT_BE }, { "pixels-room", CANNOT_BE }, { "pixels-over", CANNOT_BE }, { "pixels-half", CANNOT_BE },
	{ "pixels-max", CANNOT_BE }, { "pixels-back", CANNOT_BE }, { "frame-over", NONSENSE }, { "frame-max", NONSENSE }, { "snapshot-room", NOWHERE },
	{ "snapshot-over", NOWHERE }, { "snapshot-max", NOWHERE }, { "snapshot-half", NOWHERE }, { "retrieved-room", NOWHERE }, { "retrieved-max", NOWHERE },
	{ "serial-other", UNASKED }, { "serial-max", UNASKED }, { "unwritten", "that it has not written" }, { "want-passwd", CANNOT_HAVE },
	{ "want-exists", CANNOT_HAVE }, { "want-bytes", CANNOT_HAVE }, { "want-unknown", CANNOT_HAVE }, { "want-long", CANNOT_HAVE },
	{ "thrown-none", "but not what" }, { "thrown-unknown", "but not what" }, { "kind-unknown", NONSENSE }, { "kind-refused", "" }, { "magic", NONSENSE },
	{ "events-long", NONSENSE }, { "half-and-end", "" }, { "end", "ended without an answer" }, { "crash", "SIGSEGV" },
};

/* The first answer is a lie. */
static void test_lies(void **state)
{
	struct play p = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(lies); i++)
		add(&p, "", lies[i].name);
	play_run(&p);
	for (size_t i = 0; i < COUNT(lies); i++)
		check(&p, lies[i].name, NOTHING, lies[i].words);
	finish(&p);
}

/* The lie is a frame that came before it was asked for. */
static void test_late_lies(void **state)
{
	struct play p = { 0 };
	char name[64];

	(void)state;
	for (size_t i = 0; i < COUNT(lies); i++)
		add(&p, "late-", lies[i].name);
	play_run(&p);
	for (size_t i = 0; i < COUNT(lies); i++) {
		snprintf(name, sizeof(name), "late-%s", lies[i].name);
		check(&p, name, LATE, lies[i].words);
	}
	finish(&p);
}

/* The frame's description comes with the answer to a retrieve. */
static void test_retrieved_lies(void **state)
{
	struct play p = { 0 };
	size_t n = 0;

	(void)state;
	while (strncmp(lies[n].name, "retrieved", 9) != 0)
		n++;
	for (size_t i = 0; i < n; i++)
		play_add(&p, "w", 5, "%s-retrieve", lies[i].name);
	add(&p, "", "unwritten-retrieve");
	play_run(&p);
	for (size_t i = 0; i < n; i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s-retrieve", lies[i].name);
		check(&p, name, NOTHING, lies[i].words);
	}
	check(&p, "unwritten-retrieve", NOTHING, "that it has not written");
	finish(&p);
}

/* Openings and seeks have no frame: what their answers say about one is not looked at. */
static void test_lies_without_frame(void **state)
{
	static const struct {
		const char *name, *result, *words;
	} rows[] = {
		{ "snapshot-max-open", "closed", NOWHERE }, { "snapshot-over-open", "closed", NOWHERE }, { "thrown-nowhere-open", "closed", NOWHERE },
		{ "snapshot-max-set", "5 0 0", NOWHERE }, { "thrown-nowhere-set", "5 0 0", NOWHERE }, { "serial-max-set", "5 0 0", UNASKED },
		{ "rows-max-open", GOOD, NULL }, { "step-half-open", GOOD, NULL }, { "frame-max-open", GOOD, NULL }, { "rows-max-set", GOOD, NULL },
		{ "step-half-set", GOOD, NULL }, { "frame-max-set", GOOD, NULL },
	};
	struct play p = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		add(&p, "", rows[i].name);
	play_run(&p);
	for (size_t i = 0; i < COUNT(rows); i++)
		check(&p, rows[i].name, rows[i].result, rows[i].words);
	finish(&p);
}

/*
 * What a frame takes decides how many there may be ahead. Of one that is not there nothing had been checked: a division by the size that it was said to have ended
 * the program.
 */
static void test_nothing_of_a_size(void **state)
{
	static const char *const names[] = { "failed", "empty", "late-failed", "late-empty" };
	struct play p = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		add(&p, "", names[i]);
	play_run(&p);
	for (size_t i = 0; i < COUNT(names); i++)
		check(&p, names[i], i < 2 ? "0 1 0" : "3 1 0", NULL);
	finish(&p);
}

/* Where the pictures may be of any depth, a Mat of rows that do not begin where a number can is an exception of the library's. */
static void test_odd_rows(void **state)
{
	struct play p = { 0 };

	(void)state;
	play_add(&p, "j", 5, "even");
	play_add(&p, "j", 5, "odd-step");
	play_add(&p, "j", 5, "odd-pixels");
	play_run(&p);
	check(&p, "even", GOOD, NULL);
	check(&p, "odd-step", NOTHING, CANNOT_BE);
	check(&p, "odd-pixels", NOTHING, CANNOT_BE);
	finish(&p);
}

/* Answers that nobody asked for, more of them than fit in the pipe. */
static void test_floods(void **state)
{
	struct play p = { 0 };

	(void)state;
	add(&p, "", "unasked");
	add(&p, "", "flood");
	add(&p, "", "flood-honestly");
	add(&p, "late-", "flood");
	play_run(&p);
	check(&p, "unasked", NOTHING, UNASKED);
	check(&p, "flood", NOTHING, UNASKED);
	check(&p, "late-flood", LATE, UNASKED);
	play_line(&p, "flood-honestly", UNASKED);
	finish(&p);
}

/* Records that are none: a frame or none, but never a crash. What was thrown, but not said, is a line as well. */
static void test_events(void **state)
{
	static const char *const names[] = { "events-type", "events-garbage", "events-cut", "events-error", "thrown-silently" };
	struct play p = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		add(&p, "", names[i]);
	play_run(&p);
	for (size_t i = 0; i < COUNT(names); i++)
		check(&p, names[i], NOTHING, "");
	finish(&p);
}

/* One command goes unanswered; what the program had before, it has. */
static void test_deaths(void **state)
{
	static const struct {
		const char *name, *result, *words;
	} rows[] = {
		{ "end-open", "closed", "ended without an answer" }, { "crash-open", "closed", "SIGSEGV" }, { "end-set", "5 0 0", "ended without an answer" },
		{ "crash-set", "5 0 0", "SIGSEGV" }, { "end-close", GOOD, NULL }, { "crash-close", GOOD, NULL }, { "magic-close", GOOD, NULL },
	};
	struct play p = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		add(&p, "", rows[i].name);
	play_run(&p);
	for (size_t i = 0; i < COUNT(rows); i++)
		check(&p, rows[i].name, rows[i].result, rows[i].words);
	finish(&p);
}

static void test_silence(void **state)
{
	struct play p = { .env = { "SANDBOX_PRELOAD_TIME_LIMIT=1" } };

	(void)state;
	add(&p, "", "silence");
	add(&p, "late-", "silence");
	add(&p, "", "silence-open");
	add(&p, "", "silence-set");
	add(&p, "", "silence-close");
	add(&p, "", "half");
	play_run(&p);
	check(&p, "silence", NOTHING, "SANDBOX_PRELOAD_TIME_LIMIT");
	check(&p, "late-silence", LATE, "SANDBOX_PRELOAD_TIME_LIMIT");
	check(&p, "silence-open", "closed", "SANDBOX_PRELOAD_TIME_LIMIT");
	check(&p, "silence-set", "5 0 0", "SANDBOX_PRELOAD_TIME_LIMIT");
	check(&p, "silence-close", GOOD, NULL);
	check(&p, "half", NOTHING, "SANDBOX_PRELOAD_TIME_LIMIT");
	finish(&p);
}

/* The frame changes while the program copies it: its copy does not. And a pipe that is full of commands which nobody reads does not hold the program up, but for the time limit of the one command that it waits for. */
static void test_concurrency(void **state)
{
	struct play p = { .env = { "SANDBOX_PRELOAD_TIME_LIMIT=2" } };

	(void)state;
	play_add(&p, "w", 200, "change");
	play_add(&p, "w", 5000, "late-parked");
	play_add(&p, "w", 5, "good");
	added = 1;
	play_run(&p);
	check(&p, "change", "200 1 5", NULL);
	check(&p, "late-parked", "5000 0 0", "SANDBOX_PRELOAD_TIME_LIMIT");
	finish(&p);
}

/* Of a sequence the helper may ask for the files that the name stands for; all others are not there. */
static void test_outside(void **state)
{
	struct play p = { 0 };

	(void)state;
	make_file("outside1.png", "x", 1);
	add(&p, "", "outside%d.png");
	play_run(&p);
	check(&p, "outside%d.png", GOOD, NULL);
	for (long i = 0; i < 6; i++) {
		char fed[32], seen[32];

		snprintf(fed, sizeof(fed), "fed -2 %ld\n", i);
		snprintf(seen, sizeof(seen), "seen -2 %ld\n", i);
		assert_has(p.o.out, fed);
		assert_has(p.o.out, seen);
	}
	assert_has(p.o.out, "fed -2 7\n");
	assert_null(strstr(p.o.out, "fed 0"));
	finish(&p);
}

/* A pipe: bytes are asked for, but files are not to be had. */
static void test_stream(void **state)
{
	static const char *const names[] = { "want-passwd", "want-exists", "want-unknown" };
	struct play p = { 0 };
	int keep[3];

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_int_equal(mkfifo(in_work(names[i]), 0600), 0);
		keep[i] = open(in_work(names[i]), O_RDWR | O_CLOEXEC);
		assert_true(keep[i] >= 0);
		add(&p, "", names[i]);
	}
	play_run(&p);
	for (size_t i = 0; i < COUNT(names); i++) {
		check(&p, names[i], NOTHING, CANNOT_HAVE);
		close(keep[i]);
		unlink(in_work(names[i]));
	}
	finish(&p);
}

#define TEST(f) cmocka_unit_test_setup(f, begin)
#define DEADLY_ROW(name, ...) { "sys-" #name, #name, SYS_##name },
static const struct {
	const char *name, *call;
	int nr;
} deadly[] = {
	DEADLY(DEADLY_ROW)
	/* shared wait, requeue, wake with an operation, lock with priority inheritance, and all of them private */
	{ "sys-futex-0", "futex", SYS_futex }, { "sys-futex-3", "futex", SYS_futex }, { "sys-futex-4", "futex", SYS_futex },
	{ "sys-futex-5", "futex", SYS_futex }, { "sys-futex-6", "futex", SYS_futex }, { "sys-futex-11", "futex", SYS_futex },
	{ "sys-futex-131", "futex", SYS_futex }, { "sys-futex-132", "futex", SYS_futex }, { "sys-futex-134", "futex", SYS_futex },
	{ "sys-futex-139", "futex", SYS_futex }, { "sys-read-0", "read", SYS_read }, { "sys-read-5", "read", SYS_read },
	{ "sys-read-0x100000004", "read", SYS_read }, { "sys-read--1", "read", SYS_read }, { "sys-write-1", "write", SYS_write },
	{ "sys-write-4", "write", SYS_write }, { "sys-write-0x100000003", "write", SYS_write },
};

/* Another thread may have been killed while the first one stood in a call that it may make: such a call is not named. */
static void name_call(char *ret, size_t size, const char *call, int nr)
{
	if (nr == SYS_read || nr == SYS_write || nr == SYS_futex)
		snprintf(ret, size, FORBIDDEN "(its name could not be read)");
	else
		snprintf(ret, size, FORBIDDEN "%s (number %d)", call, nr);
}

static void test_system_calls(void **state)
{
	struct play p = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(deadly); i++)
		play_add(&p, "w", 5, "%s", deadly[i].name);
	add(&p, "", "mmap-exec");
	play_run(&p);
	for (size_t i = 0; i < COUNT(deadly); i++) {
		char words[128];

		name_call(words, sizeof(words), deadly[i].call, deadly[i].nr);
		check(&p, deadly[i].name, NOTHING, words);
	}
	check(&p, "mmap-exec", GOOD, NULL);
	assert_has(p.o.out, "mmap -12 ");
	assert_int_equal(count_lines(p.o.err, "libsandbox-preload: "), COUNT(deadly));
	finish(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lies),	       TEST(test_late_lies),	     TEST(test_retrieved_lies), TEST(test_lies_without_frame),
		TEST(test_nothing_of_a_size), TEST(test_odd_rows),	     TEST(test_floods),		TEST(test_events),
		TEST(test_deaths),	       TEST(test_silence),	     TEST(test_concurrency),	TEST(test_outside),
		TEST(test_stream),	       TEST(test_system_calls),
	};

	play_module = "helper-opencv406-video.so";
	play_hostile = "attack/.libs/hostile-video.so";
	play_subject = "attack/watch";
	play_call = "cv::VideoCapture";
	return cmocka_run_group_tests_name("hostile-video", tests, play_setup, work_teardown);
}
