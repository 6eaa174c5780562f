/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the app's and the helper's side of openvdb::io agree on.
 *
 * The helper answers each command with a stream of bytes, in chunks that lie in a ring at the start of the output area, and one last reply. The stream is a
 * sequence of records, each with struct sp_vdb_record in front; it is read once, front to back, and each field is copied before it is looked at. It is
 * not the file's format: there are no offsets to follow, nothing compressed, nothing that says how long something is but counts that are checked
 * against fixed maxima or against the bytes that have come.
 *
 *   TREE         string (grid type), leaves, of points arrays, topology: the next tree, counted from 0 in each answer.
 *   GRID         string (grid type), metadata, transform, struct sp_vdb_grid: the next grid, likewise.
 *   ARCHIVE      metadata of the archive.
 *   DESCRIPTORS  struct sp_vdb_count; for each: three strings (unique name, type, unique name of the grid whose tree it shares), struct sp_vdb_position.
 *                Then struct sp_vdb_count; for each: string (unique name), struct sp_vdb_count (number of that GRID).
 *   END          nothing: the answer is complete.
 *
 *   string     struct sp_vdb_count (<= SP_VDB_STRING_MAX), so many bytes.
 *   metadata   struct sp_vdb_count; for each: string (name), string (type), struct sp_vdb_count (<= SP_VDB_VALUE_MAX), so many bytes of value.
 *   transform  struct sp_vdb_map, so many doubles.
 *   leaves     struct sp_vdb_leaf, then as its flags say: values (512 of the tree's value type; of bool 64 bytes of mask; none of a mask tree), what the
 *              leaf's type adds. Repeated, until one that is SP_VDB_LEAF_END. Leaves are numbered from 0 in the order in which they come.
 *   arrays     struct sp_vdb_place, struct sp_vdb_array, so many bytes. Repeated, until a place whose leaf is SP_VDB_ARRAYS_END, which stands alone. In any
 *              order, but each array of each leaf once.
 *   topology   background value; struct sp_vdb_root; so many struct sp_vdb_tile, each with a value; so many upper nodes.
 *   node       int32[3] origin (upper ones only); child mask; value mask; struct sp_vdb_values, then so many of struct sp_vdb_value_at, each with a value, or
 *              all values; for each child, in the mask's order: of an upper node a lower node, of a lower node struct sp_vdb_child, and a leaf if it says so.
 */
#ifndef SP_VDB_FORMAT_H
#define SP_VDB_FORMAT_H

#include "lib/wire/wire.h"

/* The request: what to open. Nothing is read before the first command. */
#define SP_VDB_ATTACH 1u
enum sp_vdb_source { SP_VDB_FILE = 0, SP_VDB_STREAM = 1, SP_VDB_SOURCE_MAX = 2 };

/* Payload: this, then @name_len bytes of name. */
struct sp_vdb_attach {
	uint32_t source;     /* enum sp_vdb_source */
	uint32_t name_len;   /* bytes */
	int32_t log_level;   /* of the program's logger "openvdb" */
	uint32_t exceptions; /* STREAM: std::ios_base::iostate that the program wants to be told by exception */
	uint32_t exact;	     /* STREAM: bytes cannot be given back, so none is to be asked for before it is needed */
	uint32_t delayed;    /* FILE: natively it would be mapped, which shows where it has been cut */
};
SP_STATIC_ASSERT(sizeof(struct sp_vdb_attach) == 24, "sp_vdb_attach");

enum sp_vdb_command {
	SP_VDB_OPEN = SP_COMMAND_FAMILY,	/* TREE and GRID of all grids of an archive that can only be read in one go; ARCHIVE; of a file DESCRIPTORS; END */
	SP_VDB_READ = SP_COMMAND_FAMILY + 1,	/* grid @number: TREE (if it has its own), GRID, END */
	SP_VDB_READ_BOX = SP_COMMAND_FAMILY + 2, /* likewise, of what is in the struct sp_vdb_box at the start of the input area */
	SP_VDB_READ_COORDS = SP_COMMAND_FAMILY + 3, /* likewise, struct sp_vdb_coords */
	SP_VDB_READ_META = SP_COMMAND_FAMILY + 4, /* grid @number: GRID, END */
	SP_VDB_COMMAND_MAX = SP_COMMAND_FAMILY + 5,
};
/* World space, and voxels: inclusive. */
struct sp_vdb_box {
	double min[3], max[3];
};
struct sp_vdb_coords {
	int32_t min[3], max[3];
};

/* What io::Archive knows of the archive. */
struct sp_vdb_header {
	uint32_t file_version, library_major, library_minor;
	uint32_t compression; /* flags of io/Compression.h */
	uint32_t has_offsets; /* grids can be read one by one */
	uint32_t was_read;    /* else the archive does not begin like one, and nothing else here says anything */
	uint8_t uuid[16];
};
SP_STATIC_ASSERT(sizeof(struct sp_vdb_header) == 40, "sp_vdb_header");

/* The program's stream, as the library would have left it. */
struct sp_vdb_left {
	uint64_t consumed; /* bytes */
	uint32_t state;	   /* std::ios_base::iostate */
	uint32_t compression, grid_class, half; /* io::getDataCompression and others of the stream */
};
SP_STATIC_ASSERT(sizeof(struct sp_vdb_left) == 24, "sp_vdb_left");

/* Body of a reply: a chunk, with serial 0, or the last one, with the command's. */
struct sp_vdb_reply {
	uint32_t serial;
	uint32_t thrown; /* enum sp_vdb_thrown, with SP_REPLY_THROW; what() is the event */
	uint64_t offset, len; /* of a chunk: bytes, in the output area */
	struct sp_vdb_header header; /* of the last one */
	struct sp_vdb_left left;     /* likewise, of a stream */
};
SP_STATIC_ASSERT(sizeof(struct sp_vdb_reply) == 88, "sp_vdb_reply");
SP_STATIC_ASSERT(sizeof(struct sp_vdb_reply) <= SP_REPLY_BODY, "fits a reply");

/* The ring: so many slots, one of which the helper fills while the others wait. Small enough to stay in the processor's cache. */
#define SP_VDB_SLOTS 4u
#define SP_VDB_SLOT (256u * 1024u)
SP_STATIC_ASSERT(SP_VDB_SLOTS *SP_VDB_SLOT <= 1024 * 1024, "the least output limit");

/* What the library threw. */
enum sp_vdb_thrown {
	SP_VDB_THROW_NONE = 0,
	SP_VDB_THROW_ARITHMETIC = 1,
	SP_VDB_THROW_INDEX = 2,
	SP_VDB_THROW_IO = 3,
	SP_VDB_THROW_KEY = 4,
	SP_VDB_THROW_LOOKUP = 5,
	SP_VDB_THROW_NOT_IMPLEMENTED = 6,
	SP_VDB_THROW_REFERENCE = 7,
	SP_VDB_THROW_RUNTIME = 8,
	SP_VDB_THROW_TYPE = 9,
	SP_VDB_THROW_VALUE = 10,
	SP_VDB_THROW_STD_BAD_ALLOC = 11,
	SP_VDB_THROW_STD_LENGTH = 12,
	SP_VDB_THROW_STD_RANGE = 13,
	SP_VDB_THROW_STD_RUNTIME = 14,
	SP_VDB_THROW_STD_OTHER = 15,
	SP_VDB_THROW_STREAM = 16, /* std::ios_base::failure of the program's stream, whose state says it */
	SP_VDB_THROW_MAX = 17,
};

/* ---- the stream ---- */

#define SP_VDB_MAGIC 0x56505301u /* "\1SPV" */
#define SP_VDB_VERSION 2u
enum sp_vdb_kind { SP_VDB_TREE = 1, SP_VDB_GRID = 2, SP_VDB_ARCHIVE = 3, SP_VDB_DESCRIPTORS = 4, SP_VDB_END = 5, SP_VDB_KIND_MAX = 6 };
struct sp_vdb_record {
	uint32_t magic;
	uint16_t version;
	uint16_t kind; /* enum sp_vdb_kind */
};
SP_STATIC_ASSERT(sizeof(struct sp_vdb_record) == 8, "sp_vdb_record");

struct sp_vdb_count {
	uint64_t n;
};
#define SP_VDB_STRING_MAX (64u * 1024u * 1024u)
#define SP_VDB_VALUE_MAX 0x7fffffffu

struct sp_vdb_position {
	int64_t grid, block, end; /* as in the file */
	uint32_t half;
	uint32_t reserved;
};
SP_STATIC_ASSERT(sizeof(struct sp_vdb_position) == 32, "sp_vdb_position");

#define SP_VDB_NO_TREE 0xffffffffu
struct sp_vdb_grid {
	uint32_t tree; /* number of the TREE, which others may have, too; or SP_VDB_NO_TREE: an empty one of its own */
	uint32_t reserved;
};

/* Doubles of a map: what math::*Map::write writes, of the frustum box (6), taper, depth, and the 16 of its second map. */
enum sp_vdb_map_type {
	SP_VDB_MAP_AFFINE = 1,
	SP_VDB_MAP_UNITARY = 2,
	SP_VDB_MAP_SCALE = 3,
	SP_VDB_MAP_UNIFORM_SCALE = 4,
	SP_VDB_MAP_TRANSLATION = 5,
	SP_VDB_MAP_SCALE_TRANSLATE = 6,
	SP_VDB_MAP_UNIFORM_SCALE_TRANSLATE = 7,
	SP_VDB_MAP_FRUSTUM = 8,
	SP_VDB_MAP_MAX = 9,
};
#define SP_VDB_MAP_DOUBLES 24u
struct sp_vdb_map {
	uint32_t type; /* enum sp_vdb_map_type */
	uint32_t doubles; /* that the type has */
};

#define SP_VDB_LEAF_END 1u    /* there is no leaf here, and no more come */
#define SP_VDB_LEAF_VALUES 2u /* without: its buffer is not allocated */
struct sp_vdb_leaf {
	uint32_t flags;
	int32_t origin[3]; /* multiples of 8 */
	uint64_t mask[8];  /* active values */
};
SP_STATIC_ASSERT(sizeof(struct sp_vdb_leaf) == 80, "sp_vdb_leaf");

struct sp_vdb_root {
	uint32_t tiles, children;
};
struct sp_vdb_tile {
	int32_t origin[3]; /* multiples of 4096 */
	uint32_t active;   /* 0 or 1 */
};
SP_STATIC_ASSERT(sizeof(struct sp_vdb_tile) == 16, "sp_vdb_tile");

/* Of a node's places without a child: how many have another value than the background, or all of them if @n is SP_VDB_ALL. */
#define SP_VDB_ALL 0xffffffffu
struct sp_vdb_values {
	uint32_t n;
};
struct sp_vdb_value_at {
	uint32_t place; /* below the node's size, ascending */
};
#define SP_VDB_NEW_LEAF 0xffffffffu
struct sp_vdb_child {
	uint32_t leaf; /* number of one that came, above all before, or SP_VDB_NEW_LEAF: it follows; never in points, which are clipped before they are sent */
};

/* Points elsewhere: what a leaf of PointIndexGrid adds is struct sp_vdb_count (<= SP_VDB_VALUE_MAX), so many indices. */

/*
 * Points: what a leaf of PointDataGrid adds is struct sp_vdb_points, and a descriptor if @descriptor is the next number that the tree has not used. Its arrays come when
 * all leaves are there, since a file has the first array of all leaves, then the second one of all, and so on.
 */
struct sp_vdb_points {
	uint32_t descriptor; /* leaves share them */
	uint32_t arrays;     /* <= SP_VDB_ARRAYS_MAX */
};
SP_STATIC_ASSERT(sizeof(struct sp_vdb_points) == 8, "sp_vdb_points");
#define SP_VDB_ARRAYS_MAX 65536u
/* A descriptor: struct sp_vdb_count types; for each string (value type), string (codec), string (name); struct sp_vdb_count groups; for each string, struct
 * sp_vdb_count (its number); metadata. */
#define SP_VDB_ARRAYS_END 0xffffffffu
struct sp_vdb_place {
	uint32_t leaf;	/* number of one that came, or SP_VDB_ARRAYS_END */
	uint32_t array; /* below the leaf's number of arrays */
};
SP_STATIC_ASSERT(sizeof(struct sp_vdb_place) == 8, "sp_vdb_place");
struct sp_vdb_array {
	uint32_t size;	 /* elements */
	uint32_t stride; /* of each, or of all together if it is not constant */
	uint32_t flags;	 /* of points::AttributeArray */
	uint32_t uniform;
	uint32_t paged;
	uint32_t reserved;
	uint64_t bytes; /* of data, which follow */
};
SP_STATIC_ASSERT(sizeof(struct sp_vdb_array) == 32, "sp_vdb_array");

#endif
