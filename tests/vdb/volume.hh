// SPDX-License-Identifier: LGPL-2.1-or-later
// What the modes of tests/vdb/volumes share.
#ifndef SP_TEST_VDB_VOLUME_HH
#define SP_TEST_VDB_VOLUME_HH

#include "tests/parity/sections.hh"

#include <openvdb/io/File.h>
#include <openvdb/io/Stream.h>

using Words = std::vector<std::string>;

// One mode of the program; @words are its arguments.
void show_files(const Words &words);	// FILE...: everything that io::File does with each
void show_streams(const Words &words);	// FILE...: everything that io::Stream does with each
void show_uses(const Words &words);	// CORPUS SCRATCH: what programs do with files and with what they have read
void run_threads(const Words &words);	// CORPUS: many files in many threads
void show_names(const Words &words);	// CORPUS SCRATCH: what is no file, changes, or has a strange name
void run_mutants(const Words &words);	// DIRECTORY SCRATCH SEED COUNT: altered files
void show_registry(const Words &words); // CORPUS: what is registered, and when

// ---- dump.cc ----
// All that a program can see of a grid, trees as sums of their nodes; node by node with SP_VDB_FULL in the environment.
std::string dump(const openvdb::GridBase &grid);
std::string dump(const openvdb::GridBase::Ptr &grid); // and who else has it
std::string dump(const openvdb::MetaMap &meta);
// All of them, and which have the same tree.
std::string dump(const openvdb::GridPtrVecPtr &grids);
// The types of tests/vdb/custom.hh, too.
void register_custom();
void unregister_custom();

// ---- files.cc ----
// A file with what only a subclass sees.
class Reader : public openvdb::io::File
{
public:
	using openvdb::io::File::File;
	bool has_offsets() const { return inputHasGridOffsets(); }
};
std::string state_of(const openvdb::io::Archive &archive);
std::string state_of(const Reader &file);
std::string names_of(const openvdb::io::File &file);

// ---- volumes.cc ----
// attempt() and attempt_apart(), fit for a terminal: files' names for things may have any bytes.
void show(const std::string &name, const std::function<std::string()> &call);
void show_apart(const std::string &name, const std::function<std::string()> &call);
std::string clean_outcome(const std::function<std::string()> &call);
std::string yes(bool b);
std::string hex(const void *bytes, size_t len);
std::string quote(const std::string &text); // fit for one line
std::string base_name(const std::string &path);
void set_variable(const char *name, const char *value); // NULL: not set

#endif
