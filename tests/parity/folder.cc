// SPDX-License-Identifier: LGPL-2.1-or-later
// folder DIRECTORY FLAGS...: every file of it with all that reads files, with each of the flags. Calls that may crash natively stand apart; the last
// section is by one process, where what a call leaves behind meets the next.
#include "tests/parity/report.hh"

#include <cstdlib>
#include <opencv2/imgcodecs.hpp>

namespace {

std::string describe_all(bool ok, const std::vector<cv::Mat> &mats)
{
	std::string text = (ok ? "true, " : "false, ") + std::to_string(mats.size()) + " of " + std::to_string(mats.capacity());

	for (const cv::Mat &m : mats)
		text += "\n" + describe(m);
	return text;
}

std::string pages(const std::string &path, int flags, bool had)
{
	std::vector<cv::Mat> mats(had ? 1 : 0);
	const bool ok = cv::imreadmulti(path, mats, flags);

	return describe_all(ok, mats);
}

std::string pages_from(const std::string &path, int start, int count, int flags)
{
	std::vector<cv::Mat> mats;
	const bool ok = cv::imreadmulti(path, mats, start, count, flags);

	return describe_all(ok, mats);
}

void show(const std::string &path, const std::string &name, int flags)
{
	const std::string of = name + " " + std::to_string(flags);

	attempt_apart("imread " + of, [&] { return describe(cv::imread(path, flags)); });
	attempt_apart("imcount " + of, [&] { return std::to_string(cv::imcount(path, flags)); });
	attempt_apart("imreadmulti " + of, [&] { return pages(path, flags, false); });
	attempt_apart("imreadmulti, something there, " + of, [&] { return pages(path, flags, true); });
	for (int start : { -1, 1 })
		attempt_apart("imreadmulti from " + std::to_string(start) + " " + of, [&] { return pages_from(path, start, 2, flags); });
}

} // namespace

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	const std::string directory = argv[1];
	const std::vector<std::string> names = list_files(directory);

	// Here, not apart: the library starts once, for all the processes to come, and so do its helpers.
	for (int i = 2; i < argc; i++)
		attempt("nothing there", [&] { return describe(cv::imread(directory + "/nothing", std::atoi(argv[i]))); });
	for (const std::string &name : names)
		attempt("haveImageReader " + name, [&] { return std::to_string(cv::haveImageReader(directory + "/" + name)); });
	for (const std::string &name : names)
		for (int i = 2; i < argc; i++)
			show(directory + "/" + name, name, std::atoi(argv[i]));
	for (int i = 2; i < argc; i++)
		for (const std::string &name : names)
			if (name.compare(0, 5, "crash") != 0)
				attempt("one process, " + name + " " + argv[i], [&] { return describe(cv::imread(directory + "/" + name, std::atoi(argv[i]))); });
	return 0;
}
