// SPDX-License-Identifier: LGPL-2.1-or-later
// Every file through every call of io::File.
#include "tests/vdb/volume.hh"

#include <memory>
#include <set>
#include <unistd.h>

using namespace openvdb;

std::string state_of(const io::Archive &archive)
{
	return "version " + archive.version() + " = " + std::to_string(archive.fileVersion()) + " " + std::to_string(archive.libraryVersion().first) + "." +
	       std::to_string(archive.libraryVersion().second) + ", tag " + archive.getUniqueTag() + " " + yes(archive.isIdentical(archive.getUniqueTag())) +
	       ", compression " + std::to_string(archive.compression()) + ", instancing " + yes(archive.isInstancingEnabled()) + ", statistics " +
	       yes(archive.isGridStatsMetadataEnabled()) + ", delayed " + yes(io::Archive::isDelayedLoadingEnabled());
}

std::string state_of(const Reader &file)
{
	return std::string(file.isOpen() ? "open" : "closed") + ", " + base_name(file.filename()) + ", offsets " + yes(file.has_offsets()) + ", copies up to " +
	       std::to_string(file.copyMaxBytes()) + ", " + state_of(static_cast<const io::Archive &>(file));
}

std::string names_of(const io::File &file)
{
	std::string text;
	size_t n = 0;

	for (auto it = file.beginName(); it != file.endName(); ++it, n++)
		text += " '" + quote(it.gridName()) + "'" + (*it == it.gridName() ? "" : "?") + (file.hasGrid(*it) ? "" : "!");
	return std::to_string(n) + " names:" + text;
}

namespace {

const unsigned kSecondsMax = 60; // of a file: a call that never returns must not hold up all

const struct {
	const char *name;
	BBoxd box;
} boxes[] = {
	{ "empty", BBoxd() },
	{ "all", BBoxd(Vec3d(-1e4), Vec3d(1e4)) },
	{ "inside", BBoxd(Vec3d(1, 2, 3), Vec3d(2, 3, 4)) },
	{ "crossing", BBoxd(Vec3d(-5, 3.5, -2), Vec3d(12.25, 40, 6)) },
	{ "outside", BBoxd(Vec3d(1e6), Vec3d(1e6 + 1)) },
	{ "turned", BBoxd(Vec3d(5), Vec3d(-5)) },
};

class FileShow
{
public:
	FileShow(const std::string &path, const std::string &prefix) : path_(path), prefix_(prefix), file_(std::make_unique<Reader>(path)) {}
	void run();

private:
	void step(const std::string &name, const std::function<std::string()> &call) { show(prefix_ + name, call); }
	void step(const std::string &name, const std::function<GridBase::Ptr()> &call)
	{
		show(prefix_ + name, [&] { return dump(call()); });
	}
	void show_closed(const std::string &when);
	void show_all();
	void show_grid(const std::string &name);
	void show_copies();
	void show_openings();
	void open_with(const std::string &name, bool delayed, const char *disabled, const char *most, bool notify);

	const std::string path_, prefix_;
	std::unique_ptr<Reader> file_;
	std::set<std::string> seen_;
};

// Nothing can be read from it.
void FileShow::show_closed(const std::string &when)
{
	step(when + " state", [&] { return state_of(*file_); });
	step(when + " size", [&] { return std::to_string(file_->getSize()); });
	step(when + " names", [&] { return names_of(*file_); });
	step(when + " hasGrid", [&] { return yes(file_->hasGrid("small")); });
	step(when + " getMetadata", [&] { return dump(*file_->getMetadata()); });
	step(when + " getGrids", [&] { return dump(file_->getGrids()); });
	step(when + " readAllGridMetadata", [&] { return dump(file_->readAllGridMetadata()); });
	step(when + " readGridMetadata", std::function<GridBase::Ptr()>([&] { return file_->readGridMetadata("small"); }));
	step(when + " readGrid", std::function<GridBase::Ptr()>([&] { return file_->readGrid("small"); }));
	step(when + " readGrid box", std::function<GridBase::Ptr()>([&] { return file_->readGrid("small", boxes[1].box); }));
}

void FileShow::show_grid(const std::string &name)
{
	const std::string of = " " + quote(name.substr(0, 40));

	if (!seen_.insert(name).second)
		return;
	step("hasGrid" + of, [&] { return yes(file_->hasGrid(name)); });
	step("readGridMetadata" + of, std::function<GridBase::Ptr()>([&] { return file_->readGridMetadata(name); }));
	step("readGrid" + of, std::function<GridBase::Ptr()>([&] { return file_->readGrid(name); }));
	for (const auto &b : boxes) // natively, clipping goes on for hours where coordinates end, and cannot be done to point index grids
		if (base_name(path_).compare(0, 3, "far") && base_name(path_).compare(0, 11, "point-index"))
			step("readGrid" + of + " box " + b.name, std::function<GridBase::Ptr()>([&] { return file_->readGrid(name, b.box); }));
	step("readGrid again" + of, [&] {
		const GridBase::Ptr one = file_->readGrid(name), two = file_->readGrid(name), partial = file_->readGridMetadata(name);

		return "same grid " + yes(one == two) + ", same tree " + yes(one->baseTreePtr() == two->baseTreePtr()) + ", partial " + yes(partial == one) +
		       yes(partial->baseTreePtr() == one->baseTreePtr()) + ", used by " + std::to_string(one.use_count());
	});
}

void FileShow::show_all()
{
	static const char *const others[] = { "", "no such grid", "same[1]", "same[7]", "a[0]", "a[1]", "[0]", "[1]", "small[0]", "a\x1e" "1", "]", "[" };
	Words names;

	step("names", [&] { return names_of(*file_); });
	step("getMetadata", [&] {
		const MetaMap::Ptr one = file_->getMetadata(), two = file_->getMetadata();

		return yes(one == two) + " " + dump(*one);
	});
	step("readAllGridMetadata", [&] { return dump(file_->readAllGridMetadata()); });
	step("getGrids", [&] { return dump(file_->getGrids()); });
	step("getGrids again", [&] {
		const GridPtrVecPtr one = file_->getGrids(), two = file_->getGrids();

		return yes(one == two) + yes(one && !one->empty() && one->at(0) == two->at(0)) + " " + std::to_string(one ? one->size() : 0);
	});
	if (file_->isOpen())
		for (auto it = file_->beginName(); it != file_->endName() && names.size() < 5; ++it)
			names.push_back(*it);
	for (const std::string &name : names)
		show_grid(name);
	for (const char *name : others)
		if (base_name(path_).compare(0, 5, "names") == 0 || base_name(path_).compare(0, 5, "small") == 0)
			show_grid(name);
	step("state behind it", [&] { return state_of(*file_); });
}

void FileShow::show_copies()
{
	step("copy of an open file", [&] {
		Reader copy(*file_);
		std::string text = state_of(copy);

		text += "\n" + outcome([&] { return names_of(copy); });
		text += "\n" + outcome([&] { return dump(copy.getGrids()); });
		text += "\n" + outcome([&] { return yes(copy.open(false)); });
		return text + "\n" + state_of(copy) + "\n" + outcome([&] { return names_of(copy); });
	});
	step("copy()", [&] {
		const io::Archive::Ptr copy = file_->copy();

		return std::string(typeid(*copy).name()) + " " + state_of(*copy);
	});
	step("assignment", [&] {
		Reader other(path_ + ".other");
		std::string text = state_of(other) + "\n";

		other = *file_;
		text += state_of(other) + "\n" + outcome([&] { return yes(other.open()); }) + outcome([&] { return dump(other.getGrids()); });
		other = Reader(path_);
		return text + state_of(other) + "\n" + outcome([&] { return names_of(other); });
	});
	step("the copied file", [&] { return state_of(*file_) + " " + names_of(*file_); });
}

void FileShow::open_with(const std::string &name, bool delayed, const char *disabled, const char *most, bool notify)
{
	int calls = 0;
	bool own = false;

	set_variable("OPENVDB_DISABLE_DELAYED_LOAD", disabled);
	set_variable("OPENVDB_DELAYED_LOAD_COPY_MAX_BYTES", most);
	step("opened " + name, [&] {
		Reader f(path_);
		std::string text = state_of(f) + "\n";

		text += outcome([&] {
			return yes(notify ? f.open(delayed, [&](const std::string &of) { calls++, own = of == path_; }) : f.open(delayed));
		});
		return text + "\n" + state_of(f) + "\n" + outcome([&] { return dump(f.getGrids()); }) + "\n" + state_of(f);
	});
	step("told about " + name, [&] { return std::to_string(calls) + " " + yes(own); });
	set_variable("OPENVDB_DISABLE_DELAYED_LOAD", nullptr);
	set_variable("OPENVDB_DELAYED_LOAD_COPY_MAX_BYTES", nullptr);
}

void FileShow::show_openings()
{
	open_with("at once", false, nullptr, nullptr, false);
	open_with("at once by environment", true, "", nullptr, false);
	open_with("in place", true, nullptr, "0", false);
	open_with("with a notifier", true, nullptr, nullptr, true);
	open_with("in place with a notifier", true, nullptr, "0", true);
	open_with("at once with a notifier", false, nullptr, nullptr, true);
	step("copy limit of its own", [&] {
		Reader f(path_);

		f.setCopyMaxBytes(10);
		f.setInstancingEnabled(false);
		f.setCompression(0);
		f.open();
		return state_of(f) + "\n" + dump(f.getGrids());
	});
}

void FileShow::run()
{
	GridPtrVecPtr kept;

	show_closed("before");
	step("open", [&] { return yes(file_->open()); });
	step("state", [&] { return state_of(*file_); });
	show_all();
	show_copies();
	step("open twice", [&] { return yes(file_->open()); });
	step("write while open", [&] { return file_->write(GridCPtrVec()), "written"; });
	step("second file", [&] {
		Reader second(path_);

		return yes(second.open()) + dump(second.getGrids());
	});
	step("kept", [&] { return kept = file_->getGrids(), "kept"; });
	step("close", [&] { return file_->close(), state_of(*file_); });
	show_closed("after");
	step("close twice", [&] { return file_->close(), state_of(*file_); });
	step("open again", [&] { return yes(file_->open(false)) + " " + state_of(*file_) + " " + names_of(*file_); });
	step("destroyed", [&] { return file_.reset(), dump(kept); });
	show_openings();
}

} // namespace

void show_files(const Words &words)
{
	for (const std::string &path : words)
		apart([&] {
			alarm(kSecondsMax);
			FileShow(path, base_name(path) + ": ").run();
			if (base_name(path).compare(0, 6, "custom") && base_name(path).compare(0, 8, "metadata"))
				return;
			register_custom();
			FileShow(path, base_name(path) + ": registered ").run();
		});
}
