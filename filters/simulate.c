/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filters/simulate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct machine {
	uint32_t a, x, mem[BPF_MEMWORDS];
	uint32_t pc;
	const struct sock_fprog *prog;
	const struct seccomp_data *data;
};

static void __attribute__((noreturn)) refuse(const struct machine *m, const char *why)
{
	fprintf(stderr, "simulate: instruction %u of %u: %s\n", m->pc, m->prog->len, why);
	abort();
}

/* Seccomp's only load from outside: an aligned word of struct seccomp_data. */
static uint32_t load_data(const struct machine *m, uint32_t offset)
{
	uint32_t v;

	if (offset % sizeof(v) || offset > sizeof(*m->data) - sizeof(v))
		refuse(m, "load outside of struct seccomp_data");
	memcpy(&v, (const char *)m->data + offset, sizeof(v));
	return v;
}

static uint32_t *word(struct machine *m, uint32_t k)
{
	if (k >= BPF_MEMWORDS)
		refuse(m, "no such memory word");
	return &m->mem[k];
}

static uint32_t load(struct machine *m, const struct sock_filter *f)
{
	switch (f->code & ~(BPF_LD | BPF_LDX)) {
	case BPF_W | BPF_ABS:
		if (BPF_CLASS(f->code) == BPF_LDX)
			break;
		return load_data(m, f->k);
	case BPF_W | BPF_LEN:
		return sizeof(*m->data);
	case BPF_IMM:
		return f->k;
	case BPF_MEM:
		return *word(m, f->k);
	}
	refuse(m, "unknown load");
}

static uint32_t operand(const struct machine *m, const struct sock_filter *f)
{
	return BPF_SRC(f->code) == BPF_X ? m->x : f->k;
}

static uint32_t shift_count(const struct machine *m, uint32_t v)
{
	if (v >= 32)
		refuse(m, "shift by more than the width");
	return v;
}

static uint32_t divide(const struct machine *m, uint32_t v)
{
	if (!v)
		refuse(m, "division by zero");
	return m->a / v;
}

static uint32_t compute(const struct machine *m, const struct sock_filter *f)
{
	uint32_t v = operand(m, f);

	switch (BPF_OP(f->code)) {
	case BPF_ADD:
		return m->a + v;
	case BPF_SUB:
		return m->a - v;
	case BPF_MUL:
		return m->a * v;
	case BPF_DIV:
		return divide(m, v);
	case BPF_AND:
		return m->a & v;
	case BPF_OR:
		return m->a | v;
	case BPF_XOR:
		return m->a ^ v;
	case BPF_LSH:
		return m->a << shift_count(m, v);
	case BPF_RSH:
		return m->a >> shift_count(m, v);
	case BPF_NEG:
		if (BPF_SRC(f->code) == BPF_K)
			return -m->a;
	}
	refuse(m, "unknown arithmetic"); /* BPF_MOD too: seccomp has none */
}

static uint32_t jump(const struct machine *m, const struct sock_filter *f)
{
	uint32_t v = operand(m, f);

	switch (BPF_OP(f->code)) {
	case BPF_JA:
		if (BPF_SRC(f->code) == BPF_K)
			return f->k;
		break;
	case BPF_JEQ:
		return m->a == v ? f->jt : f->jf;
	case BPF_JGT:
		return m->a > v ? f->jt : f->jf;
	case BPF_JGE:
		return m->a >= v ? f->jt : f->jf;
	case BPF_JSET:
		return m->a & v ? f->jt : f->jf;
	}
	refuse(m, "unknown jump");
}

/* Forwards only; a sum that wraps would be a way back. */
static void skip(struct machine *m, uint32_t n)
{
	if (n >= m->prog->len - m->pc - 1)
		refuse(m, "jump over the end");
	m->pc += n;
}

static void step(struct machine *m, const struct sock_filter *f)
{
	if (f->code > UINT8_MAX)
		refuse(m, "unknown instruction");
	switch (BPF_CLASS(f->code)) {
	case BPF_LD:
		m->a = load(m, f);
		return;
	case BPF_LDX:
		m->x = load(m, f);
		return;
	case BPF_ALU:
		m->a = compute(m, f);
		return;
	case BPF_JMP:
		skip(m, jump(m, f));
		return;
	}
	if (f->code == BPF_ST)
		*word(m, f->k) = m->a;
	else if (f->code == BPF_STX)
		*word(m, f->k) = m->x;
	else if (f->code == (BPF_MISC | BPF_TAX))
		m->x = m->a;
	else if (f->code == (BPF_MISC | BPF_TXA))
		m->a = m->x;
	else
		refuse(m, "unknown instruction");
}

uint32_t sp_simulate(const struct sock_fprog *prog, const struct seccomp_data *data)
{
	struct machine m = {.prog = prog, .data = data};

	for (; m.pc < prog->len; m.pc++) {
		const struct sock_filter *f = &prog->filter[m.pc];

		if (f->code == (BPF_RET | BPF_K))
			return f->k;
		if (f->code == (BPF_RET | BPF_A))
			return m.a;
		step(&m, f);
	}
	refuse(&m, "runs over the end");
}
