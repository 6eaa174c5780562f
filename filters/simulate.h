/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel would decide: a seccomp program, run in user space. For tests only. It knows the
 * instructions that the kernel accepts for seccomp (seccomp(2), kernel/seccomp.c) and nothing else.
 */
#ifndef SP_SIMULATE_H
#define SP_SIMULATE_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>

/* SECCOMP_RET_* with its data. An instruction that the kernel would refuse ends the process with
 * abort(), when @data leads to it. */
uint32_t sp_simulate(const struct sock_fprog *prog, const struct seccomp_data *data);

#endif
