/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/attack/hostile-volume.h"

#include <limits.h>
#include <math.h>
#include <string.h>
#include "lib/wire/util.h"

struct plan plan;
static uint64_t base; /* type of the grid that all is about */

enum { FLOAT, POINTS, INDEX, BOOL, DOUBLE3 };
const char *const type_names[] = { "Tree_float_5_4_3", "Tree_ptdataidx32_5_4_3", "Tree_ptidx32_5_4_3", "Tree_bool_5_4_3", "Tree_vec3d_5_4_3", "Tree_unknown_5_4_3",
				   "Tree_int32_5_4_3", "" };
static const char *const attribute_types[][2] = { { "vec3s", "null" }, { "unknown", "null" }, { "uint32", "str" }, { "bool", "null" }, { "uint8", "grp" } };
static const char *const metadata_types[] = { "string", "float",  "bool",  "int64", "mat4d", "vec3d", "unknown", "__delayedload", "__hidden", "vec4d" };
static const char *const names[] = { "name", "class", "d", "", "is_saved_as_half_float", "P", "not a name" };

const struct plan honest = {
	.magic = SP_VDB_MAGIC, .version = SP_VDB_VERSION, .kind = SP_VDB_TREE, .type_len = AS_IS, .leaves = 1, .leaf_flags = SP_VDB_LEAF_VALUES, .leaf_step = 8,
	.children = 1, .child_step = 4096, .tile_x = 8192, .tile_step = 4096, .upper_children = 1, .lower_children = 1, .child_leaf_step = 1, .place_leaf_step = 1, .place_arrays = AS_IS, .rounds = 1, .array_ends = 1, .arrays = 1, .attributes = 1,
	.attribute_name = 5, .groups = 0, .size = 512, .stride = 1, .flags = 8, .bytes = AS_IS, .indices = 512, .grid_type = AS_IS, .map = SP_VDB_MAP_TRANSLATION,
	.doubles = 3, .metadata = 1, .metadata_len = AS_IS, .grids = 1, .trees = 1, .archives = 1, .descriptors = 1, .descriptor_type = AS_IS, .end = 1,
	.chunk_kind = SP_REPLY_RESULT, .chunk_offset = AS_IS, .chunk_len = AS_IS, .serial = AS_IS, .reply_kind = SP_REPLY_RESULT, .was_read = 1, .has_offsets = 1,
	.consumed = AS_IS,
};

#define F(f) offsetof(struct plan, f)
static const struct {
	const char *name;
	size_t at;
	uint64_t value;
} lies[] = {
	{ "magic", F(magic), 1 }, { "version", F(version), SP_VDB_VERSION - 1 }, { "kind-none", F(kind), 0 }, { "kind-over", F(kind), SP_VDB_KIND_MAX },
	{ "kind-max", F(kind), USHRT_MAX }, { "type-unknown", F(type), 5 }, { "type-empty", F(type), 7 }, { "type-other", F(type), 6 },
	{ "type-long", F(type_len), SP_VDB_STRING_MAX + 1ull }, { "type-endless", F(type_len), UINT64_MAX }, { "type-short", F(type_len), 3 },
	{ "leaf-flags", F(leaf_flags), 4 }, { "leaf-flags-max", F(leaf_flags), UINT_MAX - 1 }, { "leaf-odd", F(leaf_x), 1 }, { "leaf-far", F(leaf_x), 8 },
	{ "leaf-edge", F(leaf_x), (uint64_t)INT_MIN }, { "leaf-twice", F(lower_children), 2 }, { "leaf-same", F(child_leaf_step), 0 },
	{ "leaves-none", F(leaves), 0 }, { "leaves-two", F(leaves), 2 }, { "leaf-beyond", F(child_leaf), 1 }, { "leaf-beyond-max", F(child_leaf), UINT_MAX - 1 },
	{ "leaf-new", F(child_leaf), SP_VDB_NEW_LEAF },
	{ "leaf-bare", F(leaf_flags), 0 }, { "tiles-endless", F(tiles), UINT_MAX }, { "tile-odd", F(tile_x), 8 }, { "tile-child", F(tile_x), 0 },
	{ "tile", F(tiles), 1 }, { "tiles", F(tiles), 3 }, { "tile-same", F(tile_step), 0 }, { "tile-active", F(tile_active), 2 }, { "child-odd", F(child_x), 8 },
	{ "children-two", F(children), 2 }, { "child-same", F(child_step), 0 }, { "children-endless", F(children), UINT_MAX }, { "child-edge", F(child_x), (uint64_t)INT_MIN },
	{ "upper-overlap", F(upper_active), 1 }, { "lower-overlap", F(lower_active), 1 }, { "upper-values", F(upper_values), 2 }, { "upper-place", F(upper_place), 32767 },
	{ "upper-place-over", F(upper_place), 32768 }, { "upper-place-max", F(upper_place), UINT_MAX }, { "upper-values-many", F(upper_values), UINT_MAX - 1 },
	{ "lower-values", F(lower_values), 2 }, { "lower-place-over", F(lower_place), 4096 }, { "lower-place-child", F(lower_values), 1 },
	{ "upper-children", F(upper_children), 32768 }, { "lower-children", F(lower_children), 4096 },
	/* points */
	{ "places-none", F(place_arrays), 0 }, { "places-one", F(place_arrays), 1 }, { "places-more", F(place_arrays), 3 }, { "places-twice", F(rounds), 2 },
	{ "place-beyond", F(place_array), 1 }, { "place-max", F(place_array), UINT_MAX }, { "place-leaf-beyond", F(place_leaf), 1 },
	{ "place-leaf-max", F(place_leaf), UINT_MAX - 1 }, { "place-leaf-same", F(place_leaf_step), 0 }, { "places-early", F(rounds), 0 },
	{ "places-endless", F(array_ends), 0 }, { "places-end-twice", F(array_ends), 2 },
	{ "descriptor-next", F(descriptor), 1 }, { "descriptor-max", F(descriptor), UINT_MAX }, { "arrays-none", F(arrays), 0 }, { "arrays-more", F(arrays), 2 },
	{ "arrays-max", F(arrays), UINT_MAX }, { "attributes-many", F(attributes), SP_VDB_ARRAYS_MAX + 1 }, { "attributes-two", F(attributes), 2 },
	{ "attributes-none", F(attributes), 0 },
	{ "attribute-unknown", F(attribute_type), 1 }, { "attribute-string", F(attribute_type), 2 }, { "attribute-bool", F(attribute_type), 3 },
	{ "attribute-group", F(attribute_type), 4 }, { "attribute-name", F(attribute_name), 6 }, { "attribute-nameless", F(attribute_name), 3 },
	{ "group", F(groups), 1 }, { "groups-many", F(groups), SP_VDB_ARRAYS_MAX * 8 + 1ull }, { "group-far", F(group_at), 8 }, { "group-beyond", F(group_at), UINT64_MAX },
	{ "size-none", F(size), 0 }, { "size-less", F(size), 511 }, { "size-max", F(size), UINT_MAX }, { "stride-none", F(stride), 0 }, { "stride-two", F(stride), 2 },
	{ "stride-max", F(stride), UINT_MAX }, { "stride-wrap", F(stride), 1u << 23 }, { "flags-varying", F(flags), 0 }, { "flags-partial", F(flags), 8 | 32 },
	{ "flags-max", F(flags), UINT_MAX }, { "flags-over", F(flags), 256 | 8 }, { "uniform", F(uniform), 1 }, { "uniform-two", F(uniform), 2 }, { "paged-two", F(paged), 2 },
	{ "bytes-none", F(bytes), 0 }, { "bytes-more", F(bytes), 512 * 12 + 1 }, { "bytes-max", F(bytes), UINT64_MAX }, { "offsets-beyond", F(offsets), 1 },
	{ "offsets-back", F(offsets), 2 }, { "offsets-max", F(offsets), 3 }, { "offsets-zero", F(offsets), 4 }, { "indices-none", F(indices), 0 },
	{ "indices-less", F(indices), 511 }, { "indices-many", F(indices), SP_VDB_VALUE_MAX }, { "indices-max", F(indices), UINT64_MAX },
	/* the grid */
	{ "grid-other", F(grid_type), 6 }, { "grid-unknown", F(grid_type), 5 }, { "map-none", F(map), 0 }, { "map-over", F(map), SP_VDB_MAP_MAX },
	{ "map-max", F(map), UINT_MAX }, { "doubles-none", F(doubles), 0 }, { "doubles-more", F(doubles), 25 }, { "doubles-max", F(doubles), UINT_MAX },
	{ "affine", F(map), SP_VDB_MAP_AFFINE }, { "unitary", F(map), SP_VDB_MAP_UNITARY }, { "frustum", F(map), SP_VDB_MAP_FRUSTUM }, { "scale", F(map), SP_VDB_MAP_SCALE },
	{ "doubles-16", F(doubles), 16 }, { "doubles-24", F(doubles), 24 }, { "doubles-15", F(doubles), 15 }, { "nan", F(number), 1 }, { "one", F(number), 2 },
	{ "huge", F(number), 3 }, { "tree-beyond", F(tree), 1 }, { "tree-max", F(tree), UINT_MAX - 1 }, { "tree-none", F(tree), SP_VDB_NO_TREE },
	{ "metadata-twice", F(metadata), 2 }, { "metadata-many", F(metadata), (1 << 20) + 1 }, { "metadata-max", F(metadata), UINT64_MAX },
	{ "metadata-class", F(metadata_name), 1 }, { "metadata-d", F(metadata_name), 2 }, { "metadata-nameless", F(metadata_name), 3 }, { "metadata-half", F(metadata_name), 4 },
	{ "metadata-float", F(metadata_type), 1 }, { "metadata-bool", F(metadata_type), 2 }, { "metadata-int64", F(metadata_type), 3 },
	{ "metadata-mat4d", F(metadata_type), 4 }, { "metadata-vec3d", F(metadata_type), 5 }, { "metadata-unknown", F(metadata_type), 6 },
	{ "metadata-delayed", F(metadata_type), 7 }, { "metadata-hidden", F(metadata_type), 8 }, { "value-none", F(metadata_len), 0 }, { "value-4", F(metadata_len), 4 },
	{ "value-100", F(metadata_len), 100 }, { "value-over", F(metadata_len), SP_VDB_VALUE_MAX + 1ull }, { "value-max", F(metadata_len), UINT64_MAX },
	{ "grids-none", F(grids), 0 }, { "grids-two", F(grids), 2 }, { "trees-none", F(trees), 0 }, { "trees-two", F(trees), 2 },
	/* the archive */
	{ "archive-none", F(archives), 0 }, { "archive-two", F(archives), 2 }, { "descriptors-none", F(descriptors), 0 }, { "descriptors-two", F(descriptors), 2 },
	{ "descriptors-many", F(descriptors), (1 << 24) + 1 }, { "descriptor-type", F(descriptor_type), 6 }, { "descriptor-unknown", F(descriptor_type), 5 },
	{ "parent-self", F(parent), 1 }, { "parent-unknown", F(parent), 2 }, { "half-max", F(half), UINT_MAX }, { "names", F(names), 1 },
	{ "names-many", F(names), (1 << 24) + 1 }, { "name-beyond", F(name_number), 1 }, { "name-max", F(name_number), UINT64_MAX }, { "end-none", F(end), 0 },
	{ "end-two", F(end), 2 },
	/* replies */
	{ "chunk-serial", F(chunk_serial), 77777 }, { "chunk-throws", F(chunk_kind), SP_REPLY_THROW }, { "chunk-refused", F(chunk_kind), SP_REPLY_REFUSED },
	{ "chunk-wants", F(chunk_kind), SP_REPLY_WANT }, { "offset-end", F(chunk_offset), SP_VDB_SLOTS *SP_VDB_SLOT }, { "offset-max", F(chunk_offset), UINT64_MAX },
	{ "len-none", F(chunk_len), 0 }, { "len-over", F(chunk_len), SP_VDB_SLOTS *SP_VDB_SLOT + 1 }, { "len-max", F(chunk_len), UINT64_MAX },
	{ "len-short", F(chunk_len), 100 }, { "len-more", F(chunk_len), SP_VDB_SLOT }, { "serial-other", F(serial), 77777 }, { "serial-max", F(serial), UINT_MAX },
	{ "serial-none", F(serial), 0 }, { "reply-kind", F(reply_kind), SP_REPLY_MAX }, { "reply-refused", F(reply_kind), SP_REPLY_REFUSED },
	{ "reply-memory", F(reply_kind), SP_REPLY_MEMORY }, { "throws", F(reply_kind), SP_REPLY_THROW }, { "thrown-over", F(thrown), SP_VDB_THROW_MAX },
	{ "thrown-max", F(thrown), UINT_MAX }, { "thrown-io", F(thrown), SP_VDB_THROW_IO }, { "thrown-key", F(thrown), SP_VDB_THROW_KEY },
	{ "thrown-alloc", F(thrown), SP_VDB_THROW_STD_BAD_ALLOC }, { "thrown-stream", F(thrown), SP_VDB_THROW_STREAM },
	{ "thrown-lookup", F(thrown), SP_VDB_THROW_LOOKUP }, { "not-read", F(was_read), 0 }, { "read-max", F(was_read), UINT_MAX }, { "no-offsets", F(has_offsets), 0 },
	{ "offsets-two", F(has_offsets), 2 }, { "consumed-more", F(consumed), 5000 }, { "consumed-max", F(consumed), UINT64_MAX }, { "consumed-none", F(consumed), 0 },
	{ "state-bad", F(state), 1 }, { "state-max", F(state), UINT_MAX },
};

static bool lie(const char *word, size_t len)
{
	for (size_t i = 0; i < SP_ARRAY_SIZE(lies); i++) {
		if (strlen(lies[i].name) != len || strncmp(lies[i].name, word, len) != 0)
			continue;
		memcpy((uint8_t *)&plan + lies[i].at, &lies[i].value, sizeof(uint64_t));
		return true;
	}
	return false;
}

const char *plan_for(const char *word)
{
	static const char *const prefixes[] = { "", "points-", "index-", "bool-", "vec3d-" };

	plan = honest;
	base = FLOAT;
	for (size_t i = 1; i < SP_ARRAY_SIZE(prefixes); i++)
		if (strncmp(word, prefixes[i], strlen(prefixes[i])) == 0) {
			plan.type = base = i;
			word += strlen(prefixes[i]);
		}
	return word;
}

bool plan_lies(const char *word)
{
	bool all = true;

	for (size_t n; *word; word += n + (word[n] == '+')) {
		n = strcspn(word, "+");
		all &= lie(word, n);
	}
	return all;
}

/* ---- the stream ---- */

static uint64_t or_as_is(uint64_t value, uint64_t as_is)
{
	return value == AS_IS ? as_is : value;
}


void put_record(uint64_t kind)
{
	struct sp_vdb_record r = { (uint32_t)plan.magic, (uint16_t)plan.version, (uint16_t)kind };

	put(&r, sizeof(r));
}

void put_count(uint64_t n)
{
	put(&(struct sp_vdb_count){ n }, sizeof(struct sp_vdb_count));
}

void put_string(const char *s)
{
	put_count(strlen(s));
	put(s, strlen(s));
}

/* Of a voxel in points and indices: where those of the next begin. */
static uint32_t offset_of(uint32_t voxel)
{
	switch (plan.offsets) {
	case 1: /* beyond */
		return voxel == 511 ? 100000 : voxel;
	case 2: /* back and forth, so that the same points are there again and again */
		return voxel % 2 ? 512 : 0;
	case 3:
		return UINT_MAX;
	case 4: /* as clipping leaves them, of voxels that are not active */
		return voxel % 2 ? 0 : voxel + 1;
	}
	return voxel + 1;
}

static uint64_t size_of_value(void)
{
	return plan.type == DOUBLE3 ? 24 : plan.type == BOOL ? 1 : 4;
}

static void put_value(double value)
{
	double d[3] = { value, value, value };
	float f = (float)value;
	uint8_t b = 0xff;

	put(plan.type == DOUBLE3 ? (void *)d : plan.type == BOOL ? (void *)&b : (void *)&f, size_of_value());
}

static void put_values(void)
{
	static const uint8_t bools[64] = { 0xa5, 0x5a };

	if (plan.type == BOOL) {
		put(bools, sizeof(bools));
		return;
	}
	for (uint32_t i = 0; i < 512; i++) {
		uint32_t at = offset_of(i);

		if (plan.type == POINTS || plan.type == INDEX)
			put(&at, sizeof(at));
		else
			put_value(1);
	}
}

static void put_descriptor(void)
{
	static const char *const other[] = { "other", "third" };

	put_count(plan.attributes);
	for (uint64_t i = 0; i < plan.attributes && i < 3; i++) {
		put_string(attribute_types[plan.attribute_type][0]);
		put_string(attribute_types[plan.attribute_type][1]);
		put_string(i ? other[i - 1] : names[plan.attribute_name]);
	}
	put_count(plan.groups);
	if (plan.groups == 1) {
		put_string("group");
		put_count(plan.group_at);
	}
	put_count(0);
}

static void put_array(void)
{
	uint64_t elements = plan.uniform ? 1 : plan.flags & 8 ? plan.size * plan.stride : plan.stride;
	uint64_t each = plan.attribute_type == 0 ? 12 : plan.attribute_type == 2 ? 4 : 1, bytes = or_as_is(plan.bytes, elements * each);
	struct sp_vdb_array a = { .size = (uint32_t)plan.size, .stride = (uint32_t)plan.stride, .flags = (uint32_t)plan.flags, .uniform = (uint32_t)plan.uniform,
				  .paged = (uint32_t)plan.paged, .bytes = bytes };

	put(&a, sizeof(a));
	for (uint64_t i = 0; i < bytes && i < 100000; i++)
		put(&(uint8_t){ (uint8_t)i }, 1);
}

static bool described; /* in this tree */

static void put_points(void)
{
	struct sp_vdb_points head = { (uint32_t)plan.descriptor, (uint32_t)plan.arrays };

	put(&head, sizeof(head));
	if (plan.descriptor == 0 && !described)
		put_descriptor();
	described = true;
}

static void put_arrays(void)
{
	uint64_t arrays = or_as_is(plan.place_arrays, plan.arrays);

	for (uint64_t round = 0; round < plan.rounds; round++)
		for (uint64_t i = 0; i < arrays && i < 3; i++)
			for (uint64_t leaf = 0; leaf < plan.leaves; leaf++) {
				put(&(struct sp_vdb_place){ (uint32_t)(plan.place_leaf + leaf * plan.place_leaf_step), (uint32_t)(plan.place_array + i) },
				    sizeof(struct sp_vdb_place));
				put_array();
			}
	for (uint64_t i = 0; i < plan.array_ends; i++)
		put(&(struct sp_vdb_place){ SP_VDB_ARRAYS_END, 0 }, sizeof(struct sp_vdb_place));
}

static void put_indices(void)
{
	put_count(plan.indices);
	for (uint32_t i = 0; i < plan.indices && i < 1000; i++)
		put(&i, sizeof(i));
}

void put_leaf(int32_t x)
{
	struct sp_vdb_leaf head = { .flags = (uint32_t)plan.leaf_flags, .origin = { 0, 0, x } };

	memset(head.mask, plan.offsets == 4 ? 0x55 : 0xff, sizeof(head.mask));
	put(&head, sizeof(head));
	if (head.flags)
		put_values();
	if (plan.type == POINTS)
		put_points();
	if (plan.type == INDEX)
		put_indices();
}

static void put_bits(uint64_t n, uint64_t bits)
{
	for (uint64_t i = 0; i < bits / 8; i++)
		put(&(uint8_t){ (uint8_t)(n >= 8 * (i + 1) ? 0xff : n > 8 * i ? (1u << (n - 8 * i)) - 1 : 0) }, 1);
}

static void put_places(uint64_t n, uint64_t place)
{
	put(&(struct sp_vdb_values){ (uint32_t)n }, sizeof(struct sp_vdb_values));
	for (uint64_t i = 0; i < n && i < 4; i++) {
		put(&(struct sp_vdb_value_at){ (uint32_t)place }, sizeof(struct sp_vdb_value_at));
		put_value(2);
	}
}

static void put_lower(void)
{
	put_bits(plan.lower_children, 4096);
	put_bits(plan.lower_active, 4096);
	put_places(plan.lower_values, plan.lower_place);
	for (uint64_t i = 0; i < plan.lower_children && i < 4; i++) {
		uint32_t leaf = (uint32_t)(plan.child_leaf + i * plan.child_leaf_step);

		put(&(struct sp_vdb_child){ leaf }, sizeof(struct sp_vdb_child));
		if (leaf == SP_VDB_NEW_LEAF)
			put_leaf(0);
	}
}

static void put_upper(void)
{
	put_bits(plan.upper_children, 32768);
	put_bits(plan.upper_active, 32768);
	put_places(plan.upper_values, plan.upper_place);
	for (uint64_t i = 0; i < plan.upper_children && i < 4; i++)
		put_lower();
}

static void put_root(void)
{
	struct sp_vdb_root root = { (uint32_t)plan.tiles, (uint32_t)plan.children };

	put_value(0);
	put(&root, sizeof(root));
	for (uint64_t i = 0; i < plan.tiles && i < 4; i++) {
		struct sp_vdb_tile t = { { (int32_t)(plan.tile_x + i * plan.tile_step), 0, 0 }, (uint32_t)plan.tile_active };

		put(&t, sizeof(t));
		put_value(3);
	}
	for (uint64_t i = 0; i < plan.children && i < 4; i++) {
		int32_t at[3] = { (int32_t)(plan.child_x + i * plan.child_step), 0, 0 };

		put(at, sizeof(at));
		put_upper();
	}
}

void put_tree(void)
{
	static const struct sp_vdb_leaf none = { .flags = SP_VDB_LEAF_END };
	const char *type = type_names[plan.type];

	described = false;
	put_record(plan.kind);
	put_count(or_as_is(plan.type_len, strlen(type)));
	put(type, strlen(type));
	for (uint64_t i = 0; i < plan.leaves; i++)
		put_leaf((int32_t)(plan.leaf_x + i * plan.leaf_step));
	put(&none, sizeof(none));
	if (plan.type == POINTS)
		put_arrays();
	put_root();
}

static void put_metadata(void)
{
	static const char value[128] = "g";
	uint64_t len = or_as_is(plan.metadata_len, 1);

	put_count(plan.metadata);
	for (uint64_t i = 0; i < plan.metadata && i < 3; i++) {
		put_string(names[plan.metadata_name]);
		put_string(metadata_types[plan.metadata_type]);
		put_count(len);
		put(value, len < sizeof(value) ? len : sizeof(value));
	}
}

void put_grid(void)
{
	static const double numbers[] = { 0, NAN, 1, 1e308 };
	struct sp_vdb_map map = { (uint32_t)plan.map, (uint32_t)plan.doubles };

	put_record(SP_VDB_GRID);
	put_string(type_names[or_as_is(plan.grid_type, base)]);
	put_metadata();
	put(&map, sizeof(map));
	for (uint64_t i = 0; i < plan.doubles && i < 30; i++)
		put(&numbers[plan.number], sizeof(double));
	put(&(struct sp_vdb_grid){ (uint32_t)plan.tree, 0 }, sizeof(struct sp_vdb_grid));
}

void put_archive(void)
{
	put_record(SP_VDB_ARCHIVE);
	put_count(0);
}

void put_descriptors(void)
{
	static const char *const parents[] = { "", "g", "unknown" };
	static const char *const unique[] = { "g", "g\036[1]", "h" };
	struct sp_vdb_position at = { .half = (uint32_t)plan.half };

	put_record(SP_VDB_DESCRIPTORS);
	put_count(plan.descriptors);
	for (uint64_t i = 0; i < plan.descriptors && i < 3; i++) {
		put_string(unique[i]);
		put_string(type_names[or_as_is(plan.descriptor_type, base)]);
		put_string(parents[plan.parent]);
		put(&at, sizeof(at));
	}
	put_count(plan.names);
	for (uint64_t i = 0; i < plan.names && i < 3; i++) {
		put_string(unique[i]);
		put_count(plan.name_number);
	}
}
