/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The stack of a dying helper, for verbose messages. Its stack is the attacker's text, so it is not the zygote that walks it: the zygote copies
 * registers and stack bytes without looking, and a fresh child, in which everything is mapped where it was in the helper (both are forks
 * of the same zygote), locks itself down with the helper's own filter and walks the copy with libunwind's accessor interface (libunwind(3),
 * "unwinding in another address space"). What it says comes back through a pipe as bounded text.
 */
#include "lib/helper/internal.h"
#include "filters/policy.h"

#include <dlfcn.h>
#include <libunwind.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

#define COPY_MAX (64u * 1024u)
#define FRAMES_MAX 40
#define PATIENCE_MS 3000

static struct {
	uint64_t base; /* address the copy was taken from */
	size_t len;
	uint8_t bytes[COPY_MAX];
	struct user_regs_struct regs;
} body;

static int get_memory(unw_addr_space_t as, unw_word_t addr, unw_word_t *val, int write, void *arg)
{
	(void)as;
	(void)arg;
	if (write)
		return -UNW_EINVAL;
	if (addr >= body.base && addr - body.base <= body.len && body.len - (addr - body.base) >= sizeof(*val))
		memcpy(val, body.bytes + (addr - body.base), sizeof(*val));
	else
		*val = *(const unw_word_t *)addr; /* code and unwind tables; a wild address ends this child, no more */
	return 0;
}

static int get_register(unw_addr_space_t as, unw_regnum_t reg, unw_word_t *val, int write, void *arg)
{
	const struct user_regs_struct *r = &body.regs;
	const unsigned long long map[] = {
		[UNW_X86_64_RAX] = r->rax, [UNW_X86_64_RDX] = r->rdx, [UNW_X86_64_RCX] = r->rcx, [UNW_X86_64_RBX] = r->rbx,
		[UNW_X86_64_RSI] = r->rsi, [UNW_X86_64_RDI] = r->rdi, [UNW_X86_64_RBP] = r->rbp, [UNW_X86_64_RSP] = r->rsp,
		[UNW_X86_64_R8] = r->r8,   [UNW_X86_64_R9] = r->r9,   [UNW_X86_64_R10] = r->r10, [UNW_X86_64_R11] = r->r11,
		[UNW_X86_64_R12] = r->r12, [UNW_X86_64_R13] = r->r13, [UNW_X86_64_R14] = r->r14, [UNW_X86_64_R15] = r->r15,
		[UNW_X86_64_RIP] = r->rip,
	};

	(void)as;
	(void)arg;
	if (write || reg < 0 || (size_t)reg >= SP_ARRAY_SIZE(map))
		return -UNW_EBADREG;
	*val = map[reg];
	return 0;
}

static void print_frame(struct sp_obituary *o, unsigned n, unw_word_t ip, bool call)
{
	char *out = o->stack + o->stack_len;
	size_t room = sizeof(o->stack) - o->stack_len;
	Dl_info info = { 0 };
	const char *file = "?";
	int len;

	/* A return address may be the first of the next function; the call was one before it. */
	if (dladdr((void *)(ip - call), &info) && info.dli_fname)
		file = strrchr(info.dli_fname, '/') ? strrchr(info.dli_fname, '/') + 1 : info.dli_fname;
	if (info.dli_sname)
		len = snprintf(out, room, "  #%u %s+0x%lx (%s)\n", n, info.dli_sname,
			       (unsigned long)(ip - (unw_word_t)info.dli_saddr), file);
	else
		len = snprintf(out, room, "  #%u %s+0x%lx\n", n, file, (unsigned long)(ip - (unw_word_t)info.dli_fbase));
	if (len > 0 && (size_t)len < room)
		o->stack_len += (uint32_t)len;
}

static void walk(struct sp_obituary *o)
{
	unw_accessors_t acc = *unw_get_accessors(unw_local_addr_space);
	unw_addr_space_t as;
	unw_cursor_t cursor;
	unw_word_t ip;

	acc.access_mem = get_memory;
	acc.access_reg = get_register;
	as = unw_create_addr_space(&acc, 0);
	if (!as || unw_init_remote(&cursor, as, NULL) < 0)
		return;
	for (unsigned n = 0; n < FRAMES_MAX; n++) {
		if (unw_get_reg(&cursor, UNW_REG_IP, &ip) < 0 || !ip)
			return;
		print_frame(o, n, ip, n > 0);
		if (unw_step(&cursor) <= 0)
			return;
	}
}

void sp_autopsy_warm_up(void)
{
	unw_context_t context;
	unw_cursor_t cursor;

	if (unw_getcontext(&context) == 0 && unw_init_local(&cursor, &context) == 0)
		unw_step(&cursor);
}

static void examine(int out) __attribute__((noreturn));
static void examine(int out)
{
	static struct sp_obituary o; /* only stack and stack_len are used */

	sp_vfs_switch(true); /* libunwind may look for debug information in files: there are none */
	/* The filter allows write to one number. */
	if (dup2(out, SP_FD_REPLY) == SP_FD_REPLY && sp_policy_install(&sp_zygote.filter) == 0) {
		walk(&o);
		syscall(SYS_write, SP_FD_REPLY, o.stack, o.stack_len);
	}
	for (;;)
		syscall(SYS_exit_group, 0);
}

static bool copy_stack(pid_t pid)
{
	if (ptrace(PTRACE_GETREGS, pid, NULL, &body.regs) < 0)
		return false;
	body.base = body.regs.rsp & ~7ull;
	for (body.len = 0; body.len < COPY_MAX; body.len += sizeof(long)) {
		long word;

		errno = 0;
		word = ptrace(PTRACE_PEEKDATA, pid, (void *)(body.base + body.len), NULL);
		if (errno)
			break;
		memcpy(body.bytes + body.len, &word, sizeof(word));
	}
	return body.len > 0;
}

/* Registers and stack may hold bytes of the dead helper's input, and helpers to come are forked from this memory. */
static void forget(void)
{
	explicit_bzero(&body, sizeof(body));
}

void sp_autopsy(pid_t pid, struct sp_obituary *record)
{
	_cleanup_fd_ int in = -1, out = -1;
	int p[2], status;
	pid_t child;
	long r;

	if (!copy_stack(pid) || pipe(p) < 0) {
		forget();
		return;
	}
	in = p[0];
	out = p[1];
	child = _Fork();
	if (child == 0)
		examine(out);
	forget();
	sp_close_fd(&out);
	if (child < 0)
		return;
	if (sp_fd_wait(in, PATIENCE_MS) == 1) {
		r = syscall(SYS_read, in, record->stack, sizeof(record->stack));
		record->stack_len = r > 0 ? (uint32_t)r : 0;
	}
	kill(child, SIGKILL);
	while (waitpid(child, &status, __WALL) < 0 && errno == EINTR)
		;
}
