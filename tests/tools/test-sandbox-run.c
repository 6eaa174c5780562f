/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sandbox-run from outside: what it runs, what it refuses and how it says so. The stage that is
 * tested is the one around $SP_SANDBOX_RUN.
 */
#include "tests/tools/harness.h"

#include <elf.h>
#include <endian.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define LOADER "/lib64/ld-linux-x86-64.so.2"

static struct outcome o;

/* ---- the program cannot tell ---- */

static void test_exit_code(void **state)
{
	(void)state;
	RUN(&o, "sh", "-c", "exit 7");
	assert_exit(&o, 7);
	assert_string_equal(o.err, "");
	RUN(&o, "true");
	assert_exit(&o, 0);
}

static void test_signal_death(void **state)
{
	(void)state;
	RUN(&o, "sh", "-c", "kill -TERM $$");
	assert_true(WIFSIGNALED(o.status));
	assert_int_equal(WTERMSIG(o.status), SIGTERM);
}

static void test_same_pid(void **state)
{
	char pid[16];

	(void)state;
	RUN(&o, "sh", "-c", "echo $$");
	snprintf(pid, sizeof(pid), "%d\n", (int)o.pid);
	assert_string_equal(o.out, pid);
}

static void test_arguments(void **state)
{
	(void)state;
	RUN(&o, "sh", "-c", "echo \"$0|$1|$2\"", "a b", "", "--check");
	assert_string_equal(o.out, "a b||--check\n");
}

/* Native and under sandbox-run, the same words must come out. */
static void assert_same(struct how how, const char *script)
{
	static struct outcome native;

	RUN_HOW(&o, &how, "sh", "-c", script);
	assert_exit(&o, 0);
	how.program = "/bin/sh";
	RUN_HOW(&native, &how, "-c", script);
	assert_string_equal(o.out, native.out);
}

static void test_nothing_left(void **state)
{
	(void)state;
	assert_same((struct how){0}, "cd /proc/$$/fd; echo *");
	assert_same((struct how){0}, "read x </proc/$$/task/$$/children; echo \"[$x]\"");
}

#define SIGNALS "while read k v; do case $k in Sig*|Shd*) echo $k $v;; esac; done </proc/$$/status"

static void test_signals_left(void **state)
{
	(void)state;
	assert_same((struct how){0}, SIGNALS);
	assert_same((struct how){.block_chld = true}, SIGNALS);
	assert_same((struct how){.ignore_chld = true}, SIGNALS);
}

/* Closed descriptors stay closed, and do not make it fail. */
static void test_closed_stdio(void **state)
{
	char script[PATH_MAX + 64];

	(void)state;
	snprintf(script, sizeof(script), "cd /proc/$$/fd; echo * >%s", in_work("fds"));
	RUN_HOW(&o, &(const struct how){.no_stdio = true}, "sh", "-c", script);
	assert_exit(&o, 0);
	RUN(&o, "sh", "-c", "cat $0", in_work("fds"));
	assert_string_equal(o.out, "0\n"); /* the shell's, of the directory */
}

/* ---- LD_PRELOAD and settings ---- */

static void test_preload(void **state)
{
	char both[2 * PATH_MAX], env[2 * PATH_MAX + 16];
	const char *other = copy_of(stage_library, "other.so");

	(void)state;
	RUN(&o, "sh", "-c", "echo \"$LD_PRELOAD\"");
	snprintf(both, sizeof(both), "%s\n", stage_library);
	assert_string_equal(o.out, both);
	snprintf(env, sizeof(env), "LD_PRELOAD=%s", other);
	RUN_HOW(&o, &(const struct how){.env = {env}}, "sh", "-c", "echo \"$LD_PRELOAD\"");
	snprintf(both, sizeof(both), "%s:%s\n", stage_library, other);
	assert_string_equal(o.out, both);
}

static void test_preload_not_twice(void **state)
{
	char env[2 * PATH_MAX + 16];
	const char *other = copy_of(stage_library, "other.so");

	(void)state;
	RUN(&o, stage_run, "sh", "-c", "echo \"$LD_PRELOAD\"");
	assert_true(strncmp(o.out, stage_library, strlen(stage_library)) == 0);
	assert_string_equal(o.out + strlen(stage_library), "\n");
	snprintf(env, sizeof(env), "LD_PRELOAD=%s %s", other, stage_library);
	RUN_HOW(&o, &(const struct how){.env = {env}}, "sh", "-c",
		"echo \"LD_PRELOAD=$LD_PRELOAD\"");
	o.out[strcspn(o.out, "\n")] = 0;
	assert_string_equal(o.out, env);
}

static const struct setting {
	const char *option, *variable, *good, *bad[4];
} settings[] = {
	{"--time-limit", "SANDBOX_PRELOAD_TIME_LIMIT", "1000000", {"0", "1000001", "5s", "-1"}},
	{"--memory-limit", "SANDBOX_PRELOAD_MEMORY_LIMIT", "16M", {"15M", "1025G", "1GB", "1.5G"}},
	{"--output-limit", "SANDBOX_PRELOAD_OUTPUT_LIMIT", "1024G", {"1023K", "", "M", " 1G"}},
	{"--input-limit",
	 "SANDBOX_PRELOAD_INPUT_LIMIT",
	 "64K",
	 {"65535", "18446744073709551616", "17179869184G", "+1M"}},
	{"--pool", "SANDBOX_PRELOAD_POOL", "64", {"0", "65", "0x10", "4 "}},
};

static void check_setting(const struct setting *s)
{
	char arg[128], script[128];

	snprintf(arg, sizeof(arg), "%s=%s", s->option, s->good);
	snprintf(script, sizeof(script), "echo \"$%s\"", s->variable);
	RUN(&o, arg, "sh", "-c", script);
	assert_exit(&o, 0);
	assert_int_equal(strncmp(o.out, s->good, strlen(s->good)), 0);
	for (size_t i = 0; i < 4; i++) {
		snprintf(arg, sizeof(arg), "%s=%s", s->option, s->bad[i]);
		RUN(&o, arg, "true");
		assert_refused(&o, 125, s->option);
		snprintf(arg, sizeof(arg), "%s=%s", s->variable, s->bad[i]);
		RUN_HOW(&o, &(const struct how){.env = {arg}}, "true");
		assert_refused(&o, 125, s->variable);
	}
}

static void test_settings(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		check_setting(&settings[i]);
	RUN(&o, "--pool", "1", "sh", "-c", "echo $SANDBOX_PRELOAD_POOL");
	assert_string_equal(o.out, "1\n");
	RUN_HOW(&o, &(const struct how){.env = {"SANDBOX_PRELOAD_POOL=x"}}, "--pool=2", "sh", "-c",
		"echo $SANDBOX_PRELOAD_POOL");
	assert_string_equal(o.out, "2\n");
}

/* ---- options ---- */

static void test_help(void **state)
{
	static const char *const all[] = {
		"--check",	   "-v, --verbose",   "--time-limit=SECONDS",
		"--memory-limit=", "--output-limit=", "--input-limit=",
		"--pool=N",	   "-h, --help",      "-V, --version",
		"--usage"};

	(void)state;
	RUN(&o, "--help");
	assert_exit(&o, 0);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		assert_has(o.out, all[i]);
	RUN(&o, "-h");
	assert_exit(&o, 0);
	RUN(&o, "-V");
	assert_exit(&o, 0);
	assert_has(o.out, "sandbox-run (libsandbox-preload) ");
}

static void test_end_of_options(void **state)
{
	(void)state;
	RUN(&o, "--", "sh", "-c", "exit 3");
	assert_exit(&o, 3);
	RUN(&o, "sh", "-c", "echo $*", "0", "--check", "--no-such");
	assert_string_equal(o.out, "--check --no-such\n");
	RUN(&o, "--", "--help");
	assert_refused(&o, 127, "'--help': not found");
}

static void test_option_errors(void **state)
{
	(void)state;
	RUN(&o, "--no-such", "true");
	assert_exit(&o, 125);
	assert_has(o.err, "--no-such");
	RUN(&o, "--pool");
	assert_exit(&o, 125);
	RUN(&o, "-v");
	assert_refused(&o, 125, "no program");
	RUN(&o, "--");
	assert_refused(&o, 125, "no program");
}

static void test_verbose_and_check(void **state)
{
	(void)state;
	RUN(&o, "-v", "sh", "-c", "echo $SANDBOX_PRELOAD_VERBOSE; exit 5");
	assert_exit(&o, 5);
	assert_string_equal(o.out, "1\n");
	assert_has(o.err, stage_library);
	RUN(&o, "--check", "sh", "-c", "exit 5");
	assert_exit(&o, 0);
	assert_has(o.out, stage_library);
	assert_has(o.out, LOADER);
	assert_string_equal(o.err, "");
}

/* ---- what cannot be protected ---- */

static void test_static(void **state)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 16);

	(void)state;
	assert_true(n > 0);
	path[n] = 0;
	strcpy(strrchr(path, '/') + 1, "static-true");
	if (access(path, X_OK) < 0) {
		print_message("%s is not built\n", path);
		skip();
	}
	RUN(&o, path);
	assert_refused(&o, 126, "statically");
}

static void check_mock(struct mock mock, int code, const char *words)
{
	const char *path = make_mock("mock", &mock);

	RUN(&o, path);
	assert_refused(&o, code, words);
	assert_has(o.err, path);
	RUN(&o, "--check", path);
	assert_refused(&o, code, words);
}

static void test_mocks(void **state)
{
	(void)state;
	check_mock((struct mock){.type = ET_EXEC}, 126, "linked statically,");
	check_mock((struct mock){.pie = true}, 126, "static-pie");
	check_mock((struct mock){0}, 126, "not a program");
	check_mock((struct mock){.type = ET_REL}, 126, "not a program");
	check_mock((struct mock){.elf_class = ELFCLASS32, .machine = EM_386}, 126, "architecture");
	check_mock((struct mock){.elf_class = ELFCLASS32}, 126, "architecture"); /* x32 */
	check_mock((struct mock){.machine = EM_AARCH64, .loader = LOADER}, 126, "architecture");
	check_mock((struct mock){.loader = "/lib/ld-musl-x86_64.so.1"}, 126, "not glibc's");
	check_mock((struct mock){.loader = "/no/ld-linux-x86-64.so.2"}, 127, "/no/ld-linux");
	check_mock((struct mock){.loader = ""}, 126, "damaged");
	check_mock((struct mock){.loader = LOADER}, 126, "not be in it"); /* nothing to load */
}

/* Some systems have another loader under glibc's name. It would not list, it would run the program.
 */
static void test_loader_in_disguise(void **state)
{
	(void)state;
	check_mock((struct mock){.loader = copy_of("/bin/true", "ld-linux-x86-64.so.2")}, 126,
		   "not glibc's");
}

static void test_damaged(void **state)
{
	(void)state;
	RUN(&o, make_text("cut", 0755, "\177ELF\002\001\001"));
	assert_refused(&o, 126, "damaged");
	RUN(&o, make_text("junk", 0755,
			  "\177ELFjunkjunkjunkjunkjunkjunkjunkjunkjunkjunkjunkjunkjunkjunk"));
	assert_refused(&o, 126, "damaged");
}

static void test_not_there(void **state)
{
	const struct how empty = {.env = {"PATH="}, .cwd = work};

	(void)state;
	RUN(&o, in_work("missing"));
	assert_refused(&o, 127, "not found");
	RUN(&o, "no-such-program-anywhere");
	assert_refused(&o, 127, "PATH");
	RUN(&o, "");
	assert_refused(&o, 127, "not found");
	RUN(&o, work);
	assert_refused(&o, 126, "directory");
	RUN(&o, "/dev/null");
	assert_refused(&o, 126, "regular");
	RUN(&o, make_text("plain", 0644, "exit 1\n"));
	assert_refused(&o, 126, "not executable");
	RUN_HOW(&o, &empty, "plain");
	assert_refused(&o, 126, "not executable");
	RUN(&o, in_work("missing\n\033[31m"));
	assert_refused(&o, 127, "missing\\x0a\\x1b[31m");
}

static void test_search(void **state)
{
	char env[PATH_MAX + 64];
	const struct how how = {.env = {env}, .cwd = work};

	(void)state;
	make_dir("one");
	make_dir("two");
	make_dir("two/dir");
	make_text("one/prog", 0644, "#!/bin/sh\nexit 1\n");
	make_text("one/script", 0755, "#!/no/interpreter\n");
	make_text("two/prog", 0755, "#!/bin/sh\nexit 2\n");
	make_text("two/script", 0755, "#!/bin/sh\nexit 3\n");
	make_text("here", 0755, "#!/bin/sh\nexit 4\n");
	snprintf(env, sizeof(env), "PATH=%s/one:%s/two:", work, work);
	RUN_HOW(&o, &how, "prog");
	assert_exit(&o, 2);
	RUN_HOW(&o, &how, "script");
	assert_exit(&o, 3);
	RUN_HOW(&o, &how, "here");
	assert_exit(&o, 4);
	RUN_HOW(&o, &how, "dir");
	assert_refused(&o, 126, "directory");
	RUN_HOW(&o, &(const struct how){.env = {"PATH"}}, "sh", "-c", "exit 5");
	assert_exit(&o, 5);
}

/* ---- scripts ---- */

static void test_script(void **state)
{
	const char *spaces = make_text("a script  with spaces", 0755,
				       "#! \t/bin/sh -e \necho \"$0|$1\"\nfalse\n");
	char want[PATH_MAX];

	(void)state;
	RUN(&o, spaces, "x y");
	assert_exit(&o, 1);
	snprintf(want, sizeof(want), "%s|x y\n", spaces);
	assert_string_equal(o.out, want);
	RUN(&o, make_text("bare", 0755, "#!/bin/true")); /* not even a newline */
	assert_exit(&o, 0);
	RUN(&o, make_text("gone", 0755, "#!/no/such/interpreter -x\n"));
	assert_refused(&o, 127, "/no/such/interpreter;");
	RUN(&o, make_text("indir", 0755, "#!/tmp\n"));
	assert_refused(&o, 126, "'/tmp': a directory");
}

static void test_script_of_unprotected(void **state)
{
	char text[PATH_MAX];

	(void)state;
	snprintf(text, sizeof(text), "#!%s\n",
		 make_mock("static", &(struct mock){.type = ET_EXEC}));
	RUN(&o, make_text("script", 0755, text));
	assert_refused(&o, 126, "static': linked statically");
}

/* The kernel says ELOOP at the sixth; so must the check, which would otherwise look at the wrong
 * program. */
static void test_script_chain(void **state)
{
	char name[16], text[PATH_MAX] = "#!/bin/true\n";

	(void)state;
	for (int i = 1; i <= 6; i++) {
		snprintf(name, sizeof(name), "chain%d", i);
		snprintf(text, sizeof(text), "#!%s\n", make_text(name, 0755, text));
	}
	RUN(&o, in_work("chain5"));
	assert_exit(&o, 0);
	RUN(&o, in_work("chain6"));
	assert_refused(&o, 126, "chain6': too many");
}

/* The kernel looks at 256 bytes: a name that ends there is whole, a longer one is ENOEXEC and so
 * for the shell. */
static void test_script_long_name(void **state)
{
	char text[512] = "#!", name[256];
	size_t root = strlen(work) + 1;

	(void)state;
	memset(name, 'n', sizeof(name));
	name[253 - root] = 0;
	strcat(text, in_work(name));
	unlink(text + 2);
	assert_int_equal(symlink("/bin/true", text + 2), 0);
	assert_int_equal(strlen(text), 255);
	strcat(text, "\nexit 9\n");
	RUN(&o, make_text("long", 0755, text));
	assert_exit(&o, 0);
	text[255] = 'n';
	strcpy(text + 256, "\nexit 9\n");
	RUN(&o, make_text("long", 0755, text));
	assert_exit(&o, 9);
}

static void test_no_magic(void **state)
{
	const char *path = make_text("garbage", 0755, "echo \"$0|$1\"; exit 6\n");
	char want[PATH_MAX];

	(void)state;
	RUN(&o, path, "arg");
	assert_exit(&o, 6);
	snprintf(want, sizeof(want), "%s|arg\n", path);
	assert_string_equal(o.out, want);
	RUN(&o, make_text("empty", 0755, ""));
	assert_exit(&o, 0);
	RUN(&o, make_text("blank", 0755, "#! \nexit 8\n"));
	assert_exit(&o, 8);
}

static void test_program_with_spaces(void **state)
{
	(void)state;
	make_dir("two  words (0x1) => here");
	RUN(&o, copy_of("/bin/true", "two  words (0x1) => here/true  false"));
	assert_exit(&o, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exit_code),
		cmocka_unit_test(test_signal_death),
		cmocka_unit_test(test_same_pid),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_nothing_left),
		cmocka_unit_test(test_signals_left),
		cmocka_unit_test(test_closed_stdio),
		cmocka_unit_test(test_preload),
		cmocka_unit_test(test_preload_not_twice),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_end_of_options),
		cmocka_unit_test(test_option_errors),
		cmocka_unit_test(test_verbose_and_check),
		cmocka_unit_test(test_static),
		cmocka_unit_test(test_mocks),
		cmocka_unit_test(test_loader_in_disguise),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_not_there),
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_script),
		cmocka_unit_test(test_script_of_unprotected),
		cmocka_unit_test(test_script_chain),
		cmocka_unit_test(test_script_long_name),
		cmocka_unit_test(test_no_magic),
		cmocka_unit_test(test_program_with_spaces),
	};

	return cmocka_run_group_tests_name("sandbox-run", tests, harness_setup, harness_teardown);
}
