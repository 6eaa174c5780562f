// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/symbols.hh"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fnmatch.h>
#include <fstream>
#include <glob.h>
#include <link.h>
#include <sstream>
#include "tests/unit/unit.h" // last: cmocka has macros named as members of std

std::vector<Library> libraries;

namespace
{

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

std::string directory()
{
	const char *wish = getenv("SP_OPENCV");
	struct link_map *map = nullptr;

	if (wish)
		return wish;
	void *const library = dlopen("libopencv_imgcodecs.so.406", RTLD_LAZY);
	if (!library || dlinfo(library, RTLD_DI_LINKMAP, &map))
		fail_msg("%s", dlerror());
	const std::string path = map->l_name;
	return path.substr(0, path.rfind('/'));
}

void load_libraries()
{
	const std::string pattern = directory() + "/libopencv_*.so.406";
	glob_t found;

	if (glob(pattern.c_str(), 0, nullptr, &found))
		fail_msg("there is no %s", pattern.c_str());
	for (size_t i = 0; i < found.gl_pathc; i++)
		libraries.push_back(read_library(found.gl_pathv[i]));
	globfree(&found);
	print_message("# %zu libraries\n", libraries.size());
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

} // namespace

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

void load(Family *family)
{
	if (libraries.empty())
		load_libraries();
	for (const Library &l : libraries)
		if (l.file == family->soname)
			family->library = l;
	for (const auto &row : read_columns(source("../lib/front/entries.list"), 7))
		if (row[2] == family->soname)
			family->entries.insert(row[5]);
	print_message("# %s: %zu exports, %zu entry points\n", family->soname,
		      family->library.exports.size(), family->entries.size());
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
