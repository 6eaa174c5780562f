/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/support/support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BUFFERS 8

char work[64];

static char *next_buffer(void)
{
	static char buffers[BUFFERS][PATH_MAX];
	static unsigned next;

	return buffers[next++ % BUFFERS];
}

static const char *required(const char *name)
{
	const char *v = getenv(name);

	if (!v)
		fail_msg("%s is not set: run this through make check", name);
	return v;
}

const char *stage(void)
{
	return required("SP_STAGE");
}

const char *front_path(void)
{
	char *b = next_buffer();

	snprintf(b, PATH_MAX, "%s/lib/libsandbox-preload.so", stage());
	return b;
}

const char *subject(const char *name)
{
	char *b = next_buffer();

	snprintf(b, PATH_MAX, "%s/%s", required("SP_SUBJECTS"), name);
	return b;
}

const char *source(const char *name)
{
	char *b = next_buffer();

	snprintf(b, PATH_MAX, "%s/%s", required("SP_SOURCE"), name);
	return b;
}

const char *in_work(const char *name)
{
	char *b = next_buffer();

	assert_true(snprintf(b, PATH_MAX, "%s/%s", work, name) < PATH_MAX);
	return b;
}

const char *make_file(const char *name, const void *data, size_t len)
{
	const char *path = in_work(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	close(fd);
	return path;
}

int work_setup(void **state)
{
	(void)state;
	strcpy(work, "/tmp/sandbox-preload-test-XXXXXX");
	return mkdtemp(work) && chmod(work, 0755) == 0 ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

int work_teardown(void **state)
{
	(void)state;
	return nftw(work, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int temporary(void)
{
	int fd = open("/tmp", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	return fd;
}

static void apply_environment(const struct how *how)
{
	unsetenv("LD_PRELOAD");
	if (how->side == PRELOADED)
		setenv("LD_PRELOAD", how->library ? how->library : front_path(), 1);
	for (size_t i = 0; i < 8 && how->env[i]; i++) {
		if (strchr(how->env[i], '='))
			putenv((char *)(uintptr_t)how->env[i]);
		else
			unsetenv(how->env[i]);
	}
}

static void __attribute__((noreturn)) start(const struct how *how, const char *const *argv, int out, int err)
{
	int in = open(how->input ? how->input : "/dev/null", O_RDONLY);
	const char *path = argv[0][0] == '/' ? argv[0] : subject(argv[0]);

	if (in < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(97);
	apply_environment(how);
	if (how->cwd && chdir(how->cwd) < 0)
		_exit(97);
	close_range(3, ~0u, 0);
	execv(path, (char *const *)(uintptr_t)argv);
	_exit(98);
}

static char *read_back(int fd, size_t *ret_len)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *text = malloc((size_t)size + 1);

	assert_non_null(text);
	assert_int_equal(pread(fd, text, (size_t)size, 0), size);
	text[size] = 0;
	close(fd);
	*ret_len = (size_t)size;
	return text;
}

static int wait_for(pid_t pid, unsigned seconds)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0), status;
	struct pollfd p = { .fd = pidfd, .events = POLLIN };
	bool late;

	assert_true(pidfd >= 0);
	late = poll(&p, 1, (int)seconds * 1000) == 0;
	if (late)
		kill(pid, SIGKILL);
	close(pidfd);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (late)
		fail_msg("still running after %u s", seconds);
	return status;
}

void run_program(struct outcome *ret, const struct how *how, const char *const *argv)
{
	int out = temporary(), err = temporary();
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		start(how, argv, out, err);
	ret->status = wait_for(pid, how->timeout ? how->timeout : 120);
	ret->out = read_back(out, &ret->out_len);
	ret->err = read_back(err, &ret->err_len);
}

void outcome_free(struct outcome *o)
{
	free(o->out);
	free(o->err);
	o->out = o->err = NULL;
}

void assert_exit(const struct outcome *o, int code)
{
	if (!WIFEXITED(o->status) || WEXITSTATUS(o->status) != code)
		fail_msg("wait status %#x, not exit code %d; it printed: %s%s", (unsigned)o->status, code, o->out, o->err);
}

void assert_has(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("'%s' is not in: %s", words, text);
}

size_t count_lines(const char *text, const char *prefix)
{
	size_t n = 0, len = strlen(prefix);

	for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
		n += strncmp(line, prefix, len) == 0;
		if (!strchr(line, '\n'))
			break;
	}
	return n;
}

char *without_times(char *text)
{
	char *to = text;

	for (char *from = text; *from;) {
		size_t n = strspn(from, "0123456789"), m = 0;

		if (n && from[n] == '@')
			m = strspn(from + n + 1, "0123456789.,"); /* a point or, in some locales, a comma */
		if (m) {
			*to++ = '@';
			from += n + 1 + m;
		} else {
			*to++ = *from++;
		}
	}
	*to = 0;
	return text;
}

static bool is_helper(const char *pid)
{
	char link[64], path[PATH_MAX], ours[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/%s/exe", pid);
	n = readlink(link, path, sizeof(path) - 1);
	if (n <= 0)
		return false;
	path[n] = 0;
	snprintf(ours, sizeof(ours), "%s/lib/sandbox-preload/sandbox-helper", stage());
	return strcmp(path, ours) == 0;
}

unsigned count_helpers(void)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	unsigned n = 0;

	assert_non_null(d);
	while ((e = readdir(d)))
		n += e->d_name[0] >= '1' && e->d_name[0] <= '9' && is_helper(e->d_name);
	closedir(d);
	return n;
}

bool wait_no_helpers(unsigned ms)
{
	for (; count_helpers(); ms -= 10) {
		if (ms < 10)
			return false;
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	return true;
}
