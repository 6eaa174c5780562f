// SPDX-License-Identifier: LGPL-2.1-or-later
// What the program makes of any answer about volumes: all records of a stream that comes from the fuzzer, and all that a program may do with the grids afterwards.
//
// An input is a control block and the stream.
#include "fuzz/answers.hh"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <openvdb/io/DelayedLoadMetadata.h>
#include <openvdb/openvdb.h>
#include <openvdb/points/PointCount.h>
#include "shims/openvdb/rebuild.hh"
#include "shims/openvdb/taker.hh"

using namespace openvdb;

namespace {

const uint64_t kRoom = 64 << 20; // bytes that an answer may cost

// A broken promise of the shim's: abort() is what a fuzzer looks for.
void require(bool promise, const char *what)
{
	if (promise)
		return;
	std::fprintf(stderr, "%s\n", what);
	std::abort();
}

// Chunks of exactly their size, of which the one before is gone.
class Pieces : public sp_vdb::Source
{
public:
	Pieces(const uint8_t *data, size_t len, size_t piece) : data_(data), len_(len), piece_(piece) {}
	~Pieces() override { std::free(chunk_); }

	const uint8_t *next(uint64_t *ret_len) override
	{
		const size_t n = !piece_ || piece_ > len_ ? len_ : piece_;

		if (!n)
			throw sp_vdb::Over();
		std::free(chunk_);
		chunk_ = static_cast<uint8_t *>(std::malloc(n));
		std::memcpy(chunk_, data_, n);
		data_ += n;
		len_ -= n;
		*ret_len = n;
		return chunk_;
	}

	void refuse(const char *reason) override { require(reason && *reason, "a refusal without a reason"); }

	void pay(uint64_t bytes) override
	{
		if (bytes > kRoom - paid_)
			throw sp_vdb::Over();
		paid_ += bytes;
	}

private:
	const uint8_t *data_;
	size_t len_;
	const size_t piece_;
	uint8_t *chunk_ = nullptr;
	uint64_t paid_ = 0;
};

// ---- what a program does ----

volatile uint8_t sink;

template <typename T> void touch(const T &t)
{
	const uint8_t *p = reinterpret_cast<const uint8_t *>(&t);

	for (size_t i = 0; i < sizeof(t); i++)
		sink = static_cast<uint8_t>(sink + p[i]);
}

void touch_metadata(const MetaMap &meta)
{
	for (auto i = meta.beginMeta(); i != meta.endMeta(); ++i) {
		const auto load = meta.getMetadata<io::DelayedLoadMetadata>(i->first);
		const auto text = meta.getMetadata<StringMetadata>(i->first);
		const auto matrix = meta.getMetadata<Mat4DMetadata>(i->first);

		require(!i->first.empty(), "metadata without a name");
		require(!load || load->empty(), "what is to be loaded later");
		touch(text ? text->value().size() : i->second->size());
		if (matrix)
			touch(matrix->value());
		touch(i->second->str().size());
		touch(i->second->asBool());
		i->second->copy();
	}
}

void touch_attribute(points::PointDataTree::LeafNodeType &leaf, size_t position)
{
	points::AttributeArray &array = leaf.attributeArray(position);

	require(leaf.pointCount() <= array.size(), "more points than elements");
	if (array.hasConstantStride() ? uint64_t(array.size()) * array.stride() > (1 << 20) : array.dataSize() > (1 << 20))
		return; // many for a fuzzer, few for a program
	if (array.valueType() == "vec3s") {
		points::AttributeWriteHandle<Vec3s> handle(array);

		for (auto i = leaf.beginIndexAll(); i; ++i)
			touch(handle.get(*i));
		handle.expand(true);
		handle.set(array.size() - 1, Vec3s(1));
	}
	array.expand(true);
	array.collapse();
}

void touch_points(points::PointDataGrid &grid)
{
	uint64_t n = 0;

	for (auto leaf = grid.tree().beginLeaf(); leaf; ++leaf) {
		for (auto i = leaf->beginIndexOn(); i; ++i)
			n++;
		for (size_t a = 0; a < leaf->attributeSet().size(); a++)
			touch_attribute(*leaf, a);
		for (const auto &g : leaf->attributeSet().descriptor().groupMap())
			touch(leaf->groupHandle(g.first).get(0));
		touch_metadata(leaf->attributeSet().descriptor().getMetadata());
	}
	touch(n);
}

void touch_indices(const tools::PointIndexGrid &grid)
{
	for (auto leaf = grid.tree().cbeginLeaf(); leaf; ++leaf)
		for (Index i = 0; i < leaf->size(); i++) {
			const PointIndex32 *begin = nullptr, *end = nullptr;

			if (leaf->getIndices(i, begin, end))
				for (; begin < end; ++begin)
					touch(*begin);
		}
}

struct Touch {
	template <typename GridT> void operator()(GridT &grid) const
	{
		for (auto leaf = grid.tree().cbeginLeaf(); leaf; ++leaf)
			for (Index i = 0; i < leaf->size(); i++)
				touch(leaf->getValue(i));
		for (auto v = grid.tree().cbeginRootChildren(); v; ++v)
			touch(v->onVoxelCount());
		touch(grid.tree().getValue(Coord(1, 2, 3)));
		if constexpr (std::is_same<GridT, points::PointDataGrid>::value)
			touch_points(grid);
		if constexpr (std::is_same<GridT, tools::PointIndexGrid>::value)
			touch_indices(grid);
	}
};

void touch_grid(const GridBase::Ptr &grid)
{
	touch_metadata(*grid);
	touch(grid->activeVoxelCount());
	touch(grid->memUsage());
	touch(grid->evalActiveVoxelBoundingBox());
	touch(grid->transform().indexToWorld(Vec3d(1, 2, 3)));
	touch(grid->transform().voxelSize());
	touch(grid->getName().size());
	touch(grid->getGridClass());
	touch(grid->saveFloatAsHalf());
	require(grid->apply<GridTypes>(Touch()), "a grid of a type that is none");
	grid->deepCopyGrid()->pruneGrid();
}

// ---- as Session asks ----

struct Name {
	std::vector<std::string> &all;

	template <typename GridT> void operator()(const GridT &) const { all.push_back(GridT::gridType()); }
};

std::string type_number(unsigned n)
{
	static std::vector<std::string> all;

	if (all.empty())
		GridTypes::foreach(Name{ all });
	return all[n % all.size()];
}

GridBase::Ptr make_any(const std::string &type)
{
	return sp_vdb::is_known_type(type) && GridBase::isRegistered(type) ? GridBase::createGrid(type) : GridBase::Ptr();
}

bool taken;

void take_all(const fuzz_answer &control, Pieces *pieces, sp_vdb::Answer *answer)
{
	const std::string asked = type_number(control.type);
	sp_vdb::Reader in(pieces);
	bool made = false;

	sp_vdb::take(in, control.what % 3 == 2, answer, [&](const std::string &type) {
		const bool fits = control.what % 3 == 0 || (!made && type == asked);

		made = true;
		return fits ? make_any(type) : GridBase::Ptr();
	});
	taken = in.drained();
}

bool start()
{
	initialize();
	return true;
}

} // namespace

bool fuzz_was_taken()
{
	return taken;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const bool started = start();
	sp_vdb::Answer answer;
	fuzz_answer control;

	(void)started;
	taken = false;
	if (size < sizeof(control))
		return 0;
	std::memcpy(&control, data, sizeof(control));
	Pieces pieces(data + sizeof(control), size - sizeof(control), control.piece * 97u);
	try {
		take_all(control, &pieces, &answer);
	} catch (const sp_vdb::Over &) {
		// what there is already is not given to the program, but must be sound
	}
	for (const GridBase::Ptr &g : answer.grids)
		try {
			touch_grid(g);
		} catch (const openvdb::Exception &) {
			// as natively: a transform that cannot be simplified is found out when it is copied
		}
	if (answer.meta)
		touch_metadata(*answer.meta);
	for (const auto &n : answer.names)
		require(!taken || n.second < answer.grids.size(), "a grid that is not there");
	return 0;
}
