/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The answers of the hostile helper. */
#include "tests/attack/hostile-helper.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define CV_8UC3 16
/* A picture that is mapped and not copied. */
#define BIG_ROWS 900
#define BIG_COLS 1000

static uint64_t next_random(uint64_t *s)
{
	*s += 0x9e3779b97f4a7c15u; /* splitmix64 (G. Steele, D. Lea, C. Flood) */
	uint64_t z = *s;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static void randomize(void *buf, size_t len, uint64_t *s)
{
	for (size_t i = 0; i < len; i++)
		((uint8_t *)buf)[i] = (uint8_t)next_random(s);
}

static void nap(unsigned ms)
{
	nanosleep(&(struct timespec){ ms / 1000, (ms % 1000) * 1000000l }, NULL);
}

static void put(const struct parts *p, const void *buf, size_t len)
{
	if (write(p->channel, buf, len) < 0)
		return;
}

static struct sp_cv_reply picture(int rows, int cols)
{
	return (struct sp_cv_reply){ .result = 1, .rows = rows, .cols = cols, .type = CV_8UC3, .created = 1,
				     .created_rows = rows, .created_cols = cols, .created_type = CV_8UC3 };
}

static struct sp_reply wrap(const struct sp_cv_reply *body)
{
	struct sp_reply r = { .magic = SP_REPLY_MAGIC, .kind = SP_REPLY_RESULT };

	memcpy(r.body, body, sizeof(*body));
	return r;
}

static struct sp_reply good_reply(struct parts *p, int rows, int cols)
{
	struct sp_cv_reply body = picture(rows, cols);

	memset(p->map + hostile.output, 0x5a, (size_t)rows * (size_t)cols * 3);
	return wrap(&body);
}

static void good(struct parts *p)
{
	struct sp_reply r = good_reply(p, 3, 5);

	put(p, &r, sizeof(r));
}

static void big(struct parts *p)
{
	struct sp_reply r = good_reply(p, BIG_ROWS, BIG_COLS);

	put(p, &r, sizeof(r));
}

/* rand_<seed>: a reply's size of noise; every other one begins well. */
static void random_reply(struct parts *p)
{
	uint64_t s = (uint64_t)p->arg[0];
	struct sp_reply r;

	randomize(&r, sizeof(r), &s);
	if (p->arg[0] & 1) {
		r.magic = SP_REPLY_MAGIC;
		r.kind = 1 + r.kind % (SP_REPLY_MAX - 1);
		r.event_len %= 64;
		r.reserved = 0;
	}
	randomize(p->map + SP_MEM_EVENTS, 64, &s);
	put(p, &r, sizeof(r));
}

/* length_<n>: the channel closes after n bytes of a good reply. */
static void short_reply(struct parts *p)
{
	struct sp_reply r = good_reply(p, 3, 5);

	put(p, &r, (size_t)p->arg[0]);
}

/* field_<offset>_<size>_<value>: a good reply in which one field of sp_reply is something else. */
static void field(struct parts *p)
{
	struct sp_reply r = good_reply(p, 3, 5);
	uint64_t v = (uint64_t)p->arg[2];

	memcpy((uint8_t *)&r + p->arg[0], &v, (size_t)p->arg[1]);
	put(p, &r, sizeof(r));
}

/* picture_<rows>_<cols>_<type>_<offset> */
static void any_picture(struct parts *p)
{
	struct sp_cv_reply body = picture((int)p->arg[0], (int)p->arg[1]);
	struct sp_reply r;

	body.type = body.created_type = (int32_t)p->arg[2];
	body.offset = (uint64_t)p->arg[3];
	r = wrap(&body);
	put(p, &r, sizeof(r));
}

/* created_<created>_<rows>_<cols>_<type>: what became of the program's Mat, with a good picture. */
static void created(struct parts *p)
{
	struct sp_cv_reply body = picture(3, 5);
	struct sp_reply r;

	body.created = (uint32_t)p->arg[0];
	body.created_rows = (int32_t)p->arg[1];
	body.created_cols = (int32_t)p->arg[2];
	body.created_type = (int32_t)p->arg[3];
	r = wrap(&body);
	put(p, &r, sizeof(r));
}

static void pieces(struct parts *p)
{
	struct sp_reply r = good_reply(p, 3, 5);

	for (size_t i = 0; i < sizeof(r); i += 16) {
		put(p, (char *)&r + i, 16);
		nap(2);
	}
}

/* two_<big>: the same reply twice. */
static void two(struct parts *p)
{
	struct sp_reply r = p->arg[0] ? good_reply(p, BIG_ROWS, BIG_COLS) : good_reply(p, 3, 5);

	put(p, &r, sizeof(r));
	put(p, &r, sizeof(r));
}

/* more_<big>: a reply and half a megabyte of noise, as far as the pipe takes it. */
static void more(struct parts *p)
{
	struct sp_reply r = p->arg[0] ? good_reply(p, BIG_ROWS, BIG_COLS) : good_reply(p, 3, 5);
	char noise[4096] = { 1 };

	put(p, &r, sizeof(r));
	fcntl(p->channel, F_SETFL, O_NONBLOCK);
	for (int i = 0; i < 128; i++)
		if (write(p->channel, noise, sizeof(noise)) < 0)
			return;
}

/*
 * change_<big>_<ms>_<orphan>: reply, and go on to write the picture for so long with the channel open; as an orphan without the obituary, whose other
 * end then says that the zygote is gone.
 */
static void change(struct parts *p)
{
	struct sp_reply r = p->arg[0] ? good_reply(p, BIG_ROWS, BIG_COLS) : good_reply(p, 3, 5);
	size_t len = p->arg[0] ? BIG_ROWS * BIG_COLS * 3 : 45;

	if (fork())
		return;
	if (p->arg[2])
		sp_close_fd(&p->obituary);
	put(p, &r, sizeof(r));
	for (unsigned i = 0; i < p->arg[1] / 2; i++) {
		memset(p->map + hostile.output, (int)i, len);
		nap(2);
	}
	_exit(0);
}

/* silent_<ms>: hold everything open and say nothing. */
static void silent(struct parts *p)
{
	if (fork())
		return;
	nap((unsigned)p->arg[0]);
	_exit(0);
}

/* linger_<ms>: a reply with a large picture, and then hold the channel. */
static void linger(struct parts *p)
{
	struct sp_reply r = good_reply(p, BIG_ROWS, BIG_COLS);

	if (fork())
		return;
	put(p, &r, sizeof(r));
	nap((unsigned)p->arg[0]);
	_exit(0);
}

static size_t event(uint8_t *at, unsigned type, uint32_t len, const void *data, size_t data_len)
{
	struct sp_event ev = { .type = (uint16_t)type, .len = len };

	memcpy(at, &ev, sizeof(ev));
	memcpy(at + sizeof(ev), data, data_len);
	return sizeof(ev) + data_len;
}

/* text_<type>: control characters in an event. */
static void text(struct parts *p)
{
	static const char bad[] = "a\033[31mb\007c\rd\177e\xc2\x9b"
				  "2Jf\x9b"
				  "g\0h\bi\n";
	struct sp_reply r = good_reply(p, 3, 5);

	r.event_len = (uint32_t)event(p->map + SP_MEM_EVENTS, (unsigned)p->arg[0], sizeof(bad) - 1, bad, sizeof(bad) - 1);
	put(p, &r, sizeof(r));
}

/* event_<type>_<len>_<record>: one event whose header says type and len, in a record said to have so many bytes. */
static void one_event(struct parts *p)
{
	struct sp_reply r = good_reply(p, 3, 5);

	event(p->map + SP_MEM_EVENTS, (unsigned)p->arg[0], (uint32_t)p->arg[1], "text", 4);
	r.event_len = (uint32_t)p->arg[2];
	put(p, &r, sizeof(r));
}

/* error_<err>_<func>_<file>_<thrown>: an error of the library whose strings are said to have these lengths. */
static void one_error(struct parts *p)
{
	struct sp_event_error e = { .code = -2147483647 - 1, .line = -1, .err_len = (uint32_t)p->arg[0],
				    .func_len = (uint32_t)p->arg[1], .file_len = (uint32_t)p->arg[2] };
	struct sp_reply r = good_reply(p, 3, 5);
	struct sp_cv_reply body = { .thrown = (uint32_t)p->arg[3] };
	uint8_t data[sizeof(e) + 6];

	memcpy(data, &e, sizeof(e));
	memcpy(data + sizeof(e), "%s%n\033x", 6);
	r.event_len = (uint32_t)event(p->map + SP_MEM_EVENTS, SP_EVENT_ERROR, sizeof(data), data, sizeof(data));
	if (body.thrown) {
		r.kind = SP_REPLY_THROW;
		memcpy(r.body, &body, sizeof(body));
	}
	put(p, &r, sizeof(r));
}

/* errors_<n>: so many empty errors, or as many as there is room for. */
static void errors(struct parts *p)
{
	const struct sp_event_error e = { .code = -2 };
	struct sp_reply r = good_reply(p, 3, 5);

	for (long long i = 0; i < p->arg[0] && r.event_len + sizeof(struct sp_event) + sizeof(e) <= SP_EVENTS_MAX; i++)
		r.event_len += (uint32_t)event(p->map + SP_MEM_EVENTS + r.event_len, SP_EVENT_ERROR, sizeof(e), &e, sizeof(e));
	put(p, &r, sizeof(r));
}

/* throw_<thrown>_<with what>: an exception, with or without its words. */
static void thrown(struct parts *p)
{
	struct sp_cv_reply body = { .result = 1, .thrown = (uint32_t)p->arg[0] };
	struct sp_reply r = wrap(&body);

	r.kind = SP_REPLY_THROW;
	if (p->arg[1])
		r.event_len = (uint32_t)event(p->map + SP_MEM_EVENTS, SP_EVENT_WHAT, 8, "wh\033[at\n\0", 8);
	put(p, &r, sizeof(r));
}

/* forge: a line that looks like the front's. */
static void forge(struct parts *p)
{
	static const char line[] = "x\nlibsandbox-preload: cv::imread('other.png'): all is well\n";
	struct sp_reply r = good_reply(p, 3, 5);

	r.event_len = (uint32_t)event(p->map + SP_MEM_EVENTS, (unsigned)p->arg[0], sizeof(line) - 1, line, sizeof(line) - 1);
	put(p, &r, sizeof(r));
}

/* head_<event_len>_<state>: die without a reply, with this in the memory's head. */
static void head(struct parts *p)
{
	struct sp_mem_head h = { .event_len = (uint32_t)p->arg[0], .state = (uint32_t)p->arg[1] };

	memcpy(p->map, &h, sizeof(h));
	event(p->map + SP_MEM_EVENTS, SP_EVENT_STDERR, 5, "last\n", 5);
}

/* obituary_<seed>: noise for an obituary; every other one begins well. */
static void obituary(struct parts *p)
{
	uint64_t s = (uint64_t)p->arg[0];
	struct sp_obituary o;

	randomize(&o, sizeof(o), &s);
	if (p->arg[0] & 1) {
		o.magic = SP_OBITUARY_MAGIC;
		o.stack_len %= SP_STACK_MAX + 2;
		o.syscall_name[31] = 0;
		o.wait_status = (int)(s >> 33) % 128;
	}
	if (write(p->obituary, &o, sizeof(o)) < 0)
		return;
}

/* signal_<wait status>_<nr>: an obituary of this kind, full of escapes. */
static void died(struct parts *p)
{
	struct sp_obituary o = { .magic = SP_OBITUARY_MAGIC, .wait_status = (int)p->arg[0], .syscall_nr = (int)p->arg[1],
				 .syscall_name = "na\033me", .stack_len = 12, .stack = "#0 \033]0;x\007y\n" };

	if (write(p->obituary, &o, sizeof(o)) < 0)
		return;
}

/* obitpart_<bytes>: a part of one, and then silence. */
static void obituary_part(struct parts *p)
{
	struct sp_obituary o = { .magic = SP_OBITUARY_MAGIC };

	if (write(p->obituary, &o, (size_t)p->arg[0]) < 0 || fork())
		return;
	sp_close_fd(&p->channel);
	nap(30000);
	_exit(0);
}

static void nothing(struct parts *p)
{
	(void)p;
}

static void leave(struct parts *p)
{
	(void)p;
	_exit(0);
}

static const struct {
	const char *verb;
	void (*run)(struct parts *p);
} verbs[] = {
	{ "good", good },     { "big", big },	      { "rand", random_reply },	  { "length", short_reply },
	{ "field", field },   { "picture", any_picture }, { "created", created }, { "pieces", pieces },
	{ "two", two },	      { "more", more },	      { "change", change },	  { "silent", silent },
	{ "linger", linger }, { "text", text },	      { "event", one_event },	  { "error", one_error },
	{ "errors", errors }, { "throw", thrown },    { "forge", forge },	  { "head", head },
	{ "obituary", obituary }, { "signal", died }, { "obitpart", obituary_part }, { "close", nothing },
	{ "leave", leave },
};

void answer(struct parts *p)
{
	for (size_t i = 0; i < SP_ARRAY_SIZE(verbs); i++)
		if (strcmp(verbs[i].verb, p->verb) == 0) {
			verbs[i].run(p);
			return;
		}
	fprintf(stderr, "unknown verb '%s'\n", p->verb);
	_exit(6);
}
