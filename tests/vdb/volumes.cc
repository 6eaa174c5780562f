// SPDX-License-Identifier: LGPL-2.1-or-later
// volumes MODE ARGUMENTS: what a program sees of openvdb::io::File and io::Stream, in sections (tests/parity/sections.hh). The modes are listed in
// volume.hh. $SP_VDB_FULL: trees node by node.
#include "tests/vdb/volume.hh"

#include <algorithm>
#include <cstring>
#include <openvdb/openvdb.h>
#include <sys/stat.h>
#include <unistd.h>

std::string yes(bool b)
{
	return b ? "true" : "false";
}

std::string hex(const void *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *p = static_cast<const uint8_t *>(bytes);
	std::string text;

	for (size_t i = 0; i < len; i++) {
		text += digits[p[i] >> 4];
		text += digits[p[i] & 15];
	}
	return text;
}

std::string quote(const std::string &text)
{
	const size_t most = 300; // what a broken file calls its name may be long
	std::string out;

	for (char c : text.substr(0, most)) {
		if (c >= ' ' && c < 127 && c != '\\')
			out += c;
		else
			out += "\\x" + hex(&c, 1);
	}
	return text.size() > most ? out + " of " + std::to_string(text.size()) : out;
}

std::string clean_outcome(const std::function<std::string()> &call)
{
	const size_t most = 40000;
	const std::string text = outcome(call);
	std::string out;

	if (text.size() > most)
		out = std::to_string(text.size()) + " characters, " + std::to_string(std::hash<std::string>()(text)) + "\n";
	for (char c : text.substr(0, most))
		out += (c >= ' ' && c < 127) || c == '\n' ? std::string(1, c) : "\\x" + hex(&c, 1);
	return out;
}

void show(const std::string &name, const std::function<std::string()> &call)
{
	attempt(name, [&] { return clean_outcome(call); });
}

void show_apart(const std::string &name, const std::function<std::string()> &call)
{
	attempt_apart(name, [&] { return clean_outcome(call); });
}

std::string base_name(const std::string &path)
{
	return path.substr(path.rfind('/') + 1);
}

void set_variable(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

namespace {

const struct Mode {
	const char *name;
	void (*run)(const Words &);
	size_t least;
} modes[] = {
	{ "file", show_files, 1 },   { "stream", show_streams, 1 }, { "uses", show_uses, 2 },	     { "threads", run_threads, 1 },
	{ "names", show_names, 2 },  { "mutants", run_mutants, 4 }, { "registry", show_registry, 1 },
};

// A directory stands for its files, or for one in so many of them, from the one on that the seed says.
Words expand(const Words &words)
{
	const char *step = std::getenv("SP_VDB_STEP"), *seed = std::getenv("SP_SEED");
	const unsigned long of = step ? std::stoul(step) : 1, from = seed ? std::stoul(seed) : 0;
	unsigned long n = 0;
	Words all;

	for (const std::string &w : words) {
		if (w.size() > 2 && w.substr(w.size() - 2) == "/*") {
			for (const std::string &name : list_files(w.substr(0, w.size() - 2)))
				if (n++ % of == from % of)
					all.push_back(w.substr(0, w.size() - 1) + name);
		} else {
			all.push_back(w);
		}
	}
	return all;
}

} // namespace

int main(int argc, char **argv)
{
	const Words words = expand(Words(argv + std::min(argc, 2), argv + argc));

	for (const Mode &m : modes)
		if (argc > 1 && std::strcmp(argv[1], m.name) == 0 && words.size() >= m.least) {
			if (m.run != show_registry)
				openvdb::initialize();
			m.run(words);
			return 0;
		}
	std::fprintf(stderr, "usage: volumes MODE ARGUMENT...\n");
	return 2;
}
