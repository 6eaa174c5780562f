// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shims/openvdb/rebuild.hh"

#include <algorithm>
#include <cstring>
#include <memory>
#include <type_traits>
#include <vector>
#include <openvdb/openvdb.h>
#include "shims/openvdb/rebuild-points.hh"

namespace sp_vdb {

namespace {

using namespace openvdb;

const char kNoTree[] = "it describes a tree that cannot be";

// One tree, which the library itself makes, empty. Leaves come first, and are kept until a node names them.
template <typename TreeT> class Builder
{
	using RootT = typename TreeT::RootNodeType;
	using UpperT = typename RootT::ChildNodeType;
	using LowerT = typename UpperT::ChildNodeType;
	using LeafT = typename TreeT::LeafNodeType;
	using T = typename TreeT::ValueType;
	static constexpr bool kPoints = std::is_same<TreeT, points::PointDataTree>::value;

public:
	Builder(Reader &in, bool clipped) : in_(in), clipped_(clipped) {}

	TreeBase::Ptr run()
	{
		while (auto leaf = get_leaf())
			leaves_.push_back(std::move(leaf));
		if constexpr (kPoints)
			points_.get_arrays(in_, leaves_, clipped_);
		get_value(&background_);
		const TreeBase::Ptr tree = GridBase::createGrid(Grid<TreeT>::gridType())->baseTreePtr();
		if (tree->type() != TreeT::treeType())
			in_.refuse(kNoTree);
		RootT &root = static_cast<TreeT &>(*tree).root();
		set_background(root);
		get_root(root);
		return tree;
	}

private:
	// It is left as it is where the two compare as equal, which are not the same for that: 0 and -0.
	void set_background(RootT &root)
	{
		T one = zeroVal<T>();

		std::memset(static_cast<void *>(&one), 1, sizeof(one));
		root.setBackground(one, false);
		root.setBackground(background_, false);
	}

	// ---- values ----

	void get_value(T *ret)
	{
		if constexpr (std::is_same<T, bool>::value)
			*ret = in_.get<uint8_t>() != 0;
		else
			in_.get(ret, sizeof(T));
	}

	// Empty at the end.
	std::unique_ptr<LeafT> get_leaf()
	{
		const auto head = in_.get<sp_vdb_leaf>();
		const Coord origin(head.origin[0], head.origin[1], head.origin[2]);

		if (head.flags & SP_VDB_LEAF_END)
			return nullptr;
		if (origin != (origin & ~int32_t(LeafT::DIM - 1)) || head.flags > SP_VDB_LEAF_VALUES)
			in_.refuse(kNoTree);
		in_.pay(sizeof(LeafT) + (head.flags ? LeafT::SIZE * sizeof(T) : 0));
		std::unique_ptr<LeafT> leaf(new LeafT(PartialCreate(), origin, zeroVal<T>(), false));
		set_mask(*leaf, head.mask);
		if (head.flags)
			get_values(*leaf);
		get_more(*leaf);
		return leaf;
	}

	static void set_mask(LeafT &leaf, const uint64_t *words)
	{
		typename LeafT::NodeMaskType mask;

		static_assert(sizeof(mask) == sizeof(sp_vdb_leaf::mask), "512 bits");
		std::memcpy(static_cast<void *>(&mask), words, sizeof(mask));
		leaf.setValueMask(mask);
	}

	void get_values(LeafT &leaf)
	{
		if constexpr (std::is_same<typename LeafT::BuildType, ValueMask>::value) {
			return; // they are its mask
		} else if constexpr (std::is_same<T, bool>::value) {
			in_.get(leaf.buffer().data(), LeafT::SIZE / 8);
		} else {
			leaf.allocate();
			in_.get(leaf.buffer().data(), LeafT::SIZE * sizeof(T));
		}
	}

	template <typename OtherT> void get_more(OtherT &) {}

	// They grow as they come: a number alone costs nothing.
	template <typename I, Index n> void get_more(tools::PointIndexLeafNode<I, n> &leaf)
	{
		const uint64_t most = 1 << 16;
		std::vector<I> &all = leaf.indices();

		for (uint64_t left = in_.count(SP_VDB_VALUE_MAX); left;) {
			const uint64_t piece = std::min(left, most), had = all.size();

			in_.pay(piece * sizeof(I));
			all.resize(had + piece);
			in_.get(&all[had], piece * sizeof(I));
			left -= piece;
		}
		if (!offsets_fit(leaf, all.size(), clipped_))
			in_.refuse(kNoTree);
	}

	void get_more(points::PointDataTree::LeafNodeType &) { points_.get_leaf(in_); }

	// ---- nodes ----

	template <typename NodeT> void get_masks(typename NodeT::NodeMaskType *children, typename NodeT::NodeMaskType *values)
	{
		in_.get(children, sizeof(*children));
		in_.get(values, sizeof(*values));
		for (auto i = children->beginOn(); i; ++i)
			if (values->isOn(i.pos()))
				in_.refuse(kNoTree);
	}

	// Values of the places that have no child.
	template <typename NodeT> void get_places(NodeT &node, const typename NodeT::NodeMaskType &children, const typename NodeT::NodeMaskType &active)
	{
		uint32_t n = in_.get<sp_vdb_values>().n, next = 0;
		T value;

		for (auto i = active.beginOn(); i; ++i)
			node.addTile(i.pos(), background_, true);
		if (n == SP_VDB_ALL) {
			for (Index i = 0; i < NodeT::NUM_VALUES; i++) {
				get_value(&value);
				if (!children.isOn(i))
					node.addTile(i, value, active.isOn(i));
			}
			return;
		}
		for (; n; n--) {
			const uint32_t place = in_.get<sp_vdb_value_at>().place;

			if (place < next || place >= NodeT::NUM_VALUES || children.isOn(place))
				in_.refuse(kNoTree);
			get_value(&value);
			node.addTile(place, value, active.isOn(place));
			next = place + 1;
		}
	}

	template <typename NodeT> std::unique_ptr<NodeT> get_node(const Coord &origin)
	{
		typename NodeT::NodeMaskType children, active;

		in_.pay(sizeof(NodeT));
		std::unique_ptr<NodeT> node(new NodeT(PartialCreate(), origin, background_, false));
		get_masks<NodeT>(&children, &active);
		get_places(*node, children, active);
		for (auto i = children.beginOn(); i; ++i)
			if (!node->addChild(get_child<NodeT>(node->offsetToGlobalCoord(i.pos())).release()))
				in_.refuse(kNoTree);
		return node;
	}

	template <typename NodeT> std::unique_ptr<typename NodeT::ChildNodeType> get_child(const Coord &origin)
	{
		if constexpr (NodeT::LEVEL > 1)
			return get_node<typename NodeT::ChildNodeType>(origin);
		else
			return take_leaf(origin);
	}

	// Each is in one place. One of points that is new would be without arrays.
	std::unique_ptr<LeafT> take_leaf(const Coord &origin)
	{
		const uint32_t n = in_.get<sp_vdb_child>().leaf;
		std::unique_ptr<LeafT> leaf = n == SP_VDB_NEW_LEAF && !kPoints ? get_leaf() : n < leaves_.size() ? std::move(leaves_[n]) : nullptr;

		if (!leaf || leaf->origin() != origin)
			in_.refuse(kNoTree);
		return leaf;
	}

	static bool is_aligned(const Coord &origin)
	{
		return origin == (origin & ~int32_t(UpperT::DIM - 1));
	}

	// Neither a tile nor a child is there yet: the last place of all is an untouched one's level.
	static bool is_free(const RootT &root, const Coord &origin) { return root.getValueDepth(origin) == -1; }

	void get_root(RootT &root)
	{
		auto head = in_.get<sp_vdb_root>();
		T value;

		for (; head.tiles; head.tiles--) {
			const auto tile = in_.get<sp_vdb_tile>();
			const Coord origin(tile.origin[0], tile.origin[1], tile.origin[2]);

			get_value(&value);
			in_.pay(sizeof(UpperT) / UpperT::NUM_VALUES + 64);
			if (tile.active > 1 || !is_aligned(origin) || !is_free(root, origin))
				in_.refuse(kNoTree);
			root.addTile(origin, value, tile.active);
		}
		for (; head.children; head.children--) {
			Coord origin;

			in_.get(origin.asPointer(), 3 * sizeof(int32_t));
			if (!is_aligned(origin) || !is_free(root, origin))
				in_.refuse(kNoTree);
			root.addChild(get_node<UpperT>(origin).release());
		}
	}

	static_assert(std::is_trivially_copyable<T>::value, "values are bytes, which stand in their nodes");
	Reader &in_;
	const bool clipped_;
	T background_ = zeroVal<T>();
	std::vector<std::unique_ptr<LeafT>> leaves_;
	Points points_;
};

struct Type {
	std::string name;
	TreeBase::Ptr (*build)(Reader &in, bool clipped);
};

std::vector<Type> &types()
{
	static std::vector<Type> all;

	return all;
}

template <typename GridT> struct AddType {
	void operator()() const
	{
		types().push_back(Type{ GridT::gridType(), [](Reader &in, bool clipped) { return Builder<typename GridT::TreeType>(in, clipped).run(); } });
	}
};

const Type *find_type(const std::string &name)
{
	static const bool done = (GridTypes::foreach<AddType>(), true);

	(void)done;
	for (const Type &t : types())
		if (t.name == name)
			return &t;
	return nullptr;
}

} // namespace

bool is_known_type(const std::string &grid_type)
{
	return find_type(grid_type) != nullptr;
}

TreeBase::Ptr get_tree(Reader &in, bool clipped, std::string *ret_type)
{
	*ret_type = in.string();
	const Type *t = find_type(*ret_type);
	if (!t)
		in.refuse(kNoTree);
	// What the library says where it reads a type that the program has not registered.
	if (!GridBase::isRegistered(*ret_type))
		OPENVDB_THROW(LookupError, "Cannot read grid. Grid type " << *ret_type << " is not registered.");
	return t->build(in, clipped);
}

} // namespace sp_vdb
