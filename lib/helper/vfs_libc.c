/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libc's file names in front of the virtual files. Symbols of the executable come first when a library's calls are resolved, so
 * each library of this process finds these. Before lock-down they make the plain system call; after it they never do.
 *
 * The prototypes are libc's (headers with fortification would redirect them, hence the undefinition).
 */
#undef _FORTIFY_SOURCE
#include "lib/helper/internal.h"
#include "lib/helper/vfs.h"

#include <dirent.h>
#include <assert.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <iconv.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

static bool on_virtual(void)
{
	return sp_vfs_on();
}

static int bad_fd(void)
{
	errno = EBADF;
	return -1;
}

/* ---- descriptors ---- */

static int do_open(int dir, const char *path, int flags, mode_t mode)
{
	return on_virtual() ? sp_vfs_open(path, flags) : (int)syscall(SYS_openat, dir, path, flags, mode);
}

#define MODE_OF(flags, mode)                                       \
	do {                                                       \
		va_list ap;                                        \
		va_start(ap, flags);                               \
		mode = (flags) & O_CREAT ? va_arg(ap, mode_t) : 0; \
		va_end(ap);                                        \
	} while (0)

#define OPEN(name)                                         \
	SP_EXPORT int name(const char *path, int flags, ...) \
	{                                                  \
		mode_t mode;                               \
                                                           \
		MODE_OF(flags, mode);                      \
		return do_open(AT_FDCWD, path, flags, mode); \
	}
#define OPENAT(name)                                                  \
	SP_EXPORT int name(int dir, const char *path, int flags, ...) \
	{                                                             \
		mode_t mode;                                          \
                                                                      \
		MODE_OF(flags, mode);                                 \
		return do_open(dir, path, flags, mode);               \
	}
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

SP_EXPORT int __open_2(const char *path, int flags);
SP_EXPORT int __open_2(const char *path, int flags)
{
	return do_open(AT_FDCWD, path, flags, 0);
}

SP_EXPORT int __open64_2(const char *path, int flags);
SP_EXPORT int __open64_2(const char *path, int flags)
{
	return do_open(AT_FDCWD, path, flags, 0);
}

SP_EXPORT int close(int fd)
{
	if (sp_vfs_is_fd(fd))
		return sp_vfs_close(fd);
	return on_virtual() ? bad_fd() : (int)syscall(SYS_close, fd);
}

SP_EXPORT ssize_t read(int fd, void *buf, size_t len)
{
	if (sp_vfs_is_fd(fd) || sp_vfs_is_pipe(fd))
		return sp_vfs_read(fd, buf, len);
	return on_virtual() ? bad_fd() : syscall(SYS_read, fd, buf, len);
}

SP_EXPORT ssize_t __read_chk(int fd, void *buf, size_t len, size_t size);
SP_EXPORT ssize_t __read_chk(int fd, void *buf, size_t len, size_t size)
{
	if (len > size)
		abort();
	return read(fd, buf, len);
}

static ssize_t do_pread(int fd, void *buf, size_t len, off_t offset)
{
	if (sp_vfs_is_fd(fd))
		return sp_vfs_pread(fd, buf, len, offset);
	return on_virtual() ? bad_fd() : syscall(SYS_pread64, fd, buf, len, offset);
}

SP_EXPORT ssize_t pread(int fd, void *buf, size_t len, off_t offset)
{
	return do_pread(fd, buf, len, offset);
}

SP_EXPORT ssize_t pread64(int fd, void *buf, size_t len, off64_t offset)
{
	return do_pread(fd, buf, len, offset);
}

SP_EXPORT ssize_t write(int fd, const void *buf, size_t len)
{
	if (sp_vfs_is_fd(fd))
		return sp_vfs_write(fd, buf, len);
	if (!on_virtual())
		return syscall(SYS_write, fd, buf, len);
	if (fd != STDOUT_FILENO && fd != STDERR_FILENO)
		return bad_fd();
	sp_event_text(fd == STDOUT_FILENO ? SP_EVENT_STDOUT : SP_EVENT_STDERR, buf, len);
	return (ssize_t)len;
}

static off_t do_lseek(int fd, off_t offset, int whence)
{
	if (sp_vfs_is_fd(fd))
		return sp_vfs_lseek(fd, offset, whence);
	return on_virtual() ? bad_fd() : syscall(SYS_lseek, fd, offset, whence);
}

SP_EXPORT off_t lseek(int fd, off_t offset, int whence)
{
	return do_lseek(fd, offset, whence);
}

SP_EXPORT off64_t lseek64(int fd, off64_t offset, int whence)
{
	return do_lseek(fd, offset, whence);
}

SP_EXPORT int fcntl(int fd, int cmd, ...)
{
	va_list ap;
	long arg;

	va_start(ap, cmd);
	arg = va_arg(ap, long);
	va_end(ap);
	if (sp_vfs_is_fd(fd))
		return cmd == F_GETFL ? O_RDONLY : 0;
	return on_virtual() ? bad_fd() : (int)syscall(SYS_fcntl, fd, cmd, arg);
}

SP_EXPORT int fcntl64(int fd, int cmd, ...) __attribute__((alias("fcntl")));

SP_EXPORT int ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (sp_vfs_is_fd(fd) && request == FIONREAD) {
		*(int *)arg = (int)sp_vfs_left(fd);
		return 0;
	}
	if (sp_vfs_is_fd(fd) || on_virtual()) {
		errno = ENOTTY;
		return -1;
	}
	return (int)syscall(SYS_ioctl, fd, request, arg);
}

SP_EXPORT int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	if (!on_virtual())
		return (int)syscall(SYS_poll, fds, n, timeout);
	for (nfds_t i = 0; i < n; i++)
		fds[i].revents = sp_vfs_is_fd(fds[i].fd) ? fds[i].events & (POLLIN | POLLOUT) : POLLNVAL;
	return (int)n;
}

SP_EXPORT int isatty(int fd)
{
	if (!on_virtual())
		return REAL(isatty)(fd);
	errno = sp_vfs_is_fd(fd) ? ENOTTY : EBADF;
	return 0;
}

/* ---- names ---- */

static int do_stat(const char *path, struct stat *st, int flags)
{
	return on_virtual() ? sp_vfs_stat(path, st) : (int)syscall(SYS_newfstatat, AT_FDCWD, path, st, flags);
}

static int do_fstat(int fd, struct stat *st)
{
	if (sp_vfs_is_fd(fd))
		return sp_vfs_fstat(fd, st);
	return on_virtual() ? bad_fd() : (int)syscall(SYS_fstat, fd, st);
}

SP_EXPORT int stat(const char *path, struct stat *st)
{
	return do_stat(path, st, 0);
}

SP_EXPORT int lstat(const char *path, struct stat *st)
{
	return do_stat(path, st, AT_SYMLINK_NOFOLLOW);
}

SP_EXPORT int fstat(int fd, struct stat *st)
{
	return do_fstat(fd, st);
}

/* On 64-bit machines struct stat and struct stat64 are one (sys/stat.h). */
SP_EXPORT int stat64(const char *path, struct stat64 *st)
{
	return do_stat(path, (struct stat *)st, 0);
}

SP_EXPORT int lstat64(const char *path, struct stat64 *st)
{
	return do_stat(path, (struct stat *)st, AT_SYMLINK_NOFOLLOW);
}

SP_EXPORT int fstat64(int fd, struct stat64 *st)
{
	return do_fstat(fd, (struct stat *)st);
}

SP_EXPORT int access(const char *path, int mode)
{
	struct stat st;

	if (!on_virtual())
		return (int)syscall(SYS_access, path, mode);
	return sp_vfs_stat(path, &st);
}

SP_EXPORT int unlink(const char *path)
{
	return on_virtual() ? sp_vfs_unlink(path) : (int)syscall(SYS_unlink, path);
}

SP_EXPORT int remove(const char *path)
{
	return on_virtual() ? sp_vfs_unlink(path) : REAL(remove)(path);
}

SP_EXPORT int mkstemp(char *template)
{
	return on_virtual() ? sp_vfs_mkstemp(template) : REAL(mkstemp)(template);
}

SP_EXPORT int mkstemp64(char *template)
{
	return on_virtual() ? sp_vfs_mkstemp(template) : REAL(mkstemp64)(template);
}

SP_EXPORT char *getcwd(char *buf, size_t size)
{
	if (!on_virtual())
		return REAL(getcwd)(buf, size);
	errno = ENOENT;
	return NULL;
}

/* ---- folders: at most the input's own; one that was opened before stays what it was ---- */

struct listing {
	unsigned next;
	struct dirent64 entry;
};
static struct listing *listings[8];

static struct listing **find_listing(const void *dir)
{
	for (size_t i = 0; i < SP_ARRAY_SIZE(listings); i++)
		if (listings[i] == dir)
			return &listings[i];
	return NULL;
}

SP_EXPORT DIR *opendir(const char *path)
{
	struct listing **free_one = find_listing(NULL);

	if (!on_virtual())
		return REAL(opendir)(path);
	if (!sp_vfs_is_folder(path))
		return NULL;
	if (!free_one) {
		errno = EMFILE;
		return NULL;
	}
	*free_one = calloc(1, sizeof(**free_one));
	return (DIR *)*free_one;
}

static struct dirent64 *next_entry(struct listing *l)
{
	const char *name = sp_vfs_entry(l->next);

	if (!name)
		return NULL;
	l->entry.d_ino = 2 + l->next++;
	l->entry.d_type = DT_REG;
	snprintf(l->entry.d_name, sizeof(l->entry.d_name), "%s", name);
	return &l->entry;
}

SP_EXPORT struct dirent64 *readdir64(DIR *dir)
{
	return find_listing(dir) ? next_entry((struct listing *)dir) : REAL(readdir64)(dir);
}

/* On 64-bit systems both structures are one. */
SP_EXPORT struct dirent *readdir(DIR *dir)
{
	return (struct dirent *)readdir64(dir);
}

SP_EXPORT int closedir(DIR *dir)
{
	struct listing **l = find_listing(dir);

	if (!l)
		return REAL(closedir)(dir);
	free(*l);
	*l = NULL;
	return 0;
}

SP_EXPORT ssize_t readlink(const char *path, char *buf, size_t size)
{
	struct stat st;

	if (!on_virtual())
		return REAL(readlink)(path, buf, size);
	if (sp_vfs_stat(path, &st) == 0)
		errno = EINVAL;
	return -1;
}

/* Conversion tables are files. FFmpeg would like some for names in a stream, which nobody asks for, and goes on without. */
SP_EXPORT iconv_t iconv_open(const char *to, const char *from)
{
	if (!on_virtual())
		return REAL(iconv_open)(to, from);
	errno = EINVAL;
	return (iconv_t)-1;
}

/* ---- memory ---- */

static void *do_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
	const void *p = NULL;

	if (!sp_vfs_is_fd(fd))
		return (void *)syscall(SYS_mmap, addr, len, prot, flags, fd, offset);
	if (!(prot & PROT_WRITE))
		p = sp_vfs_view(fd, len, offset);
	if (!p)
		errno = ENODEV;
	return p ? (void *)(uintptr_t)p : MAP_FAILED;
}

SP_EXPORT void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
	return do_mmap(addr, len, prot, flags, fd, offset);
}

SP_EXPORT void *mmap64(void *addr, size_t len, int prot, int flags, int fd, off64_t offset)
{
	return do_mmap(addr, len, prot, flags, fd, offset);
}

SP_EXPORT int munmap(void *addr, size_t len)
{
	return on_virtual() ? 0 : (int)syscall(SYS_munmap, addr, len);
}

/* ---- questions with an answer known beforehand ---- */

SP_EXPORT long sysconf(int name)
{
	static long cpus, phys; /* taken by the first call, which is the zygote's */

	if (!cpus) {
		cpus = REAL(sysconf)(_SC_NPROCESSORS_ONLN);
		phys = REAL(sysconf)(_SC_PHYS_PAGES);
	}
	if (name == _SC_NPROCESSORS_ONLN || name == _SC_NPROCESSORS_CONF)
		return cpus;
	if (name == _SC_PHYS_PAGES || name == _SC_AVPHYS_PAGES)
		return phys;
	return REAL(sysconf)(name);
}

/* Asked only about memory, as a bound for caches; the heap has its own. */
SP_EXPORT int getrlimit(__rlimit_resource_t resource, struct rlimit *limit)
{
	if (!on_virtual())
		return REAL(getrlimit)(resource, limit);
	*limit = (struct rlimit){ RLIM_INFINITY, RLIM_INFINITY };
	return 0;
}

SP_EXPORT int getrlimit64(__rlimit_resource_t resource, struct rlimit64 *limit)
{
	if (!on_virtual())
		return REAL(getrlimit64)(resource, limit);
	*limit = (struct rlimit64){ RLIM64_INFINITY, RLIM64_INFINITY };
	return 0;
}

SP_EXPORT int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
	if (!on_virtual())
		return REAL(sched_getaffinity)(pid, size, set);
	CPU_ZERO_S(size, set);
	for (long i = 0; i < (sp_threads_any() ? sysconf(_SC_NPROCESSORS_ONLN) : 1); i++)
		CPU_SET_S((size_t)i, size, set);
	return 0;
}

/* As libc's, whose abort() is not ours. */
SP_EXPORT void __assert_fail(const char *expr, const char *file, unsigned line, const char *function)
{
	fprintf(stderr, "%s: %s:%u: %s: Assertion `%s' failed.\n", program_invocation_short_name, file, line, function ? function : "?", expr);
	abort();
}

SP_EXPORT void abort(void)
{
	sp_note_state(SP_STATE_ABORT);
	/* Natively SIGABRT; raise(3) needs system calls. An undefined instruction needs none. */
	__builtin_trap();
}
