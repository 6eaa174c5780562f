/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the program makes of offers that are wrong. The real zygote never looks at an untrusted byte and is honest; but a reply that nobody checks
 * is a promise that nobody keeps, and an older or newer helper program may stand in its place.
 */
#include "tests/attack/play.h"

#include <stdio.h>
#include <string.h>

#define UNCHANGED (-1)
#define GOOD "3x5 type 16 continuous 1"
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define MEMORY "the helper's memory has the wrong size [EPROTO]"
#define OTHER "front and helper are of different versions (reinstall the package)"
#define NONE "no helper process could be started"
#define HANDED "the request could not be handed over"

static const struct {
	const char *attack, *words; /* NULL: a good picture */
} offers[] = {
	{ "none", NULL },
	{ "fds-3", NULL },
	{ "memory-short", MEMORY },
	{ "memory-empty", MEMORY },
	{ "memory-long", MEMORY },
	{ "memory-unsealed", MEMORY },
	{ "memory-fifo", MEMORY },
	{ "memory-socket", MEMORY },
	{ "memory-file", MEMORY },
	{ "memory-directory", MEMORY },
	{ "memory-null", MEMORY },
	{ "size-0", MEMORY },
	{ "size-less", MEMORY },
	{ "size-more", MEMORY },
	{ "size-max", MEMORY },
	{ "magic", OTHER },
	{ "version", OTHER },
	{ "kind-0", OTHER },
	{ "kind-max", OTHER },
	{ "length-0", OTHER },
	{ "length-short", OTHER },
	{ "fds-0", OTHER },
	{ "fds-1", NONE },
	{ "fds-2", NONE },
	{ "fds-4", "; nothing was decoded" },
	{ "fds-9", "; nothing was decoded" },
	{ "channel-file", "the helper's reply makes no sense" },
	{ "channel-null", HANDED },
	{ "plug-short", HANDED },
	{ "plug-none", HANDED },
	{ "channel-closed", HANDED },
	{ "reason-endless", OTHER },
	{ "reason-escapes", "the helper could not get ready: bad\\x0a\\x1b[2Jluck\\x0d%s%n; nothing" },
	{ "failed-with-fds", "the helper could not get ready: bad\\x0a" },
	{ "exit", "the helper program ended at once" },
	{ "offer-and-exit", "" } /* before or after the request was sent */,
};

/* Again and again, so that a lost descriptor shows. */
static void check_offer(const char *attack, const char *words)
{
	struct play p = { 0 };
	char variable[64];

	snprintf(variable, sizeof(variable), "OPENCV_ATTACK=%s", attack);
	p.env[0] = variable;
	play_add(&p, "r", UNCHANGED, "good");
	for (int i = 0; i < 6; i++)
		play_add(&p, "d", UNCHANGED, "good");
	play_run(&p);
	if (strcmp(play_result(&p, "good", 0), words ? "empty" : GOOD) != 0)
		fail_msg("%s gave %s", attack, play_result(&p, "good", 0));
	play_line(&p, "good", words);
	assert_int_equal(count_lines(p.o.err, "libsandbox-preload: "), words ? 7 : 0);
	assert_null(strchr(p.o.err, '\033'));
	play_free(&p);
}

static void test_offers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(offers); i++)
		check_offer(offers[i].attack, offers[i].words);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_offers) };

	play_module = "sandbox-helper";
	play_hostile = "attack/hostile-helper";
	return cmocka_run_group_tests_name("hostile-offer", tests, play_setup, work_teardown);
}
