/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the program makes of a helper that lies in every field it can: it must not crash, hang, lose descriptors or be told anything but
 * pixels. hostile-helper.c says what each name does; after each group of lies an honest picture must still come through.
 */
#include "tests/attack/play.h"

#include <stdio.h>
#include <string.h>

#define UNCHANGED (-1)
#define GOOD "3x5 type 16 continuous 1"
#define BIG "900x1000 type 16 continuous 1"
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* sizes of the memory under the limits that a play sets, see wire.h */
#define ROOM (4096ll * 1024)

static void add_good(struct play *p)
{
	play_add(p, "r", UNCHANGED, "good");
}

/* Nothing was told but pixels. */
static void finish(struct play *p)
{
	if (play_count(p, "good", GOOD) == 0)
		fail_msg("no honest picture came through: %s%s", p->o.out, p->o.err);
	assert_int_equal(play_count(p, "good", "empty"), 0);
	play_free(p);
}

static void test_random_replies(void **state)
{
	struct play p = { 0 };
	char name[32];

	(void)state;
	for (int seed = 0; seed < 4000; seed++)
		play_add(&p, "r", UNCHANGED, "rand_%d", seed);
	add_good(&p);
	play_run(&p);
	for (int seed = 0; seed < 4000; seed += 2) {
		snprintf(name, sizeof(name), "rand_%d", seed);
		assert_string_equal(play_result(&p, name, 0), "empty");
		play_line(&p, name, "the helper's reply makes no sense");
	}
	finish(&p);
}

/* Every boundary of a 32-bit field. */
static const long long words[] = { 0, 1, 2, 7, 8, -1, -2, 127, 128, 4095, 4096, 65535, 65536, 131071, 131072, 131073,
				   2147483647, -2147483647 - 1, 4294967295 };

static void add_fields(struct play *p, const char *op)
{
	/* sp_reply's four words, and sp_cv_reply's twelve in its body */
	for (size_t offset = 0; offset < 16 + 48; offset += 4)
		for (size_t i = 0; i < COUNT(words); i++)
			play_add(p, op, UNCHANGED, "field_%zu_4_%lld", offset, words[i]);
}

/* Whatever is said, the answer is a picture that lies within the memory, or nothing and one line. */
static void check_fields(const struct play *p)
{
	char name[64];

	for (size_t offset = 0; offset < 16 + 48; offset += 4)
		for (size_t i = 0; i < COUNT(words); i++) {
			int rows = 0, cols = 0, type = 0;
			const char *r;

			snprintf(name, sizeof(name), "field_%zu_4_%lld", offset, words[i]);
			r = play_result(p, name, 0);
			if (strcmp(r, "empty") == 0 || strncmp(r, "cv::Exception ", 14) == 0)
				continue;
			if (sscanf(r, "%dx%d type %d", &rows, &cols, &type) != 3 || strstr(r, "CHANGED"))
				fail_msg("%s: %s", name, r);
			assert_in_range(rows, 1, 1 << 20);
			assert_in_range(cols, 1, 1 << 20);
			assert_in_range((long long)rows * cols * (1 + type / 8), 1, ROOM);
		}
}

static void test_fields(void **state)
{
	static const char *const ops[] = { "r", "d", "D" };

	(void)state;
	for (size_t i = 0; i < COUNT(ops); i++) {
		struct play p = { 0 };

		add_fields(&p, ops[i]);
		add_good(&p);
		play_run(&p);
		check_fields(&p);
		finish(&p);
	}
}

/* Pictures just inside and just outside of what can be. */
static const struct {
	long long rows, cols, type, offset;
	const char *result; /* NULL: refused */
} pictures[] = {
	{ 2048, 2048, 0, 0, "2048x2048 type 0 continuous 1" },
	{ 512, 1024, 7 << 3 | 0, 0, "512x1024 type 56 continuous 1" }, /* eight channels */
	{ 1, 1048576, 0, 0, "1x1048576 type 0 continuous 1" },
	{ 1048576, 1, 0, 0, "1048576x1 type 0 continuous 1" },
	{ 1, 1, 0, ROOM - 64, "1x1 type 0 continuous 1" },
	{ 1, 64, 0, ROOM - 64, "1x64 type 0 continuous 1" },
	{ 1, 65, 0, ROOM - 64, NULL },
	{ 1, 1, 0, ROOM, NULL },
	{ 1, 1, 0, ROOM + 64, NULL },
	{ 1, 1, 0, -64, NULL },
	{ 1, 1, 0, 1ll << 31, NULL },
	{ 1, 1, 0, 1ll << 32, NULL },
	{ 1, 1, 0, -1ll - 0x7fffffffffffffff, NULL },
	{ 1, 1, 0, 1, NULL },
	{ 1, 1, 0, 8, NULL },
	{ 1, 1, 0, 63, NULL },
	{ 2049, 2048, 0, 0, NULL },
	{ 2048, 2048, 0, 64, NULL },
	{ 1, 1048577, 0, 0, NULL },
	{ 0, 5, 0, 0, NULL },
	{ 5, 0, 0, 0, NULL },
	{ -1, 5, 0, 0, NULL },
	{ 5, -1, 0, 0, NULL },
	{ -1, -1, 0, 0, NULL },
	{ 2147483647, 2147483647, 0, 0, NULL },
	{ 65536, 65536, 0, 0, NULL },
	{ 1 << 30, 4, 0, 0, NULL },
	{ 2147483647, 1, 0, 0, NULL },
	{ 65536, 2, 4088 + 6, 0, NULL },
	{ 1, 5, 4096, 0, NULL },
	{ 1, 5, 16 | 4096, 0, NULL },
	{ 1, 5, 16 | 1 << 14, 0, NULL }, /* CV_MAT_CONT_FLAG */
	{ 1, 5, 16 | 1 << 15, 0, NULL }, /* CV_SUBMAT_FLAG */
	{ 1, 5, 0x42ff0000 | 16, 0, NULL },
	{ 1, 5, -1, 0, NULL },
	{ 1, 5, -2147483647 - 1, 0, NULL },
};

static void test_pictures(void **state)
{
	struct play p = { 0 };
	char name[128];

	(void)state;
	for (size_t i = 0; i < COUNT(pictures); i++)
		play_add(&p, "r", UNCHANGED, "picture_%lld_%lld_%lld_%lld", pictures[i].rows, pictures[i].cols, pictures[i].type,
			 pictures[i].offset);
	add_good(&p);
	play_run(&p);
	for (size_t i = 0; i < COUNT(pictures); i++) {
		const char *wanted = pictures[i].result;

		snprintf(name, sizeof(name), "picture_%lld_%lld_%lld_%lld", pictures[i].rows, pictures[i].cols, pictures[i].type,
			 pictures[i].offset);
		if (strcmp(play_result(&p, name, 0), wanted ? wanted : "empty") != 0)
			fail_msg("%s gave %s", name, play_result(&p, name, 0));
		play_line(&p, name, wanted ? NULL : "it describes a picture that cannot be");
	}
	finish(&p);
}

/* A program that asks for a colour picture never looks at the type: another one would have it read and write beyond the pixels. */
static void test_type_as_asked(void **state)
{
	static const struct {
		int flags, type;
		bool may;
	} cases[] = {
		{ 1, 16, true },  { 1, 0, true /* PFM */ },  { 1, 18, false }, { 1, 24, false },   { 1, 21, false },
		{ 0, 0, true },	  { 0, 16, true /* HDR */ }, { 0, 2, false },  { 0, 8, false },	   { 2, 2, true },
		{ 2, 5, true },	  { 3, 18, true },	     { 3, 16, true },  { 3, 26, false },   { 4, 0, true },
		{ 4, 16, true },  { 4, 8, false },	     { 4, 2, false },  { 6, 2, true },	   { 6, 18, true },
		{ 6, 26, false }, { 17, 16, true },	     { 17, 5, false }, { 16, 0, true },	   { 129, 16, true },
		{ 129, 2, false }, { 128, 0, true },	     { -1, 24, true }, { -1, 26, true },   { -1, 6, true },
		{ 8, 26, true },
	};
	char name[64];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct play p = { 0 };
		const char *result;

		snprintf(name, sizeof(name), "picture_1_5_%d_0", cases[i].type);
		play_add(&p, "r", cases[i].flags, "%s", name);
		play_add(&p, "d", cases[i].flags, "%s", name);
		play_add(&p, "D", cases[i].flags, "%s", name);
		add_good(&p);
		play_run(&p);
		for (unsigned n = 0; n < 3; n++) {
			result = play_result(&p, name, n);
			if (cases[i].may == (strcmp(result, "empty") == 0))
				fail_msg("flags %d, type %d: %s", cases[i].flags, cases[i].type, result);
		}
		play_line(&p, name, cases[i].may ? NULL : "it describes a picture that cannot be");
		finish(&p);
	}
}

/* The program's own Mat must be created only in a size that the helper's memory could have held. */
static void test_created(void **state)
{
	static const char *const bad[] = { "created_0_-1_-1_0", "created_0_3_5_16", "created_1_0_5_16", "created_1_-1_5_16",
					   "created_1_2147483647_2147483647_16", "created_1_2147483647_1_16",
					   "created_1_3_5_-1", "created_1_3_5_4096", "created_1_2049_2048_0",
					   "created_2_1048577_1_0" };
	struct play p = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		play_add(&p, "D", UNCHANGED, "%s", bad[i]);
	play_add(&p, "D", UNCHANGED, "created_1_5_3_16");
	play_add(&p, "D", UNCHANGED, "created_1_7_7_2");
	add_good(&p);
	play_run(&p);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (strcmp(play_result(&p, bad[i], 0), "empty") != 0)
			fail_msg("%s gave %s", bad[i], play_result(&p, bad[i], 0));
	assert_int_equal(count_lines(p.o.err, "libsandbox-preload: cv::imdecode('buffer of "), COUNT(bad));
	assert_string_equal(play_result(&p, "created_1_5_3_16", 0), GOOD);
	assert_string_equal(play_result(&p, "created_1_7_7_2", 0), GOOD);
	finish(&p);
}

static void test_transport(void **state)
{
	struct play p = { .env = { "SANDBOX_PRELOAD_VERBOSE=1" } };
	char name[32];

	(void)state;
	play_add(&p, "r", UNCHANGED, "pieces");
	play_add(&p, "r", UNCHANGED, "more_0");
	play_add(&p, "r", UNCHANGED, "more_1");
	play_add(&p, "r", UNCHANGED, "two_0");
	play_add(&p, "r", UNCHANGED, "two_1");
	play_add(&p, "r", UNCHANGED, "big");
	play_add(&p, "r", UNCHANGED, "close");
	for (int n = 0; n < 128; n += 9)
		play_add(&p, "r", UNCHANGED, "length_%d", n);
	add_good(&p);
	play_run(&p);
	assert_string_equal(play_result(&p, "pieces", 0), GOOD);
	assert_string_equal(play_result(&p, "more_0", 0), GOOD);
	assert_string_equal(play_result(&p, "two_0", 0), GOOD);
	assert_string_equal(play_result(&p, "big", 0), BIG);
	assert_string_equal(play_result(&p, "more_1", 0), BIG);
	assert_string_equal(play_result(&p, "two_1", 0), BIG);
	play_line(&p, "close", "the helper ended without an answer");
	for (int n = 0; n < 128; n += 9) {
		snprintf(name, sizeof(name), "length_%d", n);
		assert_string_equal(play_result(&p, name, 0), "empty");
		play_line(&p, name, "the helper ended without an answer");
	}
	finish(&p);
}

/*
 * The subject sums up the pixels twice, with time in between. Small pictures and those for a Mat of the program's own are copied; others are taken
 * over in place, when their writer is gone, whoever tells that: the obituary, or, of an orphan, the channel.
 */
static void test_memory_changes(void **state)
{
	struct play p = { 0 };

	(void)state;
	play_add(&p, "r", UNCHANGED, "big"); /* the next is mapped ahead */
	for (int i = 0; i < 2; i++)
		for (int orphan = 0; orphan < 2; orphan++) {
			play_add(&p, "r", UNCHANGED, "change_0_500_%d", orphan);
			play_add(&p, "r", UNCHANGED, "change_1_500_%d", orphan);
			play_add(&p, "d", UNCHANGED, "change_1_500_%d", orphan);
			play_add(&p, "D", UNCHANGED, "change_1_500_%d", orphan);
		}
	add_good(&p);
	play_run(&p);
	assert_int_equal(play_count(&p, "change_0_500_0", GOOD), 2);
	assert_int_equal(play_count(&p, "change_1_500_0", BIG), 6);
	assert_int_equal(play_count(&p, "change_0_500_1", GOOD), 2);
	assert_int_equal(play_count(&p, "change_1_500_1", BIG), 6);
	finish(&p);
}

/* A writer that outlives the program's patience gets its memory copied, never taken over. */
static void test_memory_changes_for_long(void **state)
{
	struct play p = { .timeout = 60 };

	(void)state;
	play_add(&p, "r", UNCHANGED, "big");
	play_add(&p, "r", UNCHANGED, "change_1_7000_0");
	play_add(&p, "r", UNCHANGED, "change_1_7000_1");
	add_good(&p);
	play_run(&p);
	assert_string_equal(play_result(&p, "change_1_7000_0", 0), BIG);
	assert_string_equal(play_result(&p, "change_1_7000_1", 0), BIG);
	finish(&p);
}

/* The program does not wait for ever, neither for a reply nor for the end of a helper that has replied. */
static void test_silence(void **state)
{
	struct play p = { .env = { "SANDBOX_PRELOAD_TIME_LIMIT=1" }, .timeout = 60 };

	(void)state;
	play_add(&p, "t", 8, "silent_60000");
	play_add(&p, "t", 8, "linger_60000");
	add_good(&p);
	play_run(&p);
	assert_string_equal(play_result(&p, "silent_60000", 0), "empty");
	assert_string_equal(play_result(&p, "linger_60000", 0), BIG);
	assert_int_equal(count_lines(p.o.err, "libsandbox-preload: cv::imread('silent_60000'): it took longer than 1 s"), 8);
	finish(&p);
}

/* What an attacker could make a terminal do. */
static void assert_tame(const char *text)
{
	for (const unsigned char *s = (const unsigned char *)text; *s; s++)
		if ((*s < 0x20 && *s != '\n' && *s != '\t') || *s == 0x7f || (s[0] == 0xc2 && s[1] >= 0x80 && s[1] < 0xa0))
			fail_msg("byte %02x in: %s", *s, text);
}

static void test_texts(void **state)
{
	static const char escaped[] = "a\\x1b[31mb\\x07c\\x0dd\\x7fe\xc2\\x9b2Jf\\x9bg\\x00h\\x08i\n";
	struct play p = { .env = { "SANDBOX_PRELOAD_VERBOSE=1" } };

	(void)state;
	for (int type = 0; type < 9; type++)
		play_add(&p, "r", UNCHANGED, "text_%d", type);
	play_add(&p, "r", UNCHANGED, "signal_31_59");
	play_add(&p, "r", UNCHANGED, "signal_11_-1");
	play_add(&p, "r", UNCHANGED, "signal_127_0");
	play_add(&p, "r", UNCHANGED, "error_2_2_2_0");
	play_add(&p, "r", UNCHANGED, "error_2_2_2_1");
	play_add(&p, "r", UNCHANGED, "throw_5_1");
	add_good(&p);
	play_run(&p);
	assert_tame(p.o.out);
	assert_tame(p.o.err);
	assert_null(strchr(p.o.out, '\x9b'));
	assert_has(p.o.out, escaped);
	assert_has(p.o.err, escaped);
	play_line(&p, "signal_31_59", "killed for a forbidden system call: na\\x1bme (number 59)");
	play_line(&p, "signal_11_-1", "the helper died of SIGSEGV");
	assert_non_null(strstr(p.o.err, "#0 \\x1b]0;x\\x07y"));
	assert_string_equal(play_result(&p, "error_2_2_2_1", 0), "cv::Exception -2147483648 %s");
	finish(&p);
}

/* Only the front speaks for the front. */
static void test_forged_lines(void **state)
{
	struct play p = { 0 };

	(void)state;
	for (int type = 1; type < 5; type++)
		play_add(&p, "r", UNCHANGED, "forge_%d", type);
	add_good(&p);
	play_run(&p);
	assert_int_equal(count_lines(p.o.err, "libsandbox-preload: "), 0);
	assert_int_equal(count_lines(p.o.out, "libsandbox-preload: "), 0);
	assert_has(p.o.err, "all is well");
	finish(&p);
}

static void test_events(void **state)
{
	static const long long lens[] = { 0, 1, 3, 4, 5, 65535, 131064, 131072, 2147483647, 2147483648, 4294967295 };
	static const long long records[] = { 1, 7, 8, 9, 11, 13, 131071, 131072, 131073, 4294967295 };
	struct play p = { 0 };

	(void)state;
	for (int type = 0; type < 9; type++)
		for (size_t i = 0; i < COUNT(lens); i++)
			for (size_t k = 0; k < COUNT(records); k++)
				play_add(&p, "r", UNCHANGED, "event_%d_%lld_%lld", type, lens[i], records[k]);
	play_add(&p, "r", UNCHANGED, "event_1_4_12");
	add_good(&p);
	play_run(&p);
	for (int type = 0; type < 9; type++)
		for (size_t i = 0; i < COUNT(lens); i++)
			for (size_t k = 0; k < COUNT(records); k++) {
				char name[64];

				/* Only a header alone can be right. */
				if (lens[i] + 8 == records[k] && type >= 1 && type <= 6 && type != 5)
					continue;
				snprintf(name, sizeof(name), "event_%d_%lld_%lld", type, lens[i], records[k]);
				if (strcmp(play_result(&p, name, 0), "empty") != 0 && !(type && lens[i] == 0))
					fail_msg("%s gave %s", name, play_result(&p, name, 0));
			}
	assert_string_equal(play_result(&p, "event_1_4_12", 0), GOOD);
	assert_has(p.o.err, "text");
	finish(&p);
}

static void test_errors(void **state)
{
	static const long long lens[] = { 0, 1, 6, 7, 2147483647, 4294967295 };
	struct play p = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(lens); i++)
		for (size_t k = 0; k < COUNT(lens); k++)
			for (int thrown = 0; thrown < 2; thrown++)
				play_add(&p, "r", UNCHANGED, "error_%lld_%lld_%lld_%d", lens[i], lens[k],
					 6 - lens[i] - lens[k], thrown);
	play_add(&p, "r", UNCHANGED, "errors_100000");
	for (int thrown = 0; thrown < 9; thrown++)
		for (int what = 0; what < 2; what++)
			play_add(&p, "r", UNCHANGED, "throw_%d_%d", thrown, what);
	play_add(&p, "r", UNCHANGED, "throw_-1_1");
	add_good(&p);
	play_run(&p);
	assert_string_equal(play_result(&p, "error_6_0_0_0", 0), GOOD);
	assert_string_equal(play_result(&p, "errors_100000", 0), GOOD);
	/* A cv::Exception without its words cannot be thrown again. */
	assert_string_equal(play_result(&p, "throw_1_1", 0), "empty");
	play_line(&p, "throw_1_1", "it says that the library threw, but not what");
	assert_string_equal(play_result(&p, "throw_2_0", 0), "std::bad_alloc");
	finish(&p);
}

static void test_obituaries(void **state)
{
	struct play p = { .env = { "SANDBOX_PRELOAD_VERBOSE=1" }, .timeout = 60 };

	(void)state;
	for (int seed = 0; seed < 500; seed++)
		play_add(&p, "r", UNCHANGED, "obituary_%d", seed);
	for (size_t i = 0; i < COUNT(words); i++)
		play_add(&p, "r", UNCHANGED, "head_%lld_%lld", words[i], words[COUNT(words) - 1 - i]);
	play_add(&p, "r", UNCHANGED, "obitpart_8");
	play_add(&p, "r", UNCHANGED, "obitpart_3143");
	add_good(&p);
	play_run(&p);
	assert_int_equal(count_lines(p.o.err, "libsandbox-preload: cv::imread('"), 500 + COUNT(words) + 2);
	assert_tame(p.o.err);
	finish(&p);
}

static void test_helper_leaves(void **state)
{
	struct play p = { 0 };

	(void)state;
	for (int i = 0; i < 5; i++) {
		play_add(&p, "r", UNCHANGED, "leave");
		add_good(&p);
	}
	play_run(&p);
	assert_int_equal(play_count(&p, "leave", "empty"), 5);
	assert_int_equal(play_count(&p, "good", GOOD), 5);
	finish(&p);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_replies), cmocka_unit_test(test_fields),	   cmocka_unit_test(test_pictures),
		cmocka_unit_test(test_type_as_asked),  cmocka_unit_test(test_created),	   cmocka_unit_test(test_transport),
		cmocka_unit_test(test_memory_changes), cmocka_unit_test(test_memory_changes_for_long),
		cmocka_unit_test(test_silence),	       cmocka_unit_test(test_texts),	   cmocka_unit_test(test_forged_lines),
		cmocka_unit_test(test_events),	       cmocka_unit_test(test_errors),	   cmocka_unit_test(test_obituaries),
		cmocka_unit_test(test_helper_leaves),
	};

	if (argc > 1) /* one of them */
		cmocka_set_test_filter(argv[1]);
	play_module = "sandbox-helper";
	play_hostile = "attack/hostile-helper";
	return cmocka_run_group_tests_name("hostile-helper", tests, play_setup, work_teardown);
}
