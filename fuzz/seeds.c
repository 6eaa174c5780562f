/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Seeds: honest replies of every kind, to be mutated. */
#include "fuzz/replies.h"

#include <string.h>
#include "shims/opencv/format.h"

struct seed {
	uint8_t *buf;
	size_t cap, len;
};

static void put(struct seed *s, const void *data, size_t len)
{
	if (len > s->cap - s->len)
		len = s->cap - s->len;
	memcpy(s->buf + s->len, data, len);
	s->len += len;
}

static uint32_t put_event(struct seed *s, unsigned type, const void *data, size_t len)
{
	struct sp_event ev = { .type = (uint16_t)type, .len = (uint32_t)len };

	put(s, &ev, sizeof(ev));
	put(s, data, len);
	return (uint32_t)(sizeof(ev) + len);
}

static uint32_t put_error(struct seed *s)
{
	struct {
		struct sp_event_error head;
		char text[16];
	} e = { { .code = -215, .line = 7, .err_len = 5, .func_len = 4, .file_len = 7 }, "x > 0" "func" "file.cp" };

	return put_event(s, SP_EVENT_ERROR, &e, sizeof(e));
}

static uint32_t put_events(struct seed *s, unsigned kind)
{
	uint32_t n = 0;

	switch (kind) {
	case 1:
		return put_error(s);
	case 2:
		n += put_event(s, SP_EVENT_CERR, "line\n", 5);
		n += put_event(s, SP_EVENT_STDOUT, "\033[1m", 4);
		n += put_error(s);
		return n + put_event(s, SP_EVENT_STDERR, "libsandbox-preload: x", 21);
	case 3:
		return put_event(s, SP_EVENT_WHAT, "what", 4);
	}
	return 0;
}

static const struct {
	int rows, cols, type, flags;
} pictures[] = {
	{ 3, 5, 16, 1 }, { 3, 5, 0, 0 }, { 1, 1, 26, -1 }, { 1000, 1000, 16, 1 }, { 700, 1000, 21, 6 }, { 0, 0, 0, 1 },
};

/* entry, picture, events, thrown */
size_t fuzz_seed(unsigned nth, uint8_t *buf, size_t cap)
{
	const unsigned n_pictures = sizeof(pictures) / sizeof(pictures[0]);
	unsigned entry = nth % 6, picture = nth / 6 % n_pictures, kind = nth / 6 / n_pictures % 4, thrown = nth / 24 / n_pictures;
	const struct sp_cv_page page = { pictures[picture].rows, pictures[picture].cols, pictures[picture].type, 0, 4096 };
	struct fuzz_control control = { .flags = pictures[picture].flags, .entry = (uint8_t)entry };
	struct sp_reply reply = { .magic = SP_REPLY_MAGIC, .kind = thrown ? SP_REPLY_THROW : SP_REPLY_RESULT };
	struct sp_cv_reply body = { .result = pictures[picture].rows > 0, .thrown = thrown };
	struct seed s = { buf, cap, 0 };

	if (thrown >= SP_CV_THROW_MAX)
		return 0;
	body.rows = body.created_rows = pictures[picture].rows;
	body.cols = body.created_cols = pictures[picture].cols;
	body.type = body.created_type = pictures[picture].type;
	body.created = entry == 2 || entry == 3;
	body.count = entry >= 4 ? 1 + picture % 3 : 0;
	memcpy(reply.body, &body, sizeof(body));
	put(&s, &control, sizeof(control));
	put(&s, &reply, sizeof(reply));
	reply.event_len = put_events(&s, kind);
	while (entry == 4 && body.count--)
		put(&s, &page, sizeof(page));
	memcpy(buf + sizeof(control), &reply, sizeof(reply));
	return s.len;
}
