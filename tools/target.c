/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a file to the ELF program behind it, one #! line after the other, as the kernel goes. */
#include "tools/run.h"
#include "lib/wire/util.h"

#include <elf.h>
#include <fcntl.h>
#include <gnu/lib-names.h>
#include <string.h>

#define SCRIPTS_MAX 5 /* the kernel's: ELOOP at the sixth, tried on Linux 6.18 */

struct file {
	int fd;
	struct stat st;
	char head[SP_SCRIPT_HEAD + 1]; /* zeros behind the end */
};

/* Refuse and pass an error on, in one line. */
static int refuse(struct sp_refusal *refusal, enum sp_cause cause, int r, const char *file,
		  const char *detail)
{
	sp_refuse(refusal, cause, 0, file, detail);
	return r;
}

static int check_kind(const char *path, struct stat *st, struct sp_refusal *refusal)
{
	if (stat(path, st) < 0) {
		int r = -errno;
		bool missing = r == -ENOENT || r == -ENOTDIR;

		sp_refuse(refusal, missing ? SP_CAUSE_NOT_FOUND : SP_CAUSE_NOT_EXECUTABLE,
			  missing ? 0 : -r, path, NULL);
		return r;
	}
	if (S_ISDIR(st->st_mode))
		return refuse(refusal, SP_CAUSE_DIRECTORY, -EACCES, path, NULL);
	if (!S_ISREG(st->st_mode))
		return refuse(refusal, SP_CAUSE_NOT_REGULAR, -EACCES, path, NULL);
	/* With the rights that execve uses; says no on a noexec mount, too. */
	if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0)
		return refuse(refusal, SP_CAUSE_NOT_EXECUTABLE, -EACCES, path, NULL);
	return 0;
}

static int read_head(int fd, char *head)
{
	size_t done = 0;
	ssize_t n = 1;

	while (done < SP_SCRIPT_HEAD && n > 0) {
		n = pread(fd, head + done, SP_SCRIPT_HEAD - done, (off_t)done);
		if (n < 0)
			return -errno;
		done += (size_t)n;
	}
	return 0;
}

static int open_file(const char *path, struct file *f, struct sp_refusal *refusal)
{
	int r = check_kind(path, &f->st, refusal);

	if (r)
		return r;
	f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (f->fd < 0 || fstat(f->fd, &f->st) < 0 || read_head(f->fd, f->head)) {
		sp_refuse(refusal, SP_CAUSE_UNREADABLE, errno, path, NULL);
		return -EPERM;
	}
	return 0;
}

static int check_form(const char *path, const struct sp_elf *elf, const struct sp_elf *front,
		      struct sp_refusal *refusal)
{
	if (elf->elf_class != front->elf_class || elf->data != front->data ||
	    elf->machine != front->machine)
		return refuse(refusal, SP_CAUSE_FOREIGN, -EPERM, path, NULL);
	if (elf->type != ET_EXEC && elf->type != ET_DYN)
		return refuse(refusal, SP_CAUSE_NOT_PROGRAM, -EPERM, path, NULL);
	if (elf->loader[0])
		return 0;
	if (elf->type == ET_EXEC)
		return refuse(refusal, SP_CAUSE_STATIC, -EPERM, path, NULL);
	return refuse(refusal, elf->pie ? SP_CAUSE_STATIC_PIE : SP_CAUSE_NOT_PROGRAM, -EPERM, path,
		      NULL);
}

/*
 * By its name and by what it defines: the probe tells the loader to list and not to run, and
 * another loader under glibc's name (they exist, for compatibility) would run the program.
 */
static int check_loader(const char *path, const char *loader, struct sp_refusal *refusal)
{
	const char *slash = strrchr(loader, '/');
	_cleanup_fd_ int fd = -1;

	if (strcmp(slash ? slash + 1 : loader, LD_SO) != 0)
		return refuse(refusal, SP_CAUSE_LOADER, -EPERM, path, loader);
	fd = open(loader, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 && errno == ENOENT)
		return refuse(refusal, SP_CAUSE_NO_LOADER, -ENOENT, path, loader);
	if (fd < 0 || !sp_elf_is_glibc_loader(fd))
		return refuse(refusal, SP_CAUSE_LOADER, -EPERM, path, loader);
	return 0;
}

static int examine_elf(const char *path, const struct file *f, const struct sp_elf *front,
		       struct sp_target *t, struct sp_refusal *refusal)
{
	char why[SP_DETAIL_MAX];
	struct sp_elf elf;
	int r = sp_elf_read(f->fd, &elf);

	if (r)
		return refuse(refusal, SP_CAUSE_DAMAGED, -EPERM, path, NULL);
	r = check_form(path, &elf, front, refusal);
	if (!r)
		r = check_loader(path, elf.loader, refusal);
	if (r)
		return r;
	if (sp_secure_exec(f->fd, &f->st, why))
		return refuse(refusal, SP_CAUSE_SECURE, -EPERM, path, why);
	snprintf(t->elf, sizeof(t->elf), "%s", path);
	snprintf(t->loader, sizeof(t->loader), "%s", elf.loader);
	return 0;
}

/* One step: *path becomes what its #! line names, or the end is reached and *ret_done says so. */
static int step(char path[PATH_MAX], const struct sp_elf *front, struct sp_target *t,
		bool *ret_done, struct sp_refusal *refusal)
{
	struct file f = {.fd = -1};
	_cleanup_fd_ int fd = -1;
	const char *next;
	int r = open_file(path, &f, refusal);

	fd = f.fd;
	if (r)
		return r;
	*ret_done = memcmp(f.head, ELFMAG, SELFMAG) == 0;
	if (*ret_done)
		return examine_elf(path, &f, front, t, refusal);
	if (memcmp(f.head, "#!", 2) != 0 || sp_script_interpreter(f.head, &next))
		return refuse(refusal, SP_CAUSE_FORMAT, -ENOEXEC, path, NULL);
	if (++t->scripts > SCRIPTS_MAX)
		return refuse(refusal, SP_CAUSE_LOOP, -ELOOP, t->path, NULL);
	snprintf(path, PATH_MAX, "%s", next);
	return 0;
}

int sp_target_examine(const char *path, const struct sp_elf *front, struct sp_target *ret,
		      struct sp_refusal *ret_refusal)
{
	struct sp_target t = {0};
	char now[PATH_MAX], script[PATH_MAX];
	bool done = false;
	int r = 0;

	if (strlen(path) >= PATH_MAX) {
		sp_refuse(ret_refusal, SP_CAUSE_NOT_FOUND, ENAMETOOLONG, path, NULL);
		return -ENAMETOOLONG;
	}
	snprintf(t.path, sizeof(t.path), "%s", path);
	snprintf(now, sizeof(now), "%s", path);
	while (!r && !done) {
		snprintf(script, sizeof(script), "%s", now);
		r = step(now, front, &t, &done, ret_refusal);
		/* A script is there though what it names is not: say which. */
		if (r == -ENOENT && t.scripts && ret_refusal->cause == SP_CAUSE_NOT_FOUND)
			sp_refuse(ret_refusal, SP_CAUSE_NO_INTERPRETER, 0, t.path, script);
	}
	if (!r)
		*ret = t;
	return r;
}
