// SPDX-License-Identifier: LGPL-2.1-or-later
// pictures DIRECTORY [PREFIX]: every file (whose name starts so), with every flag, as a file and as a buffer.
#include "tests/parity/flags.hh"
#include "tests/parity/report.hh"

namespace {

// Large files are where the time goes: not every flag for them.
bool is_for_large(int flags)
{
	return flags == cv::IMREAD_UNCHANGED || flags == cv::IMREAD_GRAYSCALE || flags == cv::IMREAD_COLOR || flags == cv::IMREAD_REDUCED_COLOR_2;
}

void show_file(const std::string &path, const std::string &name)
{
	const std::vector<uint8_t> bytes = read_bytes(path);

	for (int flags : plain_flags) {
		if (bytes.size() > 64 * 1024 && !is_for_large(flags))
			continue;
		const std::string of = name + " " + std::to_string(flags);

		attempt("imread " + of, [&] { return describe(cv::imread(path, flags)); });
		attempt("imdecode " + of, [&] { return describe(cv::imdecode(bytes, flags)); });
	}
	for (int flags : gdal_flags)
		attempt("imdecode " + name + " " + std::to_string(flags), [&] { return describe(cv::imdecode(bytes, flags)); });
}

} // namespace

int main(int argc, char **argv)
{
	if (argc != 2 && argc != 3)
		return 2;
	for (const std::string &name : list_files(argv[1]))
		if (argc == 2 || name.compare(0, std::string(argv[2]).size(), argv[2]) == 0)
			show_file(std::string(argv[1]) + "/" + name, name);
	return 0;
}
