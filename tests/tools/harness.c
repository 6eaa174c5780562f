/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/tools/harness.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGS_MAX 16

char work[64] = "/tmp/sandbox-run-test-XXXXXX";
char stage_run[PATH_MAX], stage_library[PATH_MAX];

const char *in_work(const char *name)
{
	static char buffers[8][PATH_MAX];
	static unsigned next;
	char *b = buffers[next++ % 8];

	assert_true(snprintf(b, PATH_MAX, "%s/%s", work, name) < PATH_MAX);
	return b;
}

static const char *write_file(const char *path, mode_t mode, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
	return path;
}

const char *make_text(const char *name, mode_t mode, const char *text)
{
	return write_file(in_work(name), mode, text, strlen(text));
}

const char *make_dir(const char *name)
{
	const char *path = in_work(name);

	assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
	return path;
}

const char *copy_of(const char *from, const char *name)
{
	const char *path = in_work(name);
	int fd = open(from, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *data;

	if (fd < 0 || fstat(fd, &st) < 0)
		fail_msg("%s: %s", from, strerror(errno));
	data = malloc((size_t)st.st_size + 1);
	assert_non_null(data);
	assert_int_equal(read(fd, data, (size_t)st.st_size), st.st_size);
	close(fd);
	write_file(path, 0755, data, (size_t)st.st_size);
	free(data);
	return path;
}

#define MOCK_LOADER_AT 1024

static size_t mock_segment(Elf64_Phdr *p, uint32_t type, size_t at, size_t len)
{
	*p = (Elf64_Phdr){.p_type = type, .p_offset = at, .p_filesz = len, .p_memsz = len};
	return 1;
}

static void mock_64(unsigned char file[2048], const struct mock *m, Elf64_Ehdr *h)
{
	const Elf64_Dyn dyn[] = {{DT_FLAGS_1, {DF_1_PIE}}, {DT_NULL, {0}}};
	Elf64_Phdr p[2];
	size_t n = 0;

	if (m->loader) {
		n += mock_segment(&p[n], PT_INTERP, MOCK_LOADER_AT, strlen(m->loader) + 1);
		strcpy((char *)file + MOCK_LOADER_AT, m->loader);
	}
	if (m->pie) {
		n += mock_segment(&p[n], PT_DYNAMIC, 512, sizeof(dyn));
		memcpy(file + 512, dyn, sizeof(dyn));
	}
	h->e_ehsize = sizeof(*h);
	h->e_phoff = sizeof(*h);
	h->e_phentsize = sizeof(p[0]);
	h->e_phnum = (Elf64_Half)n;
	memcpy(file + sizeof(*h), p, n * sizeof(p[0]));
	memcpy(file, h, sizeof(*h));
}

const char *make_mock(const char *name, const struct mock *mock)
{
	unsigned char file[2048] = {0};
	Elf64_Ehdr h = {.e_ident = ELFMAG, .e_version = EV_CURRENT};
	Elf32_Ehdr h32 = {.e_version = EV_CURRENT, .e_ehsize = sizeof(h32)};

	h.e_ident[EI_CLASS] = (unsigned char)(mock->elf_class ? mock->elf_class : ELFCLASS64);
	h.e_ident[EI_DATA] = ELFDATA2LSB;
	h.e_ident[EI_VERSION] = EV_CURRENT;
	h.e_type = (Elf64_Half)(mock->type ? mock->type : ET_DYN);
	h.e_machine = (Elf64_Half)(mock->machine ? mock->machine : EM_X86_64);
	if (h.e_ident[EI_CLASS] == ELFCLASS64) {
		mock_64(file, mock, &h);
	} else {
		memcpy(h32.e_ident, h.e_ident, sizeof(h32.e_ident));
		h32.e_type = h.e_type;
		h32.e_machine = h.e_machine;
		memcpy(file, &h32, sizeof(h32));
	}
	return write_file(in_work(name), 0755, file, sizeof(file));
}

static void make_stage(void)
{
	char *run = getenv("SP_SANDBOX_RUN"), from[PATH_MAX];

	if (!run)
		fail_msg("SP_SANDBOX_RUN must hold the path of sandbox-run in its stage");
	make_dir("stage");
	make_dir("stage/bin");
	make_dir("stage/lib");
	make_dir("stage/lib/sandbox-preload");
	strcpy(stage_run, copy_of(run, "stage/bin/sandbox-run"));
	snprintf(from, sizeof(from), "%.*s/../lib/libsandbox-preload.so",
		 (int)(strrchr(run, '/') - run), run);
	strcpy(stage_library, copy_of(from, "stage/lib/libsandbox-preload.so"));
	make_text("stage/lib/sandbox-preload/sandbox-helper", 0755, "#!/bin/false\n");
	make_text("stage/.sandbox-preload-stage", 0644, "");
}

int harness_setup(void **state)
{
	static const char *const ours[] = {
		"LD_PRELOAD",
		"SANDBOX_PRELOAD_VERBOSE",
		"SANDBOX_PRELOAD_TIME_LIMIT",
		"SANDBOX_PRELOAD_MEMORY_LIMIT",
		"SANDBOX_PRELOAD_OUTPUT_LIMIT",
		"SANDBOX_PRELOAD_INPUT_LIMIT",
		"SANDBOX_PRELOAD_POOL",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		unsetenv(ours[i]);
	umask(022);
	if (!mkdtemp(work) || chmod(work, 0755) < 0)
		return -1;
	make_stage();
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

int harness_teardown(void **state)
{
	(void)state;
	return nftw(work, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void apply_environment(const struct how *how)
{
	for (size_t i = 0; i < 4 && how->env[i]; i++) {
		if (strchr(how->env[i], '='))
			putenv((char *)(uintptr_t)how->env[i]);
		else
			unsetenv(how->env[i]);
	}
}

static bool apply_signals(const struct how *how)
{
	sigset_t chld;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	if (how->block_chld && sigprocmask(SIG_BLOCK, &chld, NULL) < 0)
		return false;
	return !how->ignore_chld || signal(SIGCHLD, SIG_IGN) != SIG_ERR;
}

static bool apply_rights(const struct how *how)
{
	if (how->no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return false;
	if (!how->uid)
		return true;
	return setgroups(0, NULL) == 0 && setresgid(how->uid, how->uid, how->uid) == 0 &&
	       setresuid(how->uid, how->uid, how->uid) == 0;
}

static void __attribute__((noreturn))
start(const struct how *how, const char *const *argv, int out, int err)
{
	dup2(out, 1);
	dup2(err, 2);
	apply_environment(how);
	if (!apply_signals(how) || (how->cwd && chdir(how->cwd) < 0) || !apply_rights(how))
		_exit(99);
	close_range(how->no_stdio ? 0 : 3, ~0u, 0);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	_exit(98);
}

static int temporary(void)
{
	int fd = open(work, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	return fd;
}

static void read_back(int fd, char *text, size_t cap)
{
	ssize_t n = pread(fd, text, cap - 1, 0);

	assert_true(n >= 0);
	text[n] = 0;
	close(fd);
}

void run_how(struct outcome *ret_o, const struct how *how, ...)
{
	const char *argv[ARGS_MAX + 1] = {how->program ? how->program : stage_run};
	int out = temporary(), err = temporary();
	size_t n = 1;
	va_list ap;

	va_start(ap, how);
	while (n < ARGS_MAX && (argv[n] = va_arg(ap, const char *)))
		n++;
	va_end(ap);
	argv[n] = NULL;
	ret_o->pid = fork();
	assert_true(ret_o->pid >= 0);
	if (ret_o->pid == 0)
		start(how, argv, out, err);
	assert_int_equal(waitpid(ret_o->pid, &ret_o->status, 0), ret_o->pid);
	read_back(out, ret_o->out, sizeof(ret_o->out));
	read_back(err, ret_o->err, sizeof(ret_o->err));
}

void assert_exit(const struct outcome *o, int code)
{
	if (!WIFEXITED(o->status) || WEXITSTATUS(o->status) != code)
		fail_msg("wait status %#x, not exit code %d; it printed: %s%s", (unsigned)o->status,
			 code, o->out, o->err);
}

void assert_has(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("'%s' is not in: %s", words, text);
}

void assert_refused(const struct outcome *o, int code, const char *words)
{
	const char *end = strchr(o->err, '\n');

	assert_exit(o, code);
	assert_string_equal(o->out, "");
	assert_has(o->err, words);
	if (strncmp(o->err, "sandbox-run: ", 13) != 0 || !end || end[1])
		fail_msg("not one line of sandbox-run: %s", o->err);
}
