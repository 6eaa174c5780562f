/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A video decoder taken over: it stands in the plugin's place in a copied stage and runs in the real helper, locked down by the real code. How it answers is said by the
 * video's name; "late-" in front: three honest answers come before, so that the first lie is a frame that nobody asked for. "-open", "-set", "-retrieve"
 * or "-close" behind: only the answer to that one is a lie.
 */
#include "lib/helper/helper.h"
#include "lib/wire/util.h"
#include "shims/opencv/video.h"
#include "tests/attack/raw.h"
#include "tests/attack/syscalls.h"

#include <limits.h>
#include <link.h>
#include <linux/futex.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ROOM (4ull << 20) /* of the output area, as the test limits it */
#define ROWS 3
#define COLS 5
#define PIXELS 8192

SP_EXPORT const struct sp_plugin *sp_plugin_get(void);

static char verb[256];
static const char *word; /* verb without "late-" */
static unsigned answers;
static uint8_t *output, *memory; /* memory: all of it, from the head on */
static const uintptr_t *data; /* of sandbox-helper */
static size_t data_words;
static char path[] = "/etc/passwd", buffer[8192] __attribute__((aligned(4096)));
static long own, parent;

/* ---- where everything is ---- */

static int note_data(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size, (void)arg;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type != PT_LOAD || !(p->p_flags & PF_W))
			continue;
		data = (const uintptr_t *)((info->dlpi_addr + p->p_vaddr + 7) & ~(uintptr_t)7);
		data_words = (p->p_memsz - 8) / 8;
	}
	return 1; /* the program itself comes first */
}

/* The shared memory's start, and the words that stand at a known distance from it: both are somewhere in the program's variables. */
static void find_memory(void)
{
	for (size_t i = 0; i < data_words; i++)
		for (size_t k = 0; k < data_words && data[i] > UINT_MAX && data[i] % 4096 == 0; k++)
			if (data[k] == data[i] + SP_MEM_OBJECT)
				memory = (uint8_t *)data[i];
}

static struct sp_object_words *words(void)
{
	return (struct sp_object_words *)(memory + SP_MEM_OBJECT);
}

/* ---- answers ---- */

static struct sp_cv_video_reply honest(uint32_t serial)
{
	struct sp_cv_video_reply r = { .serial = serial, .result = 1, .frame = SP_CV_FRAME_THERE, .rows = ROWS, .cols = COLS, .type = 16, .may_be_ahead = 1,
				       .pixels = PIXELS, .step = 3 * COLS, .retrieved = SP_CV_SNAPSHOT };

	memset(output, 0, 2 * SP_CV_SNAPSHOT);
	memset(output + PIXELS, 0x5a, 3 * ROWS * COLS);
	return r;
}

static void send(const struct sp_cv_video_reply *body, uint32_t kind)
{
	struct sp_reply reply = { .kind = kind };

	memcpy(reply.body, body, sizeof(*body));
	sp_object_reply(&reply);
}

/* Past the code that completes a reply. */
static void send_raw(uint32_t serial, uint32_t magic, uint32_t kind, uint32_t event_len, size_t len)
{
	struct sp_reply reply = { .magic = magic, .kind = kind, .event_len = event_len };
	struct sp_cv_video_reply body = honest(serial);

	body.thrown = 1;
	memcpy(reply.body, &body, sizeof(body));
	raw(SYS_write, 3, (long)&reply, (long)len, 0, 0, 0);
}

static void say(const char *what, long a, long b)
{
	char text[128];
	int n = snprintf(text, sizeof(text), "%s %ld %ld\n", what, a, b);

	sp_event_text(SP_EVENT_STDOUT, text, (size_t)n);
}

#define FIELD(f) offsetof(struct sp_cv_video_reply, f), sizeof(((struct sp_cv_video_reply *)0)->f)
static const struct {
	const char *name;
	size_t at, len;
	uint64_t value;
} lies[] = {
	{ "rows-none", FIELD(rows), 0 }, { "rows-negative", FIELD(rows), (uint64_t)-1 }, { "rows-max", FIELD(rows), INT_MAX }, { "rows-min", FIELD(rows), 1u << 31 },
	{ "rows-many", FIELD(rows), 300000 }, { "cols-none", FIELD(cols), 0 }, { "cols-negative", FIELD(cols), (uint64_t)-1 }, { "cols-max", FIELD(cols), INT_MAX },
	{ "cols-wide", FIELD(cols), 6 }, { "type-negative", FIELD(type), (uint64_t)-1 }, { "type-max", FIELD(type), INT_MAX }, { "type-gray", FIELD(type), 0 },
	{ "type-double", FIELD(type), 22 }, { "type-four", FIELD(type), 24 }, { "type-flag", FIELD(type), 16 | 1 << 14 }, { "type-magic", FIELD(type), 0x42ff0010 },
	{ "step-none", FIELD(step), 0 }, { "step-short", FIELD(step), 3 * COLS - 1 }, { "step-half", FIELD(step), 1ull << 63 }, { "step-max", FIELD(step), UINT64_MAX },
	{ "step-room", FIELD(step), ROOM }, { "step-wrap", FIELD(step), (UINT64_MAX - 3 * COLS) / 2 + 1 }, { "pixels-room", FIELD(pixels), ROOM },
	{ "pixels-over", FIELD(pixels), ROOM - 3 * ROWS * COLS + 1 }, { "pixels-half", FIELD(pixels), 1ull << 63 }, { "pixels-max", FIELD(pixels), UINT64_MAX },
	{ "pixels-back", FIELD(pixels), (uint64_t)-4096 }, { "frame-over", FIELD(frame), SP_CV_FRAME_MAX }, { "frame-max", FIELD(frame), UINT_MAX },
	{ "snapshot-room", FIELD(snapshot), ROOM }, { "snapshot-over", FIELD(snapshot), ROOM - SP_CV_SNAPSHOT + 1 }, { "snapshot-max", FIELD(snapshot), UINT64_MAX },
	{ "snapshot-half", FIELD(snapshot), 1ull << 63 }, { "retrieved-room", FIELD(retrieved), ROOM }, { "retrieved-max", FIELD(retrieved), UINT64_MAX },
	{ "serial-other", FIELD(serial), 77777 }, { "serial-max", FIELD(serial), UINT_MAX },
};

static const char *ending(uint32_t what)
{
	switch (what) {
	case 0:
		return "-open";
	case SP_CV_VIDEO_SET:
		return "-set";
	case SP_CV_VIDEO_RETRIEVE:
		return "-retrieve";
	case SP_CV_VIDEO_CLOSE:
		return "-close";
	}
	return "";
}

/* Some words stand for one command only: "end-set", "crash-close", "silence-open". */
static bool is_for(const char *name, uint32_t what)
{
	const char *of = ending(what);
	size_t n = strlen(name);

	if (strcmp(name, word) == 0)
		return what != 0;
	return *of && strncmp(name, word, n) == 0 && strcmp(word + n, of) == 0;
}

static bool lie(struct sp_cv_video_reply *r, uint32_t what)
{
	for (size_t i = 0; i < SP_ARRAY_SIZE(lies); i++) {
		if (!is_for(lies[i].name, what))
			continue;
		memcpy((uint8_t *)r + lies[i].at, &lies[i].value, lies[i].len);
		return true;
	}
	return false;
}

/* ---- deeds ---- */

static void unwritten(uint32_t serial)
{
	struct sp_cv_video_reply r = honest(serial);

	r.rows = r.cols = 1000;
	r.step = 3000;
	send(&r, SP_REPLY_RESULT);
}

/* What it says of a frame that is not there: two rows, as far apart that both together wrap to nothing. */
static void nothing_of_size(uint32_t serial, uint32_t frame)
{
	struct sp_cv_video_reply r = honest(serial);

	r.frame = frame;
	r.rows = 2;
	r.step = 1ull << 63;
	send(&r, SP_REPLY_RESULT);
}

static void failed(uint32_t serial)
{
	nothing_of_size(serial, SP_CV_FRAME_FAILED);
}

static void empty(uint32_t serial)
{
	nothing_of_size(serial, SP_CV_FRAME_EMPTY);
}

/* Numbers of eight bytes, their rows or all of them at an odd distance. */
static void odd(uint32_t serial, uint64_t step, uint64_t pixels)
{
	struct sp_cv_video_reply r = honest(serial);

	r.type = 22;
	r.step = 24 * COLS + step;
	r.pixels = PIXELS + pixels;
	memset(output + PIXELS, 0, 1000);
	send(&r, SP_REPLY_RESULT);
}

static void even(uint32_t serial)
{
	odd(serial, 0, 0);
}

static void odd_step(uint32_t serial)
{
	odd(serial, 1, 0);
}

static void odd_pixels(uint32_t serial)
{
	odd(serial, 0, 1);
}

static void unasked(uint32_t serial)
{
	for (int i = 0; i < 20; i++)
		send(&(struct sp_cv_video_reply){ .result = 1 }, SP_REPLY_RESULT);
	(void)serial;
}

static void flood(uint32_t serial)
{
	for (;;)
		send_raw(serial + 1, SP_REPLY_MAGIC, SP_REPLY_RESULT, 0, sizeof(struct sp_reply));
}

static void flood_honestly(uint32_t serial)
{
	for (;;)
		send_raw(serial, SP_REPLY_MAGIC, SP_REPLY_RESULT, 0, sizeof(struct sp_reply));
}

static int64_t want_file(const char *name, size_t len, uint32_t what)
{
	memcpy(memory + SP_MEM_REQUEST, name, len);
	return sp_object_want(what, len);
}

static void want(uint32_t serial, uint32_t what, uint64_t len)
{
	struct sp_cv_video_reply r = honest(serial);

	memcpy(memory + SP_MEM_REQUEST, path, sizeof(path));
	say("fed", (long)sp_object_want(what, len), 0);
	send(&r, SP_REPLY_RESULT);
}

static void want_passwd(uint32_t serial)
{
	want(serial, SP_WANT_FILE, sizeof(path) - 1);
}

static void want_exists(uint32_t serial)
{
	want(serial, SP_WANT_EXISTS, sizeof(path) - 1);
}

static void want_bytes(uint32_t serial)
{
	want(serial, SP_WANT_BYTES, 4096);
}

static void want_unknown(uint32_t serial)
{
	want(serial, SP_WANT_MAX, 1);
}

static void want_long(uint32_t serial)
{
	want(serial, SP_WANT_FILE, 1ull << 40);
}

/* Of a sequence: names that are not of it. "fed -2" is what it gets. */
static void outside(uint32_t serial)
{
	static const char *const names[] = { "/etc/passwd", "outside/../../../etc/passwd", "outside-1.png", "./outside1.png", "outside1.pngx", "outside.png", "" };
	struct sp_cv_video_reply r = honest(serial);

	for (size_t i = 0; i < SP_ARRAY_SIZE(names) - 1; i++) {
		say("fed", (long)want_file(names[i], strlen(names[i]), SP_WANT_FILE), (long)i);
		say("seen", (long)want_file(names[i], strlen(names[i]), SP_WANT_EXISTS), (long)i);
	}
	say("fed", (long)want_file("/etc/passwd\0001.png", 17, SP_WANT_FILE), 7);
	send(&r, SP_REPLY_RESULT);
}

static void events_type(uint32_t serial)
{
	struct sp_cv_video_reply r = honest(serial);

	sp_event_text((enum sp_event_type)99, "x", 1);
	send(&r, SP_REPLY_RESULT);
}

static void events_garbage(uint32_t serial)
{
	memset(memory + SP_MEM_EVENTS, 0xff, 4096);
	send_raw(serial, SP_REPLY_MAGIC, SP_REPLY_RESULT, 4096, sizeof(struct sp_reply));
}

static void events_cut(uint32_t serial)
{
	struct sp_event e = { .type = SP_EVENT_STDERR, .len = 100 };

	memcpy(memory + SP_MEM_EVENTS, &e, sizeof(e));
	send_raw(serial, SP_REPLY_MAGIC, SP_REPLY_RESULT, 20, sizeof(struct sp_reply));
}

static void events_error(uint32_t serial)
{
	struct sp_event e = { .type = SP_EVENT_ERROR, .len = sizeof(struct sp_event_error) };
	struct sp_event_error error = { .err_len = UINT_MAX, .func_len = 5, .file_len = UINT_MAX - 4 };

	memcpy(memory + SP_MEM_EVENTS, &e, sizeof(e));
	memcpy(memory + SP_MEM_EVENTS + sizeof(e), &error, sizeof(error));
	send_raw(serial, SP_REPLY_MAGIC, SP_REPLY_RESULT, sizeof(e) + sizeof(error), sizeof(struct sp_reply));
}

static void events_long(uint32_t serial)
{
	send_raw(serial, SP_REPLY_MAGIC, SP_REPLY_RESULT, SP_EVENTS_MAX + 1, sizeof(struct sp_reply));
}

static void thrown(uint32_t serial, uint32_t what)
{
	struct sp_cv_video_reply r = honest(serial);

	r.thrown = what;
	send(&r, SP_REPLY_THROW);
}

static void thrown_none(uint32_t serial)
{
	thrown(serial, 0);
}

static void thrown_unknown(uint32_t serial)
{
	thrown(serial, 99);
}

static void thrown_silently(uint32_t serial)
{
	thrown(serial, 1);
}

static void thrown_nowhere(uint32_t serial)
{
	struct sp_cv_video_reply r = honest(serial);

	r.thrown = 5;
	r.snapshot = UINT64_MAX;
	send(&r, SP_REPLY_THROW);
}

static void kind_unknown(uint32_t serial)
{
	send_raw(serial, SP_REPLY_MAGIC, 99, 0, sizeof(struct sp_reply));
}

static void kind_refused(uint32_t serial)
{
	send_raw(serial, SP_REPLY_MAGIC, SP_REPLY_REFUSED, 0, sizeof(struct sp_reply));
}

static void magic(uint32_t serial)
{
	send_raw(serial, 1, SP_REPLY_RESULT, 0, sizeof(struct sp_reply));
}

static void sleep_on(uint32_t serial)
{
	static uint32_t zero;

	(void)serial;
	for (;;)
		raw(SYS_futex, (long)&zero, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0);
}

static void half(uint32_t serial)
{
	send_raw(serial, SP_REPLY_MAGIC, SP_REPLY_RESULT, 0, 60);
	sleep_on(serial);
}

static void half_and_end(uint32_t serial)
{
	send_raw(serial, SP_REPLY_MAGIC, SP_REPLY_RESULT, 0, 60);
	raw(SYS_exit_group, 0, 0, 0, 0, 0, 0);
}

static void end(uint32_t serial)
{
	(void)serial;
	raw(SYS_exit_group, 0, 0, 0, 0, 0, 0);
}

static void crash(uint32_t serial)
{
	volatile int *volatile nowhere = (volatile int *)8;

	*nowhere = (int)serial;
}

/* Answer, and go on to write into the frame until the next command has come. */
static void change(uint32_t serial)
{
	struct sp_cv_video_reply r = honest(serial);

	r.rows = r.cols = 500;
	r.step = 1500;
	memset(output + PIXELS, 0, 500 * 1500);
	send(&r, SP_REPLY_RESULT);
	for (uint8_t n = 0; !sp_object_has_command() && !sp_object_may_go_on(); n++)
		memset(output + PIXELS, n, 500 * 1500);
}

/* Never look at the commands again, and always seem to sleep: each frame that is taken brings one more. */
static void parked(uint32_t serial)
{
	struct sp_cv_video_reply r = honest(0);

	(void)serial;
	for (uint64_t sent = answers - 1;;) {
		__atomic_store_n(&words()->parked, 1, __ATOMIC_SEQ_CST);
		if (__atomic_load_n(&words()->credit, __ATOMIC_SEQ_CST) > sent) {
			send(&r, SP_REPLY_RESULT);
			sent++;
		}
	}
}

static void mmap_exec(uint32_t serial)
{
	struct sp_cv_video_reply r = honest(serial);

	say("mmap", raw(SYS_mmap, 0, 4096, 7, 0x22, -1, 0), 0);
	say("mmap", raw(SYS_mmap, 0, 4096, 5, 1, 4, 0), 0);
	send(&r, SP_REPLY_RESULT);
}

#define P (long)path
#define B (long)buffer
#define ME own
#define APP parent
#define DEADLY_ROW(name, a, b, c, d, e, f)         \
	if (strcmp(word + 4, #name) == 0)          \
		raw(SYS_##name, a, b, c, d, e, f);

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

static void system_call(uint32_t serial)
{
	struct sp_cv_video_reply r = honest(serial);
	long fd, op;

	DEADLY(DEADLY_ROW)
	if (sscanf(word, "sys-futex-%ld", &op) == 1)
		raw(SYS_futex, B, op, 0, 0, B, 0);
	if (sscanf(word, "sys-read-%li", &fd) == 1)
		raw(SYS_read, fd, B, 64, 0, 0, 0);
	if (sscanf(word, "sys-write-%li", &fd) == 1)
		raw(SYS_write, fd, P, 4, 0, 0, 0);
	send(&r, SP_REPLY_RESULT);
}

static const struct {
	const char *name;
	void (*run)(uint32_t serial);
} deeds[] = {
	{ "unwritten", unwritten }, { "failed", failed }, { "empty", empty }, { "even", even }, { "odd-step", odd_step }, { "odd-pixels", odd_pixels },
	{ "thrown-nowhere", thrown_nowhere }, { "unasked", unasked }, { "flood", flood }, { "flood-honestly", flood_honestly }, { "want-passwd", want_passwd },
	{ "want-exists", want_exists }, { "want-bytes", want_bytes }, { "want-unknown", want_unknown }, { "want-long", want_long }, { "outside", outside },
	{ "events-type", events_type }, { "events-garbage", events_garbage }, { "events-cut", events_cut }, { "events-error", events_error },
	{ "events-long", events_long }, { "thrown-none", thrown_none }, { "thrown-unknown", thrown_unknown }, { "thrown-silently", thrown_silently },
	{ "kind-unknown", kind_unknown }, { "kind-refused", kind_refused }, { "magic", magic }, { "silence", sleep_on }, { "half", half },
	{ "half-and-end", half_and_end }, { "end", end }, { "crash", crash }, { "change", change }, { "parked", parked }, { "mmap-exec", mmap_exec },
};

static void answer(uint32_t serial, uint32_t what)
{
	struct sp_cv_video_reply r = honest(serial);

	sp_object_begin();
	answers++;
	if (word == verb || answers > 3) {
		for (size_t i = 0; i < SP_ARRAY_SIZE(deeds); i++)
			if (is_for(deeds[i].name, what)) {
				deeds[i].run(serial);
				return;
			}
		if (strncmp(word, "sys-", 4) == 0) {
			system_call(serial);
			return;
		}
		lie(&r, what);
	}
	/* So that the program asks for it once more. */
	if (strstr(word, "-retrieve") && (what == SP_CV_VIDEO_GRAB || what == SP_CV_VIDEO_READ))
		r.frame = SP_CV_FRAME_UNTRIED;
	send(&r, SP_REPLY_RESULT);
}

static void serve(void) __attribute__((noreturn));
static void serve(void)
{
	struct sp_command c;

	for (;;) {
		if (sp_object_may_go_on())
			answer(0, SP_CV_VIDEO_READ);
		else if (sp_object_wait(&c, true))
			answer(c.serial, c.what);
	}
}

static int run(const struct sp_request *req, const void *payload, struct sp_reply *ret)
{
	const struct sp_cv_video_open *open = payload;
	const char *name = (const char *)(open + 1) + open->params * 8;
	struct sp_cv_video_reply body;
	uint64_t size;

	(void)req;
	snprintf(verb, sizeof(verb), "%.*s", (int)open->name_len, name);
	verb[strcspn(verb, "%")] = 0;
	word = strncmp(verb, "late-", 5) == 0 ? verb + 5 : verb;
	sp_output_area(&output, &size);
	find_memory();
	body = honest(0);
	for (size_t i = 0; i < SP_ARRAY_SIZE(deeds); i++)
		if (is_for(deeds[i].name, 0))
			deeds[i].run(0);
	lie(&body, 0);
	ret->kind = SP_REPLY_RESULT;
	memcpy(ret->body, &body, sizeof(body));
	return memory ? 0 : -1;
}

static const char *warm_up(const char *locale, uint32_t family)
{
	(void)locale, (void)family;
	own = getpid();
	parent = getpid();
	dl_iterate_phdr(note_data, NULL);
	return NULL;
}

static bool rehearse(unsigned step, uint64_t kind)
{
	(void)step, (void)kind;
	return false;
}

const struct sp_plugin *sp_plugin_get(void)
{
	static const struct sp_plugin plugin = { SP_PLUGIN_VERSION, warm_up, rehearse, run, serve };

	return &plugin;
}
