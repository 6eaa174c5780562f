// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shims/openvdb/emit.hh"

#include <cstring>
#include <map>
#include <sstream>
#include <type_traits>
#include <vector>
#include <openvdb/openvdb.h>
#include "shims/openvdb/emit-points.hh"
#include "shims/openvdb/writer.hh"

namespace sp_vdb {

namespace {

using namespace openvdb;

// Trees that were written in this answer, by number.
std::map<const TreeBase *, uint32_t> written;
uint32_t trees;

// ---- what a leaf type has ----

template <typename LeafT> void put_values(LeafT &leaf)
{
	using T = typename LeafT::ValueType;

	if constexpr (std::is_same<typename LeafT::BuildType, ValueMask>::value)
		return;
	else if constexpr (std::is_same<T, bool>::value)
		out.put(leaf.buffer().data(), LeafT::SIZE / 8);
	else
		out.put(leaf.buffer().data(), LeafT::SIZE * sizeof(T));
}

template <typename LeafT> void put_more(LeafT &) {}

template <typename T, Index n> void put_more(tools::PointIndexLeafNode<T, n> &leaf)
{
	out.count(leaf.indices().size());
	out.put(leaf.indices().data(), leaf.indices().size() * sizeof(T));
}

void put_more(points::PointDataTree::LeafNodeType &leaf)
{
	put_points(leaf);
}

// Are its values outside of the leaf? Those of bool and mask trees are a part of it.
template <typename LeafT> constexpr bool kReleased = std::is_constructible<typename LeafT::Buffer, PartialCreate, typename LeafT::ValueType>::value;

// Its values are with the program.
template <typename LeafT> void release(LeafT &leaf)
{
	if constexpr (kReleased<LeafT>) {
		typename LeafT::Buffer none(PartialCreate(), zeroVal<typename LeafT::ValueType>());

		leaf.swap(none);
	}
}

template <typename T, Index n> void release(tools::PointIndexLeafNode<T, n> &leaf)
{
	typename tools::PointIndexLeafNode<T, n>::Buffer none(PartialCreate(), zeroVal<T>());

	leaf.swap(none);
	std::vector<T>().swap(leaf.indices());
}

template <typename LeafT> bool has_values(LeafT &leaf)
{
	if constexpr (kReleased<LeafT>)
		return !leaf.buffer().empty();
	else
		return true;
}

template <typename LeafT> void put_leaf(LeafT &leaf)
{
	sp_vdb_leaf head = {};

	static_assert(sizeof(head.mask) == sizeof(typename LeafT::NodeMaskType), "512 bits");
	head.flags = has_values(leaf) ? SP_VDB_LEAF_VALUES : 0;
	for (int i = 0; i < 3; i++)
		head.origin[i] = leaf.origin()[i];
	std::memcpy(head.mask, &leaf.getValueMask(), sizeof(head.mask));
	out.put(head);
	if (head.flags)
		put_values(leaf);
	put_more(leaf);
}

// ---- nodes ----

template <typename NodeT> void put_places(const NodeT &node, const typename NodeT::ValueType &background)
{
	using T = typename NodeT::ValueType;
	std::vector<uint32_t> other;
	const auto *table = node.getTable();

	for (auto i = node.getChildMask().beginOff(); i; ++i)
		if (std::memcmp(&table[i.pos()].getValue(), &background, sizeof(T)) != 0)
			other.push_back(i.pos());
	if (other.size() < NodeT::NUM_VALUES / 2) {
		out.put(sp_vdb_values{ static_cast<uint32_t>(other.size()) });
		for (uint32_t place : other) {
			out.put(sp_vdb_value_at{ place });
			out.put(table[place].getValue());
		}
		return;
	}
	out.put(sp_vdb_values{ SP_VDB_ALL });
	for (Index i = 0; i < NodeT::NUM_VALUES; i++)
		out.put(node.isChildMaskOn(i) ? background : table[i].getValue());
}

template <typename NodeT> void put_node(const NodeT &node, const typename NodeT::ValueType &background)
{
	out.put(&node.getChildMask(), sizeof(typename NodeT::NodeMaskType));
	out.put(&node.getValueMask(), sizeof(typename NodeT::NodeMaskType));
	put_places(node, background);
	for (auto i = node.getChildMask().beginOn(); i; ++i) {
		auto &child = *node.getTable()[i.pos()].getChild();

		if constexpr (NodeT::LEVEL > 1) {
			put_node(child, background);
		} else {
			// Numbered from 1, so that 0 is one that clipping has made.
			const uint32_t number = child.transientData() - 1;

			out.put(sp_vdb_child{ number });
			if (number == SP_VDB_NEW_LEAF)
				put_leaf(child);
		}
	}
}

template <typename RootT> void put_root(const RootT &root)
{
	sp_vdb_root head = {};

	for (auto i = root.cbeginValueAll(); i; ++i)
		head.tiles++;
	for (auto i = root.cbeginChildOn(); i; ++i)
		head.children++;
	out.put(root.background());
	out.put(head);
	for (auto i = root.cbeginValueAll(); i; ++i) {
		const Coord at = i.getCoord();

		out.put(sp_vdb_tile{ { at[0], at[1], at[2] }, i.isValueOn() });
		out.put(i.getValue());
	}
	for (auto i = root.cbeginChildOn(); i; ++i) {
		const Coord at = i->origin();

		out.put(at.asPointer(), 3 * sizeof(int32_t));
		put_node(*i, root.background());
	}
}

// ---- trees, as they are read ----

// The library reads leaves in this order: depth first, in the order of the root's table and of the masks.
template <typename TreeT, typename Op> void for_each_leaf(TreeT &tree, const Op &op)
{
	for (auto upper = tree.root().beginChildOn(); upper; ++upper)
		for (auto lower = upper->beginChildOn(); lower; ++lower)
			for (auto leaf = lower->beginChildOn(); leaf; ++leaf)
				op(*leaf);
}

template <typename TreeT> class Emission
{
	using LeafT = typename TreeT::LeafNodeType;

public:
	explicit Emission(TreeT &tree) : tree_(tree)
	{
		out.record(SP_VDB_TREE);
		out.string(Grid<TreeT>::gridType());
		begin_points();
	}

	void leaf(LeafT &leaf)
	{
		leaf.setTransientData(++leaves_);
		put_leaf(leaf);
		release(leaf);
	}

	// One that is to be clipped and pruned yet: what is constant becomes a tile, and what is not must not seem to be when its values are gone.
	void leaf(LeafT &leaf, const CoordBBox &box)
	{
		typename LeafT::ValueType value;
		typename LeafT::NodeMaskType mixed(false);
		bool state;

		if (!kReleased<LeafT> || leaf.isConstant(value, state)) {
			leaf.setTransientData(++leaves_);
			return put_leaf(leaf);
		}
		this->leaf(leaf);
		mixed.setOn(LeafT::coordToOffset(Coord::maxComponent(box.min(), leaf.origin())));
		leaf.setValueMask(mixed);
	}

	// No leaf comes any more.
	void end_leaves()
	{
		sp_vdb_leaf none = {};

		none.flags = SP_VDB_LEAF_END;
		out.put(none);
	}

	// Of points: array @i of a leaf that has been sent.
	void array(LeafT &leaf, Index i) { put_array_of(leaf, leaf.transientData() - 1, i); }

	// Of points: those from @first on have not been sent.
	void end_arrays(Index first)
	{
		for_each_leaf(tree_, [&](LeafT &leaf) {
			for (Index i = first; i < leaf.attributeSet().size(); i++)
				array(leaf, i);
		});
		sp_vdb::end_arrays();
	}

	void end()
	{
		put_root(tree_.root());
		written[&tree_] = trees++;
	}

private:
	TreeT &tree_;
	uint32_t leaves_ = 0;
};

template <typename GridT> class StreamingGrid : public GridT
{
	using TreeT = typename GridT::TreeType;
	using LeafT = typename TreeT::LeafNodeType;

public:
	StreamingGrid() : GridT() {}

	// In the place of the library's own type.
	static void enroll()
	{
		GridBase::unregisterGrid(GridT::gridType());
		GridBase::registerGrid(GridT::gridType(), [] { return GridBase::Ptr(new StreamingGrid); });
	}

	void readBuffers(std::istream &is) override
	{
		if constexpr (kPasses) {
			if (io::getFormatVersion(is) < OPENVDB_FILE_VERSION_MULTIPASS_IO)
				return GridT::readBuffers(is), emit_all();
			return read_passes(is);
		}
		Emission<TreeT> e(this->tree());
		for_each_leaf(this->tree(), [&](LeafT &leaf) {
			leaf.readBuffers(is, this->saveFloatAsHalf());
			e.leaf(leaf);
		});
		e.end_leaves();
		e.end();
	}

	// Each node clips what it has when its children have been read. That may make new leaves of tiles.
	void readBuffers(std::istream &is, const CoordBBox &box) override
	{
		if constexpr (kPasses)
			return GridT::readBuffers(is, box), emit_all();
		const void *b = io::getGridBackgroundValuePtr(is);
		const auto background = b ? *static_cast<const typename TreeT::ValueType *>(b) : zeroVal<typename TreeT::ValueType>();
		Emission<TreeT> e(this->tree());
		for (auto upper = this->tree().root().beginChildOn(); upper; ++upper) {
			for (auto lower = upper->beginChildOn(); lower; ++lower) {
				for (auto leaf = lower->beginChildOn(); leaf; ++leaf) {
					leaf->readBuffers(is, box, this->saveFloatAsHalf());
					if (box.hasOverlap(leaf->getNodeBoundingBox()))
						e.leaf(*leaf, box);
				}
				lower->clip(box, background);
			}
			upper->clip(box, background);
		}
		this->tree().root().clip(box);
		e.end_leaves();
		e.end();
	}

private:
	// Points are read in several passes over all leaves.
	static constexpr bool kPasses = HasMultiPassIO<GridT>::value;

	/*
	 * As Grid::readBuffers, whose leaves have all of their arrays at the end: here each goes as soon as its pass has brought it. The passes are counted as
	 * PointDataLeafNode::readBuffers counts them, whatever a damaged file says; a leaf may have more arrays than have passes, or fewer, and there may be none.
	 */
	void read_passes(std::istream &is)
	{
		uint16_t passes = 1;
		is.read(reinterpret_cast<char *>(&passes), sizeof(passes));
		const io::StreamMetadata::Ptr meta = io::getStreamMetadataPtr(is);
		const Index attributes = (Index(passes) - 4) / 2, values = attributes + 2;
		Emission<TreeT> e(this->tree());

		for (Index pass = 0; pass < passes; pass++) {
			meta->setPass(uint32_t(passes) << 16 | pass);
			for_each_leaf(this->tree(), [&](LeafT &leaf) {
				leaf.readBuffers(is, this->saveFloatAsHalf());
				if (pass == values)
					e.leaf(leaf);
				else if (pass > values && pass - values <= attributes)
					e.array(leaf, pass - values - 1);
			});
			if (pass == values)
				e.end_leaves();
		}
		if (passes > values)
			end_passes(e, attributes);
		else
			emit_all(e);
	}

	void emit_all()
	{
		Emission<TreeT> e(this->tree());

		emit_all(e);
	}

	void emit_all(Emission<TreeT> &e)
	{
		for_each_leaf(this->tree(), [&](LeafT &leaf) { e.leaf(leaf); });
		e.end_leaves();
		end_passes(e, 0);
	}

	// Arrays from @first on have not been sent.
	void end_passes(Emission<TreeT> &e, Index first)
	{
		e.end_arrays(first);
		e.end();
	}
};

template <typename GridT> struct Enroll {
	void operator()() const { StreamingGrid<GridT>::enroll(); }
};

struct Registry : GridBase {
	using GridBase::registerGrid;
};

// ---- metadata and transforms ----

// As bytes: what it would write, without the length.
std::string value_of(const Metadata &m)
{
	std::ostringstream s(std::ios_base::binary);

	m.write(s);
	return s.str().substr(sizeof(Index32));
}

struct MapType {
	const char *name;
	sp_vdb_map_type type;
};

const MapType kMaps[] = {
	{ "AffineMap", SP_VDB_MAP_AFFINE },
	{ "UnitaryMap", SP_VDB_MAP_UNITARY },
	{ "ScaleMap", SP_VDB_MAP_SCALE },
	{ "UniformScaleMap", SP_VDB_MAP_UNIFORM_SCALE },
	{ "TranslationMap", SP_VDB_MAP_TRANSLATION },
	{ "ScaleTranslateMap", SP_VDB_MAP_SCALE_TRANSLATE },
	{ "UniformScaleTranslateMap", SP_VDB_MAP_UNIFORM_SCALE_TRANSLATE },
	{ "NonlinearFrustumMap", SP_VDB_MAP_FRUSTUM },
};

template <typename MapT> std::string doubles_of(const MapT &map)
{
	std::ostringstream s(std::ios_base::binary);

	map.write(s);
	return s.str();
}

std::string frustum_of(const math::NonlinearFrustumMap &map)
{
	const BBoxd &box = map.getBBox();
	const double head[8] = { box.min()[0], box.min()[1], box.min()[2], box.max()[0], box.max()[1], box.max()[2], map.getTaper(), map.getDepth() };

	return std::string(reinterpret_cast<const char *>(head), sizeof(head)) + doubles_of(map.secondMap());
}

void put_transform(const math::Transform &transform)
{
	const math::MapBase::ConstPtr map = transform.baseMap();
	sp_vdb_map head = {};

	for (const MapType &m : kMaps)
		if (map->type() == m.name)
			head.type = m.type;
	const std::string doubles = head.type == SP_VDB_MAP_FRUSTUM ? frustum_of(static_cast<const math::NonlinearFrustumMap &>(*map)) : doubles_of(*map);
	head.doubles = static_cast<uint32_t>(doubles.size() / sizeof(double));
	out.put(head);
	out.put(doubles.data(), head.doubles * sizeof(double));
}

GridBase::Ptr make_placeholder()
{
	return FloatGrid::create();
}

} // namespace

void register_streaming_grids()
{
	GridTypes::foreach<Enroll>();
}

void register_placeholder(const std::string &type)
{
	Registry::registerGrid(type, make_placeholder);
}

void begin_trees()
{
	written.clear();
	trees = 0;
}

void put_metadata(const MetaMap &meta)
{
	out.count(meta.metaCount());
	for (auto i = meta.beginMeta(); i != meta.endMeta(); ++i) {
		const std::string value = value_of(*i->second);

		out.string(i->first);
		out.string(i->second->typeName());
		out.count(value.size());
		out.put(value.data(), value.size());
	}
}

void put_grid(const GridBase &grid, bool only_metadata)
{
	sp_vdb_grid head = {};
	const auto tree = written.find(&grid.baseTree());

	out.record(SP_VDB_GRID);
	out.string(grid.type());
	put_metadata(grid);
	put_transform(grid.transform());
	head.tree = only_metadata || tree == written.end() ? SP_VDB_NO_TREE : tree->second;
	out.put(head);
}

} // namespace sp_vdb
