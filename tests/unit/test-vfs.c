/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lib/helper/vfs*.c: a library must not notice that its files are virtual. The same operations, a fixed sequence and a great many random ones, are carried
 * out on a real file and on the virtual one of the same name and contents, through libc's names, which are the helper's in this program too;
 * what they return, errno and bytes must be the same.
 */
#undef _FORTIFY_SOURCE
#include "tests/unit/unit.h"
#include "lib/helper/internal.h"
#include "lib/helper/vfs.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* What the app would answer: no file beside the input is asked for here. */
struct sp_options sp_options;

int64_t sp_object_want(enum sp_want_what what, uint64_t len)
{
	(void)what;
	(void)len;
	return -ENOENT;
}

#define SIZE 10007
#define TRACE (4u << 20)

static char directory[64] = "/tmp/sandbox-preload-test-XXXXXX", name[96], nowhere[96];
static char content[SIZE];

/* What happened, as text. */
static struct trace {
	char *text;
	size_t len;
} real_trace, virtual_trace, *trace;

static void note(const char *what, long result, const void *data, size_t len)
{
	uint32_t sum = 17;

	for (size_t i = 0; data && i < len; i++)
		sum = sum * 31 + ((const uint8_t *)data)[i];
	if (trace->len < TRACE - 200)
		trace->len += (size_t)snprintf(trace->text + trace->len, 200, "%s %ld errno %d sum %u\n", what, result,
					       result < 0 ? errno : 0, sum);
	errno = 0; /* not all that return -1 set it */
}

static void compare(void (*operations)(uint64_t seed), uint64_t seed)
{
	real_trace.len = virtual_trace.len = 0;
	trace = &real_trace;
	operations(seed);
	trace = &virtual_trace;
	sp_vfs_reset();
	sp_vfs_set_input(name, content, SIZE);
	sp_vfs_switch(true);
	operations(seed);
	sp_vfs_switch(false);
	if (real_trace.len == virtual_trace.len && memcmp(real_trace.text, virtual_trace.text, real_trace.len) == 0)
		return;
	for (size_t i = 0, line = 0; i < real_trace.len; i++) {
		if (real_trace.text[i] != virtual_trace.text[i])
			fail_msg("seed %lu: real '%.60s', virtual '%.60s'", (unsigned long)seed, real_trace.text + line,
				 virtual_trace.text + line);
		if (real_trace.text[i] == '\n')
			line = i + 1;
	}
	fail_msg("seed %lu: the traces differ in length", (unsigned long)seed);
}

static void note_stat(const char *what, int r, const struct stat *st)
{
	long facts[3] = { (long)(st->st_mode & S_IFMT), (long)st->st_size, (long)st->st_nlink };

	note(what, r, r < 0 ? NULL : facts, sizeof(facts));
}

static void fixed_sequence(uint64_t seed)
{
	char buf[64];
	struct stat st = { 0 };
	int fd = open(name, O_RDONLY), n = 0;

	(void)seed;
	note("open", fd < 0 ? -1 : 0, NULL, 0);
	note_stat("fstat", fstat(fd, &st), &st);
	note_stat("stat", stat(name, &st), &st);
	note_stat("lstat", lstat(name, &st), &st);
	note_stat("stat nowhere", stat(nowhere, &st), &st);
	note_stat("stat nothing", stat("", &st), &st);
	note("open nowhere", open(nowhere, O_RDONLY), NULL, 0);
	note("open64 nowhere", open64(nowhere, O_RDONLY | O_CLOEXEC), NULL, 0);
	note("openat nowhere", openat(AT_FDCWD, nowhere, O_RDONLY), NULL, 0);
	note("access", access(name, R_OK), NULL, 0);
	note("access nowhere", access(nowhere, F_OK), NULL, 0);
	note("read", read(fd, buf, 64), buf, 64);
	note("read nothing", read(fd, buf, 0), NULL, 0);
	note("ioctl", ioctl(fd, FIONREAD, &n), &n, sizeof(n));
	note("isatty", isatty(fd) - 1, NULL, 0);
	note("write", write(fd, "x", 1), NULL, 0);
	note("lseek end", lseek(fd, 0, SEEK_END), NULL, 0);
	note("read at the end", read(fd, buf, 64), NULL, 0);
	note("lseek beyond", lseek(fd, 5, SEEK_END), NULL, 0);
	note("read beyond", read(fd, buf, 64), NULL, 0);
	note("lseek before", lseek(fd, -SIZE - 1, SEEK_END), NULL, 0);
	note("lseek wrong", lseek(fd, 0, 77), NULL, 0);
	note("position", lseek(fd, 0, SEEK_CUR), NULL, 0);
	note("pread", pread(fd, buf, 64, SIZE - 10), buf, 10);
	note("pread before", pread(fd, buf, 64, -1), NULL, 0);
	note("pread beyond", pread(fd, buf, 64, SIZE + 1), NULL, 0);
	note("close", close(fd), NULL, 0);
	note("close again", close(fd), NULL, 0);
	note("read closed", read(fd, buf, 1), NULL, 0);
	note("lseek closed", lseek(fd, 0, SEEK_SET), NULL, 0);
	note_stat("fstat closed", fstat(fd, &st), &st);
	note("unlink nowhere", unlink(nowhere), NULL, 0);
}

static void test_fixed(void **state)
{
	(void)state;
	compare(fixed_sequence, 0);
}

/* Random reading through three descriptors at once. */
static void random_reading(uint64_t seed)
{
	static char buf[SIZE + 100];
	int fd[3] = { -1, -1, -1 };

	for (int i = 0; i < 300; i++) {
		size_t len = noise(&seed) % (noise(&seed) % 4 ? 300 : sizeof(buf));
		long offset = (long)(noise(&seed) % (2 * SIZE)) - SIZE / 2;
		int *f = &fd[noise(&seed) % 3], whence = (int)(noise(&seed) % 3);
		long r;

		switch (noise(&seed) % 6) {
		case 0:
			if (*f < 0)
				*f = open(name, O_RDONLY);
			note("open", *f < 0 ? -1 : 0, NULL, 0);
			break;
		case 1:
			note("close", close(*f), NULL, 0);
			*f = -1;
			break;
		case 2:
			r = pread(*f, buf, len, *f < 0 && offset < 0 ? 0 : offset); /* one error at a time */
			note("pread", r, buf, r > 0 ? (size_t)r : 0);
			break;
		case 3:
			note("lseek", lseek(*f, offset, whence), NULL, 0);
			break;
		default:
			r = read(*f, buf, len);
			note("read", r, buf, r > 0 ? (size_t)r : 0);
		}
	}
	for (int i = 0; i < 3; i++)
		if (fd[i] >= 0)
			close(fd[i]);
}

static void test_random_reading(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 300; seed++)
		compare(random_reading, seed);
}

/* Random reading through stdio. */
static void stdio_step(FILE *f, uint64_t *seed)
{
	static char buf[SIZE];
	size_t len = noise(seed) % (noise(seed) % 4 ? 200 : sizeof(buf));
	long offset = (long)(noise(seed) % (2 * SIZE)) - SIZE / 2;
	int whence = (int)(noise(seed) % 3), c;
	struct stat st = { 0 };

	memset(buf, 0, sizeof(buf));
	switch (noise(seed) % 9) {
	case 0:
		note("fseek", fseek(f, offset, whence), NULL, 0);
		return;
	case 1:
		note("ftell", ftell(f), NULL, 0);
		return;
	case 2:
		c = fgetc(f);
		note("fgetc", c, NULL, 0);
		if (c != EOF && noise(seed) % 2)
			note("ungetc", ungetc(c ^ 1, f), NULL, 0);
		return;
	case 3:
		note("fgets", fgets(buf, (int)(len % 200) + 1, f) != NULL, buf, sizeof(buf));
		return;
	case 4:
		note("feof", feof(f) != 0, NULL, 0);
		note("ferror", ferror(f) != 0, NULL, 0);
		return;
	case 5:
		rewind(f);
		note("rewind", ftell(f), NULL, 0);
		return;
	case 6:
		note_stat("fstat", fstat(fileno(f), &st), &st);
		return;
	default:
		note("fread", (long)fread(buf, 1, len, f), buf, sizeof(buf));
	}
}

static void random_stdio(uint64_t seed)
{
	FILE *f = noise(&seed) % 2 ? fopen(name, "rb") : fdopen(open(name, O_RDONLY), "r");

	note("fopen", f ? 0 : -1, NULL, 0);
	if (noise(&seed) % 4 == 0)
		setvbuf(f, NULL, _IONBF, 0);
	for (int i = 0; i < 150; i++)
		stdio_step(f, &seed);
	note("fclose", fclose(f), NULL, 0);
	note("fopen nowhere", fopen(nowhere, "r") ? 0 : -1, NULL, 0);
	note("fopen nowhere to update", fopen(nowhere, "r+") ? 0 : -1, NULL, 0);
	note("fopen wrong", fopen(name, "x") ? 0 : -1, NULL, 0);
}

static void test_random_stdio(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 300; seed++)
		compare(random_stdio, seed);
}

/* The one file that the library may make: written, read back and removed. */
static void scratch_step(int fd, uint64_t *seed)
{
	static char buf[70000];
	size_t len = noise(seed) % (noise(seed) % 8 ? 500 : sizeof(buf));
	struct stat st = { 0 };
	long r;

	switch (noise(seed) % 5) {
	case 0:
		note("lseek", lseek(fd, (long)(noise(seed) % 100000), SEEK_SET), NULL, 0);
		return;
	case 1:
		r = read(fd, buf, len);
		note("read", r, buf, r > 0 ? (size_t)r : 0);
		return;
	case 2:
		note_stat("fstat", fstat(fd, &st), &st);
		return;
	default:
		memset(buf, (int)noise(seed), len);
		note("write", write(fd, buf, len), NULL, 0);
	}
}

static void random_scratch(uint64_t seed)
{
	static const int modes[] = { O_RDWR, O_RDONLY, O_WRONLY, O_RDWR | O_TRUNC, O_RDWR | O_APPEND, O_WRONLY | O_CREAT };
	struct stat st = { 0 };
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "%s/scratch-XXXXXX", directory);
	fd = mkstemp(path);
	note("mkstemp", fd < 0 ? -1 : 0, NULL, 0);
	for (int round = 0; round < 8; round++) {
		for (int i = 0; i < 20; i++)
			scratch_step(fd, &seed);
		note("close", close(fd), NULL, 0);
		fd = open(path, modes[noise(&seed) % COUNT(modes)], 0600);
		note("open", fd < 0 ? -1 : 0, NULL, 0);
	}
	close(fd);
	note("unlink", noise(&seed) % 2 ? unlink(path) : remove(path), NULL, 0);
	note_stat("stat", stat(path, &st), &st);
	note("unlink again", unlink(path), NULL, 0);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	note("open anew", fd < 0 ? -1 : 0, NULL, 0);
	note_stat("fstat", fstat(fd, &st), &st);
	close(fd);
	unlink(path);
}

static void test_random_scratch(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 200; seed++)
		compare(random_scratch, seed);
}

static void scratch_stdio(uint64_t seed)
{
	static const char *const modes[] = { "w", "w+b", "a", "a+", "r+", "r" };
	char path[96], buf[300];
	FILE *f;

	snprintf(path, sizeof(path), "%s/scratch-XXXXXX", directory);
	close(mkstemp(path));
	for (int round = 0; round < 12; round++) {
		const char *mode = modes[noise(&seed) % COUNT(modes)];

		f = fopen(path, mode);
		note(mode, f ? 0 : -1, NULL, 0);
		memset(buf, (int)noise(&seed), sizeof(buf));
		note("fseek", fseek(f, (long)(noise(&seed) % 500), SEEK_SET), NULL, 0);
		note("fwrite", (long)fwrite(buf, 1, noise(&seed) % sizeof(buf), f), NULL, 0);
		note("fflush", fflush(f), NULL, 0);
		clearerr(f);
		note("fseek", fseek(f, (long)(noise(&seed) % 500), SEEK_SET), NULL, 0);
		note("fread", (long)fread(buf, 1, sizeof(buf), f), NULL, 0);
		note("fclose", fclose(f), NULL, 0);
	}
	note("unlink", unlink(path), NULL, 0);
}

static void test_scratch_stdio(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 200; seed++)
		compare(scratch_stdio, seed);
}

static void mappings(uint64_t seed)
{
	int fd = open(name, O_RDONLY);
	void *p;

	(void)seed;
	p = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE, fd, 0);
	note("mmap", p == MAP_FAILED ? -1 : 0, p, SIZE);
	note("munmap", munmap(p, SIZE), NULL, 0);
	p = mmap64(NULL, 100, PROT_READ, MAP_SHARED, fd, 4096);
	note("mmap of a page", p == MAP_FAILED ? -1 : 0, p, 100);
	note("munmap", munmap(p, 100), NULL, 0);
	close(fd);
}

static void test_mappings(void **state)
{
	(void)state;
	compare(mappings, 0);
}

/* What must not be the same: nothing but the one file exists, and nothing real is reached. */
static void test_walls(void **state)
{
	char template[] = "/tmp/other-XXXXXX", buf[16];
	struct stat st;
	struct pollfd p = { .fd = 0, .events = POLLIN };

	(void)state;
	sp_vfs_reset();
	sp_vfs_set_input(name, content, SIZE);
	sp_vfs_switch(true);
	bool ok = open("/etc/passwd", O_RDONLY) == -1 && errno == ENOENT;
	ok &= open(name, O_RDWR) == -1 && errno == EACCES;
	ok &= open(name, O_WRONLY | O_TRUNC) == -1 && errno == EACCES;
	ok &= open("/tmp/new", O_CREAT | O_RDWR, 0600) == -1 && errno == EACCES;
	ok &= stat("/etc", &st) == -1 && errno == ENOENT;
	ok &= access("/etc/passwd", F_OK) == -1 && unlink("/etc/passwd") == -1;
	ok &= read(0, buf, 1) == -1 && errno == EBADF;
	ok &= close(0) == -1 && errno == EBADF;
	ok &= lseek(0, 0, SEEK_CUR) == -1 && fstat(0, &st) == -1 && fcntl(0, F_GETFL) == -1;
	ok &= poll(&p, 1, 1000) == 1 && p.revents == POLLNVAL;
	ok &= ioctl(0, TIOCGWINSZ, buf) == -1 && errno == ENOTTY;
	ok &= write(7, "x", 1) == -1 && errno == EBADF;
	ok &= write(2, "swallowed", 9) == 9;
	ok &= getcwd(buf, sizeof(buf)) == NULL;
	ok &= mkstemp(template) >= SP_VFS_FD_BASE;
	sp_vfs_switch(false);
	sp_vfs_reset();
	assert_true(ok);
	assert_int_equal(syscall(SYS_access, template, F_OK), -1);
}

static void test_many_handles(void **state)
{
	int n = 0, fd[64];

	(void)state;
	sp_vfs_reset();
	sp_vfs_set_input(name, content, SIZE);
	while (n < 64 && (fd[n] = sp_vfs_open(name, O_RDONLY)) >= 0)
		n++;
	assert_int_equal(n, 32);
	assert_int_equal(errno, EMFILE);
	assert_int_equal(sp_vfs_close(fd[5]), 0);
	assert_int_equal(sp_vfs_open(name, O_RDONLY), fd[5]);
	assert_int_equal(sp_vfs_read(SP_VFS_FD_BASE + 32, content, 1), -1);
	assert_int_equal(sp_vfs_read(INT_MAX, content, 1), -1);
	assert_int_equal(sp_vfs_close(-1), -1);
	sp_vfs_reset();
}

/* A pipe that was opened twice: the first opening gets the first part, the next what is left. */
static void test_stream(void **state)
{
	char buf[200];
	int one, two;

	(void)state;
	sp_vfs_reset();
	sp_vfs_set_stream(name, content, 150, 100);
	one = sp_vfs_open(name, O_RDONLY);
	assert_int_equal(sp_vfs_read(one, buf, 40), 40);
	assert_memory_equal(buf, content, 40);
	assert_int_equal(sp_vfs_lseek(one, 0, SEEK_SET), -1);
	assert_int_equal(errno, ESPIPE);
	assert_int_equal(sp_vfs_pread(one, buf, 1, 0), -1);
	assert_int_equal(sp_vfs_left(one), 60);
	two = sp_vfs_open(name, O_RDONLY);
	assert_int_equal(sp_vfs_read(two, buf, 200), 50);
	assert_memory_equal(buf, content + 100, 50);
	assert_int_equal(sp_vfs_read(two, buf, 200), 0);
	assert_int_equal(sp_vfs_read(one, buf, 200), 0);
	assert_null(sp_vfs_view(two, 1, 0));
	sp_vfs_reset();
}

static void test_error(void **state)
{
	struct stat st;

	(void)state;
	sp_vfs_reset();
	sp_vfs_set_error(name, ELOOP);
	assert_int_equal(sp_vfs_open(name, O_RDONLY), -1);
	assert_int_equal(errno, ELOOP);
	assert_int_equal(sp_vfs_stat(name, &st), -1);
	assert_int_equal(errno, ELOOP);
}

static int set_up(void **state)
{
	uint64_t seed = 4;
	int fd;

	(void)state;
	for (size_t i = 0; i < SIZE; i++)
		content[i] = (char)(noise(&seed) % 7 ? noise(&seed) : '\n');
	real_trace.text = malloc(TRACE);
	virtual_trace.text = malloc(TRACE);
	if (!real_trace.text || !virtual_trace.text || !mkdtemp(directory))
		return -1;
	snprintf(name, sizeof(name), "%s/input.png", directory);
	snprintf(nowhere, sizeof(nowhere), "%s/nowhere", directory);
	fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	return write(fd, content, SIZE) == SIZE && close(fd) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	free(real_trace.text);
	free(virtual_trace.text);
	unlink(name);
	return rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixed),	       cmocka_unit_test(test_random_reading), cmocka_unit_test(test_random_stdio),
		cmocka_unit_test(test_random_scratch), cmocka_unit_test(test_scratch_stdio),  cmocka_unit_test(test_mappings),
		cmocka_unit_test(test_walls),	       cmocka_unit_test(test_many_handles),   cmocka_unit_test(test_stream),
		cmocka_unit_test(test_error),
	};

	return cmocka_run_group_tests_name("vfs", tests, set_up, tear_down);
}
