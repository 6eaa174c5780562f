/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a decoder that has been taken over can do from within the real helper, locked down by the real code: nothing but a wrong picture. Each
 * attempt must end in an empty Mat and one line that names the file, the entry point and the cause, and the next call must work.
 */
#include "tests/attack/play.h"
#include "tests/attack/syscalls.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define UNCHANGED (-1)
#define GOOD "3x5 type 16 continuous 1"
#define BIG "900x900 type 16 continuous 1"
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define FORBIDDEN "the helper was killed for a forbidden system call: "
#define HOSTILE "; the file is broken or hostile, treated as a decode failure"

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

#define DEADLY_ROW(name, ...) { #name, SYS_##name },
static const struct {
	const char *name;
	int nr;
} deadly[] = { DEADLY(DEADLY_ROW) };

/* Each hostile call is followed by an honest one. */
static void add(struct play *p, const char *name)
{
	play_add(p, "r", UNCHANGED, "%s", name);
	play_add(p, "r", UNCHANGED, "good");
}

static void finish(struct play *p, unsigned calls)
{
	if (play_count(p, "good", GOOD) != calls)
		fail_msg("%u of %u honest calls worked: %s%s", play_count(p, "good", GOOD), calls, p->o.out, p->o.err);
	play_free(p);
}

static void test_forbidden_calls(void **state)
{
	struct play p = { 0 };
	char name[64], words[160];

	(void)state;
	for (size_t i = 0; i < COUNT(deadly); i++) {
		snprintf(name, sizeof(name), "sys_%s", deadly[i].name);
		add(&p, name);
	}
	play_run(&p);
	for (size_t i = 0; i < COUNT(deadly); i++) {
		snprintf(name, sizeof(name), "sys_%s", deadly[i].name);
		snprintf(words, sizeof(words), FORBIDDEN "%s (number %d)" HOSTILE, deadly[i].name, deadly[i].nr);
		if (strcmp(play_result(&p, name, 0), "empty") != 0)
			fail_msg("%s gave %s", name, play_result(&p, name, 0));
		play_line(&p, name, words);
	}
	assert_int_equal(count_lines(p.o.err, "libsandbox-preload: "), COUNT(deadly));
	finish(&p, COUNT(deadly));
}

/* stdout, stderr, the memory's old number, the reply's with other bits: the whole register counts. */
static void test_write_elsewhere(void **state)
{
	static const char *const fds[] = { "0", "1", "2", "4", "5", "1023", "-1", "0x100000003", "0x8000000000000003",
					   "0xffffffff00000003", "0x80000003" };
	struct play p = { 0 };
	char name[64];

	(void)state;
	for (size_t i = 0; i < COUNT(fds); i++) {
		snprintf(name, sizeof(name), "write_%s", fds[i]);
		add(&p, name);
	}
	play_run(&p);
	for (size_t i = 0; i < COUNT(fds); i++) {
		snprintf(name, sizeof(name), "write_%s", fds[i]);
		assert_string_equal(play_result(&p, name, 0), "empty");
		play_line(&p, name, FORBIDDEN "write (number 1)");
	}
	finish(&p, COUNT(fds));
}

/* x32 numbers, numbers that are none, and i386's gate. */
static void test_other_numbers(void **state)
{
	static const struct {
		const char *name, *words;
	} calls[] = {
		{ "number_0x40000001", FORBIDDEN "write of x32 (number 1073741825)" },
		{ "number_0x400000e7", FORBIDDEN "exit_group of x32 (number 1073742055)" },
		{ "number_0x40000208", FORBIDDEN "execve of x32 (number 1073742344)" },
		{ "number_1023", FORBIDDEN "unknown (number 1023)" },
		{ "number_-2", FORBIDDEN },
		{ "number_0x7fffffff", FORBIDDEN "unknown of x32 (number 2147483647)" },
		{ "number_0x100000002", FORBIDDEN "open (number 2)" }, /* the kernel takes the lower half */
		{ "i386_4", FORBIDDEN "write of i386 (number 4)" },
		{ "i386_1", FORBIDDEN "exit of i386 (number 1)" },
		{ "i386_11", FORBIDDEN "execve of i386 (number 11)" },
		{ "i386_231", FORBIDDEN "fgetxattr of i386 (number 231)" }, /* here it would be exit_group */
	};
	struct play p = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(calls); i++)
		add(&p, calls[i].name);
	play_run(&p);
	for (size_t i = 0; i < COUNT(calls); i++) {
		bool gate = strncmp(calls[i].name, "i386", 4) == 0;

		assert_string_equal(play_result(&p, calls[i].name, 0), "empty");
		/* A kernel without 32-bit programs has no gate: a fault. */
		if (gate && !strstr(p.o.err, "of i386"))
			play_line(&p, calls[i].name, "SIGSEGV");
		else
			play_line(&p, calls[i].name, calls[i].words);
	}
	finish(&p, COUNT(calls));
}

static void test_refused_calls(void **state)
{
	struct play p = { 0 };
	int n = 0, refused = 0, a, b;
	char call[32];

	(void)state;
	add(&p, "refused");
	play_run(&p);
	assert_string_equal(play_result(&p, "refused", 0), GOOD);
	play_line(&p, "refused", NULL);
	for (const char *line = p.o.out; line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
		if (sscanf(line, "%31s gave %d, not %d", call, &a, &b) != 3)
			continue;
		if (a != b)
			fail_msg("%s gave %d, not %d", call, a, b);
		n++;
	}
#define COUNT_ROW(...) refused++;
	REFUSED(COUNT_ROW)
	assert_int_equal(n, refused);
	finish(&p, 1);
}

static void test_deaths(void **state)
{
	static const struct {
		const char *name, *words;
	} deaths[] = {
		{ "segv", "the helper died of SIGSEGV" HOSTILE },
		{ "stack", "the helper died of SIGSEGV" HOSTILE },
		{ "abort", "the decoder called abort(): SIGABRT" HOSTILE },
		{ "trap", "the helper died of SIGTRAP" HOSTILE },
		{ "divide", "the helper died of SIGFPE" HOSTILE },
		{ "bus", "the helper died of SIGBUS" HOSTILE },
		{ "code", "the helper died of SIGSEGV" HOSTILE },
		{ "exit_0", "the helper ended without an answer" },
		{ "exit_1", "the helper ended without an answer" },
		{ "exit_40", "the helper ended without an answer" },
		{ "exit_255", "the helper ended without an answer" },
		{ "loop", "it took longer than 1 s; treated as a decode failure (SANDBOX_PRELOAD_TIME_LIMIT sets the limit)" },
		{ "memory", "it needs more memory than a helper may use" },
		{ "flood_0", "the helper's reply makes no sense" },
	};
	struct play p = { .env = { "SANDBOX_PRELOAD_TIME_LIMIT=1", "SANDBOX_PRELOAD_MEMORY_LIMIT=64M" } };

	(void)state;
	for (size_t i = 0; i < COUNT(deaths); i++)
		add(&p, deaths[i].name);
	add(&p, "flood_3");
	add(&p, "flood_1000");
	play_run(&p);
	for (size_t i = 0; i < COUNT(deaths); i++) {
		if (strcmp(play_result(&p, deaths[i].name, 0), "empty") != 0)
			fail_msg("%s gave %s", deaths[i].name, play_result(&p, deaths[i].name, 0));
		play_line(&p, deaths[i].name, deaths[i].words);
	}
	assert_int_equal(count_lines(p.o.err, "libsandbox-preload: "), COUNT(deaths));
	assert_string_equal(play_result(&p, "flood_3", 0), "3x3 type 16 continuous 1");
	assert_string_equal(play_result(&p, "flood_1000", 0), "1000x1000 type 16 continuous 1");
	finish(&p, COUNT(deaths) + 2);
}

/* The stack follows the line; each frame is a symbol or a file and an offset. */
static void check_stack(const struct play *p, const char *name)
{
	char line[160];
	const char *at;

	snprintf(line, sizeof(line), "libsandbox-preload: cv::imread('%s'): ", name);
	at = strstr(p->o.err, line);
	assert_non_null(at);
	at = strchr(at, '\n');
	assert_non_null(at);
	assert_int_equal(strncmp(at + 1, "  #0 ", 5), 0);
	at = strstr(at, "+0x");
	assert_non_null(at);
	assert_true(isxdigit(at[3]));
}

static void test_stacks(void **state)
{
	static const char *const names[] = { "sys_open", "segv", "stack", "abort", "i386_11" };
	struct play p = { .env = { "SANDBOX_PRELOAD_TIME_LIMIT=1", "SANDBOX_PRELOAD_VERBOSE=1" } };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		add(&p, names[i]);
	play_run(&p);
	for (size_t i = 0; i < COUNT(names); i++) {
		play_line(&p, names[i], "");
		check_stack(&p, names[i]);
	}
	assert_has(p.o.err, " _start+0x"); /* a symbol, not only files */
	finish(&p, COUNT(names));
}

static void test_events(void **state)
{
	struct play p = { 0 };

	(void)state;
	add(&p, "events");
	play_run(&p);
	assert_string_equal(play_result(&p, "events", 0), GOOD);
	assert_in_range(p.o.err_len + p.o.out_len, 100 * 1024, 200 * 1024);
	assert_has(p.o.err, "[...]");
	finish(&p, 1);
}

/* The small picture is a copy, the large one is only taken when its writer is gone: the timer sees to that. */
static void test_changes(void **state)
{
	struct play p = { .env = { "SANDBOX_PRELOAD_TIME_LIMIT=1" } };

	(void)state;
	add(&p, "change_3");
	add(&p, "change_900");
	for (int i = 0; i < 4; i++)
		play_add(&p, "t", 8, "understate_900");
	play_run(&p);
	assert_string_equal(play_result(&p, "change_3", 0), "3x3 type 16 continuous 1");
	assert_string_equal(play_result(&p, "change_900", 0), BIG);
	assert_int_equal(play_count(&p, "understate_900", BIG), 4);
	finish(&p, 2);
}

#define MARKERS "Marker-oMarker-oMarker-oMarker-oMarker-oMarker-oMarker-oMarker-o"

/* Nothing that one helper had is in the next ones; the same search finds what is there, when it is there. */
static void check_freshness(const char *verbose)
{
	struct play p = { .env = { verbose, "SANDBOX_PRELOAD_MEMORY_LIMIT=16M", "SANDBOX_PRELOAD_POOL=1" } };
	unsigned found = 1, searches = 0, kib = 0;

	play_add(&p, "d", UNCHANGED, "search+++++++++" MARKERS);
	for (int i = 0; i < 3; i++) {
		play_add(&p, "d", UNCHANGED, "plant_exit++++++" MARKERS);
		play_add(&p, "d", UNCHANGED, "search");
		play_add(&p, "d", UNCHANGED, "plant_crash+++++" MARKERS);
		for (int k = 0; k < 4; k++)
			play_add(&p, "d", UNCHANGED, "search");
	}
	add(&p, "good");
	play_run(&p);
	for (const char *at = p.o.out; (at = strstr(at, "found ")); at++, searches++) {
		assert_int_equal(sscanf(at, "found %u in %u KiB", &found, &kib), 2);
		if (found && searches)
			fail_msg("search %u found %u pieces of an earlier input", searches, found);
		assert_in_range(kib, 16 * 1024, 1024 * 1024);
	}
	assert_int_equal(searches, 16);
	assert_int_equal(count_lines(p.o.err, "libsandbox-preload: "), 3);
	finish(&p, 2);
}

static void test_freshness(void **state)
{
	(void)state;
	check_freshness("SANDBOX_PRELOAD_VERBOSE=0");
	check_freshness("SANDBOX_PRELOAD_VERBOSE=1");
}

/*
 * The kernel writes into the robust futex list of a process that ends, after its end has been told to the program. A list that runs through the pixels
 * would change the Mat behind the program's back.
 */
static void test_robust_list(void **state)
{
	struct play p = { 0 };

	(void)state;
	for (int i = 0; i < 4; i++)
		add(&p, "robust_900");
	play_run(&p);
	assert_int_equal(play_count(&p, "robust_900", BIG), 4);
	finish(&p, 4);
}

/* What waiting spares are, seen from outside: locked down, with one pipe and a memory of their own. */
static void check_spares(const char *text, unsigned *ret_count)
{
	unsigned long memories[64], memory;
	char fds[64];
	int seccomp, privileges, uid;
	unsigned n = 0;
	unsigned long caps;

	for (const char *at = text; (at = strstr(at, "spare: ")); at++) {
		assert_int_equal(sscanf(at, "spare: seccomp %d no_new_privs %d capabilities %lx uid %d memory %lu fds %63s", &seccomp,
					&privileges, &caps, &uid, &memory, fds), 6);
		assert_int_equal(seccomp, 2);
		assert_int_equal(privileges, 1);
		assert_int_equal(caps, 0);
		assert_int_not_equal(uid, 0);
		assert_string_equal(fds, "3=pipe,");
		for (unsigned k = 0; k < n; k++)
			assert_int_not_equal(memories[k], memory);
		assert_true(n < COUNT(memories));
		memories[n++] = memory;
	}
	*ret_count = n;
}

static void test_spares_from_outside(void **state)
{
	struct play p = { .env = { "SANDBOX_PRELOAD_POOL=8" } };
	unsigned n;

	(void)state;
	add(&p, "good");
	play_add(&p, "s", 3000, "a-moment"); /* on a machine that has other things to do */
	play_add(&p, "p", 0, "spares");
	play_run(&p);
	check_spares(p.o.out, &n);
	finish(&p, 2);
	if (!n)
		skip(); /* others' processes cannot be looked at: not root */
	assert_int_equal(n, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forbidden_calls), cmocka_unit_test(test_write_elsewhere),
		cmocka_unit_test(test_other_numbers),	cmocka_unit_test(test_refused_calls),
		cmocka_unit_test(test_deaths),		cmocka_unit_test(test_stacks),
		cmocka_unit_test(test_events),		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_freshness),	cmocka_unit_test(test_robust_list),
		cmocka_unit_test(test_spares_from_outside),
	};

	play_module = "helper-opencv406.so";
	play_hostile = "attack/.libs/hostile-plugin.so";
	return cmocka_run_group_tests_name("hostile-plugin", tests, play_setup, work_teardown);
}
