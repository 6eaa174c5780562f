/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One call: the client's side of the channel. See lib/wire/wire.h for the protocol. */
#include "lib/front/internal.h"

#include <limits.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
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
	call->family = call->entry->family;
	call->subject = subject;
	call->channel = call->memory = call->obituary = call->command = -1;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &call->cancel_state);
}

static void drop_helper(struct sp_call *call)
{
	sp_close_fd(&call->channel);
	sp_close_fd(&call->memory);
	sp_close_fd(&call->obituary);
	sp_close_fd(&call->command);
	sp_result_drop(call);
}

static void call_end(struct sp_call *call)
{
	drop_helper(call);
	free(call->stack);
	pthread_setcancelstate(call->cancel_state, NULL);
	errno = call->saved_errno;
}

enum sp_status sp_call_fail(struct sp_call *call, enum sp_status status, const char *reason, int error)
{
	call->status = status;
	call->reason = reason;
	call->error = error;
	return status;
}

/*
 * Up to this size a file's bytes are copied; a larger one gets a helper made to order, which maps it, and so does one that says it is
 * empty, which the helper can then read instead (files of procfs say so).
 */
#define FILE_COPY_MAX (16ull * 1024 * 1024)

struct message {
	struct sp_request head;
	const void *payload;
	const struct sp_input_data *input;
	enum sp_family family;
};

/* What a message with a file becomes depends on the file's size. */
static int choose_input(struct message *m)
{
	struct stat st;
	uint64_t size;

	if (m->input->kind != SP_INPUT_FILE || sp_family_has_objects(m->family))
		return 0;
	if (fstat(m->input->fd, &st) < 0)
		return -errno;
	size = (uint64_t)st.st_size;
	if (size && size <= FILE_COPY_MAX && size <= sp_config()->input_limit) {
		m->head.input = SP_INPUT_MEMORY;
		m->head.input_len = size;
	}
	return 0;
}

void sp_call_start_clock(struct sp_call *call)
{
	call->start_ns = now_ns();
}

/* Reading the plug lets the helper go. */
static int release(struct sp_call *call)
{
	char plug[SP_PLUG];

	sp_call_start_clock(call);
	return sp_fd_read(call->channel, plug, sizeof(plug));
}

/* -EAGAIN when the helper was gone before. */
static int hand_over(struct sp_call *call, struct message *m)
{
	struct sp_put put = { 0 };
	int r = sp_put_begin(call, &put, &m->head, m->payload, m->input);

	if (r == 0)
		r = release(call) ? -EAGAIN : 0;
	if (r == 0)
		sp_put_rest(&put);
	sp_put_end(&put);
	return r;
}

static int remaining_ms(const struct sp_call *call)
{
	uint64_t limit = sp_config()->time_limit * 1000, past = (now_ns() - call->start_ns) / 1000000;

	limit = limit > past ? limit - past : 0;
	return limit > INT_MAX ? INT_MAX : (int)limit;
}

/* Read exactly @len bytes. *ret_got counts them, also on failure: -ENODATA at end of file, -ETIMEDOUT. */
static int receive(struct sp_call *call, void *buf, size_t len, size_t *ret_got)
{
	while (*ret_got < len) {
		long r = syscall(SYS_read, call->channel, (char *)buf + *ret_got, len - *ret_got);

		if (r > 0)
			*ret_got += (size_t)r;
		else if (r == 0)
			return -ENODATA;
		else if (errno != EAGAIN && errno != EINTR)
			return -errno;
		else if (sp_fd_wait(call->channel, remaining_ms(call)) == 0)
			return -ETIMEDOUT;
	}
	return 0;
}

int sp_call_receive(struct sp_call *call, bool ready)
{
	struct {
		char ready;
		struct sp_reply reply;
	} __attribute__((packed)) answer = { .ready = SP_READY };
	size_t skip = ready ? 0 : offsetof(__typeof__(answer), reply), got = 0;
	int r = receive(call, (char *)&answer + skip, sizeof(answer) - skip, &got);

	if (r == -ENODATA && got == 0 && ready)
		return -EAGAIN;
	if (r == 0 && answer.ready != SP_READY)
		r = -EBADMSG;
	if (r == 0)
		call->reply = answer.reply;
	return r;
}

/* Calls that have a helper; a guess after a fork, or when a signal handler has jumped out of one. */
static unsigned under_way;

unsigned sp_call_count(void)
{
	return __atomic_load_n(&under_way, __ATOMIC_RELAXED);
}

static int exchange(struct sp_call *call, struct message *m)
{
	int r = hand_over(call, m);

	if (r)
		return r;
	sp_result_ahead(call);
	return sp_call_receive(call, true);
}

/*
 * Hand the request to a fresh helper and get its reply. -EAGAIN when the helper was gone before it had seen the request (killed while it waited, out of memory): the
 * next one may have it then.
 */
static int converse(struct sp_call *call, struct message *m, const char *locale)
{
	int r;

	r = sp_pool_take(call, m->head.input == SP_INPUT_FILE ? m->input->fd : -1, locale);
	if (r)
		return r;
	__atomic_add_fetch(&under_way, 1, __ATOMIC_RELAXED);
	r = exchange(call, m);
	__atomic_sub_fetch(&under_way, 1, __ATOMIC_RELAXED);
	return r;
}

static enum sp_status take_reply(struct sp_call *call)
{
	uint32_t word;

	if (sp_reply_check(&call->reply))
		return sp_call_fail(call, SP_BAD_REPLY, "the helper's reply makes no sense", 0);
	memcpy(&word, call->reply.body, sizeof(word));
	switch (call->reply.kind) {
	case SP_REPLY_WANT:
		if (sp_family_has_objects(call->family))
			return call->status = SP_OK;
		return sp_call_fail(call, SP_BAD_REPLY, "the helper's reply makes no sense", 0);
	case SP_REPLY_MEMORY:
		return sp_call_fail(call, SP_LIMIT, "memory", 0);
	case SP_REPLY_OUTPUT:
		return sp_call_fail(call, SP_LIMIT, "output", 0);
	case SP_REPLY_SETUP:
		return sp_call_fail(call, SP_SETUP, "the helper could not lock itself down", (int)word);
	case SP_REPLY_REFUSED:
		return sp_call_fail(call, SP_REFUSED,
			    word == SP_REFUSED_GDAL ? "pictures read through GDAL, where they were not asked for" : "this kind of input",
			    0);
	default:
		return call->status = SP_OK;
	}
}

/*
 * A conversation that ended without a reply. Returns true when the next helper may have the request: one that died unseen because its zygote did
 * (killed, out of memory, replaced by another thread that changed the locale, closed by closefrom) says nothing about the file.
 * Whoever owns a helper gains nothing by this, since it cannot end its zygote.
 */
static bool judge(struct sp_call *call, int r)
{
	if (call->reason) { /* it did not begin: the pool says why */
		sp_call_fail(call, SP_SETUP, call->reason, -r);
		return false;
	}
	switch (r) {
	case -ENODATA:
		return !sp_diagnose(call) && sp_pool_lost(call);
	case -ETIMEDOUT:
		sp_call_fail(call, SP_TIMEOUT, NULL, 0);
		return false;
	case -EBADMSG:
		sp_call_fail(call, SP_BAD_REPLY, "the helper's reply makes no sense", 0);
		return false;
	case -EFBIG:
		sp_call_fail(call, SP_LIMIT, "input", 0);
		return false;
	default:
		sp_call_fail(call, SP_SETUP, "the request could not be handed over", -r);
		return false;
	}
}

enum sp_status sp_call_judge(struct sp_call *call, int r)
{
	call->reason = NULL;
	if (r == 0)
		return take_reply(call);
	/* The helper of an object has no second one to take its place. */
	if (judge(call, r))
		return call->status == SP_OK ? sp_call_fail(call, SP_CRASHED, "the helper's zygote was killed", 0) : call->status;
	return call->status;
}

/* More spares than can be waiting, each of which may have been killed; zygotes that die under a call. */
#define SPARES_MAX 66
#define ZYGOTES_MAX 3

static int converse_with_one(struct sp_call *call, struct message *m, const char *locale)
{
	int r = -EAGAIN;

	for (int i = 0; r == -EAGAIN && i < SPARES_MAX; i++) {
		drop_helper(call);
		call->reason = NULL;
		r = converse(call, m, locale);
		if (call->reason)
			break;
	}
	return r;
}

static enum sp_status call_run(struct sp_call *call, uint16_t entry, const void *payload, uint32_t payload_len,
			       const struct sp_input_data *input, const char *locale)
{
	struct message m = {
		.head = { .magic = SP_REQUEST_MAGIC, .version = SP_WIRE_VERSION, .entry = entry,
			  .payload_len = payload_len, .input = (uint32_t)input->kind, .input_len = input->len,
			  .input_split = input->split, .input_errno = input->error },
		.payload = payload,
		.input = input,
		.family = call->family,
	};
	int r;

	if (sp_config()->bad)
		return sp_call_fail(call, SP_SETUP, "a variable has a value that is not understood: ", EINVAL);
	if (payload_len > SP_PAYLOAD_MAX)
		return sp_call_fail(call, SP_LIMIT, "name", 0);
	r = choose_input(&m);
	if (r)
		return sp_call_fail(call, SP_SETUP, "the file cannot be looked at", -r);
	for (int i = 0; i < ZYGOTES_MAX; i++) {
		r = converse_with_one(call, &m, locale);
		if (r == 0)
			return take_reply(call);
		if (!judge(call, r))
			return call->status;
	}
	return sp_call_fail(call, SP_SETUP, "its zygote was killed, and the next ones too", 0);
}

/* How many bytes of events there are: the reply says so, else the head that the helper kept up to date. */
static int events_len(struct sp_call *call, uint32_t *ret_len)
{
	struct sp_mem_head head;
	int r;

	*ret_len = call->reply.event_len;
	if (call->reply.magic == SP_REPLY_MAGIC && call->status != SP_BAD_REPLY)
		return 0;
	r = sp_result_copy(call, &head, sizeof(head), SP_MEM_HEAD);
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
	r = sp_result_copy(call, buf, len, SP_MEM_EVENTS);
	if (r)
		return r;
	*ret_buf = buf;
	*ret_len = len;
	buf = NULL;
	return 0;
}

static int call_allows(enum sp_unconfined what)
{
	return sp_config()->allows[what];
}

const struct sp_front_ops sp_front_ops = {
	.version = SP_FRONT_VERSION,
	.begin = call_begin,
	.run = call_run,
	.events = call_events,
	.map = sp_result_map,
	.copy = sp_result_copy,
	.report = sp_report,
	.end = call_end,
	.open_input = sp_input_open,
	.slurp = sp_input_slurp,
	.allows = call_allows,
	.keep = sp_object_keep,
	.resume = sp_object_resume,
	.command = sp_object_command,
	.receive = sp_object_receive,
	.feed = sp_put_feed,
	.ready = sp_object_ready,
	.drop = sp_object_drop,
};
