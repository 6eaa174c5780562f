// SPDX-License-Identifier: LGPL-2.1-or-later
// The entry points for videos: every way into libopencv_videoio that opens one leads through them.
// All else works on what they have put into icap.
#include <cstdlib>
#include <map>
#include "tests/unit/symbols.hh"
#include "tests/unit/unit.h" // last: cmocka has macros named as members of std

namespace
{

Family videoio = {"libopencv_videoio.so.406", "unit/videoio.symbols", "videos", {}, {}};

int load_all(void **)
{
	load(&videoio);
	return 0;
}

// Where an entry point stands among the virtual functions, as calls of it have it; not at all: 0.
uint64_t offset_of(const Library &l, const Export &table, const std::string &symbol)
{
	for (uint64_t offset = 16; offset < table.size; offset += 8) {
		const auto p = l.pointers.find(table.address + offset);

		if (p != l.pointers.end() && p->second == symbol)
			return offset - 16; // objects point behind the type
	}
	return 0;
}

// The loader fills in each of cv::VideoCapture's virtual functions by its symbol, entry points
// among them, so that a virtual call gets to us too.
void test_virtual_functions_are_bound_by_symbol(void **state)
{
	const Family &family = family_of(state);
	const Library &l = family.library;
	const Export &table = l.exports.at("_ZTVN2cv12VideoCaptureE");

	assert_true(table.size > 16 + 8 * family.entries.size());
	for (uint64_t offset = 16; offset < table.size; offset += 8)
		if (!l.pointers.count(table.address + offset))
			fail_msg("%s: virtual function %u of cv::VideoCapture is bound to an "
				 "address of the library's own",
				 family.soname, unsigned(offset / 8 - 2));
	for (const std::string &symbol : family.entries)
		if (!offset_of(l, table, symbol))
			fail_msg("%s is no virtual function", plain_name(symbol).c_str());
}

// What begins with cv::VideoCapture's @name and the arguments behind it.
std::map<std::string, const Export *> members(const Library &l, const std::string &name)
{
	const std::string begin = "_ZN2cv12VideoCapture" + name + "E";
	std::map<std::string, const Export *> found;

	for (const auto &[symbol, e] : l.exports)
		if (symbol.compare(0, begin.size(), begin) == 0)
			found[symbol.substr(begin.size())] = &e;
	return found;
}

// Constructors call open() with the same arguments through the PLT; an open() without parameters
// calls the one with parameters, through the vtable.
void test_all_openings_lead_to_entries(void **state)
{
	const Family &family = family_of(state);
	const Library &l = family.library;
	const Export &table = l.exports.at("_ZTVN2cv12VideoCaptureE");
	const std::string open = "_ZN2cv12VideoCapture4openE", parameters = "RKSt6vectorIiSaIiEE";
	unsigned constructors = 0;

	for (const char *name : {"C1", "C2"})
		for (const auto &[arguments, e] : members(l, name)) {
			if (arguments != "v" && !callees(l, *e).count(open + arguments))
				fail_msg("a constructor (%s) does not call open()",
					 arguments.c_str());
			constructors += arguments != "v";
		}
	assert_true(constructors >= 8);
	for (const auto &[arguments, e] : members(l, "4open")) {
		const std::string longer = open + arguments + parameters;

		if (family.entries.count(open + arguments))
			continue;
		if (!family.entries.count(longer))
			fail_msg("open (%s) and its like with parameters are no entry points",
				 arguments.c_str());
		if (!callees(l, *e).count(longer) &&
		    !calls_virtual(l, *e, offset_of(l, table, longer)))
			fail_msg("open (%s) does not call its like with parameters",
				 arguments.c_str());
	}
}

// A parser without a public header: what a program can call does not lead there but by open().
void test_private_parser_is_private(void **state)
{
	const Library &l = family_of(state).library;
	const auto is_parser = [](const std::string &symbol) {
		return symbol.find("AVIReadContainer") != std::string::npos;
	};
	unsigned own = 0;

	for (const auto &[symbol, e] : l.exports)
		for (const std::string &callee :
		     e.function ? callees(l, e) : std::set<std::string>()) {
			own += is_parser(symbol) && is_parser(callee);
			if (!is_parser(symbol) && is_parser(callee))
				fail_msg("%s calls %s", plain_name(symbol).c_str(),
					 plain_name(callee).c_str());
		}
	assert_true(own > 0);
}

// Who else uses videoio, and does it lead to entry points?
void test_users_of_videoio_are_judged(void **state)
{
	const Family &family = family_of(state);
	const std::vector<Excuse> list = read_excuses("unit/videoio.users");
	unsigned wrong = 0;

	for (const Library &l : libraries)
		for (const std::string &symbol : l.imports) {
			const auto e = family.library.exports.find(symbol);

			if (e == family.library.exports.end() || !e->second.function ||
			    is_made(symbol, e->second) || !e->second.global ||
			    l.file == family.soname ||
			    find_excuse(list, l.name, plain_name(symbol)))
				continue;
			print_error(
				"# %s calls %s, which is new. If it reads videos and does not come "
				"by an entry point, add one to lib/front/entries.list; else add it "
				"to "
				"tests/unit/videoio.users and say why.\n",
				l.file.c_str(), plain_name(symbol).c_str());
			wrong++;
		}
	assert_int_equal(wrong + count_unused(list, names_of_libraries()), 0);
}

} // namespace

int main()
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(test_every_export_is_judged, &videoio),
		cmocka_unit_test_prestate(test_entry_points_can_be_interposed, &videoio),
		cmocka_unit_test_prestate(test_virtual_functions_are_bound_by_symbol, &videoio),
		cmocka_unit_test_prestate(test_all_openings_lead_to_entries, &videoio),
		cmocka_unit_test_prestate(test_private_parser_is_private, &videoio),
		cmocka_unit_test_prestate(test_users_of_videoio_are_judged, &videoio),
	};

	return cmocka_run_group_tests_name("video symbols", tests, load_all, nullptr);
}
