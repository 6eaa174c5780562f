// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shims/openvdb/taker.hh"

#include <openvdb/openvdb.h>
#include "shims/openvdb/rebuild.hh"

namespace sp_vdb {

namespace {

const uint64_t kDescriptorsMax = 1 << 24;
// Bytes of what has none of its own on the way: an empty tree, a grid, a name and a descriptor, which are kept twice.
const uint64_t kRecordCost = 256, kTreeCost = 4096, kGridCost = 4096, kNameCost = 256, kDescriptorCost = 4 * sizeof(GridDescriptor);

void get_descriptors(Reader &in, Answer *ret)
{
	for (uint64_t n = in.count(kDescriptorsMax); n; n--) {
		const std::string name = in.string(), type = in.string(), parent = in.string();
		const auto at = in.get<sp_vdb_position>();
		GridDescriptor gd(name, type, at.half != 0);

		gd.setInstanceParentName(parent);
		gd.setGridPos(at.grid);
		gd.setBlockPos(at.block);
		gd.setEndPos(at.end);
		in.pay(kDescriptorCost);
		ret->descriptors.push_back(gd);
	}
	for (uint64_t n = in.count(kDescriptorsMax); n; n--) {
		const std::string name = in.string();

		in.pay(kNameCost);
		ret->names.emplace_back(name, in.count(UINT64_MAX));
		if (ret->names.back().second >= ret->grids.size())
			in.refuse("it names a grid that is not there");
	}
}

// All records of an answer, up to END.
class Taker
{
public:
	Taker(Reader &in, bool clipped, Answer *ret, const std::function<GridBase::Ptr(const std::string &)> &make)
		: in_(in), clipped_(clipped), ret_(ret), make_(make)
	{
	}

	void run()
	{
		// What the program does with a record is not the helper's time, so that there must be an end of them.
		for (;; in_.pay(kRecordCost))
			switch (in_.record()) {
			case SP_VDB_TREE: {
				std::string type;
				in_.pay(kTreeCost);
				const openvdb::TreeBase::Ptr tree = get_tree(in_, clipped_, &type);

				trees_.push_back(Tree{ tree, type, false });
				break;
			}
			case SP_VDB_GRID:
				get_grid();
				break;
			case SP_VDB_ARCHIVE:
				ret_->meta.reset(new openvdb::MetaMap);
				get_metadata(in_, ret_->meta.get());
				break;
			case SP_VDB_DESCRIPTORS:
				get_descriptors(in_, ret_);
				break;
			default:
				return;
			}
	}

private:
	struct Tree {
		openvdb::TreeBase::Ptr tree;
		std::string type;
		bool taken;
	};

	void get_grid()
	{
		const std::string type = in_.string();
		in_.pay(kGridCost);
		const GridBase::Ptr grid = make_(type);

		if (!grid)
			in_.refuse("it is of a grid that was not asked for");
		get_metadata(in_, grid.get());
		grid->setTransform(get_transform(in_));
		const uint32_t n = in_.get<sp_vdb_grid>().tree;
		if (n != SP_VDB_NO_TREE && (n >= trees_.size() || trees_[n].type != type || trees_[n].tree->type() != grid->baseTree().type()))
			in_.refuse("it is of a grid whose tree is not there");
		if (n != SP_VDB_NO_TREE)
			grid->setTree(trees_[n].tree);
		ret_->grids.push_back(grid);
		ret_->shares.push_back(n != SP_VDB_NO_TREE && trees_[n].taken);
		if (n != SP_VDB_NO_TREE)
			trees_[n].taken = true;
	}

	Reader &in_;
	const bool clipped_;
	Answer *ret_;
	const std::function<GridBase::Ptr(const std::string &)> &make_;
	std::vector<Tree> trees_;
};

} // namespace

void take(Reader &in, bool clipped, Answer *ret, const std::function<GridBase::Ptr(const std::string &)> &make)
{
	Taker(in, clipped, ret, make).run();
}

} // namespace sp_vdb
