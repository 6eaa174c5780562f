/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One call: the client's side of the channel. See lib/wire/wire.h for the protocol. */
#include "lib/front/internal.h"

#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void call_begin(struct sp_call *call, const char *entry_symbol, const char *subject)
{
	memset(call, 0, offsetof(struct sp_call, reply));
	call->saved_errno = errno;
	call->entry = sp_entry_find(entry_symbol);
	call->subject = subject;
	call->channel = call->memory = call->obituary = -1;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &call->cancel_state);
}

static void drop_helper(struct sp_call *call)
{
	sp_close_fd(&call->channel);
	sp_close_fd(&call->memory);
	sp_close_fd(&call->obituary);
}

static void call_end(struct sp_call *call)
{
	drop_helper(call);
	pthread_setcancelstate(call->cancel_state, NULL);
	errno = call->saved_errno;
}

static enum sp_status fail(struct sp_call *call, enum sp_status status, const char *reason, int error)
{
	call->status = status;
	call->reason = reason;
	call->error = error;
	return status;
}

struct message {
	struct sp_request head;
	const void *payload;
	const struct sp_input_data *input;
};

static int send_request(struct sp_call *call, struct message *m)
{
	struct iovec iov[2] = {
		{ &m->head, sizeof(m->head) },
		{ (void *)(uintptr_t)m->payload, m->head.payload_len },
	};
	bool file = m->input->kind == SP_INPUT_FD;
	int r = 0;

	if (m->input->kind == SP_INPUT_MEMORY || m->input->kind == SP_INPUT_STREAM)
		r = sp_input_put(call, m->input->data, m->input->len);
	if (r)
		return r;
	call->start_ns = now_ns();
	return sp_fd_send(call->channel, iov, 2, file ? &m->input->fd : NULL, file);
}

/* Spares may have died while they waited (killed, out of memory): the request has not been seen by anyone then, so the next one may have it. */
static int hand_over(struct sp_call *call, struct message *m, const char *locale)
{
	int r = -EPIPE;

	for (int i = 0; r == -EPIPE && i < 66; i++) {
		drop_helper(call);
		r = sp_pool_take(call, locale);
		if (r)
			return r;
		r = send_request(call, m);
	}
	return r;
}

/*
 * The helper works on another core or, woken by us, takes ours as soon as we wait. Waiting a little on our feet saves the
 * wake-up where the answer comes at once, and costs nothing that decoding here would not have cost.
 */
#define SPIN_NS 60000u

static int receive_reply(struct sp_call *call)
{
	uint64_t until = now_ns() + SPIN_NS;
	long r;

	do {
		r = syscall(SYS_recvfrom, call->channel, &call->reply, sizeof(call->reply), MSG_DONTWAIT, NULL, NULL);
		if (r == sizeof(call->reply))
			return 0;
		if (r >= 0 || (errno != EAGAIN && errno != EINTR))
			break;
		__builtin_ia32_pause();
	} while (now_ns() < until);
	if (r <= 0)
		r = 0;
	return sp_fd_read(call->channel, (char *)&call->reply + r, sizeof(call->reply) - (size_t)r);
}

static enum sp_status take_reply(struct sp_call *call)
{
	uint32_t word;

	if (sp_reply_check(&call->reply))
		return fail(call, SP_BAD_REPLY, "the helper's reply makes no sense", 0);
	memcpy(&word, call->reply.body, sizeof(word));
	switch (call->reply.kind) {
	case SP_REPLY_MEMORY:
		return fail(call, SP_LIMIT, "memory", 0);
	case SP_REPLY_OUTPUT:
		return fail(call, SP_LIMIT, "output", 0);
	case SP_REPLY_SETUP:
		return fail(call, SP_SETUP, "the helper could not lock itself down", (int)word);
	case SP_REPLY_REFUSED:
		return fail(call, SP_REFUSED,
			    word == SP_REFUSED_GDAL    ? "pictures read through GDAL"
			    : word == SP_REFUSED_DICOM ? "DICOM pictures"
						       : "this kind of input",
			    0);
	default:
		return call->status = SP_OK;
	}
}

static enum sp_status call_run(struct sp_call *call, uint16_t entry, const void *payload, uint32_t payload_len,
			       const struct sp_input_data *input, const char *locale)
{
	const struct sp_config *c = sp_config();
	struct message m = {
		.head = { .magic = SP_REQUEST_MAGIC, .version = SP_WIRE_VERSION, .entry = entry,
			  .payload_len = payload_len, .input = (uint32_t)input->kind, .input_len = input->len,
			  .input_split = input->split, .input_errno = input->error, .verbose = c->verbose },
		.payload = payload,
		.input = input,
	};
	int r;

	if (c->bad)
		return fail(call, SP_SETUP, "a variable has a value that is not understood: ", EINVAL);
	if (payload_len > SP_PAYLOAD_MAX)
		return fail(call, SP_LIMIT, "name", 0);
	r = hand_over(call, &m, locale);
	if (r == -EFBIG)
		return fail(call, SP_LIMIT, "input", 0);
	if (r)
		return fail(call, SP_SETUP, call->reason ? call->reason : "the request could not be handed over", -r);
	if (receive_reply(call) == 0)
		return take_reply(call);
	sp_diagnose(call);
	return call->status;
}

static int call_copy(struct sp_call *call, void *dst, size_t len, uint64_t offset)
{
	if (offset > call->memory_size || len > call->memory_size - offset)
		return -EBADMSG;
	return sp_fd_pread(call->memory, dst, len, offset);
}

/* How many bytes of events there are: the reply says so, else the head that the helper kept up to date. */
static int events_len(struct sp_call *call, uint32_t *ret_len)
{
	struct sp_mem_head head;
	int r;

	*ret_len = call->reply.event_len;
	if (call->reply.magic == SP_REPLY_MAGIC && call->status != SP_BAD_REPLY)
		return 0;
	r = call_copy(call, &head, sizeof(head), SP_MEM_HEAD);
	*ret_len = head.event_len;
	return r;
}

static int call_events(struct sp_call *call, void **ret_buf, size_t *ret_len)
{
	_cleanup_free_ void *buf = NULL;
	uint32_t len;
	int r;

	*ret_buf = NULL;
	*ret_len = 0;
	if (call->memory < 0)
		return 0;
	r = events_len(call, &len);
	if (r || len == 0)
		return r;
	if (len > SP_EVENTS_MAX)
		return -EBADMSG;
	buf = malloc(len);
	if (!buf)
		return -ENOMEM;
	r = call_copy(call, buf, len, SP_MEM_EVENTS);
	if (r)
		return r;
	*ret_buf = buf;
	*ret_len = len;
	buf = NULL;
	return 0;
}

/*
 * End of file on a stream comes when the last descriptor of the helper's end is closed. The helper has the only one, may not
 * close it, and a process closes its descriptors (exit_files) after it has given up its memory (exit_mm; kernel/exit.c), each of its
 * threads: from then on nobody can write.
 */
static int call_gone(struct sp_call *call)
{
	char c;

	return sp_fd_read(call->channel, &c, 1) == 0 ? -EBADMSG : 0;
}

const struct sp_front_ops sp_front_ops = {
	.version = SP_FRONT_VERSION,
	.begin = call_begin,
	.run = call_run,
	.events = call_events,
	.gone = call_gone,
	.copy = call_copy,
	.report = sp_report,
	.end = call_end,
	.open_input = sp_input_open,
	.slurp = sp_input_slurp,
};
