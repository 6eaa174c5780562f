/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program that has nothing to do with pictures, and looks at itself: all it sees must be as natively. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/support/processes.h"

static void descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.')
			printf("descriptor %s\n", e->d_name);
	if (d)
		closedir(d);
}

static void children(void)
{
	char path[64], line[256] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	f = fopen(path, "re");
	if (f && !fgets(line, sizeof(line), f))
		line[0] = 0;
	if (f)
		fclose(f);
	printf("children [%s]\n", line);
	if (waitpid(-1, NULL, __WALL) < 0 && errno == ECHILD)
		puts("no child");
}

static void status(void)
{
	char line[256];
	FILE *f = fopen("/proc/self/status", "re");

	while (f && fgets(line, sizeof(line), f))
		if ((!strncmp(line, "Sig", 3) && line[3] != 'Q') || !strncmp(line, "Shd", 3) || !strncmp(line, "Threads", 7) ||
		    !strncmp(line, "Seccomp:", 8) || !strncmp(line, "NoNewPrivs", 10))
			fputs(line, stdout);
	if (f)
		fclose(f);
}

static void limits(void)
{
	struct rlimit rl;

	for (unsigned i = 0; i < RLIM_NLIMITS; i++)
		if (getrlimit((__rlimit_resource_t)i, &rl) == 0)
			printf("limit %u %lu %lu\n", i, (unsigned long)rl.rlim_cur, (unsigned long)rl.rlim_max);
}

static void memory(const struct mallinfo2 *m)
{
	printf("heap %zu %zu %zu %zu %zu\n", m->arena, m->ordblks, m->hblkhd, m->uordblks, m->fordblks);
}

/* We have taken the place of a program that read pictures: its helpers go, though our process goes on. */
static int gone(void)
{
	bool all = wait_none_marked(NULL, 3000);

	puts(all ? "ok" : "helpers of the program before are left");
	return !all;
}

int main(int argc, char **argv)
{
	struct mallinfo2 at_start = mallinfo2(), later;

	if (argc > 1 && strcmp(argv[1], "gone") == 0)
		return gone();
	memory(&at_start);
	descriptors();
	children();
	status();
	limits();
	printf("environment %s\n", getenv("HOME") ? getenv("HOME") : "");
	free(malloc(1000));
	later = mallinfo2();
	memory(&later);
	return 0;
}
