// SPDX-License-Identifier: LGPL-2.1-or-later
// What the dynamic loader sees of a shared library, read with libelf.
#ifndef SP_TEST_DYNAMIC_HH
#define SP_TEST_DYNAMIC_HH

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

struct Export {
	bool function; // or IFUNC
	bool global;   // else weak or unique
	bool open;     // default visibility: others may stand in front of it
	uint64_t address, size;
};

struct Library {
	std::string file; // "libopencv_video.so.406"
	std::string name; // "video"
	std::vector<std::string> needed;
	std::map<std::string, Export> exports;
	std::set<std::string> imports; // symbols it leaves to others
	std::set<std::string> calls;   // through its PLT, of others and of its own
	// What the loader fills in with addresses of symbols, by its address: slots of calls, and
	// other pointers, as in vtables.
	std::map<uint64_t, std::string> slots, pointers;
	std::string code; // its executable segment
	uint64_t code_address = 0;
	bool symbolic = false; // prefers its own symbols to all others
};

// Read @path; throws std::runtime_error.
Library read_library(const std::string &path);

// Symbols that @function calls through the PLT or the GOT. Read from its bytes, not instruction by
// instruction: what is taken for a call and is none hardly ever leads to a slot.
std::set<std::string> callees(const Library &l, const Export &function);

// Does @function call what its vtable has at @offset?
bool calls_virtual(const Library &l, const Export &function, uint64_t offset);

// How often the code calls, jumps to or takes the address of @address without asking the loader.
unsigned count_direct_references(const Library &l, uint64_t address);

// The name of a function in words: no arguments, no template arguments, no tags. Of a name that is
// not mangled, the name.
std::string plain_name(const std::string &symbol);

// The words of its last part: "readOpticalFlow" -> read, optical, flow.
std::vector<std::string> words_of(const std::string &plain);

#endif
