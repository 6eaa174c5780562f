/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A reader of volumes taken over: it stands in the plugin's place in a copied stage and runs in the real helper, locked down by the real code. How it answers is said by
 * the file's name, or by the first bytes of a stream; "at-open-" in front: the lie is the answer to the opening, and "at-meta-" to the question for metadata. Else it is
 * the one to the question for a grid.
 */
#include "tests/attack/hostile-volume.h"

#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/helper/helper.h"
#include "lib/wire/util.h"
#include "tests/attack/raw.h"
#include "tests/attack/syscalls.h"

SP_EXPORT const struct sp_plugin *sp_plugin_get(void);

static char verb[256];
static const char *word; /* verb without what is in front */
static uint32_t lying;	 /* at which command */
static struct sp_vdb_attach request;
uint8_t *output, *memory;
static const uintptr_t *data;  /* of sandbox-helper */
static size_t data_words;
static unsigned slot;
static uint64_t used;
unsigned answers;
uint64_t stream_consumed;
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

/* ---- replies ---- */

void send_reply(const struct sp_vdb_reply *body, uint32_t kind)
{
	struct sp_reply reply = { .kind = kind };

	memcpy(reply.body, body, sizeof(*body));
	sp_object_reply(&reply);
}

static uint64_t or_as_is(uint64_t value, uint64_t as_is)
{
	return value == AS_IS ? as_is : value;
}

/* What there is, as soon as the program has room for it. */
void flush(void)
{
	struct sp_vdb_reply body = { .serial = (uint32_t)plan.chunk_serial, .offset = or_as_is(plan.chunk_offset, slot * SP_VDB_SLOT), .len = or_as_is(plan.chunk_len, used) };
	struct sp_command c;

	if (!used)
		return;
	while (!sp_object_may_go_on())
		sp_object_wait(&c, true);
	send_reply(&body, (uint32_t)plan.chunk_kind);
	slot = (slot + 1) % SP_VDB_SLOTS;
	used = 0;
}

void put(const void *bytes, uint64_t len)
{
	for (uint64_t n; len; len -= n, bytes = (const char *)bytes + n) {
		n = len < SP_VDB_SLOT - used ? len : SP_VDB_SLOT - used;
		memcpy(output + slot * SP_VDB_SLOT + used, bytes, n);
		used += n;
		if (used == SP_VDB_SLOT)
			flush();
	}
}

static struct sp_vdb_reply last(uint32_t serial)
{
	return (struct sp_vdb_reply){ .serial = (uint32_t)or_as_is(plan.serial, serial), .thrown = (uint32_t)plan.thrown,
				      .header = { .file_version = 224, .library_major = 10, .compression = 6, .has_offsets = (uint32_t)plan.has_offsets,
						  .was_read = (uint32_t)plan.was_read },
				      .left = { .consumed = or_as_is(plan.consumed, stream_consumed), .state = (uint32_t)plan.state } };
}

void finish(uint32_t serial)
{
	const struct sp_vdb_reply body = last(serial);

	send_reply(&body, (uint32_t)plan.reply_kind);
}

/* Past the code that completes a reply. */
void send_raw(uint32_t serial, uint32_t magic, uint32_t kind, uint32_t event_len, size_t len)
{
	struct sp_reply reply = { .magic = magic, .kind = kind, .event_len = event_len };
	const struct sp_vdb_reply body = last(serial);

	memcpy(reply.body, &body, sizeof(body));
	raw(SYS_write, 3, (long)&reply, (long)len, 0, 0, 0);
}

/* ---- answers ---- */

static void put_grids(bool trees)
{
	for (uint64_t i = 0; trees && i < plan.trees; i++)
		put_tree();
	for (uint64_t i = 0; i < plan.grids; i++)
		put_grid();
}

static void put_opened(void)
{
	if (request.source == SP_VDB_STREAM || !plan.has_offsets)
		put_grids(true);
	for (uint64_t i = 0; i < plan.archives; i++)
		put_archive();
	if (request.source == SP_VDB_FILE)
		put_descriptors();
}

void put_answer(uint32_t what)
{
	if (what == SP_VDB_OPEN)
		put_opened();
	else if (what == SP_VDB_READ_META)
		plan.tree = SP_VDB_NO_TREE, put_grids(false);
	else
		put_grids(true);
	for (uint64_t i = 0; i < plan.end; i++)
		put_record(SP_VDB_END);
	flush();
}

void respond(uint32_t serial, uint32_t what)
{
	put_answer(what);
	finish(serial);
}

/* ---- commands ---- */

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

static void system_call(void)
{
	long fd;

	DEADLY(DEADLY_ROW)
	if (sscanf(word, "sys-read-%li", &fd) == 1)
		raw(SYS_read, fd, B, 64, 0, 0, 0);
	if (sscanf(word, "sys-write-%li", &fd) == 1)
		raw(SYS_write, fd, P, 4, 0, 0, 0);
}

static bool is_lying(uint32_t what)
{
	return lying == what || (lying == SP_VDB_READ && (what == SP_VDB_READ_BOX || what == SP_VDB_READ_COORDS));
}

/* "at-open-points-...": when, and of what type */
static void understand(void)
{
	static const char open[] = "at-open-", meta[] = "at-meta-";

	word = verb;
	lying = SP_VDB_READ;
	if (strncmp(word, open, strlen(open)) == 0) {
		lying = SP_VDB_OPEN;
		word += strlen(open);
	} else if (strncmp(word, meta, strlen(meta)) == 0) {
		lying = SP_VDB_READ_META;
		word += strlen(meta);
	}
	word = plan_for(word);
}

/* The first line of the program's stream. */
static void read_verb(void)
{
	int64_t n = sp_object_want(SP_WANT_BYTES, sizeof(verb));
	const uint8_t *bytes;
	uint64_t size;

	sp_input_area(&bytes, &size);
	stream_consumed = n > 0 ? (uint64_t)n : 0;
	snprintf(verb, sizeof(verb), "%.*s", (int)stream_consumed, (const char *)bytes);
	verb[strcspn(verb, "\n")] = 0;
	stream_consumed = strlen(verb) + 1;
}

static void answer(const struct sp_command *c)
{
	sp_object_begin();
	used = 0;
	if (request.source == SP_VDB_STREAM)
		read_verb();
	understand();
	answers++;
	if (!is_lying(c->what)) {
		respond(c->serial, c->what);
		return;
	}
	if (strncmp(word, "sys-", 4) == 0)
		system_call();
	if (deed_of(word)) {
		deed_of(word)(c->serial);
		return;
	}
	if (strcmp(word, "good") != 0 && strncmp(word, "sys-", 4) != 0 && !plan_lies(word))
		sp_refuse(0); /* the test does not know what it asks for */
	respond(c->serial, c->what);
}

static void serve(void) __attribute__((noreturn));
static void serve(void)
{
	struct sp_command c;

	for (;;)
		if (sp_object_wait(&c, false))
			answer(&c);
}

static int run(const struct sp_request *req, const void *payload, struct sp_reply *ret)
{
	uint64_t size;

	(void)req;
	memcpy(&request, payload, sizeof(request));
	snprintf(verb, sizeof(verb), "%.*s", (int)request.name_len, (const char *)payload + sizeof(request));
	sp_output_area(&output, &size);
	find_memory();
	ret->kind = SP_REPLY_RESULT;
	return memory ? 0 : -1;
}

static const char *warm_up(const char *locale, uint32_t family)
{
	(void)locale, (void)family;
	own = parent = getpid();
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
