// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/vdb/custom.hh"
#include "tests/vdb/volume.hh"

#include <cstring>
#include <map>
#include <set>
#include <sstream>
#include <type_traits>

using namespace openvdb;

namespace {

// FNV-1a (G. Fowler, L. C. Noll, P. Vo), eight bytes a step.
class Sum
{
public:
	void add(const void *bytes, size_t len)
	{
		const char *p = static_cast<const char *>(bytes);
		uint64_t v;

		for (; len >= 8; len -= 8, p += 8) {
			std::memcpy(&v, p, 8);
			step(v);
		}
		for (; len; len--)
			step(uint8_t(*p++));
	}
	template <typename T> void add(const T &v) { add(&v, sizeof(v)); }
	std::string text() const { return hex(&sum_, sizeof(sum_)); }

private:
	void step(uint64_t v)
	{
		sum_ = (sum_ ^ v) * 0x100000001b3u;
		sum_ ^= sum_ >> 29;
	}
	uint64_t sum_ = 0xcbf29ce484222325u;
};

bool is_full()
{
	static const bool full = std::getenv("SP_VDB_FULL") != nullptr;

	return full;
}

// The nodes of one level.
struct Level {
	size_t nodes = 0, active = 0;
	Sum sum;
};

std::string text_of(const Coord &c)
{
	return std::to_string(c.x()) + "," + std::to_string(c.y()) + "," + std::to_string(c.z());
}

std::string text_of(const math::Vec3d &v)
{
	return hex(v.asPointer(), 3 * sizeof(double));
}

std::string text_of(const math::AffineMap &map)
{
	const math::Mat4d m = map.getMat4();

	return hex(m.asPointer(), 16 * sizeof(double));
}

std::string text_of(const points::AttributeArray &array)
{
	std::ostringstream raw;

	array.loadData();
	array.write(raw, true);
	const std::string bytes = raw.str();
	Sum sum;
	sum.add(bytes.data(), bytes.size());
	std::string text = array.type().first + "/" + array.type().second + " size " + std::to_string(array.size()) + " stride " + std::to_string(array.stride()) +
			   " data " + std::to_string(array.dataSize()) + " flags " + std::to_string(array.flags()) + " uniform " + yes(array.isUniform()) +
			   " memory " + std::to_string(array.memUsage()) + " bytes " + std::to_string(bytes.size()) + " " + sum.text();
	return text;
}

std::string text_of(const points::AttributeSet::Descriptor &d)
{
	std::string text = "descriptor of " + std::to_string(d.size());

	for (const auto &[name, at] : d.map())
		text += "\n  " + std::to_string(at) + " " + quote(name) + " " + d.type(at).first + "/" + d.type(at).second + " default " + yes(d.hasDefaultValue(name));
	for (const auto &[name, at] : d.groupMap())
		text += "\n  group " + quote(name) + " " + std::to_string(at);
	return text + "\n  metadata " + dump(d.getMetadata());
}

// What leaves of points have beside voxels.
struct Attributes {
	std::map<const void *, size_t> descriptors; // numbered as they come
	std::string text;
	Sum sum;

	void add(const points::AttributeSet &set)
	{
		const auto found = descriptors.emplace(&set.descriptor(), descriptors.size());

		if (found.second)
			text += text_of(set.descriptor()) + "\n";
		sum.add(found.first->second);
		for (size_t i = 0; i < set.size(); i++) {
			const std::string one = text_of(*set.getConst(i));

			sum.add(one.data(), one.size());
			if (is_full() || descriptors.size() + text.size() < 3000)
				text += " " + std::to_string(i) + " " + one + "\n";
		}
	}
};

template <typename Tree> class TreeDump
{
public:
	explicit TreeDump(const Tree &tree) : tree_(tree) {}
	std::string text();

private:
	template <typename Node> void visit(const Node &node);
	template <typename Node> void visit_leaf(const Node &leaf);
	void visit_root();
	template <typename Node> void begin(const Node &node, Sum *sum);
	void end(const char *what, const Coord &at, Index level, const Sum &sum);

	const Tree &tree_;
	Level levels_[Tree::DEPTH];
	Attributes attributes_;
	std::string full_;
};

template <typename Tree> template <typename Node> void TreeDump<Tree>::begin(const Node &node, Sum *sum)
{
	sum->add(node.origin());
	sum->add(node.transientData());
	levels_[Node::LEVEL].nodes++;
}

template <typename Tree> void TreeDump<Tree>::end(const char *what, const Coord &at, Index level, const Sum &sum)
{
	const std::string text = sum.text();

	levels_[level].sum.add(text.data(), text.size());
	if (is_full())
		full_ += std::string(" ") + what + " " + text_of(at) + " level " + std::to_string(level) + " " + text + "\n";
}

template <typename Tree> template <typename Node> void TreeDump<Tree>::visit_leaf(const Node &leaf)
{
	Sum sum;

	begin(leaf, &sum);
	for (Index i = 0; i < Node::SIZE; i++) {
		const auto value = leaf.getValue(i);

		sum.add(value);
		sum.add(leaf.isValueOn(i));
	}
	levels_[0].active += leaf.onVoxelCount();
	if constexpr (std::is_same<Tree, points::PointDataTree>::value)
		attributes_.add(leaf.attributeSet());
	if constexpr (std::is_same<Tree, tools::PointIndexTree>::value)
		for (const auto &index : leaf.indices())
			sum.add(uint32_t(index));
	end("leaf", leaf.origin(), 0, sum);
}

template <typename Tree> template <typename Node> void TreeDump<Tree>::visit(const Node &node)
{
	if constexpr (Node::LEVEL == 0) {
		visit_leaf(node);
	} else {
		Sum sum;

		begin(node, &sum);
		for (auto it = node.cbeginValueAll(); it; ++it) {
			const auto value = it.getValue();

			sum.add(it.pos());
			sum.add(value);
			sum.add(it.isValueOn());
			levels_[Node::LEVEL].active += it.isValueOn();
		}
		for (auto it = node.cbeginChildOn(); it; ++it)
			sum.add(it.pos());
		end("node", node.origin(), Node::LEVEL, sum);
		for (auto it = node.cbeginChildOn(); it; ++it)
			visit(*it);
	}
}

template <typename Tree> void TreeDump<Tree>::visit_root()
{
	const auto &root = tree_.root();
	Level &level = levels_[Tree::DEPTH - 1];

	level.nodes = root.getTableSize();
	for (auto it = root.cbeginValueAll(); it; ++it) {
		const auto value = it.getValue();

		level.sum.add(it.getCoord());
		level.sum.add(value);
		level.sum.add(it.isValueOn());
		level.active += it.isValueOn();
		if (is_full())
			full_ += " tile " + text_of(it.getCoord()) + " " + hex(&value, sizeof(value)) + " " + yes(it.isValueOn()) + "\n";
	}
	for (auto it = root.cbeginChildOn(); it; ++it) {
		level.sum.add(it.getCoord());
		visit(*it);
	}
}

template <typename Tree> std::string TreeDump<Tree>::text()
{
	const auto background = tree_.background();
	std::string text = "tree " + tree_.type() + " of " + tree_.valueType() + " depth " + std::to_string(tree_.treeDepth()) + " background " +
			   hex(&background, sizeof(background)) + "\n";

	visit_root();
	for (Index i = Tree::DEPTH; i-- > 0;)
		text += " level " + std::to_string(i) + ": " + std::to_string(levels_[i].nodes) + " nodes, " + std::to_string(levels_[i].active) + " active, " +
			levels_[i].sum.text() + "\n";
	text += " counted: " + std::to_string(tree_.leafCount()) + " leaves, " + std::to_string(tree_.nonLeafCount()) + " others, " +
		std::to_string(tree_.activeLeafVoxelCount()) + " voxels, " + std::to_string(tree_.activeTileCount()) + " tiles, memory " +
		std::to_string(tree_.memUsage()) + "\n";
	if (!attributes_.descriptors.empty())
		text += std::to_string(attributes_.descriptors.size()) + " descriptors, arrays " + attributes_.sum.text() + "\n" + attributes_.text;
	return text + full_;
}

std::string text_of(const math::Transform &transform)
{
	const auto map = transform.baseMap();
	std::string text = "transform " + transform.mapType() + " use " + std::to_string(map.use_count()) + " linear " + yes(transform.isLinear());
	std::ostringstream printed;

	transform.print(printed, " ");
	text += "\n" + printed.str() + " matrix " + text_of(*map->getAffineMap());
	if (const auto *f = dynamic_cast<const math::NonlinearFrustumMap *>(map.get())) {
		const double numbers[] = { f->getTaper(), f->getDepth(), f->getGamma() };

		text += "\n frustum " + text_of(f->getBBox().min()) + " " + text_of(f->getBBox().max()) + " " + hex(numbers, sizeof(numbers)) + " second " +
			text_of(f->secondMap()) + " simple " + yes(f->hasSimpleAffine());
	}
	std::ostringstream written;
	map->write(written);
	return text + "\n written " + hex(written.str().data(), written.str().size()) + "\n" + " voxel " + text_of(transform.voxelSize());
}

// Calls of the library that are virtual, so that a type this program does not know has something to show, too.
std::string text_of_unknown(const GridBase &grid)
{
	const TreeBase &tree = grid.baseTree();

	return "tree " + tree.type() + " leaves " + std::to_string(tree.leafCount()) + " voxels " + std::to_string(tree.activeVoxelCount()) + "\n";
}

using Dumped = GridTypes::Append<FlatGrid, CountGrid>;

} // namespace

std::string dump(const MetaMap &meta)
{
	std::string text = std::to_string(meta.metaCount()) + " entries";

	for (auto it = meta.beginMeta(); it != meta.endMeta(); ++it) {
		std::ostringstream written;
		const Metadata &m = *it->second;

		m.write(written);
		const std::string bytes = written.str(), type = typeid(m).name();
		Sum sum;
		sum.add(bytes.data(), bytes.size());
		text += "\n " + quote(it->first) + " " + quote(m.typeName()) + " size " + std::to_string(m.size()) + " " + yes(m.asBool()) + " '" +
			quote(m.str().substr(0, 100)) + "' " + (bytes.size() <= 64 ? hex(bytes.data(), bytes.size()) : sum.text()) + " " + type + " use " +
			std::to_string(it->second.use_count());
	}
	return text;
}

std::string dump(const GridBase &grid)
{
	std::string text = "grid '" + quote(grid.getName().substr(0, 200)) + "' " + grid.type() + " of " + grid.valueType() + ", class " +
			   GridBase::gridClassToString(grid.getGridClass()) + ", vectors " + GridBase::vecTypeToString(grid.getVectorType()) + ", world " +
			   yes(grid.isInWorldSpace()) + ", half " + yes(grid.saveFloatAsHalf()) + ", creator '" + quote(grid.getCreator()) + "', unique " +
			   yes(grid.isTreeUnique()) + ", empty " + yes(grid.empty()) + ", " + typeid(grid).name() + "\n";
	std::string tree;

	grid.apply<Dumped>([&](const auto &g) { tree = TreeDump<std::decay_t<decltype(g.tree())>>(g.tree()).text(); });
	return text + (tree.empty() ? text_of_unknown(grid) : tree) + text_of(grid.transform()) + "\nmetadata " + dump(static_cast<const MetaMap &>(grid)) + "\n";
}

std::string dump(const GridBase::Ptr &grid)
{
	if (!grid)
		return "no grid\n";
	return "used by " + std::to_string(grid.use_count()) + ", its tree by " + std::to_string(grid->baseTreePtr().use_count() - 1) + ", its transform by " +
	       std::to_string(grid->transformPtr().use_count() - 1) + "\n" + dump(*grid);
}

std::string dump(const GridPtrVecPtr &grids)
{
	std::map<const void *, size_t> trees;
	std::string text;

	if (!grids)
		return "none at all\n";
	text = std::to_string(grids->size()) + " grids, their list used by " + std::to_string(grids.use_count()) + "\n";
	for (const GridBase::Ptr &grid : *grids) {
		text += dump(grid);
		if (grid)
			text += "tree number " + std::to_string(trees.emplace(&grid->baseTree(), trees.size()).first->second) + "\n";
	}
	return text;
}

void register_custom()
{
	FlatGrid::registerGrid();
	CountGrid::registerGrid();
	Metadata::registerType(SecretMetadata::staticTypeName(), SecretMetadata::createMetadata);
}

void unregister_custom()
{
	FlatGrid::unregisterGrid();
	CountGrid::unregisterGrid();
	Metadata::unregisterType(SecretMetadata::staticTypeName());
}
