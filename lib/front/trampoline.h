/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Trampolines, x86-64 (System V ABI). One interposed symbol is one indirect jump through its slot. A slot first points at code
 * which asks sp_front_bind() for the function to use, with all argument registers preserved (integer ones, rax for
 * variadic calls, r10, and the vector registers as far as the interposed functions use them: xmm0-7), and then jumps
 * there: the shim sees the call exactly as the program made it. Jumps, not calls: stack arguments stay where they are, and
 * shadow stacks (CET) see one call and one return.
 */
#ifndef SP_TRAMPOLINE_H
#define SP_TRAMPOLINE_H

	.macro SP_TRAMPOLINE n, symbol
	.globl \symbol
	.type \symbol, @function
	.balign 16
\symbol:
	endbr64
	jmp *(sp_slots + 8 * \n)(%rip)
	.size \symbol, . - \symbol
	.type sp_lazy_\n, @function
sp_lazy_\n:
	endbr64
	pushq $\n
	jmp sp_lazy
	.size sp_lazy_\n, . - sp_lazy_\n
	.endm

	.text
	.hidden sp_front_bind
	.type sp_lazy, @function
sp_lazy:
	.cfi_startproc
	.cfi_def_cfa_offset 16
	pushq %rax
	pushq %rdi
	pushq %rsi
	pushq %rdx
	pushq %rcx
	pushq %r8
	pushq %r9
	pushq %r10
	.cfi_adjust_cfa_offset 64
	subq $128, %rsp
	.cfi_adjust_cfa_offset 128
	movups %xmm0, 0(%rsp)
	movups %xmm1, 16(%rsp)
	movups %xmm2, 32(%rsp)
	movups %xmm3, 48(%rsp)
	movups %xmm4, 64(%rsp)
	movups %xmm5, 80(%rsp)
	movups %xmm6, 96(%rsp)
	movups %xmm7, 112(%rsp)
	movq 192(%rsp), %rdi
	call sp_front_bind
	movq %rax, %r11
	movups 0(%rsp), %xmm0
	movups 16(%rsp), %xmm1
	movups 32(%rsp), %xmm2
	movups 48(%rsp), %xmm3
	movups 64(%rsp), %xmm4
	movups 80(%rsp), %xmm5
	movups 96(%rsp), %xmm6
	movups 112(%rsp), %xmm7
	addq $128, %rsp
	.cfi_adjust_cfa_offset -128
	popq %r10
	popq %r9
	popq %r8
	popq %rcx
	popq %rdx
	popq %rsi
	popq %rdi
	popq %rax
	.cfi_adjust_cfa_offset -64
	addq $8, %rsp
	.cfi_adjust_cfa_offset -8
	jmp *%r11
	.cfi_endproc
	.size sp_lazy, . - sp_lazy

	/* IBT and shadow-stack compatible. */
	.section .note.gnu.property, "a"
	.balign 8
	.long 4, 16, 5
	.asciz "GNU"
	.long 0xc0000002, 4, 3, 0
	.text
#endif
