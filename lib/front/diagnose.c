/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why a helper died, and the one line that says so. */
#include "lib/front/internal.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

/* The zygote writes the obituary when it reaps the helper, which is a moment after the channel has closed. */
#define OBITUARY_MS 2000

static uint64_t elapsed_s(const struct sp_call *call)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return ((uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec - call->start_ns) / 1000000000u;
}

static bool read_obituary(struct sp_call *call, struct sp_obituary *o)
{
	long n;

	call->reason = "the helper ended without an answer (nobody saw why: its zygote is gone)";
	if (sp_fd_wait(call->obituary, OBITUARY_MS) != 1)
		return false;
	/* Written in one piece, so it is there in one piece or not at all. */
	n = syscall(SYS_read, call->obituary, o, sizeof(*o));
	if (n > 0)
		call->reason = "the helper ended without an answer";
	if (n != sizeof(*o))
		return false;
	return o->magic == SP_OBITUARY_MAGIC && o->stack_len <= SP_STACK_MAX &&
	       memchr(o->syscall_name, 0, sizeof(o->syscall_name));
}

static void detail_syscall(struct sp_call *call, const struct sp_obituary *o)
{
	struct sp_text t;

	sp_text_init(&t, call->detail, sizeof(call->detail));
	if (o->syscall_nr < 0) {
		sp_text_add(&t, "(its name could not be read)");
		return;
	}
	sp_text_add(&t, o->syscall_name[0] ? o->syscall_name : "unknown");
	sp_text_add(&t, " (number ");
	sp_text_add_u64(&t, (unsigned)o->syscall_nr);
	sp_text_add(&t, ")");
}

static void detail_signal(struct sp_call *call, int sig)
{
	const char *name = sigabbrev_np(sig);
	struct sp_text t;

	sp_text_init(&t, call->detail, sizeof(call->detail));
	sp_text_add(&t, name ? "SIG" : "signal ");
	if (name)
		sp_text_add(&t, name);
	else
		sp_text_add_u64(&t, (unsigned)sig);
}

static void judge_signal(struct sp_call *call, const struct sp_obituary *o, int sig, uint32_t state)
{
	call->status = SP_CRASHED;
	call->reason = "the helper died of ";
	if (sig == SIGSYS) {
		call->status = SP_VIOLATION;
		call->reason = "the helper was killed for a forbidden system call: ";
		detail_syscall(call, o);
		return;
	}
	if ((sig == SIGKILL && elapsed_s(call) >= sp_config()->time_limit) || sig == SIGXCPU) {
		call->status = SP_TIMEOUT;
		return;
	}
	if (state == SP_STATE_ABORT)
		call->reason = "the decoder called abort(): ";
	detail_signal(call, state == SP_STATE_ABORT ? SIGABRT : sig);
}

/* Kept for sp_report, which is called when the texts of the library have been printed. */
static void keep_stack(struct sp_call *call, const struct sp_obituary *o)
{
	size_t cap = 2 * SP_STACK_MAX, n;
	char *text;

	if (!sp_config()->verbose || !o->stack_len)
		return;
	text = malloc(cap + 2);
	if (!text)
		return;
	n = sp_text_escape(o->stack, o->stack_len, 0, text, cap);
	if (!n || text[n - 1] != '\n')
		text[n++] = '\n';
	text[n] = 0;
	free(call->stack);
	call->stack = text;
}

bool sp_diagnose(struct sp_call *call)
{
	struct sp_mem_head head = { 0 };
	struct sp_obituary o;

	call->reply = (struct sp_reply){ 0 };
	call->status = SP_CRASHED;
	sp_fd_pread(call->memory, &head, sizeof(head), SP_MEM_HEAD);
	if (!read_obituary(call, &o))
		return false;
	if (WIFSIGNALED(o.wait_status))
		judge_signal(call, &o, WTERMSIG(o.wait_status), head.state);
	keep_stack(call, &o);
	return true;
}

void sp_say(const char *text)
{
	char line[1600];
	struct sp_text t;

	sp_text_init(&t, line, sizeof(line));
	sp_text_add(&t, "libsandbox-preload: ");
	sp_text_add(&t, text);
	if (t.cut)
		t.len -= 1;
	line[t.len] = '\n';
	/* One write, so that lines of threads do not mix; a closed stderr is the program's choice. */
	syscall(SYS_write, 2, line, t.len + 1);
}

/* status -> what to do about it, one place. */
static const char *const advice[SP_STATUS_MAX] = {
	[SP_SETUP] = "nothing was decoded (the library never falls back to decoding in the program)",
	[SP_VIOLATION] = "the file is broken or hostile, treated as a decode failure",
	[SP_CRASHED] = "the file is broken or hostile, treated as a decode failure",
	[SP_TIMEOUT] = "treated as a decode failure (SANDBOX_PRELOAD_TIME_LIMIT sets the limit)",
	[SP_REFUSED] = "treated as a decode failure",
	[SP_BAD_REPLY] = "treated as a decode failure",
	[SP_DENIED] = "not opened",
};

static void add_limit(struct sp_text *t, const struct sp_call *call)
{
	char upper[16] = { 0 };

	for (size_t i = 0; i < sizeof(upper) - 1 && call->reason[i]; i++)
		upper[i] = (char)(call->reason[i] - 'a' + 'A');
	sp_text_add(t, "it needs more ");
	sp_text_add(t, call->reason);
	sp_text_add(t, " than a helper may use; treated as a decode failure");
	if (strcmp(call->reason, "name") == 0)
		return;
	sp_text_add(t, " (SANDBOX_PRELOAD_");
	sp_text_add(t, upper);
	sp_text_add(t, "_LIMIT sets the limit)");
}

static void add_reason(struct sp_text *t, const struct sp_call *call)
{
	if (call->status == SP_TIMEOUT) {
		sp_text_add(t, "it took longer than ");
		sp_text_add_u64(t, sp_config()->time_limit);
		sp_text_add(t, " s");
		return;
	}
	sp_text_add(t, call->reason ? call->reason : "unknown reason");
	if (call->status == SP_REFUSED)
		sp_text_add(t, " are not supported yet");
	if (call->status == SP_SETUP && sp_config()->bad)
		sp_text_add(t, sp_config()->bad);
	else if (call->status == SP_SETUP && call->detail[0])
		sp_text_add(t, ": ");
	sp_text_add_escaped(t, call->detail, strlen(call->detail));
	if (call->error && !call->detail[0]) {
		const char *name = strerrorname_np(call->error);

		sp_text_add(t, " [");
		sp_text_add(t, name ? name : "?");
		sp_text_add(t, "]");
	}
}

void sp_report(const struct sp_call *call)
{
	char text[1400];
	size_t len = strlen(call->subject);
	struct sp_text t;

	if (call->status == SP_OK)
		return;
	sp_text_init(&t, text, sizeof(text));
	sp_text_add(&t, call->entry->text);
	sp_text_add(&t, "('");
	sp_text_add_escaped(&t, call->subject, len > 256 ? 256 : len);
	sp_text_add(&t, len > 256 ? "...'): " : "'): ");
	if (call->status == SP_LIMIT) {
		add_limit(&t, call);
	} else {
		add_reason(&t, call);
		sp_text_add(&t, "; ");
		sp_text_add(&t, advice[call->status]);
	}
	sp_say(text);
	if (call->stack)
		syscall(SYS_write, 2, call->stack, strlen(call->stack));
}
