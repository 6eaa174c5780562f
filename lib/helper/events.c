/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the library prints and raises, noted in the shared memory as it happens: a helper that dies has said what it said. */
#include "lib/helper/internal.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static struct sp_mem_head *head; /* NULL: nothing is kept */
static uint8_t *events;
static uint32_t used, closed; /* bytes; of them, up to the last sp_events_close() */
static struct sp_event *last; /* in events, unaligned: only through memcpy */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* a decoder's threads print, too */

void sp_events_attach(void *memory)
{
	head = memory;
	events = (uint8_t *)memory + SP_MEM_EVENTS;
	used = 0;
	last = NULL;
}

static __thread bool muted, kept_back;

void sp_events_mute(void)
{
	muted = true;
	kept_back = false;
}

bool sp_events_unmute(void)
{
	muted = false;
	return kept_back;
}

/* Does it go nowhere, at present? */
static bool is_lost(void)
{
	kept_back |= muted;
	return !head || muted;
}

uint32_t sp_events_len(void)
{
	return used;
}

static void publish(void)
{
	__atomic_store_n(&head->event_len, used, __ATOMIC_RELEASE);
}

uint32_t sp_events_close(void)
{
	pthread_mutex_lock(&lock);
	last = NULL;
	closed = used;
	pthread_mutex_unlock(&lock);
	return closed;
}

void sp_events_restart(void)
{
	pthread_mutex_lock(&lock);
	memmove(events, events + closed, used - closed);
	used -= closed;
	closed = 0;
	last = NULL;
	publish();
	pthread_mutex_unlock(&lock);
}

void sp_note_state(enum sp_state state)
{
	if (head)
		head->state = (uint32_t)state;
}

void sp_note_need(uint64_t output, uint64_t kind)
{
	if (!head)
		return;
	head->need.output = output;
	head->need.kind = kind;
}

void sp_note_input(uint64_t input)
{
	head->need.input = input;
}

static void mark_cut(void)
{
	struct sp_event ev;

	if (!last)
		return;
	memcpy(&ev, last, sizeof(ev));
	ev.cut = 1;
	memcpy(last, &ev, sizeof(ev));
}

static uint8_t *append(enum sp_event_type type, size_t len)
{
	struct sp_event ev = { .type = (uint16_t)type, .len = (uint32_t)len };
	uint8_t *p = events + used;

	if (len > SP_EVENTS_MAX || SP_EVENTS_MAX - used < sizeof(ev) + len) {
		mark_cut();
		return NULL;
	}
	memcpy(p, &ev, sizeof(ev));
	last = (struct sp_event *)p;
	used += (uint32_t)(sizeof(ev) + len);
	return p + sizeof(ev);
}

/* Text of the same kind goes on where the last one ended. */
static bool extend(enum sp_event_type type, const char *text, size_t len)
{
	struct sp_event ev;

	if (!last || len > SP_EVENTS_MAX - used)
		return false;
	memcpy(&ev, last, sizeof(ev));
	if (ev.type != type)
		return false;
	memcpy(events + used, text, len);
	ev.len += (uint32_t)len;
	used += (uint32_t)len;
	memcpy(last, &ev, sizeof(ev));
	return true;
}

void sp_event_text(enum sp_event_type type, const char *text, size_t len)
{
	uint8_t *p;

	if (!len || is_lost())
		return;
	pthread_mutex_lock(&lock);
	if (!extend(type, text, len)) {
		p = append(type, len);
		if (p)
			memcpy(p, text, len);
	}
	publish();
	pthread_mutex_unlock(&lock);
}

void sp_event_add_error(int code, const char *err, const char *func, const char *file, int line)
{
	struct sp_event_error e = { .code = code, .line = line };
	uint8_t *p;

	if (is_lost())
		return;
	e.err_len = (uint32_t)strlen(err);
	e.func_len = (uint32_t)strlen(func);
	e.file_len = (uint32_t)strlen(file);
	pthread_mutex_lock(&lock);
	p = append(SP_EVENT_ERROR, sizeof(e) + e.err_len + e.func_len + e.file_len);
	if (p) {
		memcpy(p, &e, sizeof(e));
		memcpy(p + sizeof(e), err, e.err_len);
		memcpy(p + sizeof(e) + e.err_len, func, e.func_len);
		memcpy(p + sizeof(e) + e.err_len + e.func_len, file, e.file_len);
		publish();
	}
	pthread_mutex_unlock(&lock);
}

static ssize_t write_event(void *cookie, const char *buf, size_t size)
{
	sp_event_text((enum sp_event_type)(uintptr_t)cookie, buf, size);
	return (ssize_t)size;
}

static FILE *open_event_stream(enum sp_event_type type)
{
	cookie_io_functions_t io = { .write = write_event };
	FILE *f = fopencookie((void *)(uintptr_t)type, "w", io);

	if (f)
		setvbuf(f, NULL, _IONBF, 0);
	return f;
}

void sp_stdio_redirect(void)
{
	FILE *err = open_event_stream(SP_EVENT_STDERR), *out = open_event_stream(SP_EVENT_STDOUT);

	/* glibc documents both names as variables that may be assigned; every library uses them through these. */
	if (err)
		stderr = err;
	if (out)
		stdout = out;
}
