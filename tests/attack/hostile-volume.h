/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A reader of volumes taken over: what it says (hostile-stream.c) and what it does (hostile-volume.c). */
#ifndef SP_TEST_HOSTILE_VOLUME_H
#define SP_TEST_HOSTILE_VOLUME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "shims/openvdb/format.h"

/* An honest answer, field by field; a lie changes one. */
struct plan {
	/* the record of a tree, its type and its leaves */
	uint64_t magic, version, kind, type, type_len, leaves, leaf_flags, leaf_x, leaf_step;
	/* its topology: children and values of a node are its first places */
	uint64_t tiles, tile_x, tile_step, tile_active, children, child_x, child_step;
	uint64_t upper_children, upper_active, upper_values, upper_place, lower_children, lower_active, lower_values, lower_place, child_leaf, child_leaf_step;
	/* points: arrays that come, of which leaf and which of it each says it is, how often all of them come, and how many ends */
	uint64_t place_leaf, place_leaf_step, place_array, place_arrays, rounds, array_ends;
	uint64_t descriptor, arrays, attributes, attribute_type, attribute_name, groups, group_at, size, stride, flags, uniform, paged, bytes, offsets, indices;
	/* the grid */
	uint64_t grid_type, map, doubles, number, tree, metadata, metadata_name, metadata_type, metadata_len, grids, trees;
	/* the archive */
	uint64_t archives, descriptors, descriptor_type, parent, half, names, name_number, end;
	/* replies */
	uint64_t chunk_serial, chunk_kind, chunk_offset, chunk_len, serial, reply_kind, thrown, was_read, has_offsets, consumed, state;
};
#define AS_IS 0xababababababababu /* what is right */

extern struct plan plan;
extern const struct plan honest;

/* An honest plan for a grid of the type that @word says with "points-", "index-", "bool-" or "vec3d-" in front. Returns what is behind. */
const char *plan_for(const char *word);
/* Lie as @word says: one lie, or several with "+" between them. False: one is not known. */
bool plan_lies(const char *word);

/* The stream: where it goes. */
void put(const void *bytes, uint64_t len);
void put_record(uint64_t kind);
void put_count(uint64_t n);
void put_string(const char *s);
void put_tree(void);
void put_grid(void);
void put_leaf(int32_t x);
void put_archive(void);
void put_descriptors(void);
extern const char *const type_names[];

/* What has been put so far, to the program; the last reply, and all of an answer to @what. */
void flush(void);
void finish(uint32_t serial);
void put_answer(uint32_t what);
void respond(uint32_t serial, uint32_t what);
void send_reply(const struct sp_vdb_reply *body, uint32_t kind);
/* Past the code that completes a reply. */
void send_raw(uint32_t serial, uint32_t magic, uint32_t kind, uint32_t event_len, size_t len);

extern uint8_t *output, *memory; /* memory: all of it, from the head on */
extern unsigned answers;
extern uint64_t stream_consumed; /* bytes of the program's stream */

typedef void hostile_deed(uint32_t serial);
/* NULL: there is none of this name. */
hostile_deed *deed_of(const char *word);

#endif
