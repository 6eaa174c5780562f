/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What execvp(3) would run. It finds out by trying; here each try is an examination instead. */
#include "tools/run.h"
#include "lib/wire/util.h"

#include <paths.h>
#include <string.h>

/* The search goes on behind these errors of a directory of PATH. */
static bool goes_on(int r)
{
	return r == -EACCES || r == -ENOENT || r == -ESTALE || r == -ENOTDIR || r == -ENODEV ||
	       r == -ETIMEDOUT;
}

/* A file that is neither ELF nor #! is a script for the shell, as it was before there was #!. */
static int examine(const char *path, const struct sp_elf *front, struct sp_target *ret,
		   struct sp_refusal *refusal)
{
	int r = sp_target_examine(path, front, ret, refusal);

	if (r != -ENOEXEC)
		return r;
	r = sp_target_examine(_PATH_BSHELL, front, ret, refusal);
	if (!r)
		snprintf(ret->script, sizeof(ret->script), "%s", path);
	return r;
}

/* Which refusal says most when all tries fail: that a file is there outweighs that none is. */
static void keep(struct sp_refusal *best, const struct sp_refusal *now)
{
	if (best->cause == SP_CAUSE_NONE || best->cause == SP_CAUSE_NOT_FOUND)
		*best = *now;
}

/* Copy the next directory of PATH to @dir; false at the end. "" is the working directory. */
static bool next_directory(const char **list, char dir[PATH_MAX])
{
	size_t n;

	if (!*list)
		return false;
	n = strcspn(*list, ":");
	snprintf(dir, PATH_MAX, "%.*s", n < PATH_MAX ? (int)n : 0, *list);
	*list = (*list)[n] ? *list + n + 1 : NULL;
	return true;
}

static int search(const char *name, const char *list, const struct sp_elf *front,
		  struct sp_target *ret, struct sp_refusal *refusal)
{
	char dir[PATH_MAX], path[2 * PATH_MAX];
	struct sp_refusal best = {0};
	int r = -ENOENT;

	while (next_directory(&list, dir)) {
		snprintf(path, sizeof(path), "%s%s%.*s", dir, *dir ? "/" : "", NAME_MAX, name);
		if (strlen(path) >= PATH_MAX)
			continue;
		r = examine(path, front, ret, refusal);
		if (!r || !goes_on(r))
			return r;
		keep(&best, refusal);
	}
	*refusal = best;
	if (best.cause == SP_CAUSE_NONE || best.cause == SP_CAUSE_NOT_FOUND)
		sp_refuse(refusal, SP_CAUSE_NOT_FOUND, 0, name, "no directory of PATH has it");
	return r ? r : -ENOENT;
}

int sp_target_find(const char *name, const struct sp_elf *front, struct sp_target *ret,
		   struct sp_refusal *ret_refusal)
{
	const char *list = getenv("PATH");

	if (!*name || strchr(name, '/'))
		return examine(name, front, ret, ret_refusal);
	if (strlen(name) > NAME_MAX) {
		sp_refuse(ret_refusal, SP_CAUSE_NOT_FOUND, ENAMETOOLONG, name, NULL);
		return -ENAMETOOLONG;
	}
	return search(name, list ? list : "/bin:/usr/bin", front, ret, ret_refusal);
}

/* "/bin/sh SCRIPT ARGUMENT...", as execvp gives it. NULL when there is no memory. */
static char **shell_argv(const struct sp_target *target, char **argv)
{
	size_t n = 1;
	char **shell;

	while (argv[n])
		n++;
	shell = calloc(n + 2, sizeof(*shell));
	if (!shell)
		return NULL;
	shell[0] = (char *)(uintptr_t)target->path;
	shell[1] = (char *)(uintptr_t)target->script;
	memcpy(shell + 2, argv + 1, (n - 1) * sizeof(*shell));
	return shell;
}

int sp_target_exec(const struct sp_target *target, char **argv, struct sp_refusal *ret_refusal)
{
	_cleanup_free_ char **shell = NULL;
	int r;

	if (target->script[0])
		argv = shell = shell_argv(target, argv);
	if (argv)
		execve(target->path, argv, environ);
	r = -errno;
	sp_refuse(ret_refusal, SP_CAUSE_EXEC, -r, target->path, NULL);
	return r;
}
