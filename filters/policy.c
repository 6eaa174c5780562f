/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filters/policy.h"
#include "lib/wire/util.h"

#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define LINE_MAX_LEN 200
#define WORDS_MAX 16
#define RULES_MAX 128

struct compiler {
	scmp_filter_ctx ctx;
	uint32_t arch;
	const struct sp_policy_number *numbers;
	size_t nnumbers;
	bool has_default;
	int seen[RULES_MAX];
	size_t nseen;
};

static const struct {
	const char *name;
	int value;
} errnos[] = {
	{"EINVAL", EINVAL}, {"ENOMEM", ENOMEM}, {"ENOSYS", ENOSYS}, {"EPERM", EPERM},
	{"EAGAIN", EAGAIN}, {"EBADF", EBADF},	{"ENOENT", ENOENT},
};

static int find_errno(const char *name)
{
	for (size_t i = 0; i < SP_ARRAY_SIZE(errnos); i++)
		if (strcmp(errnos[i].name, name) == 0)
			return errnos[i].value;
	return -1;
}

static int find_number(const struct compiler *c, const char *name)
{
	for (size_t i = 0; i < c->nnumbers; i++)
		if (strcmp(c->numbers[i].name, name) == 0)
			return c->numbers[i].number;
	return -1;
}

/* A rule's call. libseccomp wants the running architecture's number and translates it itself. */
struct call {
	int nr;
	bool exists; /* on the architecture that is compiled for */
};

/* A call may stand once. libseccomp gives one that it knows, but @arch has not, a negative number
 * of its own. Such a name may stand when it is marked; a misspelt one never. */
static int take_call(struct compiler *c, char *name, struct call *ret_call)
{
	size_t len = strlen(name);
	bool optional = len > 0 && name[len - 1] == '?';
	int nr;

	if (optional)
		name[len - 1] = 0;
	nr = seccomp_syscall_resolve_name_arch(c->arch, name);
	if (nr == __NR_SCMP_ERROR || (nr < 0 && !optional))
		return -EINVAL;
	for (size_t i = 0; i < c->nseen; i++)
		if (c->seen[i] == nr)
			return -EINVAL;
	if (c->nseen == RULES_MAX)
		return -EINVAL;
	c->seen[c->nseen++] = nr;
	*ret_call = (struct call){seccomp_syscall_resolve_name(name), nr >= 0};
	return 0;
}

/* "argN": which one, or -1. */
static int find_argument(const char *word)
{
	return strncmp(word, "arg", 3) == 0 && word[3] >= '0' && word[3] <= '5' && !word[4] ? word[3] - '0' : -1;
}

/* allow [if argN == name [or name]...] */
static int add_allow(struct compiler *c, struct call call, char **w, size_t n)
{
	struct scmp_arg_cmp same = {.op = SCMP_CMP_EQ}; /* of all 64 bits */
	int arg, r = 0;

	if (!call.exists)
		return -EINVAL; /* what is allowed is needed, so it must exist */
	if (n == 2)
		return seccomp_rule_add_exact(c->ctx, SCMP_ACT_ALLOW, call.nr, 0);
	if (n < 6 || n % 2 || strcmp(w[2], "if") || strcmp(w[4], "=="))
		return -EINVAL;
	arg = find_argument(w[3]);
	same.arg = (unsigned)arg;
	for (size_t i = 5; r == 0 && i < n; i += 2) {
		int number = find_number(c, w[i]);

		if (arg < 0 || number < 0 || (i > 5 && strcmp(w[i - 1], "or")))
			return -EINVAL;
		same.datum_a = (scmp_datum_t)number;
		r = seccomp_rule_add_exact_array(c->ctx, SCMP_ACT_ALLOW, call.nr, 1, &same);
	}
	return r;
}

static int add_answer(struct compiler *c, struct call call, char **w, size_t n)
{
	int e = -1;

	if (n == 3 && strcmp(w[1], "errno") == 0)
		e = find_errno(w[2]);
	else if (n == 3 && strcmp(w[1], "return") == 0 && strcmp(w[2], "0") == 0)
		e = 0; /* the kernel's answer is the negated errno, whatever it is */
	if (e < 0)
		return -EINVAL;
	if (!call.exists)
		return 0;
	return seccomp_rule_add_exact(c->ctx, SCMP_ACT_ERRNO((uint32_t)e), call.nr, 0);
}

static int add_rule(struct compiler *c, char **w, size_t n)
{
	size_t len = strlen(w[0]);
	struct call call;
	int r;

	/* The default comes last: a rule after it could be overlooked. */
	if (n < 2 || w[0][len - 1] != ':' || c->has_default)
		return -EINVAL;
	w[0][len - 1] = 0;
	if (strcmp(w[0], "default") == 0) {
		c->has_default = n == 2 && strcmp(w[1], "kill") == 0;
		return c->has_default ? 0 : -EINVAL;
	}
	r = take_call(c, w[0], &call);
	if (r)
		return r;
	return strcmp(w[1], "allow") == 0 ? add_allow(c, call, w, n) : add_answer(c, call, w, n);
}

static int take_line(struct compiler *c, const char *s, size_t len)
{
	char line[LINE_MAX_LEN + 1], *words[WORDS_MAX], *save = NULL, *w;
	size_t n = 0;

	if (len > LINE_MAX_LEN || memchr(s, 0, len))
		return -EINVAL;
	memcpy(line, s, len);
	line[len] = 0;
	line[strcspn(line, "#")] = 0;
	for (w = strtok_r(line, " \t", &save); w; w = strtok_r(NULL, " \t", &save)) {
		if (n == WORDS_MAX)
			return -EINVAL;
		words[n++] = w;
	}
	return n ? add_rule(c, words, n) : 0;
}

static int take_text(struct compiler *c, const char *text, size_t len, unsigned *ret_line)
{
	unsigned line = 0;

	while (len) {
		const char *nl = memchr(text, '\n', len);
		size_t n = nl ? (size_t)(nl - text) : len;
		int r = take_line(c, text, n);

		line++;
		if (r) {
			*ret_line = line;
			return r;
		}
		n += nl != NULL;
		text += n;
		len -= n;
	}
	return c->has_default ? 0 : -EINVAL;
}

/* libseccomp 2.5 writes a program to a descriptor only. Descriptor calls that the helper answers
 * itself for virtual files are made bare. BPF_MAXINSNS bounds what the kernel takes. */
static int export(scmp_filter_ctx ctx, struct sock_fprog *ret_prog)
{
	_cleanup_fd_ int fd = memfd_create("policy", MFD_CLOEXEC);
	_cleanup_free_ struct sock_filter *code = NULL;
	struct stat st;
	size_t size;
	int r;

	if (fd < 0)
		return -errno;
	r = seccomp_export_bpf(ctx, fd);
	if (r)
		return r;
	if (fstat(fd, &st) < 0)
		return -errno;
	size = (size_t)st.st_size;
	if (!size || size % sizeof(*code) || size > BPF_MAXINSNS * sizeof(*code))
		return -E2BIG;
	code = malloc(size);
	if (!code)
		return -ENOMEM;
	if (syscall(SYS_pread64, fd, code, size, 0) != (long)size)
		return -EIO;
	ret_prog->len = (unsigned short)(size / sizeof(*code));
	ret_prog->filter = code;
	code = NULL;
	return 0;
}

/* Comparisons as a tree (2): some more instructions, but the kernel walks the program for every
 * system call number when it takes it, which a helper waits for, and the way of one is shorter: 32
 * us instead of 40 for image.policy. */
static int prepare(struct compiler *c)
{
	int r;

	c->ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (!c->ctx)
		return -ENOMEM;
	r = seccomp_attr_set(c->ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (r == 0)
		r = seccomp_attr_set(c->ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (r == 0 && c->arch != seccomp_arch_native()) {
		r = seccomp_arch_add(c->ctx, c->arch);
		if (r == 0)
			r = seccomp_arch_remove(c->ctx, SCMP_ARCH_NATIVE);
	}
	return r;
}

int sp_policy_compile(const char *text, size_t len, const struct sp_policy_number *numbers, size_t n,
		      uint32_t arch, struct sock_fprog *ret_prog, unsigned *ret_line)
{
	struct compiler c = {.numbers = numbers, .nnumbers = n};
	int r;

	c.arch = arch ? arch : seccomp_arch_native();
	*ret_line = 0;
	r = prepare(&c);
	if (r == 0)
		r = take_text(&c, text, len, ret_line);
	if (r == 0)
		r = export(c.ctx, ret_prog);
	if (c.ctx)
		seccomp_release(c.ctx);
	return r;
}

void sp_policy_free(struct sock_fprog *prog)
{
	free(prog->filter);
	prog->filter = NULL;
	prog->len = 0;
}

int sp_policy_install(const struct sock_fprog *prog)
{
	long r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, prog);

	/* A thread that has a filter of another line is named by its number. */
	return r < 0 ? -errno : r > 0 ? -EBUSY : 0;
}
