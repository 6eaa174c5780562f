/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The front in programs that do not use the library: it is loaded into every process of a session, so it must not be noticed in any. Its
 * own file is looked at too: what it needs, what it exports.
 */
#include "tests/hosts/compare.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

/* The front and its modules, copied, so that whoever opens one of them is ours. */
static const char *copied_front(void)
{
	struct outcome o;

	RUN(&o, &(struct how){ .side = NATIVE }, "/bin/sh", "-c", "cp -r \"$1/lib\" \"$2\"", "sh", stage(), work);
	assert_exit(&o, 0);
	outcome_free(&o);
	return in_work("lib/libsandbox-preload.so");
}

static void assert_same_program(const char *const *argv)
{
	const char *mark = new_mark();
	struct outcome native, preloaded;

	run_program(&native, &(struct how){ .env = { mark, "HOME=/somewhere" } }, argv);
	run_program(&preloaded, &(struct how){ .side = PRELOADED, .env = { mark, "HOME=/somewhere" } }, argv);
	assert_int_equal(preloaded.status, native.status);
	assert_string_equal(preloaded.out, native.out);
	assert_string_equal(preloaded.err, native.err);
	assert_int_equal(marked_processes(mark, &(struct helper_process){ 0 }, 1), 0);
	outcome_free(&native);
	outcome_free(&preloaded);
}
#define SAME_PROGRAM(...) assert_same_program((const char *const[]){ __VA_ARGS__, NULL })

static void test_programs(void **state)
{
	(void)state;
	SAME_PROGRAM("/bin/true");
	SAME_PROGRAM("/bin/sh", "-c", "echo $((6 * 7)); exit 9");
	SAME_PROGRAM("/bin/sh", "-c", "kill -SEGV $$");
	SAME_PROGRAM("/bin/sh", "-c", "cd /proc/self/fd && echo *; read x </proc/$$/task/$$/children; echo [$x]");
	SAME_PROGRAM("/bin/sh", "-c", "exec 2>&- 1>&- 0>&-; exec /bin/true");
	SAME_PROGRAM("/usr/bin/env", "-u", "LD_PRELOAD", "-i", "/bin/echo", "word");
}

static void test_looks_at_itself(void **state)
{
	(void)state;
	SAME_PROGRAM("hosts/bystander");
}

/* Not a limit, but a proof: with no descriptor and no process to be had it still starts, and says nothing. */
static void test_needs_nothing(void **state)
{
	(void)state;
	SAME_PROGRAM("/bin/sh", "-c", "ulimit -u 0; ulimit -n 4; ulimit -f 0; exec /bin/true");
}

static unsigned count_events(int fd, uint32_t mask)
{
	char buf[16384] __attribute__((aligned(8)));
	unsigned n = 0;
	ssize_t len;

	while ((len = read(fd, buf, sizeof(buf))) > 0)
		for (char *p = buf; p < buf + len;) {
			struct inotify_event e;

			memcpy(&e, p, sizeof(e));
			n += (e.mask & mask) != 0;
			p += sizeof(e) + e.len;
		}
	return n;
}

/* The loader opens the front, once; nobody opens anything of ours. */
static void test_opens_no_file(void **state)
{
	const char *front = copied_front();
	int modules = inotify_init1(IN_NONBLOCK | IN_CLOEXEC), library = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	struct how how = { .side = PRELOADED, .library = front };
	struct outcome o;

	(void)state;
	assert_true(inotify_add_watch(modules, in_work("lib/sandbox-preload"), IN_OPEN | IN_ACCESS) >= 0);
	assert_true(inotify_add_watch(library, front, IN_OPEN) >= 0);
	RUN(&o, &how, "/bin/true");
	assert_exit(&o, 0);
	outcome_free(&o);
	assert_int_equal(count_events(library, IN_OPEN), 1);
	assert_int_equal(count_events(modules, IN_OPEN | IN_ACCESS), 0);

	/* The watch works: a program that is linked to the library opens the helper. */
	how.env[0] = new_mark();
	RUN(&o, &how, "hosts/threads", "first", work);
	assert_exit(&o, 0);
	outcome_free(&o);
	assert_true(count_events(modules, IN_OPEN) >= 3);
	close(modules);
	close(library);
}

/* @script sees @file as $1. */
static void run_shell(struct outcome *ret, const char *script, const char *file)
{
	struct how how = { .env = { "LC_ALL=C" } };

	RUN(ret, &how, "/bin/sh", "-c", script, "sh", file);
	assert_exit(ret, 0);
}

static void test_needs_libc_alone(void **state)
{
	struct outcome o;

	(void)state;
	run_shell(&o, "readelf -d \"$1\" | sed -n 's/.*(NEEDED).*\\[\\(.*\\)\\]/\\1/p'", front_path());
	if (strstr(o.out, "san.so")) {
		puts("# built with a sanitizer, which has a library of its own");
		skip();
	}
	assert_string_equal(o.out, "libc.so.6\n");
	outcome_free(&o);
	run_shell(&o, "readelf -d \"$1\" | grep -cE '\\((RPATH|RUNPATH|TEXTREL)\\)' || :", front_path());
	assert_string_equal(o.out, "0\n");
	outcome_free(&o);
}

/* What it defines is what it interposes: the symbols of entries.list, no more and no less. */
static void test_exports(void **state)
{
	struct outcome exported, listed;

	(void)state;
	run_shell(&exported, "nm -D --defined-only \"$1\" | awk '{ print $NF }' | sort", front_path());
	run_shell(&listed, "awk '!/^[ \\t]*#/ && NF { print $6 }' \"$1\" | sort", source("../lib/front/entries.list"));
	assert_string_equal(exported.out, listed.out);
	assert_true(listed.out_len > 10);
	outcome_free(&exported);
	outcome_free(&listed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_programs),      cmocka_unit_test(test_looks_at_itself),
		cmocka_unit_test(test_needs_nothing), cmocka_unit_test(test_opens_no_file),
		cmocka_unit_test(test_needs_libc_alone), cmocka_unit_test(test_exports),
	};

	return cmocka_run_group_tests_name("hosts/bystander", tests, pictures_setup, work_teardown);
}
