/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What glibc's loader prints with LD_TRACE_LOADED_OBJECTS: a line an object, which starts with a
 *tab,
 *
 *	NAME => PATH (0x1234)		NAME => not found		NAME-OR-PATH (0x1234)
 *
 * and complaints, which do not.
 */
#include "tools/run.h"
#include "lib/wire/util.h"

#include <string.h>

#define ARROW " => "

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The last one: a path may hold anything. */
static void cut_address(char *line)
{
	char *last = NULL, *p = line;

	while ((p = strstr(p, " (0x")))
		last = p++;
	if (last)
		*last = 0;
}

static struct sp_object parse_line(char *line)
{
	struct sp_object o = {line, line};
	char *arrow;

	cut_address(line);
	arrow = strstr(line, ARROW);
	if (arrow) {
		*arrow = 0;
		o.path = arrow + strlen(ARROW);
		if (strcmp(o.path, "not found") == 0)
			o.path = NULL;
	}
	o.name = base_name(line);
	return o;
}

static size_t count_lines(const char *text)
{
	size_t n = 1;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

int sp_listing_parse(char *text, struct sp_listing *ret)
{
	struct sp_listing l = {text, calloc(count_lines(text), sizeof(*l.objects)), 0};
	char *line, *rest = text;

	if (!l.objects) {
		free(text);
		return -ENOMEM;
	}
	while ((line = strsep(&rest, "\n")))
		if (*line == '\t')
			l.objects[l.count++] = parse_line(line + 1);
	*ret = l;
	return 0;
}

bool sp_listing_has(const struct sp_listing *listing, const char *path)
{
	for (size_t i = 0; i < listing->count; i++)
		if (listing->objects[i].path && strcmp(listing->objects[i].path, path) == 0)
			return true;
	return false;
}

const char *sp_listing_complaint(const char *text, const char *path, size_t *ret_len)
{
	const char *any = NULL;
	size_t n, any_len = 0;

	for (; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		if (*text == '\t' || n == 0)
			continue;
		*ret_len = n;
		if (memmem(text, n, path, strlen(path)))
			return text;
		if (!any) {
			any = text;
			any_len = n;
		}
	}
	*ret_len = any_len;
	return any;
}

void sp_listing_free(struct sp_listing *listing)
{
	free(listing->objects);
	free(listing->text);
	*listing = (struct sp_listing){0};
}
