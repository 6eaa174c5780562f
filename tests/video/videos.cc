// SPDX-License-Identifier: LGPL-2.1-or-later
// videos MODE ARGUMENTS: what a program sees of cv::VideoCapture, in sections (tests/parity/report.hh). The modes are listed in video.hh.
#include "tests/video/video.hh"

#include <cstring>
#include <unistd.h>

namespace {

const int kFramesMax = 400;
const unsigned kSecondsMax = 60; // of a file: a read that never returns must not hold up all

std::string yes(bool b)
{
	return b ? "true" : "false";
}

// The rest of a file without a look at its pictures; the last one of them is there still.
std::string grab_all(const std::string &path)
{
	cv::VideoCapture c(path);
	cv::Mat m;
	int n = 0;

	while (n < kFramesMax && c.grab())
		n++;
	const bool ok = c.retrieve(m);
	return yes(ok) + " after " + std::to_string(n) + " " + describe(m) + properties(c);
}

void show_file(const std::string &path)
{
	const std::string name = base_name(path);
	cv::VideoCapture c;
	bool more = true;

	alarm(kSecondsMax);
	attempt(name + ": open", [&] { return yes(c.open(path)); });
	attempt(name + ": state", [&] { return state_of(c) + properties(c); });
	for (int i = 0, after = 0; i < kFramesMax && after < 4; i++) {
		const std::string at = name + ": frame " + std::to_string(i);

		attempt(at, [&] {
			const std::string text = read_one(c);

			more = text[0] == 't';
			return text;
		});
		attempt(at + " state", [&] { return state_of(c) + properties(c); });
		after += !more;
	}
	attempt(name + ": release", [&] { return c.release(), state_of(c) + properties(c); });
	attempt(name + ": grabs", [&] { return grab_all(path); });
}

const struct Mode {
	const char *name;
	void (*run)(const Words &);
	size_t least;
} modes[] = {
	{ "frames", show_frames, 1 },		{ "scripts", run_scripts, 3 }, { "uses", show_uses, 1 },
	{ "environment", show_environment, 1 }, { "threads", run_threads, 1 }, { "pipes", read_pipes, 2 },
	{ "names", show_names, 2 },		{ "mutants", run_mutants, 4 },
};

} // namespace

void show_frames(const Words &words)
{
	for (const std::string &path : words)
		apart([&] { show_file(path); });
}

// A directory stands for its files.
static Words expand(const Words &words)
{
	Words all;

	for (const std::string &w : words) {
		if (w.size() > 2 && w.substr(w.size() - 2) == "/*")
			for (const std::string &path : files_in(w.substr(0, w.size() - 2)))
				all.push_back(path);
		else
			all.push_back(w);
	}
	return all;
}

int main(int argc, char **argv)
{
	const Words words = expand(Words(argv + std::min(argc, 2), argv + argc));

	for (const Mode &m : modes)
		if (argc > 1 && std::strcmp(argv[1], m.name) == 0 && words.size() >= m.least) {
			m.run(words);
			return 0;
		}
	std::fprintf(stderr, "usage: videos MODE ARGUMENT...\n");
	return 2;
}
