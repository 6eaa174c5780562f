/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/attack/play.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE 1024
#define MODULES "lib/sandbox-preload"

const char *play_module, *play_hostile, *play_subject = "attack/subject", *play_call = "cv::imread";

static void copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	struct stat st;

	if (in < 0 || out < 0 || fstat(in, &st) < 0)
		fail_msg("cannot copy %s to %s", from, to);
	for (off_t at = 0; at < st.st_size;)
		if (sendfile(out, in, &at, (size_t)(st.st_size - at)) <= 0)
			fail_msg("cannot copy %s", from);
	close(in);
	close(out);
}

static void copy_module(const char *name)
{
	bool replaced = strcmp(name, play_module) == 0;
	char from[512], to[512];

	snprintf(from, sizeof(from), "%s/" MODULES "/%s", stage(), name);
	snprintf(to, sizeof(to), "%s/" MODULES "/%s", work, name);
	copy(replaced ? subject(play_hostile) : from, to);
}

static void copy_modules(void)
{
	char path[512];
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "%s/" MODULES, stage());
	d = opendir(path);
	assert_non_null(d);
	while ((e = readdir(d)))
		if (e->d_name[0] != '.')
			copy_module(e->d_name);
	closedir(d);
}

int play_setup(void **state)
{
	if (work_setup(state))
		return -1;
	if (mkdir(in_work("lib"), 0755) < 0 || mkdir(in_work(MODULES), 0755) < 0)
		return -1;
	copy(front_path(), in_work("lib/libsandbox-preload.so"));
	copy_modules();
	return 0;
}

void play_add(struct play *p, const char *op, int flags, const char *format, ...)
{
	char name[LINE];
	va_list ap;
	int n;

	va_start(ap, format);
	vsnprintf(name, sizeof(name), format, ap);
	va_end(ap);
	p->commands = realloc(p->commands, p->len + LINE + 64);
	assert_non_null(p->commands);
	n = snprintf(p->commands + p->len, LINE + 64, "%s %d %s\n", op, flags, name);
	p->len += (size_t)n;
}

void play_run(struct play *p)
{
	struct how how = { .side = PRELOADED, .library = in_work("lib/libsandbox-preload.so"), .timeout = p->timeout };

	memcpy(how.env, p->env, sizeof(p->env));
	how.env[6] = "SANDBOX_PRELOAD_OUTPUT_LIMIT=4M";
	how.env[7] = "SANDBOX_PRELOAD_INPUT_LIMIT=65537";
	for (size_t i = 0; i < 6; i++)
		if (!how.env[i])
			how.env[i] = "SANDBOX_PRELOAD_UNUSED";
	how.cwd = work;
	how.input = make_file("commands", p->commands, p->len);
	RUN(&p->o, &how, play_subject);
	assert_exit(&p->o, 0);
	if (strstr(p->o.out, "DESCRIPTORS") || !strstr(p->o.out, "end\n"))
		fail_msg("descriptors were lost, or it did not come to its end: %s%s", p->o.out, p->o.err);
}

void play_free(struct play *p)
{
	free(p->commands);
	outcome_free(&p->o);
}

/* The line that begins with "@name = ", from @text on; NULL when there is none. */
static const char *find(const char *text, const char *name)
{
	size_t n = strlen(name);

	for (const char *line = text; line; line = strchr(line, '\n'), line = line ? line + 1 : NULL)
		if (strncmp(line, name, n) == 0 && strncmp(line + n, " = ", 3) == 0)
			return line + n + 3;
	return NULL;
}

const char *play_result(const struct play *p, const char *name, unsigned nth)
{
	static char results[4][LINE];
	static unsigned next;
	const char *at = find(p->o.out, name);

	for (; at && nth; nth--)
		at = find(at, name);
	if (!at)
		fail_msg("no result of %s in: %s%s", name, p->o.out, p->o.err);
	snprintf(results[next % 4], LINE, "%.*s", (int)strcspn(at, "\n"), at);
	return results[next++ % 4];
}

unsigned play_count(const struct play *p, const char *name, const char *result)
{
	unsigned n = 0;

	for (const char *at = find(p->o.out, name); at; at = find(at, name))
		n += strncmp(at, result, strlen(result)) == 0 && at[strlen(result)] == '\n';
	return n;
}

void play_line(const struct play *p, const char *name, const char *words)
{
	char prefix[LINE], line[2 * LINE];
	const char *at, *found = NULL;
	unsigned n = 0;

	snprintf(prefix, sizeof(prefix), "libsandbox-preload: %s('%s'): ", play_call, name);
	for (at = p->o.err; (at = strstr(at, prefix)); at++, n++)
		found = at;
	if (n != (words != NULL))
		fail_msg("%u lines about %s: %s", n, name, p->o.err);
	if (!words)
		return;
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(found, "\n"), found);
	assert_true(found == p->o.err || found[-1] == '\n');
	assert_has(line, words);
}
