/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The policy of a helper, number by number. The compiled program is simulated for every system call
 * of three architectures and held against a list that stands here a second time, on purpose: a
 * change of image.policy is a change of what a hostile file may do, and wants to be made twice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "filters/policy.h"
#include "filters/simulate.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/futex.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NUMBERS 1024u
#define REPLY 3
/* 39, 35 and 34 with libseccomp 2.5. A helper installs the filter once a call: it stays short. */
#define INSTRUCTIONS_MAX 48
#define KILL SECCOMP_RET_KILL_PROCESS
#define ANSWER(e) (SECCOMP_RET_ERRNO | (e))

static const struct sp_policy_number fds[] = {{"reply", REPLY}};

static const struct verdict {
	const char *name;
	uint32_t action;
} verdicts[] = {
	{"write", SECCOMP_RET_ALLOW}, /* on the reply descriptor, else killed */
	{"exit_group", SECCOMP_RET_ALLOW},
	{"brk", ANSWER(0)},
	{"mmap", ANSWER(ENOMEM)},
	{"mremap", ANSWER(ENOMEM)},
	{"munmap", ANSWER(EINVAL)},
	{"madvise", ANSWER(EINVAL)},
	{"futex", ANSWER(EINVAL)},
	{"clock_gettime", ANSWER(EINVAL)},
	{"gettimeofday", ANSWER(EINVAL)},
	{"time", ANSWER(EINVAL)}, /* not on aarch64 */
	{"getrandom", ANSWER(ENOSYS)},
	{"sysinfo", ANSWER(ENOSYS)},
	{"sched_getaffinity", ANSWER(ENOSYS)},
	{"sched_yield", ANSWER(ENOSYS)},
	{"getpid", ANSWER(EPERM)},
	{"gettid", ANSWER(EPERM)},
	{"rt_sigprocmask", ANSWER(EINVAL)},
};

/* Whoever needs one of these is not decoding a picture. Part of the sweep, but spelt out. */
// clang-format off
static const char *const deadly[] = {
	"read", "open", "openat", "openat2", "socket", "socketpair", "connect", "sendmsg", "recvmsg",
	"clone", "clone3", "fork", "vfork", "execve", "execveat", "kill", "tgkill", "tkill", "ptrace",
	"mprotect", "pkey_mprotect", "io_uring_setup", "prctl", "seccomp", "dup", "dup2", "dup3",
	"fcntl", "ioctl", "writev", "pwrite64", "sendfile", "splice", "rt_sigaction", "rt_sigreturn",
	"memfd_create", "bpf", "userfaultfd", "process_vm_writev", "exit", "unshare", "setns",
};
// clang-format on

static const struct arch {
	const char *name;
	uint32_t token, audit;
	bool wide;	 /* arguments have 64 bits */
	size_t verdicts; /* of the list above, how many exist */
} archs[] = {
	{"x86_64", SCMP_ARCH_X86_64, AUDIT_ARCH_X86_64, true, COUNT(verdicts)},
	{"aarch64", SCMP_ARCH_AARCH64, AUDIT_ARCH_AARCH64, true, COUNT(verdicts) - 1},
	{"x86", SCMP_ARCH_X86, AUDIT_ARCH_I386, false, COUNT(verdicts)},
};

static struct sock_fprog programs[COUNT(archs)];

static uint64_t noise(void)
{
	static uint64_t s = 88172645463325252u; /* xorshift64: the same on every run */

	s ^= s << 13;
	s ^= s >> 7;
	s ^= s << 17;
	return s;
}

static uint32_t number_of(size_t a, const char *name)
{
	return (uint32_t)seccomp_syscall_resolve_name_arch(archs[a].token, name);
}

/* A call whose address and arguments, but the first, are nothing that a rule may look at. */
static uint32_t verdict_of(size_t a, uint32_t audit, uint32_t nr, uint64_t arg0)
{
	struct seccomp_data d = {.nr = (int)nr, .arch = audit, .instruction_pointer = noise()};

	d.args[0] = arg0;
	for (size_t i = 1; i < COUNT(d.args); i++)
		d.args[i] = noise();
	return sp_simulate(&programs[a], &d);
}

static uint32_t expected(const struct arch *arch, uint32_t nr)
{
	char *name = nr < NUMBERS ? seccomp_syscall_resolve_num_arch(arch->token, (int)nr) : NULL;
	uint32_t action = KILL;

	for (size_t i = 0; name && i < COUNT(verdicts); i++)
		if (strcmp(verdicts[i].name, name) == 0)
			action = verdicts[i].action;
	free(name);
	return action;
}

static void check_number(size_t a, uint32_t nr)
{
	uint32_t want = expected(&archs[a], nr), got = verdict_of(a, archs[a].audit, nr, REPLY);

	if (got != want)
		fail_msg("%s: system call %u (0x%x): 0x%x, not 0x%x", archs[a].name, nr, nr, got,
			 want);
}

static int setup(void **state)
{
	unsigned line;
	int r;

	(void)state;
	for (size_t a = 0; a < COUNT(archs); a++) {
		r = sp_policy_compile(sp_policy_image, sp_policy_image_len, fds, COUNT(fds),
				      archs[a].token, &programs[a], &line);
		if (r) {
			print_error("%s: line %u: %s\n", archs[a].name, line, strerror(-r));
			return -1;
		}
		print_message("# %s: %u instructions\n", archs[a].name, programs[a].len);
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (size_t a = 0; a < COUNT(archs); a++)
		sp_policy_free(&programs[a]);
	return 0;
}

static void test_every_number(void **state)
{
	(void)state;
	for (size_t a = 0; a < COUNT(archs); a++) {
		size_t found = 0;

		for (uint32_t nr = 0; nr < NUMBERS; nr++) {
			check_number(a, nr);
			found += expected(&archs[a], nr) != KILL;
		}
		assert_int_equal(found, archs[a].verdicts);
	}
}

/* x32 numbers are x86-64 ones with bit 30 set, under the same AUDIT_ARCH. */
static void test_numbers_out_of_range(void **state)
{
	static const uint32_t bases[] = {0x400,	     0x3ffffc00, 0x40000000,
					 0x7ffffc00, 0x80000000, 0xfffffc00};

	(void)state;
	for (size_t a = 0; a < COUNT(archs); a++) {
		for (size_t b = 0; b < COUNT(bases); b++)
			for (uint32_t i = 0; i < NUMBERS; i++)
				check_number(a, bases[b] + i);
		for (unsigned i = 0; i < 100000; i++)
			check_number(a, (uint32_t)noise());
	}
}

/* A verdict can change only beside a number that the program itself compares with. */
static void test_numbers_around_constants(void **state)
{
	(void)state;
	for (size_t a = 0; a < COUNT(archs); a++)
		for (unsigned i = 0; i < programs[a].len; i++)
			for (int d = -1; d <= 1; d++)
				check_number(a, programs[a].filter[i].k + (uint32_t)d);
}

static void test_deadly_calls(void **state)
{
	(void)state;
	for (size_t a = 0; a < COUNT(archs); a++)
		for (size_t i = 0; i < COUNT(deadly); i++) {
			uint32_t nr = number_of(a, deadly[i]);

			assert_int_not_equal(nr, (uint32_t)__NR_SCMP_ERROR);
			if (verdict_of(a, archs[a].audit, nr, REPLY) != KILL)
				fail_msg("%s: %s is not killed", archs[a].name, deadly[i]);
		}
}

/* Refusals and exit_group do not depend on what is asked. */
static void test_any_argument(void **state)
{
	(void)state;
	for (size_t a = 0; a < COUNT(archs); a++)
		for (uint32_t i = 0; i < 20 * NUMBERS; i++) {
			uint32_t nr = i % NUMBERS, want = expected(&archs[a], nr);
			uint64_t arg0 = noise() >> (noise() & 63);

			if (nr != number_of(a, "write"))
				assert_int_equal(verdict_of(a, archs[a].audit, nr, arg0), want);
		}
}

static void check_write(size_t a, uint64_t fd)
{
	uint32_t got = verdict_of(a, archs[a].audit, number_of(a, "write"), fd);

	if (got != (fd == REPLY ? SECCOMP_RET_ALLOW : KILL))
		fail_msg("%s: write to 0x%llx: 0x%x", archs[a].name, (unsigned long long)fd, got);
}

/* The kernel takes the descriptor of write(2) as 32 bits and drops the rest. No compiler makes such
 * a call, so 3 + 2^32 is killed although it would have reached the reply. A 32-bit program has no
 * upper half: the kernel fills in zeros. */
static void test_write_only_to_reply(void **state)
{
	(void)state;
	for (size_t a = 0; a < COUNT(archs); a++) {
		for (uint64_t fd = 0; fd < 70000; fd++)
			check_write(a, fd);
		for (unsigned bit = 0; bit < 32; bit++)
			check_write(a, REPLY ^ (1u << bit));
		check_write(a, UINT32_MAX);
		check_write(a, INT32_MAX);
		check_write(a, UINT32_MAX - REPLY);
		if (!archs[a].wide)
			continue;
		for (unsigned bit = 32; bit < 64; bit++)
			check_write(a, REPLY | (uint64_t)1 << bit);
		check_write(a, (uint64_t)REPLY << 32);
		check_write(a, (uint64_t)REPLY << 32 | REPLY);
		check_write(a, REPLY | (uint64_t)UINT32_MAX << 32);
		check_write(a, UINT64_MAX);
		for (unsigned i = 0; i < 100000; i++)
			check_write(a, noise() << 32 | REPLY);
	}
}

static void check_foreign(size_t a, uint32_t audit)
{
	if (audit == archs[a].audit)
		return;
	for (uint32_t nr = 0; nr < NUMBERS; nr++)
		if (verdict_of(a, audit, nr, REPLY) != KILL ||
		    verdict_of(a, audit, nr | 0x40000000u, REPLY) != KILL)
			fail_msg("%s: call %u of 0x%x is not killed", archs[a].name, nr, audit);
}

static void test_foreign_architecture(void **state)
{
	static const uint32_t others[] = {AUDIT_ARCH_X86_64,  AUDIT_ARCH_I386,
					  AUDIT_ARCH_AARCH64, AUDIT_ARCH_ARM,
					  AUDIT_ARCH_ARMEB,   AUDIT_ARCH_PPC64LE,
					  AUDIT_ARCH_S390X,   AUDIT_ARCH_S390,
					  AUDIT_ARCH_RISCV64, 0,
					  UINT32_MAX};

	(void)state;
	for (size_t a = 0; a < COUNT(archs); a++) {
		for (size_t i = 0; i < COUNT(others); i++)
			check_foreign(a, others[i]);
		for (unsigned bit = 0; bit < 32; bit++)
			check_foreign(a, archs[a].audit ^ 1u << bit);
	}
}

static void test_short(void **state)
{
	(void)state;
	for (size_t a = 0; a < COUNT(archs); a++) {
		assert_in_range(programs[a].len, 1, INSTRUCTIONS_MAX);
		for (unsigned i = 0; i < programs[a].len; i++) {
			uint16_t class = BPF_CLASS(programs[a].filter[i].code);

			/* What test_numbers_around_constants rests on: nothing is computed. */
			assert_true(class == BPF_LD || class == BPF_JMP || class == BPF_RET);
		}
	}
}

/* ---- video.policy: image.policy, and what an object and threads need ---- */

#define COMMAND 4
#define FUTEX_OPS 1024 /* all operations and both flags */

static const struct sp_policy_number video_numbers[] = {
	{"reply", REPLY},
	{"command", COMMAND},
	{"wait", FUTEX_WAIT_PRIVATE},
	{"wait_until", FUTEX_WAIT_BITSET_PRIVATE},
	{"wait_until_realtime", FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME},
	{"wake", FUTEX_WAKE_PRIVATE},
};

static uint32_t object_verdict(const struct sock_fprog *prog, uint32_t nr, uint64_t arg0, uint64_t arg1)
{
	struct seccomp_data d = {.nr = (int)nr, .arch = AUDIT_ARCH_X86_64, .args = {arg0, arg1, noise(), noise(), noise(), noise()}};

	return sp_simulate(prog, &d);
}

static bool may_futex(uint64_t op)
{
	return op == FUTEX_WAIT_PRIVATE || op == FUTEX_WAKE_PRIVATE || op == FUTEX_WAIT_BITSET_PRIVATE ||
	       op == (FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME);
}

static void check_futexes(const struct sock_fprog *prog)
{
	for (uint64_t op = 0; op < FUTEX_OPS; op++)
		assert_int_equal(object_verdict(prog, SYS_futex, noise(), op), may_futex(op) ? SECCOMP_RET_ALLOW : KILL);
	for (unsigned bit = 10; bit < 64; bit++)
		assert_int_equal(object_verdict(prog, SYS_futex, noise(), FUTEX_WAKE_PRIVATE | 1ull << bit), KILL);
}

static void check_descriptors(const struct sock_fprog *prog)
{
	for (uint64_t fd = 0; fd < 70000; fd++) {
		assert_int_equal(object_verdict(prog, SYS_read, fd, noise()), fd == COMMAND ? SECCOMP_RET_ALLOW : KILL);
		assert_int_equal(object_verdict(prog, SYS_write, fd, noise()), fd == REPLY ? SECCOMP_RET_ALLOW : KILL);
	}
	for (unsigned bit = 32; bit < 64; bit++)
		assert_int_equal(object_verdict(prog, SYS_read, COMMAND | 1ull << bit, noise()), KILL);
}

static void test_video(void **state)
{
	struct sock_fprog prog;
	unsigned line;

	(void)state;
	assert_int_equal(sp_policy_compile(sp_policy_video, sp_policy_video_len, video_numbers, COUNT(video_numbers), SCMP_ARCH_X86_64, &prog, &line), 0);
	for (uint32_t nr = 0; nr < NUMBERS; nr++)
		if (nr != SYS_futex && nr != SYS_read && nr != SYS_write)
			assert_int_equal(object_verdict(&prog, nr, noise(), noise()), expected(&archs[0], nr));
	check_futexes(&prog);
	check_descriptors(&prog);
	sp_policy_free(&prog);
}

/* ---- volume.policy: image.policy, and commands ---- */

static const struct sp_policy_number volume_numbers[] = {{"reply", REPLY}, {"command", COMMAND}};

/* The numbers around all that the filter compares with: its verdict changes nowhere else (test_short). Those of x32 are among them. */
static void check_edges(const struct sock_fprog *prog)
{
	for (unsigned i = 0; i < prog->len; i++) {
		assert_true(BPF_CLASS(prog->filter[i].code) == BPF_LD || BPF_CLASS(prog->filter[i].code) == BPF_JMP || BPF_CLASS(prog->filter[i].code) == BPF_RET);
		for (int d = -1; d <= 1; d++) {
			uint32_t nr = prog->filter[i].k + (uint32_t)d;

			if (nr != SYS_read && nr != SYS_write)
				assert_int_equal(object_verdict(prog, nr, noise(), noise()), expected(&archs[0], nr));
		}
	}
}

static void check_foreign_object(const struct sock_fprog *prog)
{
	struct seccomp_data d = {.args = {REPLY}};

	for (unsigned bit = 0; bit < 32; bit++)
		for (uint32_t nr = 0; nr < NUMBERS; nr++) {
			d.arch = AUDIT_ARCH_X86_64 ^ 1u << bit;
			d.nr = (int)nr;
			assert_int_equal(sp_simulate(prog, &d), KILL);
		}
}

static void test_volume(void **state)
{
	struct sock_fprog prog;
	unsigned line, allowed = 0;

	(void)state;
	assert_int_equal(sp_policy_compile(sp_policy_volume, sp_policy_volume_len, volume_numbers, COUNT(volume_numbers), SCMP_ARCH_X86_64, &prog, &line), 0);
	assert_in_range(prog.len, 1, INSTRUCTIONS_MAX);
	for (uint32_t nr = 0; nr < NUMBERS; nr++) {
		if (nr != SYS_read && nr != SYS_write)
			assert_int_equal(object_verdict(&prog, nr, noise(), noise()), expected(&archs[0], nr));
		assert_int_equal(object_verdict(&prog, nr | 0x40000000u, nr == SYS_read ? COMMAND : REPLY, noise()), KILL);
		/* What the kernel's own code gets to see, whatever the arguments. */
		for (uint64_t fd = 0; fd < 8; fd++)
			allowed += object_verdict(&prog, nr, fd, noise()) == SECCOMP_RET_ALLOW && nr != SYS_exit_group;
	}
	assert_int_equal(allowed, 2);
	assert_int_equal(object_verdict(&prog, SYS_exit_group, noise(), noise()), SECCOMP_RET_ALLOW);
	check_descriptors(&prog);
	check_edges(&prog);
	check_foreign_object(&prog);
	sp_policy_free(&prog);
}

/* ---- the simulator itself ---- */

static bool simulation_aborts(struct sock_filter first)
{
	struct sock_filter code[] = {first, BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
	struct sock_fprog prog = {COUNT(code), code};
	struct seccomp_data d = {0};
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		close(2);
		sp_simulate(&prog, &d);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

// clang-format off
static void test_simulator_refuses(void **state)
{
	static const struct sock_filter bad[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0), BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 2),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 64), BPF_STMT(BPF_LD | BPF_MEM, BPF_MEMWORDS),
		BPF_STMT(BPF_ALU | BPF_MOD, 1), BPF_STMT(BPF_ALU | BPF_DIV, 0),
		BPF_STMT(BPF_JMP | BPF_JA, 1), BPF_STMT(BPF_JMP | BPF_JA, UINT32_MAX),
		BPF_STMT(0x100, 0),
	};

	(void)state;
	assert_false(simulation_aborts((struct sock_filter)BPF_STMT(BPF_LD | BPF_IMM, 1)));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_true(simulation_aborts(bad[i]));
}

static void test_simulator_jumps(void **state)
{
	static const struct {
		uint32_t op, a, k, taken;
	} jumps[] = {
		{BPF_JEQ, 5, 5, 1}, {BPF_JEQ, 5, 6, 0}, {BPF_JGE, 5, 5, 1}, {BPF_JGE, 4, 5, 0},
		{BPF_JGT, 5, 5, 0}, {BPF_JGT, 6, 5, 1}, {BPF_JGT, ~0u, 1, 1}, {BPF_JGE, 1, ~0u, 0},
		{BPF_JSET, 5, 4, 1}, {BPF_JSET, 5, 2, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(jumps); i++) {
		struct sock_filter code[] = {BPF_STMT(BPF_LD | BPF_IMM, jumps[i].a),
			BPF_JUMP((uint16_t)(BPF_JMP | jumps[i].op), jumps[i].k, 1, 0),
			BPF_STMT(BPF_RET | BPF_K, 0), BPF_STMT(BPF_RET | BPF_K, 1)};

		assert_int_equal(sp_simulate(&(struct sock_fprog){COUNT(code), code},
					     &(struct seccomp_data){0}), jumps[i].taken);
	}
}
// clang-format on

/* ---- the kernel agrees ---- */

/* The wait status of a process that makes one call under the filter; brk is made by libc. */
static int live(long nr, unsigned long arg0)
{
	int status = 0, null = open("/dev/null", O_WRONLY);
	pid_t pid = fork();
	long r;

	if (pid == 0) {
		if (dup2(null, REPLY) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		    sp_policy_install(&programs[0]))
			_exit(99);
		r = nr == SYS_brk ? sbrk((long)arg0) != (void *)-1 : syscall(nr, arg0, "", 1) != 1;
		for (;;)
			syscall(SYS_exit_group, (int)r);
	}
	close(null);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* The story of the last line: brk was refused with ENOMEM. The system call has no errno: libc took
 * the -12 for a break far above the one it had asked for, malloc grew the heap into nothing, and a
 * picture which needed more than its limit crashed instead of failing to allocate. */
static void test_live(void **state)
{
	(void)state;
	if (seccomp_arch_native() != archs[0].token)
		skip();
	assert_int_equal(live(SYS_write, REPLY), 0);
	assert_int_equal(WTERMSIG(live(SYS_write, 2)), SIGSYS);
	assert_int_equal(WTERMSIG(live(SYS_write, REPLY | 1ul << 32)), SIGSYS);
	assert_int_equal(WTERMSIG(live(SYS_openat, 0)), SIGSYS);
	assert_int_equal(live(SYS_brk, 1 << 20), 0);
}

/* ---- texts ---- */

#define LINE_200(end)                                                                              \
	"#23456789012345678901234567890123456789012345678901234567890123456789012345678901234567"  \
	"8901234567890123456789012345678901234567890123456789012345678901234567890123456789012345" \
	"6789012345678901234567890" end

static const struct text {
	const char *text;
	size_t len; /* 0: up to the NUL */
	int result;
	unsigned line;
} texts[] = {
	{"default: kill\n", 0, 0, 0},
	{"default: kill", 0, 0, 0},
	{"# all\n\n \t\nwrite:\tallow  if arg0 == reply # x\ndefault: kill # y\n\n# z", 0, 0, 0},
	{"write: allow\ndefault: kill and more", 27, 0, 0}, /* the rest does not count */
	{LINE_200("\ndefault: kill\n"), 0, 0, 0},
	{"arch_prctl?: errno EPERM\narm_fadvise64_64?: errno EPERM\ndefault: kill", 0, 0, 0},
	/* the default */
	{"", 0, -EINVAL, 0},
	{"write: allow\n", 0, -EINVAL, 0},
	{"default: allow\n", 0, -EINVAL, 1},
	{"default: kill now\n", 0, -EINVAL, 1},
	{"\ndefault: kill\ndefault: kill\n", 0, -EINVAL, 3},
	{"default: kill\n# later\nwrite: allow\n", 0, -EINVAL, 3},
	/* names */
	{"write: allow\nwriet: allow\ndefault: kill\n", 0, -EINVAL, 2},
	{"writ?: errno EPERM\ndefault: kill\n", 0, -EINVAL, 1},
	{"arm_fadvise64_64: errno EPERM\ndefault: kill\n", 0, -EINVAL, 1},
	{"arm_fadvise64_64?: allow\ndefault: kill\n", 0, -EINVAL, 1},
	{"brk: errno ENONSENSE\ndefault: kill\n", 0, -EINVAL, 1},
	{"brk: return 1\ndefault: kill\n", 0, -EINVAL, 1},
	{"#\n#\nwrite: allow if arg0 == command\ndefault: kill\n", 0, -EINVAL, 3},
	{"write: allow if arg0 == 3\ndefault: kill\n", 0, -EINVAL, 1},
	{"write: allow if arg0 == closed\ndefault: kill\n", 0, -EINVAL, 1},
	/* twice */
	{"brk: return 0\nmmap: errno ENOMEM\nbrk: return 0\ndefault: kill\n", 0, -EINVAL, 3},
	{"brk: return 0\nbrk?: return 0\ndefault: kill\n", 0, -EINVAL, 2},
	{"write: allow if arg0 == reply\nwrite: allow\ndefault: kill\n", 0, -EINVAL, 2},
	/* form */
	{"write allow\ndefault: kill\n", 0, -EINVAL, 1},
	{"write : allow\ndefault: kill\n", 0, -EINVAL, 1},
	{"write:allow\ndefault: kill\n", 0, -EINVAL, 1},
	{"write: allow if arg5 == reply\ndefault: kill\n", 0, 0, 0},
	{"write: allow if arg1 == reply or reply\ndefault: kill\n", 0, 0, 0},
	{"write: allow if arg6 == reply\ndefault: kill\n", 0, -EINVAL, 1},
	{"write: allow if arg == reply\ndefault: kill\n", 0, -EINVAL, 1},
	{"write: allow if arg00 == reply\ndefault: kill\n", 0, -EINVAL, 1},
	{"write: allow if arg0 == reply and reply\ndefault: kill\n", 0, -EINVAL, 1},
	{"write: allow if arg0 == reply or\ndefault: kill\n", 0, -EINVAL, 1},
	{"write: allow if arg0 == reply or closed\ndefault: kill\n", 0, -EINVAL, 1},
	{"write: allow if arg0 == reply or more\ndefault: kill\n", 0, -EINVAL, 1},
	{"default: kill\r\n", 0, -EINVAL, 1},
	{"\177E\002\001\ndefault: kill\n", 0, -EINVAL, 1},
	{"default: kill\n" LINE_200("9"), 0, -EINVAL, 2},
	{"#\0\ndefault: kill\n", 17, -EINVAL, 1},
	{"default: kill\n\0", 15, -EINVAL, 2},
};

static void check_text(const struct text *t)
{
	const struct sp_policy_number named[] = {{"reply", REPLY}, {"closed", -1}};
	struct sock_fprog prog = {0};
	size_t len = t->len ? t->len : strlen(t->text);
	char *copy = malloc(len + !len); /* of the exact size: reading on would be seen */
	unsigned line = 12345;
	int r;

	assert_non_null(copy);
	memcpy(copy, t->text, len);
	r = sp_policy_compile(copy, len, named, COUNT(named), SCMP_ARCH_X86_64, &prog, &line);
	free(copy);
	if (r != t->result || line != t->line)
		fail_msg("\"%s\": %d at line %u, not %d at line %u", t->text, r, line, t->result,
			 t->line);
	assert_int_equal(prog.filter != NULL, r == 0);
	sp_policy_free(&prog);
}

static void test_texts(void **state)
{
	(void)state;
	assert_int_equal(strlen(LINE_200("")), 200);
	for (size_t i = 0; i < COUNT(texts); i++)
		check_text(&texts[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_number),
		cmocka_unit_test(test_numbers_out_of_range),
		cmocka_unit_test(test_numbers_around_constants),
		cmocka_unit_test(test_deadly_calls),
		cmocka_unit_test(test_any_argument),
		cmocka_unit_test(test_write_only_to_reply),
		cmocka_unit_test(test_foreign_architecture),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_simulator_refuses),
		cmocka_unit_test(test_simulator_jumps),
		cmocka_unit_test(test_video),
		cmocka_unit_test(test_volume),
		cmocka_unit_test(test_live),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests_name("filter", tests, setup, teardown);
}
