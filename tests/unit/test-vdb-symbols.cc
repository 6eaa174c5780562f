// SPDX-License-Identifier: LGPL-2.1-or-later
// The entry points for volumes: what of libopenvdb parses bytes is reached through them, or only
// by a program that calls it with a stream of its own. Everything else in the library is templates
// by the ten thousand, so that not each export is judged, but each whose name or arguments say
// that it reads.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <cxxabi.h>
#include <dlfcn.h>
#include <fnmatch.h>
#include <fstream>
#include <link.h>
#include <memory>
#include <sstream>
#include "tests/unit/symbols.hh"
#include "tests/unit/unit.h" // last: cmocka has macros named as members of std

namespace
{

const char kSoname[] = "libopenvdb.so.10.0";

Library library;
std::set<std::string> entries;

std::string source_of(const std::string &name)
{
	const char *dir = getenv("SP_SOURCE");

	return std::string(dir ? dir : "tests") + "/" + name;
}

std::string find_library()
{
	struct link_map *map = nullptr;
	void *const handle = dlopen(kSoname, RTLD_LAZY);

	if (!handle || dlinfo(handle, RTLD_DI_LINKMAP, &map))
		fail_msg("%s", dlerror());
	return map->l_name;
}

int load_library(void **)
{
	std::ifstream f(source_of("../lib/front/entries.list"));

	library = read_library(find_library());
	library.name = "openvdb";
	for (std::string line; std::getline(f, line);) {
		std::istringstream s(line);
		std::string name, family, soname, shim, handler, symbol;

		if (s >> name >> family >> soname >> shim >> handler >> symbol && soname == kSoname)
			entries.insert(symbol);
	}
	print_message("# %s: %zu exports, %zu entry points\n", library.file.c_str(),
		      library.exports.size(), entries.size());
	return library.exports.empty();
}

std::string demangled(const std::string &symbol)
{
	int status;
	const std::unique_ptr<char, void (*)(void *)> text(
		abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status), std::free);

	return status ? symbol : text.get();
}

// By its name, or as it has a std::istream among its arguments ("Si" when mangled).
bool seems_to_read(const std::string &symbol)
{
	static const std::set<std::string> verbs = {"read", "load", "open", "parse", "decompress",
						    "unzip", "input"};
	const std::string plain = plain_name(symbol);

	if (plain.find("openvdb") == std::string::npos || symbol.compare(0, 4, "_ZTV") == 0)
		return false;
	for (const std::string &word : words_of(plain))
		if (verbs.count(word))
			return true;
	return demangled(symbol).find("istream") != std::string::npos;
}

bool is_of(const std::string &symbol, const char *what)
{
	return demangled(symbol).compare(0, strlen(what), what) == 0;
}

// Each function that may parse is an entry point or on the list, under its name without template
// arguments.
void test_every_reader_is_judged(void **)
{
	const std::vector<Excuse> list = read_excuses("unit/openvdb.readers");
	std::set<std::string> judged;
	unsigned wrong = 0;

	for (const auto &[symbol, e] : library.exports) {
		const std::string plain = plain_name(symbol);

		if (!e.function || is_made(symbol, e) || entries.count(symbol) ||
		    !seems_to_read(symbol) || !judged.insert(plain).second)
			continue;
		if (!find_excuse(list, "openvdb", plain)) {
			print_error("# %s exports %s (%s), which is new. If it parses bytes of a "
				    "volume and does not come by an entry point, add one to "
				    "lib/front/entries.list; else add it to "
				    "tests/unit/openvdb.readers and say why.\n",
				    library.file.c_str(), plain.c_str(), symbol.c_str());
			wrong++;
		}
	}
	print_message("# %zu names of readers\n", judged.size());
	assert_true(judged.size() > 30);
	assert_int_equal(wrong + count_unused(list, {"openvdb"}), 0);
}

// In so much code some bytes are a displacement to anywhere by chance: only calls, jumps and lea
// count.
unsigned count_direct_calls(uint64_t address)
{
	const std::string &code = library.code;
	unsigned n = 0;

	for (size_t at = 2; at + 4 <= code.size(); at++) {
		const uint8_t before = uint8_t(code[at - 1]), first = uint8_t(code[at - 2]);
		int32_t displacement;

		memcpy(&displacement, &code[at], sizeof(displacement));
		if (library.code_address + at + 4 + uint64_t(int64_t(displacement)) == address &&
		    (before == 0xe8 || before == 0xe9 || (first == 0x0f && before >> 4 == 8) ||
		     (first == 0x8d && (before & 0xc7) == 5)))
			n++;
	}
	return n;
}

void test_entry_points_are_exported(void **)
{
	assert_false(library.symbolic);
	assert_true(!entries.empty());
	for (const std::string &symbol : entries) {
		const auto e = library.exports.find(symbol);

		if (e == library.exports.end() || !e->second.function || !e->second.global ||
		    !e->second.open)
			fail_msg("%s is no global function that could be interposed",
				 symbol.c_str());
		// What the library calls without asking the loader would pass us by.
		if (count_direct_calls(e->second.address))
			fail_msg("%s itself calls %s without asking the loader",
				 library.file.c_str(), demangled(symbol).c_str());
	}
}

// Nothing outside of io calls what reads archives; in it, only what is listed here does, so that
// each way in is known.
void test_ways_to_the_parsers(void **)
{
	static const char *const parsers[] = {
		"openvdb::v10_0::io::Archive::readHeader(",
		"openvdb::v10_0::io::Archive::readGrid(",
		"openvdb::v10_0::io::Archive::readGridCount(",
		"openvdb::v10_0::io::GridDescriptor::read(",
		"openvdb::v10_0::io::File::readGridDescriptors(",
	};
	static const char *const callers[] = {
		"openvdb::v10_0::io::Archive::readGrid(", "openvdb::v10_0::io::File::open(",
		"openvdb::v10_0::io::File::readGrid(",	  "openvdb::v10_0::io::File::readGridPartial(",
		"openvdb::v10_0::io::File::readGridDescriptors(",
		"openvdb::v10_0::io::Stream::Stream(",	  "openvdb::v10_0::io::Stream::readGrid(",
	};
	unsigned calls = 0;

	for (const auto &[symbol, e] : library.exports) {
		if (!e.function || symbol.find("v10_02io") == std::string::npos)
			continue;
		for (const std::string &callee : callees(library, e)) {
			const auto leads = [&](const char *p) { return is_of(callee, p); };
			const auto is_caller = [&](const char *p) { return is_of(symbol, p); };

			if (std::none_of(std::begin(parsers), std::end(parsers), leads))
				continue;
			calls++;
			if (std::none_of(std::begin(callers), std::end(callers), is_caller))
				fail_msg("%s calls %s", demangled(symbol).c_str(),
					 demangled(callee).c_str());
		}
	}
	print_message("# %u calls of parsers, all from where they are known\n", calls);
	assert_true(calls >= 8);
}

// Only destructors, copy() and write() are virtual, and the loader binds them by symbol.
void test_no_reader_is_virtual(void **)
{
	for (const char *name : {"_ZTVN7openvdb5v10_02io4FileE", "_ZTVN7openvdb5v10_02io6StreamE",
				 "_ZTVN7openvdb5v10_02io7ArchiveE"}) {
		const auto table = library.exports.find(name);

		assert_true(table != library.exports.end());
		assert_int_equal(table->second.size, 16 + 4 * 8);
		for (uint64_t at = 16; at < table->second.size; at += 8) {
			const auto p = library.pointers.find(table->second.address + at);

			if (p == library.pointers.end())
				fail_msg("%s: a function is bound to an address", name);
			if (seems_to_read(p->second) && !entries.count(p->second))
				fail_msg("%s is virtual and no entry point", p->second.c_str());
		}
	}
}

// Debian's other users of the library, as far as they are here: what they call to read.
void test_users_are_judged(void **)
{
	static const char *const users[] = {"/usr/bin/vdb_print", "/usr/bin/vdb_lod",
					    "/usr/bin/vdb_view", "/usr/bin/vdb_render",
					    "/usr/bin/vdb_tool", "/usr/lib/python3/dist-packages/pyopenvdb.cpython-311-x86_64-linux-gnu.so"};
	const std::vector<Excuse> list = read_excuses("unit/openvdb.users");
	std::set<std::string> present;
	unsigned wrong = 0;

	for (const char *path : users) {
		if (!std::ifstream(path))
			continue;
		const Library l = read_library(path);
		const std::string name = l.file.substr(0, l.file.find('.'));

		present.insert(name);
		for (const std::string &symbol : l.imports)
			if (seems_to_read(symbol) && !entries.count(symbol) &&
			    !find_excuse(list, name, plain_name(symbol))) {
				print_error("# %s calls %s, which is new\n", name.c_str(),
					    demangled(symbol).c_str());
				wrong++;
			}
	}
	print_message("# %zu programs\n", present.size());
	assert_int_equal(wrong + count_unused(list, present), 0);
}

} // namespace

int main()
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_reader_is_judged),
		cmocka_unit_test(test_entry_points_are_exported),
		cmocka_unit_test(test_ways_to_the_parsers),
		cmocka_unit_test(test_no_reader_is_virtual),
		cmocka_unit_test(test_users_are_judged),
	};

	return cmocka_run_group_tests_name("openvdb symbols", tests, load_library, nullptr);
}
