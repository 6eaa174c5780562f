// SPDX-License-Identifier: LGPL-2.1-or-later
// Is the list of entry points complete? Read from the installed libraries themselves, so that an
// update which brings a new way for bytes of pictures to get to a decoder inside the
// program cannot go unnoticed. $SP_OPENCV names another directory of libraries to look at.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fnmatch.h>
#include <fstream>
#include <glob.h>
#include <link.h>
#include <set>
#include <sstream>
#include "tests/unit/dynamic.hh"
#include "tests/unit/unit.h" // last: cmocka has macros named as members of std

namespace
{

// A line of one of the lists: why what matches needs no thought any more.
struct Excuse {
	std::string library, pattern, reason;
	mutable bool used;
};

// A library with entry points of ours.
struct Family {
	const char *soname;
	const char *list; // its other functions
	const char *what; // it decodes
	Library library;
	std::set<std::string> entries; // symbols that are intercepted
};

std::vector<Library> libraries; // all
Family imgcodecs = {"libopencv_imgcodecs.so.406", "unit/imgcodecs.symbols", "pictures", {}, {}};

bool has_entries(const Library &l)
{
	return l.file == imgcodecs.soname;
}

std::string source(const std::string &name)
{
	const char *dir = getenv("SP_SOURCE");

	return std::string(dir ? dir : "tests") + "/" + name;
}

std::vector<std::vector<std::string>> read_columns(const std::string &path, size_t columns)
{
	std::vector<std::vector<std::string>> rows;
	std::ifstream f(path);

	if (!f)
		fail_msg("%s cannot be read", path.c_str());
	for (std::string line; std::getline(f, line);) {
		std::istringstream s(line);
		std::vector<std::string> row(columns);

		for (size_t i = 0; i + 1 < columns; i++)
			s >> row[i];
		std::getline(s >> std::ws, row[columns - 1]);
		if (row[0].empty() || row[0][0] == '#')
			continue;
		if (row[columns - 1].empty())
			fail_msg("%s: '%s' gives no reason", path.c_str(), line.c_str());
		rows.push_back(row);
	}
	return rows;
}

std::vector<Excuse> read_excuses(const char *name)
{
	std::vector<Excuse> all;

	for (const auto &row : read_columns(source(name), 3))
		all.push_back({row[0], row[1], row[2], false});
	return all;
}

const Excuse *find_excuse(const std::vector<Excuse> &all, const std::string &library,
			  const std::string &name)
{
	const Excuse *found = nullptr;

	for (const Excuse &e : all)
		if (e.library == library && fnmatch(e.pattern.c_str(), name.c_str(), 0) == 0) {
			e.used = true;
			found = &e;
		}
	return found;
}

// A line for what is no more would excuse what comes under its name later.
unsigned count_unused(const std::vector<Excuse> &all, const std::set<std::string> &present)
{
	unsigned n = 0;

	for (const Excuse &e : all)
		if (!e.used && present.count(e.library)) {
			print_error("# %s of %s is on a list, but there is no such thing (any "
				    "more): take the line away\n",
				    e.pattern.c_str(), e.library.c_str());
			n++;
		}
	return n;
}

std::set<std::string> names_of_libraries()
{
	std::set<std::string> names;

	for (const Library &l : libraries)
		names.insert(l.name);
	return names;
}

std::string directory()
{
	const char *wish = getenv("SP_OPENCV");
	struct link_map *map = nullptr;

	if (wish)
		return wish;
	void *const library = dlopen(imgcodecs.soname, RTLD_LAZY);
	if (!library || dlinfo(library, RTLD_DI_LINKMAP, &map))
		fail_msg("%s", dlerror());
	const std::string path = map->l_name;
	return path.substr(0, path.rfind('/'));
}

int load(void **)
{
	const std::string pattern = directory() + "/libopencv_*.so.406";
	glob_t found;

	if (glob(pattern.c_str(), 0, nullptr, &found))
		fail_msg("there is no %s", pattern.c_str());
	for (size_t i = 0; i < found.gl_pathc; i++)
		libraries.push_back(read_library(found.gl_pathv[i]));
	globfree(&found);
	for (Family *family : {&imgcodecs}) {
		for (const Library &l : libraries)
			if (l.file == family->soname)
				family->library = l;
		for (const auto &row : read_columns(source("../lib/front/entries.list"), 7))
			if (row[2] == family->soname)
				family->entries.insert(row[5]);
		print_message("# %s: %zu exports, %zu entry points\n", family->soname,
			      family->library.exports.size(), family->entries.size());
	}
	print_message("# %zu libraries\n", libraries.size());
	return 0;
}

// The family that a test is about.
const Family &family_of(void **state)
{
	const Family &family = *static_cast<const Family *>(*state);

	if (family.library.file.empty() || family.entries.empty())
		fail_msg("%s: not installed, or without entries in lib/front/entries.list",
			 family.soname);
	return family;
}

// What the compiler makes: templates of the standard library, which are weak, and thunks to
// functions that have names of their own.
bool is_made(const std::string &symbol, const Export &e)
{
	static const char *const templates[] = {"_ZSt", "_ZNSt", "_ZNKSt", "_ZN9__gnu_cxx",
						"_ZNK9__gnu_cxx"};
	static const char *const thunks[] = {"_ZTh", "_ZTv", "_ZTc"};
	const auto begins = [&](const char *s) { return symbol.compare(0, strlen(s), s) == 0; };

	return (!e.global && std::any_of(std::begin(templates), std::end(templates), begins)) ||
	       std::any_of(std::begin(thunks), std::end(thunks), begins);
}

void test_every_export_is_judged(void **state)
{
	const Family &family = family_of(state);
	const std::vector<Excuse> list = read_excuses(family.list);
	unsigned wrong = 0;

	for (const auto &[symbol, e] : family.library.exports) {
		const bool excused = find_excuse(list, family.library.name, symbol) != nullptr;
		const bool intercepted = family.entries.count(symbol);

		if (e.function && !is_made(symbol, e) && !excused && !intercepted) {
			print_error("# %s exports %s, which is new:\n#   %s\n# If it parses bytes "
				    "of %s, add it to lib/front/entries.list "
				    "and handle it in shims/opencv; if not, add it to "
				    "tests/%s and say why.\n",
				    family.soname, plain_name(symbol).c_str(), symbol.c_str(),
				    family.what, family.list);
			wrong++;
		}
		if (excused && intercepted) {
			print_error("# %s (%s) is intercepted: take it from tests/%s\n",
				    plain_name(symbol).c_str(), symbol.c_str(), family.list);
			wrong++;
		}
	}
	assert_int_equal(wrong + count_unused(list, {family.library.name}), 0);
}

void check_can_be_interposed(const Family &family, const std::string &symbol)
{
	const auto e = family.library.exports.find(symbol);

	if (e == family.library.exports.end())
		fail_msg("lib/front/entries.list has %s, which %s does not export", symbol.c_str(),
			 family.soname);
	if (!e->second.function || !e->second.global || !e->second.open)
		fail_msg("%s is no global function with default visibility: it cannot be "
			 "interposed",
			 symbol.c_str());
	if (count_direct_references(family.library, e->second.address))
		fail_msg("%s itself calls %s without asking the loader, or takes its address: "
			 "such calls go past us",
			 family.soname, plain_name(symbol).c_str());
}

// Other libraries' calls of entry points, and of overloads that lead to them.
unsigned count_importers(const Family &family)
{
	std::set<std::string> names;
	unsigned importers = 0;

	for (const std::string &symbol : family.entries)
		names.insert(plain_name(symbol));
	for (const Library &l : libraries) {
		if (l.file == family.soname)
			continue;
		for (const std::string &symbol : family.entries)
			if (l.exports.count(symbol))
				fail_msg("%s has a %s of its own, which is not ours to stand in "
					 "front of: see lib/front/entries.list",
					 l.file.c_str(), plain_name(symbol).c_str());
		for (const std::string &symbol : l.imports)
			if (names.count(plain_name(symbol))) {
				print_message("# %s calls %s\n", l.file.c_str(),
					      plain_name(symbol).c_str());
				importers++;
			}
	}
	return importers;
}

// Each entry point can be stood in front of, in calls from the program, from other libraries, and
// from the library itself.
void test_entry_points_can_be_interposed(void **state)
{
	const Family &family = family_of(state);
	unsigned own = 0;

	assert_false(family.library.symbolic);
	for (const std::string &symbol : family.entries)
		check_can_be_interposed(family, symbol);
	// With -Bsymbolic-functions, which leaves no mark, there would be none.
	for (const std::string &symbol : family.library.calls) {
		own += family.library.exports.count(symbol);
		if (family.entries.count(symbol))
			print_message("# %s itself calls %s\n", family.soname,
				      plain_name(symbol).c_str());
	}
	if (!own)
		fail_msg("%s calls none of its own functions through its PLT: is it linked with "
			 "-Bsymbolic-functions?",
			 family.soname);
	assert_true(count_importers(family) > 0 || getenv("SP_OPENCV"));
}

bool is_plain(const std::string &soname)
{
	static const char *const plain[] = {"libopencv_*.so.406", "libc.so.*",
					    "libm.so.*",	  "libstdc++.so.*",
					    "libgcc_s.so.*",	  "ld-linux-*.so.*"};

	return std::any_of(std::begin(plain), std::end(plain),
			   [&](const char *p) { return fnmatch(p, soname.c_str(), 0) == 0; });
}

// No other library has a decoder of its own at hand.
void test_no_other_library_needs_codecs(void **)
{
	const std::vector<Excuse> list = read_excuses("unit/opencv.needs");
	unsigned wrong = 0;

	for (const Library &l : libraries)
		for (const std::string &soname : l.needed)
			if (l.file != imgcodecs.soname && !is_plain(soname) &&
			    !find_excuse(list, l.name, soname)) {
				print_error("# %s needs %s, which is new. If it decodes pictures "
					    "there, find the functions that lead to it and "
					    "add them to lib/front/entries.list; if not, add it to "
					    "tests/unit/opencv.needs and say why.\n",
					    l.file.c_str(), soname.c_str());
				wrong++;
			}
	assert_int_equal(wrong + count_unused(list, names_of_libraries()), 0);
}

// By its name.
bool seems_to_read(const std::string &plain)
{
	static const std::set<std::string> verbs = {
		"read",	  "reads",    "reader",	  "imread", "imreadmulti", "imcount",
		"decode", "decoder",  "imdecode", "load",   "loads",	   "loader",
		"import", "importer", "parse",	  "parser", "file"};
	const std::vector<std::string> words = words_of(plain);

	if (words.size() == 1 && words[0] == "open")
		return true;
	return std::any_of(words.begin(), words.end(),
			   [](const std::string &w) { return verbs.count(w); });
}

void test_no_other_library_reads_pictures(void **)
{
	const std::vector<Excuse> list = read_excuses("unit/opencv.readers");
	std::set<std::string> seen;
	unsigned wrong = 0;

	for (const Library &l : libraries)
		for (const auto &[symbol, e] : l.exports) {
			const std::string plain = plain_name(symbol);

			if (has_entries(l) || !e.function || is_made(symbol, e) ||
			    !seems_to_read(plain))
				continue;
			seen.insert(l.name + " " + plain);
			if (!find_excuse(list, l.name, plain)) {
				print_error("# %s exports %s, which is new (%s). If it parses "
					    "bytes of pictures, add it to "
					    "lib/front/entries.list; if not, add it to "
					    "tests/unit/opencv.readers and say why.\n",
					    l.file.c_str(), plain.c_str(), symbol.c_str());
				wrong++;
			}
		}
	print_message("# %zu functions of other libraries read something, by their names\n",
		      seen.size());
	assert_true(seen.size() > 10 || getenv("SP_OPENCV"));
	assert_int_equal(wrong + count_unused(list, names_of_libraries()), 0);
}

void test_names(void **)
{
	static const struct {
		const char *symbol, *plain;
		bool reads;
	} names[] = {
		{"_ZN2cv15readOpticalFlowERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE",
		 "cv::readOpticalFlow", true},
		{"_ZN2cv3hdf4openERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE",
		 "cv::hdf::open", true},
		{"_ZN2cv13getNumThreadsEv", "cv::getNumThreads", false},
		{"_ZN2cv3ocl10haveOpenCLEv", "cv::ocl::haveOpenCL", false},
		{"cvLoadImageM", "cvLoadImageM", true},
		{"_ZN2cv11MatIterator6decodeIiEEvT_", "cv::MatIterator::decode", true},
		{"_ZN2cvltERKiS1_", "cv::operator<", false},
	};

	for (const auto &n : names) {
		assert_string_equal(plain_name(n.symbol).c_str(), n.plain);
		assert_int_equal(seems_to_read(n.plain), n.reads);
	}
}

} // namespace

int main()
{
	const auto of = [](const char *name, CMUnitTestFunction f, Family *family) {
		return CMUnitTest{name, f, nullptr, nullptr, family};
	};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		of("imgcodecs: every export is judged", test_every_export_is_judged, &imgcodecs),
		of("imgcodecs: entry points can be interposed", test_entry_points_can_be_interposed,
		   &imgcodecs),
		cmocka_unit_test(test_no_other_library_needs_codecs),
		cmocka_unit_test(test_no_other_library_reads_pictures),
	};

	return cmocka_run_group_tests_name("symbols", tests, load, nullptr);
}
