// SPDX-License-Identifier: LGPL-2.1-or-later
// What programs do with files, and with what they have read from them.
#include "tests/vdb/volume.hh"

#include <algorithm>
#include <atomic>
#include <fcntl.h>
#include <fstream>
#include <future>
#include <memory>
#include <mutex>
#include <openvdb/openvdb.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace openvdb;

namespace {

std::string corpus, scratch;

void step(const std::string &name, const std::function<std::string()> &call)
{
	show_apart("uses: " + name, [&] {
		alarm(60);
		return call();
	});
}

std::string in_corpus(const std::string &name)
{
	return corpus + "/" + name;
}

template <typename GridT> typename GridT::Ptr read_as(const std::string &file, const std::string &name)
{
	io::File f(in_corpus(file));

	f.open();
	return gridPtrCast<GridT>(f.readGrid(name));
}

std::string modify()
{
	const FloatGrid::Ptr grid = read_as<FloatGrid>("float-blosc-mask.vdb", "scene");
	auto accessor = grid->getAccessor();

	accessor.setValue(Coord(0, 16, 0), 99);
	accessor.setValue(Coord(1000, -2000, 3000), 98);
	accessor.setValueOff(Coord(8, 16, 1));
	grid->tree().addTile(1, Coord(64, 0, 8), 55, true);
	grid->setName("changed");
	grid->insertMeta("new", Int32Metadata(3));
	grid->transform().postScale(3);
	std::string text = dump(*grid);
	grid->tree().prune();
	text += dump(*grid);
	grid->pruneGrid(0.5f);
	return text + dump(*grid);
}

std::string copy()
{
	const FloatGrid::Ptr grid = read_as<FloatGrid>("float-zip.vdb", "scene"), other = grid->deepCopy();
	const GridBase::Ptr shallow = grid->copyGrid(), empty = grid->copyGridWithNewTree();

	other->tree().setValue(Coord(1), 4);
	std::string text = dump(*grid) + dump(*other) + dump(*shallow) + dump(*empty);
	grid->clear();
	return text + dump(*grid) + dump(*shallow);
}

std::string combine()
{
	const FloatGrid::Ptr one = read_as<FloatGrid>("float-mask.vdb", "scene"), two = read_as<FloatGrid>("sphere-stream.vdb", ""),
			     three = read_as<FloatGrid>("fog-40.vdb", "density");

	one->tree().topologyUnion(two->tree());
	std::string text = dump(*one);
	one->tree().topologyIntersection(three->tree());
	text += dump(*one);
	one->tree().merge(three->tree());
	text += dump(*one) + dump(*three);
	one->clip(CoordBBox(Coord(-5), Coord(20)));
	return text + dump(*one);
}

std::string combine_points()
{
	const auto points = read_as<points::PointDataGrid>("points-shapes-6.vdb", "shapes");
	const auto copied = points->deepCopy();
	const auto leaf = copied->tree().beginLeaf();
	Index64 n = 0;

	for (auto l = points->tree().cbeginLeaf(); l; ++l) {
		points::AttributeHandle<Vec3f> position(l->constAttributeArray("P"));
		points::GroupHandle group = l->groupHandle("group9");

		for (Index i = 0; i < l->pointCount(); i++)
			n += group.get(i) + uint64_t(1000 * std::abs(position.get(i).x()));
	}
	auto longer = leaf->attributeSet().descriptor().duplicateAppend("x", points::TypedAttributeArray<float>::attributeType());
	leaf->appendAttribute(leaf->attributeSet().descriptor(), longer, longer->find("x"));
	return std::to_string(n) + dump(*points) + dump(*copied);
}

// Written again, what was read is read again.
std::string write_again(const std::string &name, bool stream)
{
	const std::string path = scratch + "/again.vdb";
	io::File in(in_corpus(name)), out(path), back(path);

	in.open();
	const GridPtrVecPtr grids = in.getGrids();
	if (stream) {
		std::ofstream f(path, std::ios::binary);
		io::Stream(f).write(*grids, *in.getMetadata());
	} else {
		out.write(*grids, *in.getMetadata());
	}
	struct stat st = {};
	stat(path.c_str(), &st);
	back.open(false);
	const std::string text = std::to_string(st.st_size) + "\n" + dump(back.getGrids()) + dump(*back.getMetadata());
	unlink(path.c_str());
	return text;
}

// A file read, changed and written in place.
std::string write_over()
{
	const std::string path = scratch + "/over.vdb";
	io::File f(path);
	std::string text;

	write_bytes(path, read_bytes(in_corpus("instances.vdb")));
	text += yes(f.open());
	const GridPtrVecPtr grids = f.getGrids();
	f.close();
	grids->at(0)->setName("other");
	f.write(*grids);
	text += yes(f.open()) + dump(f.getGrids());
	f.close();
	text += yes(f.open());
	unlink(path.c_str());
	return text + dump(f.getGrids());
}

// What was read belongs to the program, wherever and whenever it is used and freed.
std::string fork_between(bool opened)
{
	auto f = std::make_unique<io::File>(in_corpus("float-zip.vdb"));
	std::string text;

	if (opened)
		f->open();
	std::fflush(stdout);
	const pid_t pid = fork();
	if (pid == 0) {
		if (!opened)
			f->open();
		std::printf("child:\n%s", outcome([&] { return dump(f->readGrid("scene")) + names_of(*f); }).c_str());
		std::fflush(stdout);
		f.reset();
		_exit(0);
	}
	waitpid(pid, nullptr, 0);
	if (!opened)
		f->open();
	return dump(f->readGrid("scene")) + names_of(*f);
}

// Both sides of a fork read at the same time.
std::string fork_and_race()
{
	io::File f(in_corpus("fog-40.vdb"));
	int ends[2];
	char sum[8] = {};

	f.open();
	if (pipe(ends))
		return "no pipe";
	const pid_t pid = fork();
	if (pid == 0) {
		const std::string text = outcome([&] { return dump(f.readGrid("density")); });
		_exit(write(ends[1], std::to_string(std::hash<std::string>()(text)).substr(0, 7).c_str(), 7) != 7);
	}
	const std::string text = dump(f.readGrid("density"));
	waitpid(pid, nullptr, 0);
	const bool got = read(ends[0], sum, 7) == 7;
	return yes(got && std::to_string(std::hash<std::string>()(text)).substr(0, 7) == sum) + text;
}

std::string many_open()
{
	std::vector<std::unique_ptr<io::File>> files;
	std::string text;

	for (int i = 0; i < 24; i++) {
		files.push_back(std::make_unique<io::File>(in_corpus(i % 2 ? "names.vdb" : "small.vdb")));
		files.back()->open();
	}
	for (auto it = files.rbegin(); it != files.rend(); ++it)
		text += std::to_string((*it)->getGrids()->size()) + " ";
	files.erase(files.begin(), files.begin() + 12);
	for (auto &f : files)
		text += names_of(*f).substr(0, 10);
	return text;
}

std::string moved_in_vector()
{
	std::vector<io::File> files;
	std::string text;

	for (int i = 0; i < 5; i++) {
		files.emplace_back(in_corpus("small.vdb"));
		files.back().open();
	}
	for (const io::File &f : files)
		text += yes(f.isOpen());
	return text;
}

// One object, several threads: each call by itself, as without a lock natively it is not allowed to be at the same time.
std::string share()
{
	io::File f(in_corpus("instances.vdb"));
	std::mutex lock;
	std::vector<std::future<std::string>> results;
	std::string text;

	f.open();
	for (int i = 0; i < 6; i++)
		results.push_back(std::async(std::launch::async, [&, i] {
			const std::lock_guard<std::mutex> guard(lock);
			return dump(*f.readGrid(i % 2 ? "two" : "other"));
		}));
	for (auto &r : results)
		text += r.get();
	return text;
}

// In static storage, and in a thread that ends.
std::string elsewhere()
{
	static io::File kept(in_corpus("small.vdb"));
	std::string text;

	std::thread([&] { kept.open(); }).join();
	text += dump(kept.readGrid("small"));
	std::thread([&] { text += dump(kept.getGrids()); }).join();
	std::thread([] { kept.close(); }).join();
	return text + yes(kept.isOpen());
}

std::string settle_exceptions()
{
	std::string text;

	try {
		read_as<FloatGrid>("text.vdb", "x");
	} catch (const IoError &e) {
		text += std::string("IoError ") + base_name(e.what());
	}
	try {
		read_as<FloatGrid>("small.vdb", "x");
	} catch (const KeyError &e) {
		text += std::string("KeyError ") + base_name(e.what());
	} catch (const Exception &e) {
		text += "another";
	}
	try {
		read_as<FloatGrid>("custom-shape.vdb", "x");
	} catch (const LookupError &e) {
		text += std::string("LookupError ") + e.what();
	}
	return text;
}

std::string count_descriptors()
{
	const auto count = [] { return list_files("/proc/self/fd").size(); };
	io::File f(in_corpus("small.vdb"));
	const size_t before = count();

	f.open();
	f.getGrids();
	f.close();
	return yes(count() == before);
}

std::string keep_errno()
{
	io::File f(in_corpus("small.vdb"));

	f.open();
	errno = 77;
	f.readGrid("small");
	return std::to_string(errno == 77 || errno == 0);
}

} // namespace

void show_uses(const Words &words)
{
	corpus = words[0];
	scratch = words[1];
	step("modify", modify);
	step("copy", copy);
	step("combine", combine);
	step("points", combine_points);
	for (const char *name : { "float-blosc-mask.vdb", "vec3s-zip.vdb", "points-all-6.vdb", "points-shapes-3.vdb", "points-mixed-6.vdb", "points-pages.vdb", "instances.vdb", "instances-stream.vdb", "names.vdb",
				  "metadata.vdb", "half-vec3d-zip-mask.vdb", "point-index.vdb", "version-218.vdb", "transforms.vdb", "mask-blosc.vdb", "far.vdb" }) {
		step(std::string("written again ") + name, [&] { return write_again(name, false); });
		step(std::string("streamed again ") + name, [&] { return write_again(name, true); });
	}
	step("written over", write_over);
	step("fork behind open", [] { return fork_between(true); });
	step("fork before open", [] { return fork_between(false); });
	step("fork and race", fork_and_race);
	step("many open", many_open);
	step("moved in a vector", moved_in_vector);
	step("shared", share);
	step("elsewhere", elsewhere);
	step("exceptions", settle_exceptions);
	step("descriptors", count_descriptors);
	step("errno", keep_errno);
}

void run_threads(const Words &words)
{
	std::vector<std::string> names;
	// Not those that end the library natively, take minutes, or have it log, in any order.
	for (const std::string &name : list_files(words[0]))
		if (name.compare(0, 4, "cut-") != 0 && name.compare(0, 11, "point-index") != 0 && name.compare(0, 3, "far") != 0 && name.compare(0, 5, "newer") != 0)
			names.push_back(name);
	std::vector<std::string> results(names.size());
	std::vector<std::thread> threads;
	std::atomic<size_t> next(0);

	alarm(240);
	for (int i = 0; i < 8; i++)
		threads.emplace_back([&] {
			for (size_t at; (at = next++) < names.size();)
				results[at] = outcome([&] {
					const std::string path = words[0] + "/" + names[at];
					std::ifstream s(path, std::ios::binary);
					io::File f(path);

					if (at % 3 == 0)
						return dump(io::Stream(s, at % 2).getGrids());
					f.open(at % 2);
					return dump(f.getGrids());
				});
		});
	for (std::thread &t : threads)
		t.join();
	for (size_t i = 0; i < names.size(); i++)
		show(names[i] + ": in a thread", [&] { return results[i]; });
}

namespace {

std::string open_and_read(const std::string &path)
{
	Reader f(path);
	std::string text = outcome([&] { return std::to_string(f.getSize()); }) + "\n";

	text += outcome([&] { return yes(f.open()); }) + "\n" + state_of(f) + "\n";
	return text + outcome([&] { return dump(f.getGrids()); }) + outcome([&] { return yes(f.open(false)); });
}

// Something happens to the file while it is open.
std::string changed_while_open(bool delayed, const std::function<void(const std::string &)> &change)
{
	const std::string path = scratch + "/changing.vdb";
	std::string text;

	write_bytes(path, read_bytes(in_corpus("names.vdb")));
	Reader f(path);
	text += yes(f.open(delayed)) + dump(f.readGrid("a"));
	change(path);
	text += names_of(f) + outcome([&] { return std::to_string(f.getSize()); }) + outcome([&] { return dump(f.getGrids()); });
	f.close();
	text += outcome([&] { return yes(f.open(delayed)); }) + outcome([&] { return dump(f.getGrids()); });
	unlink(path.c_str());
	return text;
}

void show_changes(bool delayed)
{
	const std::string how = delayed ? " delayed" : " at once";
	const auto other = [](const std::string &path) {
		write_bytes(path + ".new", read_bytes(in_corpus("instances.vdb")));
		std::rename((path + ".new").c_str(), path.c_str());
	};

	step("deleted while open" + how, [&] { return changed_while_open(delayed, [](const std::string &path) { unlink(path.c_str()); }); });
	step("replaced while open" + how, [&] { return changed_while_open(delayed, other); });
	step("touched while open" + how, [&] { return changed_while_open(delayed, [](const std::string &path) { truncate(path.c_str(), 1 << 20) ? void() : void(); }); });
}

} // namespace

void show_names(const Words &words)
{
	const auto try_name = [](const std::string &name, const std::string &path) { step("name " + name, [&] { return open_and_read(path); }); };

	corpus = words[0];
	scratch = words[1];
	try_name("none", "");
	try_name("nowhere", "/nonexistent/file.vdb");
	try_name("directory", scratch);
	try_name("device", "/dev/null");
	try_name("endless device", "/dev/zero/x");
	try_name("process", "/proc/self/status");
	try_name("slash behind", in_corpus("small.vdb/"));
	try_name("long", std::string(5000, 'x'));
	symlink(in_corpus("small.vdb").c_str(), (scratch + "/link").c_str()) ? void() : void();
	try_name("link", scratch + "/link");
	symlink("nowhere", (scratch + "/dangling").c_str()) ? void() : void();
	try_name("dangling link", scratch + "/dangling");
	write_bytes(scratch + "/\xc3\xa9 \xff\n%s.vdb", read_bytes(in_corpus("small.vdb")));
	try_name("odd bytes", scratch + "/\xc3\xa9 \xff\n%s.vdb");
	step("relative", [] { return chdir(corpus.c_str()) ? "no" : open_and_read("small.vdb") + open_and_read("./../corpus/text.vdb"); });
	step("relative, directory changed", [] {
		if (chdir(corpus.c_str()))
			return std::string("no");
		Reader f("names.vdb");
		f.open();
		if (chdir("/"))
			return std::string("no");
		return dump(f.getGrids()) + names_of(f) + outcome([&] { return f.close(), yes(f.open()); });
	});
	step("no rights", [] {
		write_bytes(scratch + "/locked", read_bytes(in_corpus("small.vdb")));
		chmod((scratch + "/locked").c_str(), 0);
		return setresuid(65534, 65534, 65534) && geteuid() == 0 ? std::string("cannot be tried") : open_and_read(scratch + "/locked");
	});
	step("descriptor", [] {
		const int fd = open(in_corpus("small.vdb").c_str(), O_RDONLY);
		return fd < 0 ? "no" : open_and_read("/dev/fd/" + std::to_string(fd));
	});
	step("few descriptors", [] {
		const rlimit few = { 12, 12 };
		setrlimit(RLIMIT_NOFILE, &few);
		return open_and_read(in_corpus("small.vdb"));
	});
	show_changes(true);
	show_changes(false);
	for (const std::string &name : list_files(scratch))
		unlink((scratch + "/" + name).c_str());
}

void show_registry(const Words &words)
{
	const std::string path = words[0] + "/small.vdb", custom = words[0] + "/custom-mixed.vdb", points = words[0] + "/points-small-6.vdb";
	const auto show = [&](const std::string &when) {
		show_apart(when + ": small", [&] { return open_and_read(path); });
		show_apart(when + ": mixed", [&] { return open_and_read(custom); });
		show_apart(when + ": points", [&] { return open_and_read(points); });
		show_apart(when + ": stream", [&] {
			std::ifstream s(path, std::ios::binary);
			return dump(io::Stream(s, false).getGrids());
		});
	};

	show("before initialize");
	initialize();
	show("initialized");
	// Of types of its own a program gets no grids (ARCHITECTURE.md); nor is the library's registry thinned out by anyone.
	uninitialize();
	show("uninitialized");
	initialize();
	show("initialized again");
	show_apart("in the middle: of a file", [&] {
		io::File f(path);
		f.open();
		GridBase::clearRegistry();
		return outcome([&] { return dump(f.readGrid("small")); });
	});
}
