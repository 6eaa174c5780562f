/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/wire/wire.c: what is taken from the other side, and what is not. */
#include "tests/unit/unit.h"
#include "lib/wire/wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t put_event(uint8_t *at, unsigned type, uint32_t len)
{
	struct sp_event ev = { .type = (uint16_t)type, .len = len };

	memcpy(at, &ev, sizeof(ev));
	return sizeof(ev);
}

static void test_events_in_order(void **state)
{
	uint8_t buf[64] = { 0 };
	const uint8_t *data;
	struct sp_event ev;
	size_t n = 0, pos = 0;

	(void)state;
	n += put_event(buf + n, SP_EVENT_CERR, 3);
	memcpy(buf + n, "abc", 3);
	n += 3;
	n += put_event(buf + n, SP_EVENT_WHAT, 0);
	assert_int_equal(sp_event_next(buf, n, &pos, &ev, &data), 1);
	assert_int_equal(ev.type, SP_EVENT_CERR);
	assert_int_equal(ev.len, 3);
	assert_memory_equal(data, "abc", 3);
	assert_int_equal(sp_event_next(buf, n, &pos, &ev, &data), 1);
	assert_int_equal(ev.type, SP_EVENT_WHAT);
	assert_int_equal(pos, n);
	assert_int_equal(sp_event_next(buf, n, &pos, &ev, &data), 0);
	assert_int_equal(pos, n);
}

static void test_events_refused(void **state)
{
	static const struct {
		unsigned type;
		uint32_t len;
		size_t record;
		int result;
	} cases[] = {
		{ 1, 8, 16, 1 },	  { 1, 0, 8, 1 },     { 6, 0, 8, 1 },	       { 0, 0, 8, -EBADMSG },
		{ 7, 0, 8, -EBADMSG },	  { 65535, 0, 8, -EBADMSG }, { 1, 9, 16, -EBADMSG },   { 1, UINT32_MAX, 16, -EBADMSG },
		{ 1, INT32_MAX, 16, -EBADMSG }, { 1, UINT32_MAX - 7, 16, -EBADMSG }, { 1, 0, 7, -EBADMSG }, { 1, 0, 1, -EBADMSG },
		{ 1, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t *buf = malloc(cases[i].record + 8); /* of its own, for the sanitizer to guard */
		struct sp_event ev = { .type = 99 };
		const uint8_t *data = NULL;
		size_t pos = 0;

		put_event(buf, cases[i].type, cases[i].len);
		assert_int_equal(sp_event_next(buf, cases[i].record, &pos, &ev, &data), cases[i].result);
		if (cases[i].result != 1) {
			assert_int_equal(pos, 0);
			assert_int_equal(ev.type, 99);
			assert_null(data);
		}
		free(buf);
	}
}

static void test_position_beyond(void **state)
{
	uint8_t buf[16] = { 0 };
	const uint8_t *data;
	struct sp_event ev;
	size_t pos = 17;

	(void)state;
	assert_int_equal(sp_event_next(buf, sizeof(buf), &pos, &ev, &data), -EBADMSG);
	pos = SIZE_MAX;
	assert_int_equal(sp_event_next(buf, sizeof(buf), &pos, &ev, &data), -EBADMSG);
}

/* Whatever the bytes: each event lies within the record, and the walk ends. */
static void test_random_events(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int round = 0; round < 100000; round++) {
		size_t len = noise(&seed) % 64, pos = 0, before = 0;
		uint8_t *buf = malloc(len ? len : 1);
		const uint8_t *data;
		struct sp_event ev;

		for (size_t i = 0; i < len; i++)
			buf[i] = noise(&seed) % 4 ? 0 : (uint8_t)(noise(&seed) % 16);
		while (sp_event_next(buf, len, &pos, &ev, &data) == 1) {
			assert_true(pos > before && pos <= len);
			assert_true(data >= buf && data + ev.len == buf + pos);
			before = pos;
		}
		free(buf);
	}
}

static int parse(uint32_t err, uint32_t func, uint32_t file, size_t text)
{
	struct sp_event_error head = { .err_len = err, .func_len = func, .file_len = file }, got;
	uint8_t data[64];
	const char *str[3];
	int r;

	memcpy(data, &head, sizeof(head));
	memset(data + sizeof(head), 'x', sizeof(data) - sizeof(head));
	r = sp_event_parse_error(data, sizeof(head) + text, &got, str);
	if (r == 0) {
		assert_ptr_equal(str[0], data + sizeof(head));
		assert_ptr_equal(str[1], str[0] + err);
		assert_ptr_equal(str[2], str[1] + func);
	}
	return r;
}

static void test_error_strings(void **state)
{
	struct sp_event_error head;
	const char *str[3];

	(void)state;
	assert_int_equal(parse(0, 0, 0, 0), 0);
	assert_int_equal(parse(1, 2, 3, 6), 0);
	assert_int_equal(parse(6, 0, 0, 6), 0);
	assert_int_equal(parse(1, 2, 3, 5), -EBADMSG);
	assert_int_equal(parse(1, 2, 3, 7), -EBADMSG);
	assert_int_equal(parse(UINT32_MAX, 7, 0, 6), -EBADMSG); /* 2^32 + 6 */
	assert_int_equal(parse(UINT32_MAX, UINT32_MAX, 8, 6), -EBADMSG);
	assert_int_equal(parse(0, 0, UINT32_MAX, 0), -EBADMSG);
	assert_int_equal(sp_event_parse_error((const uint8_t *)"", 0, &head, str), -EBADMSG);
	assert_int_equal(sp_event_parse_error((const uint8_t *)"0123456789012345678", 19, &head, str), -EBADMSG);
}

static void test_reply(void **state)
{
	struct sp_reply r = { .magic = SP_REPLY_MAGIC, .kind = SP_REPLY_RESULT };

	(void)state;
	for (uint32_t kind = 0; kind < 10; kind++) {
		r.kind = kind;
		assert_int_equal(sp_reply_check(&r), kind >= 1 && kind <= 7 ? 0 : -EBADMSG);
	}
	r.kind = UINT32_MAX;
	assert_int_equal(sp_reply_check(&r), -EBADMSG);
	r.kind = SP_REPLY_RESULT;
	r.event_len = SP_EVENTS_MAX;
	assert_int_equal(sp_reply_check(&r), 0);
	r.event_len++;
	assert_int_equal(sp_reply_check(&r), -EBADMSG);
	r.event_len = UINT32_MAX;
	assert_int_equal(sp_reply_check(&r), -EBADMSG);
	r.event_len = 0;
	r.reserved = 1;
	assert_int_equal(sp_reply_check(&r), -EBADMSG);
	r.reserved = 0;
	r.magic = SP_OFFER_MAGIC;
	assert_int_equal(sp_reply_check(&r), -EBADMSG);
}

static void test_offer(void **state)
{
	struct sp_offer o = { .magic = SP_OFFER_MAGIC, .version = SP_WIRE_VERSION, .kind = SP_OFFER_SPARE };

	(void)state;
	assert_int_equal(sp_offer_check(&o), 0);
	o.kind = SP_OFFER_FAILED;
	assert_int_equal(sp_offer_check(&o), 0);
	o.kind = 0;
	assert_int_equal(sp_offer_check(&o), -EBADMSG);
	o.kind = 3;
	assert_int_equal(sp_offer_check(&o), -EBADMSG);
	o.kind = SP_OFFER_FAILED;
	memset(o.reason, 'x', sizeof(o.reason));
	assert_int_equal(sp_offer_check(&o), -EBADMSG);
	o.reason[sizeof(o.reason) - 1] = 0;
	assert_int_equal(sp_offer_check(&o), 0);
	o.version++;
	assert_int_equal(sp_offer_check(&o), -EPROTO);
	o.magic++;
	assert_int_equal(sp_offer_check(&o), -EBADMSG);
}

static void check_escape(const char *text, size_t len, int one_line, const char *wanted)
{
	char out[256] = { 0 };
	size_t n = sp_text_escape(text, len, one_line, out, sizeof(out) - 1);

	assert_int_equal(n, strlen(wanted));
	assert_string_equal(out, wanted);
}

#define ESCAPE(text, one_line, wanted) check_escape(text, sizeof(text) - 1, one_line, wanted)

static void test_escape(void **state)
{
	(void)state;
	ESCAPE("", 0, "");
	ESCAPE("plain %s \\ text", 0, "plain %s \\ text");
	ESCAPE("a\tb\nc", 0, "a\tb\nc");
	ESCAPE("a\tb\nc\r", 1, "a\\x09b\\x0ac\\x0d");
	ESCAPE("\0\1\33[0m\37\177", 0, "\\x00\\x01\\x1b[0m\\x1f\\x7f");
	ESCAPE("\x80\x9b\x9f\xa0\xff", 0, "\\x80\\x9b\\x9f\xa0\xff");
	ESCAPE("\xc2\x9b" "2J\xc2\x80\xc2\xa0", 0, "\xc2\\x9b2J\xc2\\x80\xc2\xa0");
	/* Characters whose bytes happen to be in the range: German, Japanese, an emoji. */
	ESCAPE("\xc3\x9f\xe3\x82\x9b\xf0\x9f\x98\x80", 1, "\xc3\x9f\xe3\x82\x9b\xf0\x9f\x98\x80");
	/* Over-long forms of U+009B, halves of characters. */
	ESCAPE("\xe0\x82\x9b", 0, "\xe0\\x82\\x9b");
	ESCAPE("\xf0\x80\x82\x9b", 0, "\xf0\\x80\\x82\\x9b");
	ESCAPE("\xe3\x82", 0, "\xe3\\x82");
	ESCAPE("\xc3\x1b", 0, "\xc3\\x1b");
	ESCAPE("\xf5\x9b\x9b\x9b", 0, "\xf5\\x9b\\x9b\\x9b");
}

/* Every length of room: never more than it, never a piece of an escape or character, always a beginning of the whole. */
static void test_escape_room(void **state)
{
	static const char text[] = "ab\33cd\xe3\x82\x9b" "e\x9b\n";
	char whole[64], out[64];
	size_t all = sp_text_escape(text, sizeof(text) - 1, 1, whole, sizeof(whole)), last = 0;

	(void)state;
	for (size_t cap = 0; cap <= all; cap++) {
		size_t n;

		memset(out, '#', sizeof(out));
		n = sp_text_escape(text, sizeof(text) - 1, 1, out, cap);
		assert_true(n <= cap && n >= last);
		assert_memory_equal(out, whole, n);
		assert_int_equal(out[n], '#');
		assert_true(n == all || n == 0 || whole[n] == '\\' || out[n - 1] != '\\');
		assert_true(n == all || ((unsigned char)whole[n] & 0xc0) != 0x80);
		last = n;
	}
	assert_int_equal(last, all);
}

static void test_escape_random(void **state)
{
	uint64_t seed = 2;

	(void)state;
	for (int round = 0; round < 100000; round++) {
		size_t len = noise(&seed) % 24, n;
		char in[24], out[96];

		for (size_t i = 0; i < len; i++)
			in[i] = (char)noise(&seed);
		n = sp_text_escape(in, len, 0, out, sizeof(out));
		for (size_t i = 0; i < n; i++) {
			unsigned char c = (unsigned char)out[i];

			assert_true((c >= 0x20 || c == '\n' || c == '\t') && c != 0x7f);
			assert_true(c != 0xc2 || i + 1 == n || (unsigned char)out[i + 1] < 0x80 || (unsigned char)out[i + 1] >= 0xa0);
		}
	}
}

/* Areas are mapped one by one, whatever the limit: SANDBOX_PRELOAD_INPUT_LIMIT=100000 once made every call fail. */
static void test_output_area(void **state)
{
	(void)state;
	assert_true(sp_mem_output(SP_HUGE_PAGE - SP_MEM_INPUT) == SP_HUGE_PAGE);
	assert_true(sp_mem_output(SP_HUGE_PAGE - SP_MEM_INPUT + 1) == 2 * SP_HUGE_PAGE);
	for (uint64_t limit = 65536; limit < 1ull << 40; limit = limit * 3 / 2 + 1)
		assert_true(sp_mem_output(limit) % SP_HUGE_PAGE == 0 && sp_mem_output(limit) - SP_MEM_INPUT - limit < SP_HUGE_PAGE);
}

/* Pictures that a program keeps are not to cost it much more than they natively do. */
static void test_huge_part(void **state)
{
	(void)state;
	assert_true(sp_huge_part(0) == 0 && sp_huge_part(SP_HUGE_MIN - 1) == 0 && sp_huge_part(SP_HUGE_MIN) == SP_HUGE_PAGE);
	assert_true(sp_huge_part(SP_COPY_MAX + 1) == 0);
	for (uint64_t len = SP_COPY_MAX + 1; len < 1ull << 40; len = len * 9 / 8 + 1) {
		const uint64_t part = sp_huge_part(len);

		assert_true(part % SP_HUGE_PAGE == 0 && part + SP_HUGE_PAGE > len);
		assert_true(part <= len || (part - len) * 3 <= len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_output_area), cmocka_unit_test(test_huge_part),
		cmocka_unit_test(test_events_in_order), cmocka_unit_test(test_events_refused), cmocka_unit_test(test_position_beyond),
		cmocka_unit_test(test_random_events),	cmocka_unit_test(test_error_strings),  cmocka_unit_test(test_reply),
		cmocka_unit_test(test_offer),		cmocka_unit_test(test_escape),	       cmocka_unit_test(test_escape_room),
		cmocka_unit_test(test_escape_random),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
