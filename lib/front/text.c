/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/front/internal.h"

#include <string.h>

void sp_text_init(struct sp_text *t, char *buf, size_t cap)
{
	*t = (struct sp_text){ buf, cap, 0, false };
	if (cap)
		buf[0] = 0;
}

static void add(struct sp_text *t, const char *s, size_t len)
{
	size_t room = t->cap - t->len - 1;

	if (!t->cap)
		return;
	if (len > room) {
		len = room;
		t->cut = true;
	}
	memcpy(t->buf + t->len, s, len);
	t->len += len;
	t->buf[t->len] = 0;
}

void sp_text_add(struct sp_text *t, const char *s)
{
	add(t, s, strlen(s));
}

void sp_text_add_escaped(struct sp_text *t, const char *s, size_t len)
{
	if (!t->cap)
		return;
	t->len += sp_text_escape(s, len, 1, t->buf + t->len, t->cap - t->len - 1);
	t->buf[t->len] = 0;
}

void sp_text_add_u64(struct sp_text *t, unsigned long long v)
{
	char digits[24];
	size_t n = sizeof(digits);

	do
		digits[--n] = (char)('0' + v % 10);
	while (v /= 10);
	add(t, digits + n, sizeof(digits) - n);
}
