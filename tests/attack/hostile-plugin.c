/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A decoder taken over: it stands in the OpenCV plugin's place in a copied stage and runs in the real helper, locked down by the real
 * code. What its run() does is said by the request's file name, "verb" or "verb_word".
 */
#include "lib/helper/helper.h"
#include "lib/wire/util.h"
#include "shims/opencv/format.h"
#include "tests/attack/raw.h"
#include "tests/attack/search.h"
#include "tests/attack/syscalls.h"

#include <linux/futex.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SP_TEST_EXPORT __attribute__((visibility("default")))

static char verb[256];
static const char *word; /* what follows the first underscore of verb */
static char buffer[8192] __attribute__((aligned(4096)));
static char path[] = "/etc/passwd";
static long own, parent;

SP_TEST_EXPORT const struct sp_plugin *sp_plugin_get(void);

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *format, ...)
{
	char text[256];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	sp_event_text(SP_EVENT_STDOUT, text, (size_t)n);
}

static void reply_good(struct sp_reply *ret, int rows, int cols)
{
	struct sp_cv_reply body = { .result = 1, .rows = rows, .cols = cols, .type = 16 };
	uint64_t size;
	uint8_t *out;

	sp_output_area(&out, &size);
	memset(out, 0x5a, (size_t)rows * (size_t)cols * 3);
	ret->kind = SP_REPLY_RESULT;
	memcpy(ret->body, &body, sizeof(body));
}

static void good(struct sp_reply *ret)
{
	reply_good(ret, 3, 5);
}

#define P (long)path
#define B (long)buffer
#define ME own
#define APP parent
#define DEADLY_ROW(name, a, b, c, d, e, f)         \
	if (strcmp(word, #name) == 0) {            \
		raw(SYS_##name, a, b, c, d, e, f); \
		return;                            \
	}
#define REFUSED_ROW(name, result, a, b, c, d, e, f) \
	say(#name " gave %ld, not %ld\n", raw(SYS_##name, a, b, c, d, e, f), (long)(result));

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

static void call_by_name(struct sp_reply *ret)
{
	good(ret);
	DEADLY(DEADLY_ROW)
	say("no such call: %s\n", word);
}

static void refused(struct sp_reply *ret)
{
	good(ret);
	REFUSED(REFUSED_ROW)
}

/* write_<fd>: to another number than the reply's. */
static void write_to(struct sp_reply *ret)
{
	raw(SYS_write, (long)strtoull(word, NULL, 0), P, 4, 0, 0, 0);
	good(ret);
}

/* number_<n>: by number, for what has no name. */
static void by_number(struct sp_reply *ret)
{
	raw((long)strtoull(word, NULL, 0), 3, B, 1, 0, 0, 0);
	good(ret);
}

/* i386_<n>: through the gate of 32-bit programs. */
static void by_i386(struct sp_reply *ret)
{
	long n = atol(word);

	__asm__ volatile("int $0x80" : "+a"(n) : "b"(3), "c"(0), "d"(1) : "memory", "r8", "r9", "r10", "r11");
	good(ret);
}

static void segv(struct sp_reply *ret)
{
	volatile int *volatile nowhere = (volatile int *)8;

	(void)ret;
	*nowhere = 1;
}

static int __attribute__((noinline)) deeper(volatile char *p)
{
	volatile char block[4096];

	block[0] = p[0];
	return buffer[1] ? 0 : deeper(block) + block[1];
}

static void stack(struct sp_reply *ret)
{
	ret->kind = (uint32_t)deeper(buffer);
}

static void give_up(struct sp_reply *ret)
{
	(void)ret;
	abort();
}

static void trap(struct sp_reply *ret)
{
	(void)ret;
	__asm__ volatile("int3");
}

static void divide(struct sp_reply *ret)
{
	(void)ret;
	__asm__ volatile("xorl %%eax, %%eax; cltd; divl %%eax" : : : "rax", "rdx", "cc");
}

static void bus(struct sp_reply *ret)
{
	(void)ret;
	/* with alignment checks on, an odd address is a bus error */
	__asm__ volatile("pushf; orl $0x40000, (%%rsp); popf; movl 1(%0), %%eax" : : "r"(buffer) : "rax", "memory", "cc");
}

/* code_<n>: run bytes of data as a program. */
static void code(struct sp_reply *ret)
{
	void (*f)(void) = (void (*)(void))(void *)buffer;

	memset(buffer, 0xc3, 16);
	f();
	good(ret);
}

static void loop(struct sp_reply *ret)
{
	(void)ret;
	for (;;)
		__asm__ volatile("");
}

/* exit_<code>: no reply. */
static void leave(struct sp_reply *ret)
{
	(void)ret;
	raw(SYS_exit_group, atol(word), 0, 0, 0, 0, 0);
}

/* As much memory as there is, all of it touched. */
static void memory(struct sp_reply *ret)
{
	size_t total = 0;
	char *p;

	while ((p = malloc(1 << 20))) {
		memset(p, 1, 1 << 20);
		total += 1 << 20;
	}
	say("%zu MiB\n", total >> 20);
	ret->kind = sp_memory_failed() ? SP_REPLY_MEMORY : SP_REPLY_RESULT;
}

static void events(struct sp_reply *ret)
{
	static const char line[] = "0123456789012345678901234567890123456789012345678901234567890123456789\n";

	for (int i = 0; i < 20000; i++)
		sp_event_text(i % 100 ? SP_EVENT_STDERR : SP_EVENT_STDOUT, line, sizeof(line) - 1);
	for (int i = 0; i < 20000; i++)
		sp_event_add_error(-2, line, line, line, 1);
	good(ret);
}

/* flood_<rows>: a megabyte on the reply's descriptor instead of a reply, or after it. */
static void flood(struct sp_reply *ret)
{
	struct sp_reply mine = { .magic = SP_REPLY_MAGIC };
	int rows = atoi(word);

	(void)ret;
	if (rows) {
		reply_good(&mine, rows, rows);
		raw(SYS_write, 3, (long)&mine, sizeof(mine), 0, 0, 0);
	}
	for (int i = 0; i < 128; i++)
		raw(SYS_write, 3, B, sizeof(buffer), 0, 0, 0);
	raw(SYS_exit_group, 0, 0, 0, 0, 0, 0);
}

/* change_<rows>: reply, then go on to write the pixels until the timer comes. */
static void change(struct sp_reply *ret)
{
	struct sp_reply mine = { .magic = SP_REPLY_MAGIC };
	int rows = atoi(word);
	uint64_t size;
	uint8_t *out;

	(void)ret;
	sp_output_area(&out, &size);
	reply_good(&mine, rows, rows);
	raw(SYS_write, 3, (long)&mine, sizeof(mine), 0, 0, 0);
	for (uint8_t n = 0;; n++)
		memset(out, n, (size_t)rows * (size_t)rows * 3);
}

/* understate_<rows>: a picture, and the word that next to nothing of the output was used: the zygote gives memory back. */
static void understate(struct sp_reply *ret)
{
	int rows = atoi(word);
	uint64_t size;
	uint8_t *out;

	sp_output_area(&out, &size);
	memset(out, 0x5a, (size_t)rows * (size_t)rows * 3);
	sp_note_need(64, 1);
	reply_good(ret, rows, rows);
}

static struct robust_list_head *robust;

/* robust_<rows>: a picture with words that the kernel will find in this thread's list of robust futexes when it ends. */
static void robust_list(struct sp_reply *ret)
{
	int rows = atoi(word);
	uint64_t size;
	uint8_t *out;

	reply_good(ret, rows, rows);
	sp_output_area(&out, &size);
	if (!robust)
		return;
	robust->futex_offset = sizeof(struct robust_list);
	robust->list.next = (struct robust_list *)out;
	for (int i = 0; i < 1000; i++) {
		struct {
			struct robust_list node;
			uint32_t futex[2];
		} *entry = (void *)(out + i * 1024);

		entry->node.next = i < 999 ? (struct robust_list *)(out + (i + 1) * 1024) : &robust->list;
		entry->futex[0] = (uint32_t)own;
	}
}

/* plant_<how>: leave the input's marker wherever a later helper might find it, then end. */
static void plant(struct sp_reply *ret)
{
	volatile char here[16384];
	const uint8_t *input;
	uint64_t size;

	sp_input_area(&input, &size);
	search_plant(input, size, (char *)(uintptr_t)here, sizeof(here));
	if (strcmp(word, "crash") == 0)
		search_crash(input + MARKER_START);
	good(ret);
}

static void search(struct sp_reply *ret)
{
	unsigned n = search_memory();

	say("found %u in %zu KiB\n", n, search_size() >> 10);
	good(ret);
}

static const struct {
	const char *name;
	void (*run)(struct sp_reply *ret);
} verbs[] = {
	{ "good", good },     { "sys", call_by_name }, { "refused", refused }, { "write", write_to }, { "number", by_number },
	{ "i386", by_i386 },  { "segv", segv },	       { "stack", stack },     { "abort", give_up },  { "trap", trap },
	{ "divide", divide }, { "bus", bus },	       { "code", code },       { "loop", loop },      { "exit", leave },
	{ "memory", memory }, { "events", events },    { "flood", flood },     { "change", change },  { "understate", understate },  { "plant", plant },
	{ "search", search }, { "robust", robust_list },
};

/* A buffer begins with its verb; a plus sign ends it. */
static void read_verb(const struct sp_request *req, const void *payload)
{
	const char *name = (const char *)payload + sizeof(struct sp_cv_request);
	size_t len = req->payload_len - sizeof(struct sp_cv_request);
	const uint8_t *input;
	uint64_t size;

	sp_input_area(&input, &size);
	if (req->entry == SP_CV_IMDECODE) {
		name = (const char *)input;
		len = strnlen(name, size);
	}
	snprintf(verb, sizeof(verb), "%.*s", (int)len, name);
	verb[strcspn(verb, "+")] = 0;
}

static int run(const struct sp_request *req, const void *payload, struct sp_reply *ret)
{
	size_t n;

	read_verb(req, payload);
	search_prepare();
	n = strcspn(verb, "_");
	word = verb[n] ? verb + n + 1 : "";
	for (size_t i = 0; i < SP_ARRAY_SIZE(verbs); i++)
		if (strlen(verbs[i].name) == n && strncmp(verbs[i].name, verb, n) == 0)
			verbs[i].run(ret);
	return 0;
}

static const char *warm_up(const char *locale, uint32_t family)
{
	(void)locale, (void)family;
	return search_warm_up();
}

/* In a spare, not locked down yet. */
static bool rehearse(unsigned step, uint64_t kind)
{
	size_t size;

	(void)step, (void)kind;

	own = getpid();
	raw(SYS_get_robust_list, 0, (long)&robust, (long)&size, 0, 0, 0);
	parent = getppid();
	return false;
}

const struct sp_plugin *sp_plugin_get(void)
{
	static const struct sp_plugin plugin = { SP_PLUGIN_VERSION, warm_up, rehearse, run, NULL };

	return &plugin;
}
