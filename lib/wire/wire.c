/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/wire/wire.h"

#include <errno.h>
#include <string.h>

int sp_event_next(const void *buf, size_t len, size_t *pos, struct sp_event *ret_ev, const uint8_t **ret_data)
{
	const uint8_t *p = buf;
	struct sp_event ev;

	if (*pos == len)
		return 0;
	if (*pos > len || len - *pos < sizeof(ev))
		return -EBADMSG;
	memcpy(&ev, p + *pos, sizeof(ev));
	if (ev.type == 0 || ev.type >= SP_EVENT_MAX || ev.len > len - *pos - sizeof(ev))
		return -EBADMSG;
	*ret_ev = ev;
	*ret_data = p + *pos + sizeof(ev);
	*pos += sizeof(ev) + ev.len;
	return 1;
}

int sp_event_parse_error(const uint8_t *data, size_t len, struct sp_event_error *ret_head, const char *ret_str[3])
{
	struct sp_event_error head;
	uint64_t sum;

	if (len < sizeof(head))
		return -EBADMSG;
	memcpy(&head, data, sizeof(head));
	sum = (uint64_t)head.err_len + head.func_len + head.file_len;
	if (sum != len - sizeof(head))
		return -EBADMSG;
	*ret_head = head;
	ret_str[0] = (const char *)data + sizeof(head);
	ret_str[1] = ret_str[0] + head.err_len;
	ret_str[2] = ret_str[1] + head.func_len;
	return 0;
}

int sp_reply_check(const struct sp_reply *reply)
{
	if (reply->magic != SP_REPLY_MAGIC || reply->kind == 0 || reply->kind >= SP_REPLY_MAX)
		return -EBADMSG;
	if (reply->event_len > SP_EVENTS_MAX || reply->reserved)
		return -EBADMSG;
	return 0;
}

int sp_offer_check(const struct sp_offer *offer)
{
	if (offer->magic != SP_OFFER_MAGIC)
		return -EBADMSG;
	if (offer->version != SP_WIRE_VERSION)
		return -EPROTO;
	if (offer->kind != SP_OFFER_SPARE && offer->kind != SP_OFFER_FAILED)
		return -EBADMSG;
	if (!memchr(offer->reason, 0, sizeof(offer->reason)))
		return -EBADMSG;
	return 0;
}

static int needs_escape(unsigned char c, unsigned char next, int one_line)
{
	if (c == '\n' || c == '\t')
		return one_line;
	if (c < 0x20 || c == 0x7f)
		return 1;
	return c == 0xc2 && next >= 0x80 && next < 0xa0; /* UTF-8 of U+0080..U+009F */
}

size_t sp_text_escape(const char *text, size_t len, int one_line, char *out, size_t cap)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		unsigned char next = i + 1 < len ? (unsigned char)text[i + 1] : 0;

		if (!needs_escape(c, next, one_line)) {
			if (n + 1 > cap)
				break;
			out[n++] = (char)c;
			continue;
		}
		if (n + 4 > cap)
			break;
		out[n++] = '\\';
		out[n++] = 'x';
		out[n++] = hex[c >> 4];
		out[n++] = hex[c & 15];
	}
	return n;
}
