/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reader of what subjects print: where it cuts, and what it counts as the same words. */
#include "tests/parity/printed.h"

#include <stdlib.h>
#include <string.h>

static void assert_section(const struct printed *p, size_t i, const char *name, const char *text)
{
	assert_in_range(i, 0, p->count - 1);
	assert_string_equal(p->sections[i].name, name);
	assert_string_equal(p->sections[i].text, text);
}

static void test_sections(void **state)
{
	char text[] = "before\n\n== one\nwords\n\n== two\n\n== three\nmore == words\n== four";
	struct printed p;

	(void)state;
	printed_split(text, &p);
	assert_int_equal(p.count, 4);
	assert_section(&p, 0, "", "before\n");
	assert_section(&p, 1, "one", "words\n");
	assert_section(&p, 2, "two", "");
	assert_section(&p, 3, "three", "more == words\n== four");
	free(p.sections);
}

static void test_nothing_before(void **state)
{
	char text[] = "\n== one\nwords\n", none[] = "";
	struct printed p;

	(void)state;
	printed_split(text, &p);
	assert_int_equal(p.count, 2);
	assert_section(&p, 0, "", "");
	assert_section(&p, 1, "one", "words\n");
	free(p.sections);
	printed_split(none, &p);
	assert_int_equal(p.count, 1);
	assert_section(&p, 0, "", "");
	free(p.sections);
}

static uint64_t sum_of(const struct printed *p)
{
	struct line_sum s = { 0 };

	for (size_t i = 0; i < p->count; i++)
		add_lines(&s, p->sections[i].text);
	return end_lines(&s);
}

/* A decoder's thread printed "[mpeg2video] ", then the program a section's name, then the thread the rest of its line: the name stood in the line, was not found, and the two streams seemed to have other sections. */
static void test_line_in_two_sections(void **state)
{
	char cut[] = "\n== one\nwords\n[mpeg2video] \n== two\nac-tex damaged\nlast\n", whole[] = "\n== one\nlast\n\n== two\n[mpeg2video] ac-tex damaged\nwords\n";
	char other[] = "\n== one\nlast\n\n== two\n[mpeg2video] \nac-tex damaged\nwords\n";
	struct printed p, q, r;

	(void)state;
	printed_split(cut, &p);
	printed_split(whole, &q);
	printed_split(other, &r);
	assert_section(&p, 1, "one", "words\n[mpeg2video] ");
	assert_section(&p, 2, "two", "ac-tex damaged\nlast\n");
	assert_true(sum_of(&p) == sum_of(&q));
	assert_true(sum_of(&p) != sum_of(&r));
	free(p.sections);
	free(q.sections);
	free(r.sections);
}

static void test_gstreamer(void **state)
{
	char text[] = "one\n[ WARN] cap_gstreamer.cpp (1)\n\ntwo\nno GStreamer here\npart";

	(void)state;
	without_gstreamer(text);
	assert_string_equal(text, "one\ntwo\npart");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_nothing_before),
		cmocka_unit_test(test_line_in_two_sections),
		cmocka_unit_test(test_gstreamer),
	};

	return cmocka_run_group_tests_name("parity/printed", tests, NULL, NULL);
}
