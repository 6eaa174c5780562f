/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands to a helper that serves an object, and how far it may work ahead of them. See struct sp_object_words. */
#include "lib/helper/internal.h"

#include <string.h>

static struct sp_object_words *words;
static uint64_t sent;	/* replies, the one to the request not counted */
static uint32_t taken;	/* commands */
static bool says_events; /* the last reply had some */

void sp_object_attach(void *memory)
{
	words = (struct sp_object_words *)((uint8_t *)memory + SP_MEM_OBJECT);
}

bool sp_object_has_command(void)
{
	return __atomic_load_n(&words->commands, __ATOMIC_SEQ_CST) != taken;
}

bool sp_object_may_go_on(void)
{
	if (sp_object_has_command() || __atomic_load_n(&words->credit, __ATOMIC_SEQ_CST) <= sent)
		return false;
	return !says_events || sp_object_consumed() >= sent;
}

/* One whole command, or the end. */
static void receive(struct sp_command *c)
{
	size_t got = 0;

	while (got < sizeof(*c)) {
		long r = syscall(SYS_read, SP_FD_COMMAND, (char *)c + got, sizeof(*c) - got);

		if (r <= 0)
			sp_end();
		got += (size_t)r;
	}
	if (c->magic != SP_COMMAND_MAGIC || c->what == SP_COMMAND_QUIT)
		sp_end();
}

bool sp_object_wait(struct sp_command *ret, bool ahead)
{
	__atomic_store_n(&words->parked, 1, __ATOMIC_SEQ_CST);
	if (ahead && sp_object_may_go_on()) {
		__atomic_store_n(&words->parked, 0, __ATOMIC_SEQ_CST);
		return false;
	}
	receive(ret);
	__atomic_store_n(&words->parked, 0, __ATOMIC_SEQ_CST);
	if (ret->what == SP_COMMAND_TICK)
		return false;
	taken++;
	return true;
}

uint64_t sp_object_sent(void)
{
	return sent;
}

uint64_t sp_object_consumed(void)
{
	return __atomic_load_n(&words->consumed, __ATOMIC_SEQ_CST);
}

/* Who sends a command has read the events of the replies that it took, and drops the others with theirs, consumed or not. */
void sp_object_begin(void)
{
	sp_events_restart();
}

void sp_object_reply(struct sp_reply *reply)
{
	sent++;
	sp_send_reply(reply);
	says_events = reply->event_len > 0;
}

int64_t sp_object_want(enum sp_want_what what, uint64_t len)
{
	struct sp_want want = { .what = what, .len = len };
	struct sp_reply reply = { .kind = SP_REPLY_WANT };
	struct sp_command c;

	memcpy(reply.body, &want, sizeof(want));
	sp_send_reply(&reply);
	do
		receive(&c);
	while (c.what == SP_COMMAND_TICK);
	taken++;
	if (c.what != SP_COMMAND_FEED)
		sp_end();
	return c.number ? -(int64_t)c.number : (int64_t)c.value;
}
