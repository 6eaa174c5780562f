/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a reader of volumes that has been taken over does besides lying. */
#include "tests/attack/hostile-volume.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/helper/helper.h"
#include "lib/wire/util.h"
#include "tests/attack/raw.h"

static char path[] = "/etc/passwd";

static void silence(uint32_t serial)
{
	static uint32_t zero;

	(void)serial;
	for (;;)
		raw(SYS_sched_yield, (long)&zero, 0, 0, 0, 0, 0);
}

static void half(uint32_t serial)
{
	send_raw(serial, SP_REPLY_MAGIC, SP_REPLY_RESULT, 0, 60);
	silence(serial);
}

static void end(uint32_t serial)
{
	(void)serial;
	raw(SYS_exit_group, 0, 0, 0, 0, 0, 0);
}

/* Half of a tree is there. */
static void begin_tree(void)
{
	put_record(SP_VDB_TREE);
	put_string(type_names[plan.type]);
}

static void end_in_tree(uint32_t serial)
{
	begin_tree();
	for (int i = 0; i < 300; i++)
		put_leaf(8 * i);
	end(serial);
}

static void crash(uint32_t serial)
{
	volatile int *volatile nowhere = (volatile int *)8;

	*nowhere = (int)serial;
}

static void crash_in_tree(uint32_t serial)
{
	begin_tree();
	put_leaf(0);
	flush();
	crash(serial);
}

/* The program asks a new helper, which has not been asked for metadata. */
static void end_once(uint32_t serial)
{
	if (answers > 2)
		end(serial);
	respond(serial, SP_VDB_READ);
}

static void flood_leaves(uint32_t serial)
{
	(void)serial;
	for (begin_tree();;)
		put_leaf(0);
}

static void flood_trees(uint32_t serial)
{
	(void)serial;
	plan.leaves = plan.children = 0;
	for (;;)
		put_tree();
}

static void flood_children(uint32_t serial)
{
	static const uint8_t none[32768 / 4];
	const struct sp_vdb_leaf no_leaf = { .flags = SP_VDB_LEAF_END };
	struct sp_vdb_root root = { 0, UINT_MAX };
	struct sp_vdb_values no_values = { 0 };
	float background = 0;

	(void)serial;
	begin_tree();
	put(&no_leaf, sizeof(no_leaf));
	put(&background, sizeof(background));
	put(&root, sizeof(root));
	for (int32_t at[3] = { 0 };; at[0] += 4096) {
		put(at, sizeof(at));
		put(none, sizeof(none));
		put(&no_values, sizeof(no_values));
	}
}

static void flood_grids(uint32_t serial)
{
	(void)serial;
	plan.metadata = 0;
	plan.tree = SP_VDB_NO_TREE;
	for (;;)
		put_grid();
}

static void flood_bytes(const char *type)
{
	static const char piece[4096];

	put_record(SP_VDB_ARCHIVE);
	put_count(1 << 20);
	for (unsigned i = 0;; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%u", i);
		put_string(name);
		put_string(type);
		put_count(1 << 20);
		for (int k = 0; k < 256; k++)
			put(piece, sizeof(piece));
	}
}

static void flood_metadata(uint32_t serial)
{
	(void)serial;
	flood_bytes("string");
}

/* Of types that are not kept: nothing of it may stay. */
static void flood_hidden(uint32_t serial)
{
	(void)serial;
	flood_bytes("__hidden");
}

static void flood_entries(uint32_t serial)
{
	(void)serial;
	for (;;) {
		put_record(SP_VDB_ARCHIVE);
		put_count(1 << 20);
		for (unsigned i = 0; i < 1 << 20; i++) {
			char name[32];

			snprintf(name, sizeof(name), "%u", i);
			put_string(name);
			put_string("string");
			put_count(0);
		}
	}
}

static void flood_string(uint32_t serial)
{
	static const char piece[4096];

	(void)serial;
	put_record(SP_VDB_TREE);
	for (put_count(SP_VDB_STRING_MAX);;)
		put(piece, sizeof(piece));
}

static void flood_descriptors(uint32_t serial)
{
	struct sp_vdb_position at = { 0 };

	(void)serial;
	put_record(SP_VDB_DESCRIPTORS);
	put_count(1 << 24);
	for (;;) {
		put_string("");
		put_string("");
		put_string("");
		put(&at, sizeof(at));
	}
}

/* Records of which nothing stays. */
static void flood_archives(uint32_t serial)
{
	(void)serial;
	for (;;)
		put_archive();
}

static void flood_names(uint32_t serial)
{
	(void)serial;
	plan.has_offsets = 0;
	put_tree();
	put_grid();
	put_record(SP_VDB_DESCRIPTORS);
	put_count(0);
	put_count(1 << 24);
	for (;;) {
		put_string("");
		put_count(0);
	}
}

/* Bytes one by one, which is an answer that takes as long as the helper likes. */
static void drip(uint32_t serial)
{
	struct sp_vdb_reply body = { .len = 1 };
	struct sp_command c;

	(void)serial;
	begin_tree();
	for (uint64_t i = 0;; i++) {
		body.offset = i < 24 ? i : 23;
		while (!sp_object_may_go_on())
			sp_object_wait(&c, true);
		send_reply(&body, SP_REPLY_RESULT);
	}
}

static void flood_replies(uint32_t serial)
{
	for (;;)
		send_raw(serial, SP_REPLY_MAGIC, SP_REPLY_RESULT, 0, sizeof(struct sp_reply));
}

static void flood_chunks(uint32_t serial)
{
	struct sp_vdb_reply body = { .len = SP_VDB_SLOT };

	(void)serial;
	for (;;)
		send_reply(&body, SP_REPLY_RESULT);
}

static void want(uint32_t serial, uint32_t what, uint64_t len)
{
	memcpy(memory + SP_MEM_REQUEST, path, sizeof(path));
	sp_object_want((enum sp_want_what)what, len);
	respond(serial, SP_VDB_READ);
}

static void want_bytes(uint32_t serial)
{
	want(serial, SP_WANT_BYTES, 4096);
}

static void want_file(uint32_t serial)
{
	want(serial, SP_WANT_FILE, sizeof(path) - 1);
}

static void want_exists(uint32_t serial)
{
	want(serial, SP_WANT_EXISTS, sizeof(path) - 1);
}

static void want_unknown(uint32_t serial)
{
	want(serial, 99, UINT64_MAX);
}

static void want_all(uint32_t serial)
{
	stream_consumed += (uint64_t)sp_object_want(SP_WANT_BYTES, UINT64_MAX);
	respond(serial, SP_VDB_OPEN);
}

static void flood_wants(uint32_t serial)
{
	(void)serial;
	for (;;)
		sp_object_want(SP_WANT_BYTES, 0);
}

static void early(uint32_t serial)
{
	finish(serial);
}

static void early_in_tree(uint32_t serial)
{
	begin_tree();
	put_leaf(0);
	flush();
	finish(serial);
}

static void late_chunk(uint32_t serial)
{
	put_answer(SP_VDB_READ);
	put_record(SP_VDB_END);
	flush();
	finish(serial);
}

static void twice(uint32_t serial)
{
	respond(serial, SP_VDB_READ);
	send_raw(serial, SP_REPLY_MAGIC, SP_REPLY_RESULT, 0, sizeof(struct sp_reply));
}

/* What the next command's number will be is no secret. */
static void ahead(uint32_t serial)
{
	respond(serial, SP_VDB_READ_META);
	send_raw(serial + 1, SP_REPLY_MAGIC, SP_REPLY_RESULT, 0, sizeof(struct sp_reply));
}

static void thrown_after(uint32_t serial)
{
	plan.reply_kind = SP_REPLY_THROW;
	plan.thrown = SP_VDB_THROW_KEY;
	respond(serial, SP_VDB_READ);
}

/* Answer, and when the answer has been taken write into the ring until the next command has come. */
static void change(uint32_t serial)
{
	plan.leaves = 100;
	respond(serial, SP_VDB_READ);
	while (sp_object_consumed() < sp_object_sent())
		;
	for (uint8_t n = 0; !sp_object_has_command(); n++)
		memset(output, n, (size_t)SP_VDB_SLOTS * SP_VDB_SLOT);
}

/* Write into what has been handed over and is being read. */
static void change_early(uint32_t serial)
{
	const struct sp_vdb_reply body = { .len = SP_VDB_SLOT };

	plan.leaves = 50;
	put_answer(SP_VDB_READ);
	for (int i = 0; i < 1000; i++) {
		send_reply(&body, SP_REPLY_RESULT);
		memset(output, i, (size_t)SP_VDB_SLOTS * SP_VDB_SLOT);
	}
	finish(serial);
}

static void events_garbage(uint32_t serial)
{
	put_answer(SP_VDB_READ);
	memset(memory + SP_MEM_EVENTS, 0xff, 4096);
	send_raw(serial, SP_REPLY_MAGIC, SP_REPLY_RESULT, 4096, sizeof(struct sp_reply));
}

static void events_cut(uint32_t serial)
{
	struct sp_event e = { .type = SP_EVENT_STDERR, .len = 100 };

	put_answer(SP_VDB_READ);
	memcpy(memory + SP_MEM_EVENTS, &e, sizeof(e));
	send_raw(serial, SP_REPLY_MAGIC, SP_REPLY_RESULT, 20, sizeof(struct sp_reply));
}

static void events_error(uint32_t serial)
{
	struct sp_event e = { .type = SP_EVENT_ERROR, .len = sizeof(struct sp_event_error) };
	struct sp_event_error error = { .err_len = UINT_MAX, .func_len = 5, .file_len = UINT_MAX - 4 };

	put_answer(SP_VDB_READ);
	memcpy(memory + SP_MEM_EVENTS, &e, sizeof(e));
	memcpy(memory + SP_MEM_EVENTS + sizeof(e), &error, sizeof(error));
	send_raw(serial, SP_REPLY_MAGIC, SP_REPLY_RESULT, sizeof(e) + sizeof(error), sizeof(struct sp_reply));
}

static void events_long(uint32_t serial)
{
	put_answer(SP_VDB_READ);
	send_raw(serial, SP_REPLY_MAGIC, SP_REPLY_RESULT, SP_EVENTS_MAX + 1, sizeof(struct sp_reply));
}

/* Control characters, on all ways to a terminal. */
static void escapes(uint32_t serial)
{
	sp_event_text(SP_EVENT_STDERR, "\033[2J\a", 5);
	sp_event_add_error(INT_MAX, "\033[3J", "", "\033[4J", INT_MIN);
	sp_event_add_error(40000, "\033[3J", "", "\033[4J", 1);
	respond(serial, SP_VDB_READ);
}

static void throws_text(uint32_t serial)
{
	static char text[65536];

	memset(text, '%', sizeof(text));
	sp_event_text(SP_EVENT_WHAT, text, sizeof(text));
	plan.reply_kind = SP_REPLY_THROW;
	plan.thrown = SP_VDB_THROW_VALUE;
	finish(serial);
}

static const struct {
	const char *name;
	void (*run)(uint32_t serial);
} deeds[] = {
	{ "silence", silence }, { "half", half }, { "end", end }, { "end-in-tree", end_in_tree }, { "crash", crash }, { "crash-in-tree", crash_in_tree },
	{ "end-once", end_once }, { "flood-leaves", flood_leaves }, { "flood-trees", flood_trees }, { "flood-children", flood_children }, { "flood-grids", flood_grids },
	{ "flood-metadata", flood_metadata }, { "flood-hidden", flood_hidden }, { "flood-entries", flood_entries }, { "flood-string", flood_string },
	{ "flood-descriptors", flood_descriptors }, { "flood-names", flood_names }, { "flood-archives", flood_archives }, { "drip", drip }, { "flood-replies", flood_replies },
	{ "flood-chunks", flood_chunks }, { "flood-wants", flood_wants }, { "want-bytes", want_bytes }, { "want-file", want_file }, { "want-exists", want_exists },
	{ "want-unknown", want_unknown }, { "want-all", want_all }, { "early", early }, { "early-in-tree", early_in_tree }, { "late-chunk", late_chunk },
	{ "twice", twice }, { "ahead", ahead }, { "thrown-after", thrown_after }, { "change", change }, { "change-early", change_early },
	{ "events-garbage", events_garbage }, { "events-cut", events_cut }, { "events-error", events_error }, { "events-long", events_long },
	{ "escapes", escapes }, { "throws-text", throws_text },
};

hostile_deed *deed_of(const char *word)
{
	for (size_t i = 0; i < SP_ARRAY_SIZE(deeds); i++)
		if (strcmp(deeds[i].name, word) == 0)
			return deeds[i].run;
	return NULL;
}

