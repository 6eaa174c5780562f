/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/hosts/compare.h"

#include <stdio.h>
#include <string.h>

const char *host(const char *name)
{
	static char buffer[128];

	snprintf(buffer, sizeof(buffer), "hosts/%s", name);
	return buffer;
}

int pictures_setup(void **state)
{
	struct outcome o;

	if (work_setup(state))
		return -1;
	RUN(&o, &(struct how){ .side = NATIVE }, "hosts/make-pictures", work);
	assert_exit(&o, 0);
	outcome_free(&o);
	return 0;
}

void assert_all_gone(const char *mark)
{
	struct helper_process left[8];
	size_t n;

	/* A second is what is promised; a machine that has other things to do may need more to get there. */
	if (wait_none_marked(mark, 3000))
		return;
	n = marked_processes(mark, left, 8);
	fail_msg("%zu helper processes are left, the first is %d", n, n ? (int)left[0].pid : 0);
}

static void mark(struct how *how, const char *mark)
{
	size_t i = 0;

	while (how->env[i])
		i++;
	how->env[i] = mark;
}

static void run_marked(struct outcome *ret, const char *name, const char *mode, struct how how)
{
	const char *own = new_mark();

	mark(&how, own);
	RUN(ret, &how, host(name), mode, work);
	assert_exit(ret, 0);
	assert_string_equal(ret->out, "ok\n");
	assert_all_gone(own);
}

void assert_same_mode_how(const char *name, const char *mode, struct how how)
{
	struct outcome native, preloaded;

	how.side = NATIVE;
	run_marked(&native, name, mode, how);
	how.side = PRELOADED;
	run_marked(&preloaded, name, mode, how);
	assert_string_equal(without_times(preloaded.err), without_times(native.err));
	outcome_free(&native);
	outcome_free(&preloaded);
}

void assert_same_mode(const char *name, const char *mode)
{
	assert_same_mode_how(name, mode, (struct how){ 0 });
}

void run_preloaded(struct outcome *ret, const char *name, const char *mode)
{
	struct outcome own;

	run_marked(ret ? ret : &own, name, mode, (struct how){ .side = PRELOADED });
	if (!ret)
		outcome_free(&own);
}

void assert_only_failed_calls(const struct outcome *o)
{
	const char *line = o->err, *end;

	for (; *line; line = end + 1) {
		end = strchr(line, '\n');
		assert_non_null(end);
		if (strncmp(line, "libsandbox-preload: cv::im", 26) != 0 || !memmem(line, (size_t)(end - line), "; ", 2))
			fail_msg("neither silence nor a clear line: %.*s", (int)(end - line), line);
	}
}
