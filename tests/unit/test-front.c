/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/front: variables and their bounds, bounded text, the environment of a zygote. Each variable is read once a process: hence the forks. */
#include "tests/unit/unit.h"
#include "lib/front/internal.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#define KiB 1024ull
#define MiB (1024 * KiB)
#define GiB (1024 * MiB)

static const char *const variables[] = { "TIME_LIMIT", "MEMORY_LIMIT", "OUTPUT_LIMIT", "INPUT_LIMIT", "POOL", "VERBOSE" };

/* 0 as asked, 1 refused, 2 another value. */
static int try(const char *name, const char *value, size_t offset, uint64_t wanted)
{
	char full[64];
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		const struct sp_config *c;

		snprintf(full, sizeof(full), "SANDBOX_PRELOAD_%s", name);
		setenv(full, value, 1);
		c = sp_config();
		if (c->bad)
			_exit(strcmp(c->bad, full) == 0 ? 1 : 3);
		_exit(memcmp((const char *)c + offset, &wanted, sizeof(wanted)) == 0 ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

#define FIELD(f) offsetof(struct sp_config, f)

static void test_numbers(void **state)
{
	static const struct {
		const char *name, *value;
		size_t offset;
		uint64_t wanted; /* 0: refused */
	} cases[] = {
		{ "TIME_LIMIT", "1", FIELD(time_limit), 1 },
		{ "TIME_LIMIT", "1000000", FIELD(time_limit), 1000000 },
		{ "TIME_LIMIT", "1000001", FIELD(time_limit), 0 },
		{ "TIME_LIMIT", "0", FIELD(time_limit), 0 },
		{ "TIME_LIMIT", "", FIELD(time_limit), 0 },
		{ "TIME_LIMIT", "-1", FIELD(time_limit), 0 },
		{ "TIME_LIMIT", "+1", FIELD(time_limit), 0 },
		{ "TIME_LIMIT", " 1", FIELD(time_limit), 0 },
		{ "TIME_LIMIT", "1 ", FIELD(time_limit), 0 },
		{ "TIME_LIMIT", "1.5", FIELD(time_limit), 0 },
		{ "TIME_LIMIT", "0x10", FIELD(time_limit), 0 },
		{ "TIME_LIMIT", "010", FIELD(time_limit), 10 },
		{ "TIME_LIMIT", "18446744073709551617", FIELD(time_limit), 0 }, /* 2^64 + 1 */
		{ "TIME_LIMIT", "99999999999999999999999999", FIELD(time_limit), 0 },
		{ "MEMORY_LIMIT", "16M", FIELD(memory_limit), 16 * MiB },
		{ "MEMORY_LIMIT", "16777215", FIELD(memory_limit), 0 },
		{ "MEMORY_LIMIT", "1024G", FIELD(memory_limit), 1024 * GiB },
		{ "MEMORY_LIMIT", "1025G", FIELD(memory_limit), 0 },
		{ "MEMORY_LIMIT", "17179869185G", FIELD(memory_limit), 0 }, /* (2^34 + 1) GiB: 1 GiB when it wraps */
		{ "MEMORY_LIMIT", "16m", FIELD(memory_limit), 0 },
		{ "MEMORY_LIMIT", "16MB", FIELD(memory_limit), 0 },
		{ "MEMORY_LIMIT", "M", FIELD(memory_limit), 0 },
		{ "MEMORY_LIMIT", "1T", FIELD(memory_limit), 0 },
		{ "OUTPUT_LIMIT", "1M", FIELD(output_limit), MiB },
		{ "OUTPUT_LIMIT", "1023K", FIELD(output_limit), 0 },
		{ "OUTPUT_LIMIT", "1024G", FIELD(output_limit), 1024 * GiB },
		{ "INPUT_LIMIT", "64K", FIELD(input_limit), 64 * KiB },
		{ "INPUT_LIMIT", "65535", FIELD(input_limit), 0 },
		{ "POOL", "1", FIELD(pool), 1 },
		{ "POOL", "64", FIELD(pool), 64 },
		{ "POOL", "65", FIELD(pool), 0 },
		{ "POOL", "0", FIELD(pool), 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int r = try(cases[i].name, cases[i].value, cases[i].offset, cases[i].wanted);

		if (r != (cases[i].wanted ? 0 : 1))
			fail_msg("%s=%s: %d", cases[i].name, cases[i].value, r);
	}
}

static bool verbose_with(const char *value)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (value)
			setenv("SANDBOX_PRELOAD_VERBOSE", value, 1);
		_exit(sp_config()->verbose);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

static void test_verbose(void **state)
{
	(void)state;
	assert_false(verbose_with(NULL));
	assert_false(verbose_with(""));
	assert_false(verbose_with("0"));
	assert_true(verbose_with("1"));
	assert_true(verbose_with("00"));
}

static void test_presets(void **state)
{
	const struct sp_config *c = sp_config();

	(void)state;
	assert_null(c->bad);
	assert_int_equal(c->time_limit, 120);
	assert_int_equal(c->memory_limit, 8 * GiB);
	assert_int_equal(c->output_limit, 16 * GiB);
	assert_int_equal(c->input_limit, 2 * GiB);
	assert_int_equal(c->pool, 4);
	assert_ptr_equal(sp_config(), c);
}

static void test_text(void **state)
{
	char buf[8];
	struct sp_text t;

	(void)state;
	sp_text_init(&t, buf, sizeof(buf));
	assert_string_equal(buf, "");
	sp_text_add(&t, "abc");
	sp_text_add_u64(&t, 0);
	assert_string_equal(buf, "abc0");
	assert_false(t.cut);
	sp_text_add(&t, "def");
	assert_string_equal(buf, "abc0def");
	assert_false(t.cut);
	sp_text_add(&t, "");
	assert_false(t.cut);
	sp_text_add(&t, "g");
	assert_true(t.cut);
	assert_string_equal(buf, "abc0def");
	sp_text_init(&t, buf, sizeof(buf));
	sp_text_add_u64(&t, UINT64_MAX);
	assert_string_equal(buf, "1844674");
	assert_true(t.cut);
	sp_text_init(&t, buf, sizeof(buf));
	sp_text_add_escaped(&t, "ab\ncd", 5);
	assert_string_equal(buf, "ab\\x0ac");
	sp_text_init(&t, NULL, 0);
	sp_text_add(&t, "x");
	sp_text_add_escaped(&t, "x", 1);
	assert_int_equal(t.len, 0);
}

static void test_numbers_as_text(void **state)
{
	static const unsigned long long values[] = { 0, 9, 10, 4294967295u, 4294967296u, UINT64_MAX };
	char buf[32], wanted[32];
	struct sp_text t;

	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		sp_text_init(&t, buf, sizeof(buf));
		sp_text_add_u64(&t, values[i]);
		snprintf(wanted, sizeof(wanted), "%llu", values[i]);
		assert_string_equal(buf, wanted);
	}
}

static bool has(const struct sp_environment *e, const char *var)
{
	for (char **p = e->envp; *p; p++)
		if (strcmp(*p, var) == 0)
			return true;
	return false;
}

static void test_environment(void **state)
{
	struct sp_environment e;

	(void)state;
	clearenv();
	setenv("CMOCKA_MESSAGE_OUTPUT", "TAP", 1);
	setenv("SECRET", "1", 1);
	setenv("LD_PRELOAD", "/x.so", 1);
	setenv("LD_AUDIT", "/x.so", 1);
	setenv("LD_LIBRARY_PATH", "/opt", 1);
	setenv("LC_ALL", "C", 1);
	setenv("OPENCV_LOG_LEVEL", "I", 1);
	setenv("OPENCV_TRACE", "1", 1);
	setenv("OPENCV_TRACE_LOCATION", "/tmp/x", 1);
	setenv("OPENCV_IO_ENABLE_OPENEXR", "1", 1);
	setenv("OPENCV_TEMP_PATH", "/a", 1);
	setenv("GLIBC_TUNABLES", "x", 1);
	assert_int_equal(sp_environment_build(&e), 0);
	assert_true(has(&e, "LD_LIBRARY_PATH=/opt") && has(&e, "LC_ALL=C") && has(&e, "OPENCV_LOG_LEVEL=I"));
	assert_true(has(&e, "OPENCV_IO_ENABLE_OPENEXR=1") && has(&e, "OPENCV_TEMP_PATH=/a"));
	assert_false(has(&e, "SECRET=1") || has(&e, "LD_PRELOAD=/x.so") || has(&e, "LD_AUDIT=/x.so"));
	assert_false(has(&e, "OPENCV_TRACE=1") || has(&e, "OPENCV_TRACE_LOCATION=/tmp/x") || has(&e, "GLIBC_TUNABLES=x"));
	sp_environment_free(&e);
	/* Read at load: as it was. Read later: as it is. */
	setenv("OPENCV_LOG_LEVEL", "D", 1);
	setenv("OPENCV_TEMP_PATH", "/b", 1);
	assert_int_equal(sp_environment_build(&e), 0);
	assert_true(has(&e, "OPENCV_LOG_LEVEL=I") && !has(&e, "OPENCV_LOG_LEVEL=D"));
	assert_true(has(&e, "OPENCV_TEMP_PATH=/b") && !has(&e, "OPENCV_TEMP_PATH=/a"));
	sp_environment_free(&e);
}

static void test_key(void **state)
{
	uint64_t key;

	(void)state;
	key = sp_environment_key("C");
	assert_true(key == sp_environment_key("C"));
	assert_true(key != sp_environment_key("de_DE.UTF-8"));
	setenv("SECRET", "2", 1);
	setenv("OPENCV_LOG_LEVEL", "V", 1);
	assert_true(key == sp_environment_key("C")); /* not read any more, or never */
	setenv("OPENCV_TEMP_PATH", "/c", 1);
	assert_true(key != sp_environment_key("C")); /* read at each use */
	setenv("OPENCV_TEMP_PATH", "/b", 1);
	assert_true(key == sp_environment_key("C"));
	setenv("OPENCV_IO_ENABLE_OPENEXR", "0", 1);
	assert_true(key != sp_environment_key("C")); /* not used yet */
	setenv("OPENCV_IO_ENABLE_OPENEXR", "1", 1);
	sp_environment_freeze();
	setenv("OPENCV_IO_ENABLE_OPENEXR", "0", 1);
	assert_true(key == sp_environment_key("C"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers), cmocka_unit_test(test_verbose),		 cmocka_unit_test(test_presets),
		cmocka_unit_test(test_text),	cmocka_unit_test(test_numbers_as_text), cmocka_unit_test(test_environment),
		cmocka_unit_test(test_key),
	};
	char name[64];

	for (size_t i = 0; i < COUNT(variables); i++) {
		snprintf(name, sizeof(name), "SANDBOX_PRELOAD_%s", variables[i]);
		unsetenv(name);
	}
	return cmocka_run_group_tests_name("front", tests, NULL, NULL);
}
