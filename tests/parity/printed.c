/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/parity/printed.h"
#include "lib/wire/wire.h"

#include <stdlib.h>
#include <string.h>

/* Natively a temporary file has a random name; ours is not random. */
char *without_temporary_names(char *text)
{
	static const char stem[] = "__opencv_temp.";

	for (char *s = text; (s = strstr(s, stem));) {
		s += sizeof(stem) - 1;
		for (size_t i = 0; i < 6 && s[i] && s[i] != '\n'; i++)
			s[i] = 'X';
	}
	return text;
}

void printed_split(char *text, struct printed *ret)
{
	size_t cap = 2 + count_lines(text, "== ");
	char *line = text;

	ret->sections = calloc(cap, sizeof(*ret->sections));
	assert_non_null(ret->sections);
	ret->count = 0;
	ret->sections[ret->count++] = (struct section){ "", text };
	while (line) {
		char *next = strchr(line, '\n');

		if (strncmp(line, "== ", 3) == 0 && next && ret->count < cap) {
			if (line > text)
				line[-1] = 0;
			*line = *next = 0;
			ret->sections[ret->count++] = (struct section){ line + 3, next + 1 };
		}
		line = next ? next + 1 : NULL;
	}
}

char *fit_for_terminal(struct outcome *o)
{
	char *out = calloc(4, o->err_len + 1);
	size_t n;

	assert_non_null(out);
	n = sp_text_escape(o->err, o->err_len, 0, out, 4 * o->err_len);
	free(o->err);
	o->err = out;
	o->err_len = n;
	return out;
}

void without_addresses(char *text)
{
	char *to = text;

	for (const char *from = text; *from;) {
		/* no size, as in 160x120 */
		bool address = from[0] == '0' && from[1] == 'x' && (from == text || strchr(" (=@\n", from[-1]));

		*to++ = *from++;
		if (address) {
			*to++ = *from++;
			from += strspn(from, "0123456789abcdef");
		}
	}
	*to = 0;
}

/* Its exceptions are logged in several lines, empty ones among them. */
static bool is_gstreamer(const char *line, size_t len)
{
	static const char *const words[] = { "GStreamer", "cap_gstreamer", "VIDEOIO(GSTREAMER)" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (memmem(line, len, words[i], strlen(words[i])))
			return true;
	return len == 1 && *line == '\n';
}

void without_gstreamer(char *text)
{
	char *to = text;

	for (const char *line = text; *line;) {
		size_t len = strcspn(line, "\n");

		len += line[len] == '\n';
		if (!is_gstreamer(line, len)) {
			memmove(to, line, len);
			to += len;
		}
		line += len;
	}
	*to = 0;
}

void add_lines(struct line_sum *s, const char *text)
{
	for (; *text; text++) {
		if (!s->line)
			s->line = 0xcbf29ce484222325; /* FNV-1a (G. Fowler, L. C. Noll, P. Vo) */
		if (*text == '\n')
			end_lines(s);
		else
			s->line = (s->line ^ (unsigned char)*text) * 0x100000001b3;
	}
}

uint64_t end_lines(struct line_sum *s)
{
	s->sum += s->line;
	s->line = 0;
	return s->sum;
}
