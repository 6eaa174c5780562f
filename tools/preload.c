/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the front is, and LD_PRELOAD. */
#include "tools/run.h"
#include "lib/wire/util.h"

#include <elf.h>
#include <fcntl.h>
#include <string.h>

#define LIBRARY "libsandbox-preload.so"
#define MARKER ".sandbox-preload-stage" /* the build puts it beside bin/ and lib/ */
#define BLANKS                                                                                     \
	": \t\n" /* what LD_PRELOAD parts names by, and what a listing would be broken by          \
		  */

/* dirname twice: /a/b/bin/sandbox-run to /a/b. */
static bool own_root(char *ret, size_t cap)
{
	ssize_t n = readlink("/proc/self/exe", ret, cap - 1);
	char *slash;

	if (n <= 0)
		return false;
	ret[n] = 0;
	for (int i = 0; i < 2; i++) {
		slash = strrchr(ret, '/');
		if (!slash)
			return false;
		*slash = 0;
	}
	return true;
}

/* The root comes from where this very file is: who can put a marker there can replace this program.
 */
static bool from_stage(char *ret, size_t cap)
{
	char root[PATH_MAX], path[PATH_MAX + sizeof(MARKER)];
	struct stat st;

	if (!own_root(root, sizeof(root)))
		return false;
	snprintf(path, sizeof(path), "%s/" MARKER, root);
	if (lstat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	return (size_t)snprintf(ret, cap, "%s/lib/" LIBRARY, root) < cap;
}

static int check_library(struct sp_preload *p, struct sp_refusal *refusal)
{
	_cleanup_fd_ int fd = open(p->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0) {
		r = -errno;
		sp_refuse(refusal, SP_CAUSE_PRELOAD, -r, p->path, "it cannot be opened");
		return r;
	}
	r = S_ISREG(st.st_mode) ? sp_elf_read(fd, &p->elf) : -ENOEXEC;
	if (r || p->elf.type != ET_DYN) {
		sp_refuse(refusal, SP_CAUSE_PRELOAD, 0, p->path, "it is not a shared library");
		return -ENOEXEC;
	}
	return 0;
}

/* Without it every call would fail. It is looked for where the front does, beside the front. */
static int check_helper(const char *library, struct sp_refusal *refusal)
{
	char path[PATH_MAX + 64];
	int dir = (int)(strrchr(library, '/') - library);

	snprintf(path, sizeof(path), "%.*s/sandbox-preload/sandbox-helper", dir, library);
	if (access(path, X_OK) == 0)
		return 0;
	sp_refuse(refusal, SP_CAUSE_HELPER, errno, path, NULL);
	return -ENOENT;
}

int sp_preload_find(struct sp_preload *ret, struct sp_refusal *ret_refusal)
{
	int r;

	if (!from_stage(ret->path, sizeof(ret->path)))
		snprintf(ret->path, sizeof(ret->path), "%s", SP_LIBDIR "/" LIBRARY);
	if (strpbrk(ret->path, BLANKS)) {
		sp_refuse(ret_refusal, SP_CAUSE_BLANK, 0, ret->path, NULL);
		return -EINVAL;
	}
	r = check_library(ret, ret_refusal);
	return r ? r : check_helper(ret->path, ret_refusal);
}

static bool is_listed(const char *list, const char *path)
{
	size_t len = strlen(path), n;

	for (; *list; list += n) {
		list += strspn(list, BLANKS);
		n = strcspn(list, BLANKS);
		if (n == len && memcmp(list, path, n) == 0)
			return true;
	}
	return false;
}

int sp_preload_export(const struct sp_preload *preload, struct sp_refusal *ret_refusal)
{
	const char *old = getenv("LD_PRELOAD");
	_cleanup_free_ char *both = NULL;

	if (old && is_listed(old, preload->path))
		return 0;
	if (asprintf(&both, "%s%s%s", preload->path, old && *old ? ":" : "", old ? old : "") < 0) {
		both = NULL;
		errno = ENOMEM;
	} else if (setenv("LD_PRELOAD", both, 1) == 0) {
		return 0;
	}
	sp_refuse(ret_refusal, SP_CAUSE_RESOURCE, errno, "LD_PRELOAD", NULL);
	return -ENOMEM;
}
