// SPDX-License-Identifier: LGPL-2.1-or-later
// A program that reads volumes. Standard input is a list of commands, "operation flags name". The operation: f, a file's metadata, its grid "g" and, once more, its
// grid "g"; b, the same through a box; g, all grids of a file; s, a stream whose bytes are the name. All that a grid has is looked at; what comes of it is printed as
// "name = results", one for each step.
#include <algorithm>
#include <cstdio>
#include <dirent.h>
#include <exception>
#include <fstream>
#include <functional>
#include <iostream>
#include <sstream>
#include <string>
#include <openvdb/io/DelayedLoadMetadata.h>
#include <openvdb/io/Stream.h>
#include <openvdb/openvdb.h>
#include <openvdb/points/PointCount.h>

using namespace openvdb;

namespace {

// What was read before a helper may have had its last word: it must be the same afterwards.
struct Sum {
	uint64_t s = 5381;

	void add(const void *p, size_t len)
	{
		for (size_t i = 0; i < len; i++)
			s = s * 33 + static_cast<const uint8_t *>(p)[i];
	}
	template <typename T> void add(const T &t) { add(&t, sizeof(t)); }
};

template <typename TreeT> void add_values(const TreeT &tree, Sum *sum)
{
	for (auto leaf = tree.cbeginLeaf(); leaf; ++leaf)
		for (auto v = leaf->cbeginValueAll(); v; ++v)
			sum->add(v.getValue());
	for (auto v = tree.cbeginValueAll(); v; ++v)
		sum->add(v.getValue());
}

// Every point, as an attribute's users see them.
void add_points(points::PointDataGrid &grid, bool whole, Sum *sum)
{
	uint64_t counted = 0;

	for (auto leaf = grid.tree().beginLeaf(); leaf; ++leaf) {
		uint64_t most = 0; // of the attributes, which have the same points

		for (size_t a = 0; a < leaf->attributeSet().size(); a++) {
			uint64_t here = 0;

			if (leaf->attributeArray(a).valueType() != "vec3s")
				continue;
			points::AttributeWriteHandle<Vec3s> handle(leaf->attributeArray(a));

			for (auto i = leaf->beginIndexAll(); i; ++i)
				sum->add(handle.get(*i, 0));
			for (auto i = leaf->beginIndexOn(); i; ++i, here++)
				sum->add(handle.get(*i, 0));
			most = std::max(most, here);
			handle.expand(true);
			if (leaf->pointCount())
				handle.set(Index(leaf->pointCount()) - 1, handle.stride() - 1, Vec3s(1));
		}
		counted += most;
		for (const auto &group : leaf->attributeSet().descriptor().groupMap())
			leaf->groupHandle(group.first).get(0);
	}
	if (whole && counted > points::pointCount(grid.tree()))
		std::puts("MORE POINTS"); // than any buffer for them would have room for
}

void add_indices(const tools::PointIndexGrid &grid, Sum *sum)
{
	for (auto leaf = grid.tree().cbeginLeaf(); leaf; ++leaf)
		for (Index i = 0; i < 512; i++) {
			const PointIndex32 *begin = nullptr, *end = nullptr;

			if (leaf->getIndices(i, begin, end))
				for (; begin < end; ++begin)
					sum->add(*begin);
		}
}

template <typename GridT> bool add_typed(const GridBase::Ptr &grid, Sum *sum)
{
	const typename GridT::Ptr g = gridPtrCast<GridT>(grid);

	if (g)
		add_values(g->tree(), sum);
	return g != nullptr;
}

void add_metadata(const MetaMap &meta, Sum *sum)
{
	for (auto i = meta.beginMeta(); i != meta.endMeta(); ++i) {
		const std::string text = i->first + i->second->typeName() + i->second->str();
		const auto load = meta.getMetadata<io::DelayedLoadMetadata>(i->first);

		sum->add(text.data(), text.size());
		if (load && !load->empty())
			std::puts("NOT EMPTY"); // other bytes, taken for one
	}
}

void add_grid(const GridBase::Ptr &grid, Sum *sum)
{
	add_metadata(*grid, sum);
	sum->add(grid->transform().indexToWorld(Vec3d(1, 2, 3)));
	if (!add_typed<FloatGrid>(grid, sum) && !add_typed<BoolGrid>(grid, sum) && !add_typed<MaskGrid>(grid, sum) && !add_typed<Vec3DGrid>(grid, sum))
		add_typed<points::PointDataGrid>(grid, sum);
	if (const auto indices = gridPtrCast<tools::PointIndexGrid>(grid))
		add_indices(*indices, sum);
}

// @whole: nothing was left out when it was read, which the library itself does not do well with points.
std::string describe(const GridBase::Ptr &grid, bool whole = true)
{
	Sum first, again;

	add_grid(grid, &first);
	add_grid(grid, &again);
	if (first.s != again.s)
		std::puts("CHANGED");
	if (const auto points = gridPtrCast<points::PointDataGrid>(grid))
		add_points(*points, whole, &again);
	grid->getGridClass();
	grid->saveFloatAsHalf();
	return std::to_string(grid->activeVoxelCount());
}

std::string attempt(const std::function<std::string()> &step)
{
	try {
		return step();
	} catch (const IoError &) {
		return "IoError";
	} catch (const openvdb::Exception &e) {
		return std::string(e.what()).substr(0, std::string(e.what()).find(':'));
	} catch (const std::bad_alloc &) {
		return "bad_alloc";
	} catch (const std::exception &) {
		return "exception";
	}
}

std::string describe_metadata(const MetaMap &meta)
{
	Sum sum;

	add_metadata(meta, &sum);
	return std::to_string(meta.metaCount());
}

GridBase::Ptr read_grid(io::File &file, bool box)
{
	return box ? file.readGrid("g", BBoxd(Vec3d(0.0), Vec3d(3.0))) : file.readGrid("g");
}

std::string play_file(const std::string &name, bool box)
{
	io::File file(name);
	std::string s = attempt([&] { return file.open(false), std::string("open"); });

	if (!file.isOpen())
		return s;
	s += " " + attempt([&] { return describe_metadata(*file.getMetadata()); });
	s += " " + attempt([&] { return describe_metadata(*file.readGridMetadata("g")); });
	for (int i = 0; i < 2; i++)
		s += " " + attempt([&] { return describe(read_grid(file, box), !box); });
	return s;
}

std::string describe_all(const GridPtrVec &grids)
{
	std::string s = std::to_string(grids.size());

	for (const GridBase::Ptr &g : grids)
		s += " " + describe(g);
	return s;
}

std::string play_grids(const std::string &name)
{
	io::File file(name);

	return attempt([&] { return file.open(false), describe_all(*file.getGrids()); });
}

std::string play_stream(const std::string &name)
{
	std::istringstream bytes(name + "\n" + std::string(100, 'x'));

	return attempt([&] {
		io::Stream stream(bytes, false);
		const std::string s = stream.getGrids() ? describe_all(*stream.getGrids()) : "none";

		return s + (stream.getMetadata() ? "" : " no metadata") + " at " + std::to_string(long(bytes.tellg()));
	});
}

int descriptors()
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (d && readdir(d))
		n++;
	closedir(d);
	return n;
}

// The most memory that the process ever had, MiB.
long peak()
{
	std::ifstream status("/proc/self/status");
	std::string word;

	while (status >> word)
		if (word == "VmHWM:" && status >> word)
			return std::stol(word) / 1024;
	return 0;
}

} // namespace

int main()
{
	std::string operation, name;
	int flags, before = 0;
	long first = 0;

	initialize();
	while (std::cin >> operation >> flags >> name) {
		const std::string result = operation == "s" ? play_stream(name) : operation == "g" ? play_grids(name) : play_file(name, operation == "b");

		std::printf("\n%s = %s\n", name.c_str(), result.c_str());
		std::fflush(stdout);
		if (!before) {
			before = descriptors();
			first = peak();
		}
		if (descriptors() > before)
			std::puts("DESCRIPTORS");
		if (peak() > first + 64)
			std::printf("MEMORY %ld\n", peak());
	}
	std::puts("end");
	return 0;
}
