/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/support/processes.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

const char *new_mark(void)
{
	static char buffers[8][sizeof(MARK_VARIABLE) + 16];
	static unsigned next;
	char *b = buffers[next % 8];

	snprintf(b, sizeof(buffers[0]), MARK_VARIABLE "=%u", 100000u + ((unsigned)getpid() * 16 + next % 16) % 900000u);
	next++;
	return b;
}

static ssize_t read_proc(const char *pid, const char *name, char *buf, size_t cap)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%.20s/%.20s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, buf, cap - 1);
	close(fd);
	if (n >= 0)
		buf[n] = 0;
	return n;
}

static bool has_argument(const char *pid, const char *argument)
{
	char args[8192];
	ssize_t n = read_proc(pid, "cmdline", args, sizeof(args));

	for (const char *a = args; n > 0 && a < args + n; a += strlen(a) + 1)
		if (strcmp(a, argument) == 0)
			return true;
	return false;
}

static pid_t parent_of(const char *pid)
{
	char stat[512];
	const char *p;
	int parent;

	if (read_proc(pid, "stat", stat, sizeof(stat)) <= 0)
		return 0;
	p = strrchr(stat, ')');
	return p && sscanf(p, ") %*c %d", &parent) == 1 ? parent : 0;
}

static void find_zygotes(struct helper_process *all, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		all[i].is_zygote = true;
		for (size_t k = 0; k < n; k++)
			if (all[k].pid == all[i].parent)
				all[i].is_zygote = false;
	}
}

size_t marked_processes(const char *mark, struct helper_process *ret, size_t max)
{
	const char *value = mark ? strchr(mark, '=') + 1 : getenv(MARK_VARIABLE);
	char argument[64];
	struct dirent *e;
	size_t n = 0;
	DIR *d;

	d = value ? opendir("/proc") : NULL;
	if (!d)
		return 0;
	snprintf(argument, sizeof(argument), "--time-limit=%s", value);
	while (n < max && (e = readdir(d))) {
		if (e->d_name[0] < '1' || e->d_name[0] > '9' || !has_argument(e->d_name, argument))
			continue;
		ret[n].pid = atoi(e->d_name);
		ret[n].parent = parent_of(e->d_name);
		n += ret[n].parent != 0; /* else it has ended just now */
	}
	closedir(d);
	find_zygotes(ret, n);
	return n;
}

pid_t marked_zygote(const char *mark)
{
	struct helper_process all[256];
	size_t n = marked_processes(mark, all, 256);

	for (size_t i = 0; i < n; i++)
		if (all[i].is_zygote)
			return all[i].pid;
	return 0;
}

bool wait_none_marked(const char *mark, unsigned ms)
{
	struct helper_process one;

	for (; marked_processes(mark, &one, 1); ms -= 10) {
		if (ms < 10)
			return false;
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	return true;
}
