// SPDX-License-Identifier: LGPL-2.1-or-later
// What the dynamic loader sees of a shared library, read with libelf.
#ifndef SP_TEST_DYNAMIC_HH
#define SP_TEST_DYNAMIC_HH

#include <map>
#include <set>
#include <string>
#include <vector>

struct Export {
	bool function; // or IFUNC
	bool global;   // else weak or unique
	bool open;     // default visibility: others may stand in front of it
};

struct Library {
	std::string file; // "libopencv_video.so.406"
	std::string name; // "video"
	std::vector<std::string> needed;
	std::map<std::string, Export> exports;
	std::set<std::string> imports; // symbols it leaves to others
	std::set<std::string> calls;   // through its PLT, of others and of its own
	bool symbolic = false;	       // prefers its own symbols to all others
};

// Read @path; throws std::runtime_error.
Library read_library(const std::string &path);

// The name of a function in words: no arguments, no template arguments, no tags. Of a name that is
// not mangled, the name.
std::string plain_name(const std::string &symbol);

// The words of its last part: "readOpticalFlow" -> read, optical, flow.
std::vector<std::string> words_of(const std::string &plain);

#endif
