/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The handshake with the program's loader, and installations that are not whole. */
#include "tests/tools/harness.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct outcome o;

/* Another stage, @name in the work directory, with our sandbox-run and @library as the library. */
static const char *make_stage(const char *name, const char *library)
{
	char path[PATH_MAX];
	const char *run;

	make_dir(name);
	snprintf(path, sizeof(path), "%s/lib", name);
	make_dir(path);
	snprintf(path, sizeof(path), "%s/lib/sandbox-preload", name);
	make_dir(path);
	snprintf(path, sizeof(path), "%s/lib/sandbox-preload/sandbox-helper", name);
	make_text(path, 0755, "#!/bin/false\n");
	snprintf(path, sizeof(path), "%s/lib/libsandbox-preload.so", name);
	if (library)
		copy_of(library, path);
	snprintf(path, sizeof(path), "%s/.sandbox-preload-stage", name);
	make_text(path, 0644, "");
	snprintf(path, sizeof(path), "%s/bin", name);
	make_dir(path);
	snprintf(path, sizeof(path), "%s/bin/sandbox-run", name);
	run = copy_of(stage_run, path);
	return run;
}

static void check_stage(const char *name, const char *library, int code, const char *words)
{
	const struct how how = {.program = make_stage(name, library)};

	RUN_HOW(&o, &how, "sh", "-c", "echo it ran");
	assert_refused(&o, code, words);
}

static void test_library_missing(void **state)
{
	(void)state;
	check_stage("missing", NULL, 125, "No such file");
	check_stage("text", make_text("text.so", 0644, "no library\n"), 125,
		    "not a shared library");
	check_stage("program", make_mock("exec.so", &(struct mock){.type = ET_EXEC}), 125,
		    "not a shared library");
}

/* A library with good headers that the loader does not take: it would only warn, and run the
 * program. */
static void test_library_refused_by_loader(void **state)
{
	(void)state;
	check_stage("hollow", make_mock("hollow.so", &(struct mock){0}), 126,
		    "cannot be preloaded");
}

static void test_helper_missing(void **state)
{
	const struct how how = {.program = make_stage("no-helper", stage_library)};

	(void)state;
	assert_int_equal(unlink(in_work("no-helper/lib/sandbox-preload/sandbox-helper")), 0);
	RUN_HOW(&o, &how, "true");
	assert_refused(&o, 125, "sandbox-helper': the helper");
}

static void test_blank_in_path(void **state)
{
	(void)state;
	check_stage("a b", stage_library, 125, "blank");
	check_stage("a:b", stage_library, 125, "colon");
}

/* Without the marker the installed library is meant, whatever lies beside; with it the place does
 * not matter. */
static void test_marker(void **state)
{
	struct how how = {.program = make_stage("marked", stage_library)};

	(void)state;
	RUN_HOW(&o, &how, "--check", "true");
	assert_exit(&o, 0);
	assert_has(o.out, in_work("marked/lib/libsandbox-preload.so"));
	assert_int_equal(unlink(in_work("marked/.sandbox-preload-stage")), 0);
	RUN_HOW(&o, &how, "--check", "true");
	assert_null(strstr(o.out, in_work("marked")));
	assert_null(strstr(o.err, in_work("marked")));
}

/* Called by a link, or found by PATH, it is still the same file. */
static void test_called_by_link(void **state)
{
	const struct how how = {.program = in_work("link")};

	(void)state;
	assert_int_equal(symlink(stage_run, how.program), 0);
	RUN_HOW(&o, &how, "--check", "true");
	assert_exit(&o, 0);
	assert_has(o.out, stage_library);
}

/* ls links libselinux, sandbox-run does not: a FIFO by that name holds up the loader of ls alone.
 */
static void test_hang(void **state)
{
	char env[PATH_MAX + 32];
	time_t start = time(NULL);

	(void)state;
	make_dir("fifo");
	assert_int_equal(mkfifo(in_work("fifo/libselinux.so.1"), 0644), 0);
	snprintf(env, sizeof(env), "LD_LIBRARY_PATH=%s", in_work("fifo"));
	RUN(&o, "--check", "-v", "ls");
	RUN_HOW(&o, &(const struct how){.env = {env}}, "ls");
	if (o.err[0] == 0) {
		print_message("ls does not link libselinux here\n");
		skip();
	}
	assert_refused(&o, 126, "did not answer");
	assert_in_range(time(NULL) - start, 9, 30);
}

/* LD_PRELOAD of @entry over and over, in the size that the kernel allows for one variable. */
static void run_with_noise(const char *entry)
{
	const size_t cap = 131000, len = strlen(entry);
	char *env = malloc(cap);
	size_t n;

	assert_non_null(env);
	n = (size_t)sprintf(env, "LD_PRELOAD=");
	while (n + len < cap)
		n += (size_t)sprintf(env + n, "%s", entry);
	RUN_HOW(&o, &(const struct how){.env = {env}}, "sh", "-c", "exit 4");
	free(env);
}

/* Complaints about other entries, more than a pipe holds, are not our business; but there is an end
 * to it. */
static void test_noise(void **state)
{
	(void)state;
	run_with_noise("/nothing:");
	assert_exit(&o, 4);
	run_with_noise("/:");
	assert_exit(&o, 126);
}

/* Variables that make the loader talk more must not confuse the handshake; the program gets them as
 * they were. */
static void test_talkative_loader(void **state)
{
	char file[PATH_MAX + 32];
	const struct how how = {.env = {"LD_VERBOSE=1", "LD_BIND_NOW=1", file}};

	(void)state;
	snprintf(file, sizeof(file), "LD_PROFILE_OUTPUT=%s", work);
	RUN_HOW(&o, &how, "sh", "-c", "echo $LD_VERBOSE$LD_BIND_NOW${LD_TRACE_LOADED_OBJECTS-no}");
	assert_exit(&o, 0);
	assert_string_equal(o.out, "11no\n");
}

/* A library of the program is missing: the program's own loader says so, as it would natively. */
static void test_missing_library_of_program(void **state)
{
	(void)state;
	if (system("command -v cc >/dev/null") != 0)
		skip();
	make_text("part.c", 0644, "int part(void) { return 0; }\n");
	make_text("whole.c", 0644, "int part(void); int main(void) { return part(); }\n");
	if (chdir(work) < 0 ||
	    system("cc -shared -fPIC -o libpart.so part.c && cc whole.c -L. -lpart -o whole") != 0)
		fail_msg("cc failed");
	assert_int_equal(unlink("libpart.so"), 0);
	RUN(&o, "--check", in_work("whole"));
	assert_exit(&o, 0);
	assert_has(o.out, "libpart.so: needed, but not found");
	RUN(&o, in_work("whole"));
	assert_exit(&o, 127);
	assert_has(o.err, "error while loading shared libraries");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_library_missing),
		cmocka_unit_test(test_library_refused_by_loader),
		cmocka_unit_test(test_helper_missing),
		cmocka_unit_test(test_blank_in_path),
		cmocka_unit_test(test_marker),
		cmocka_unit_test(test_called_by_link),
		cmocka_unit_test(test_hang),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_talkative_loader),
		cmocka_unit_test(test_missing_library_of_program),
	};

	return cmocka_run_group_tests_name("sandbox-run-handshake", tests, harness_setup,
					   harness_teardown);
}
