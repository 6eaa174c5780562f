/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Seccomp policies as commented text, compiled to BPF through libseccomp.
 *
 * One rule a line of at most 200 bytes, `#` starts a comment, words are parted by blanks and tabs:
 *
 *     write:      allow if arg0 == reply     # reply: a number named by the caller
 *     futex:      allow if arg1 == wait or wake   # one of several
 *     exit_group: allow
 *     mmap:       errno ENOMEM               # not done; the caller gets this errno
 *     brk:        return 0                   # not done; the caller gets 0 as the result
 *     time?:      errno EINVAL               # the rule is left out where there is no such call
 *     default:    kill                       # every policy ends with this rule
 *
 * "kill" is SECCOMP_RET_KILL_PROCESS; so is every system call of another architecture, of i386 and
 * x32 on x86-64 too. A condition compares all bits of the argument, also those that the kernel
 * does not look at. A call has at most one rule; the order of the rules means nothing.
 */
#ifndef SP_POLICY_H
#define SP_POLICY_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A number that a policy may name: a descriptor, an operation. */
struct sp_policy_number {
	const char *name;
	int number;
};

/* The texts of image.policy and video.policy, built in. */
extern const char sp_policy_image[], sp_policy_video[], sp_policy_volume[];
extern const size_t sp_policy_image_len, sp_policy_video_len, sp_policy_volume_len;

/*
 * Compile @text (@len bytes, no NUL needed) for @arch (SCMP_ARCH_*, 0 = the running one). The names
 * in @numbers are only read during the call. On success *ret_prog holds a malloc'ed program, which the
 * caller frees with sp_policy_free; on failure it is untouched.
 * -EINVAL: *ret_line (from 1) is the line that is wrong, or 0 when the default is missing.
 * Otherwise *ret_line is 0, and the error is -ENOMEM (also: the kernel has no KILL_PROCESS) or
 * libseccomp's -errno.
 */
int sp_policy_compile(const char *text, size_t len, const struct sp_policy_number *numbers, size_t n,
		      uint32_t arch, struct sock_fprog *ret_prog, unsigned *ret_line);
void sp_policy_free(struct sock_fprog *prog);

/* Install in all threads, for good; no_new_privs must be set. One bare system call, no
 * memory, no lock: fit for a process forked from anything. 0 or -errno. */
int sp_policy_install(const struct sock_fprog *prog);

#ifdef __cplusplus
}
#endif
#endif
