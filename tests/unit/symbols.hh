// SPDX-License-Identifier: LGPL-2.1-or-later
// Is the list of entry points complete? Read from the installed libraries themselves, so that an
// update which brings a new way for bytes to get to a decoder inside the program cannot go
// unnoticed. $SP_OPENCV names another directory of libraries to look at. The lists of what is no
// entry point stand in this folder.
#ifndef SP_TEST_SYMBOLS_HH
#define SP_TEST_SYMBOLS_HH

#include <set>
#include <string>
#include <vector>
#include "tests/unit/dynamic.hh"

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

extern std::vector<Library> libraries; // of OpenCV, all

// Read the libraries when that is not done yet, and fill in the rest of @family.
void load(Family *family);

// The lists: one of ours, the line for @name, and how many lines there are for nothing in the
// libraries @present, after each name was looked for.
std::vector<Excuse> read_excuses(const char *name);
const Excuse *find_excuse(const std::vector<Excuse> &all, const std::string &library,
			  const std::string &name);
unsigned count_unused(const std::vector<Excuse> &all, const std::set<std::string> &present);
std::set<std::string> names_of_libraries();

// Is a function one of those that the compiler makes?
bool is_made(const std::string &symbol, const Export &e);

// Tests whose initial state is a Family.
const Family &family_of(void **state);
void test_every_export_is_judged(void **state);
void test_entry_points_can_be_interposed(void **state);

#endif
