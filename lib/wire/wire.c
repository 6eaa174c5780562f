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

/* Bytes of the UTF-8 character of more than one byte at @s, control characters and over-long forms left out; 0 when there is none. */
static size_t utf8_len(const unsigned char *s, size_t left)
{
	size_t n = s[0] < 0xc2 || s[0] > 0xf4 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;

	if (!n || n > left || (s[0] == 0xc2 && s[1] < 0xa0) || (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xf0 && s[1] < 0x90))
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

/* A byte that is part of no UTF-8 character: 0x80..0x9f are control characters to terminals of eight bits. */
static int needs_escape(unsigned char c, int one_line)
{
	if (c == '\n' || c == '\t')
		return one_line;
	return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

size_t sp_text_escape(const char *text, size_t len, int one_line, char *out, size_t cap)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0, plain;

	for (size_t i = 0; i < len; i += plain ? plain : 1) {
		unsigned char c = (unsigned char)text[i];

		plain = utf8_len((const unsigned char *)text + i, len - i);
		if (!plain)
			plain = !needs_escape(c, one_line);
		if (n + (plain ? plain : 4) > cap)
			break;
		if (plain) {
			memcpy(out + n, text + i, plain);
			n += plain;
			continue;
		}
		out[n++] = '\\';
		out[n++] = 'x';
		out[n++] = hex[c >> 4];
		out[n++] = hex[c & 15];
	}
	return n;
}
