// SPDX-License-Identifier: LGPL-2.1-or-later
// limits CASE SCRATCH: one call that meets a limit, or the end of what is supported; and one after it that does not.
#include "tests/parity/corpus.hh"
#include "tests/parity/report.hh"

#include <cstring>
#include <unistd.h>
#include <opencv2/imgcodecs.hpp>

namespace {

std::string scratch;

cv::Mat read_file(const char *name, const Bytes &bytes, int flags = cv::IMREAD_COLOR)
{
	write_bytes(scratch + "/" + name, bytes);
	return cv::imread(scratch + "/" + name, flags);
}

// More than a pipe holds, so somebody must write while it is read.
cv::Mat read_pipe(const Bytes &bytes)
{
	int p[2];

	if (pipe(p) < 0)
		std::exit(1);
	if (fork() == 0) {
		close(p[0]);
		for (size_t at = 0; at < bytes.size();) {
			const ssize_t n = write(p[1], bytes.data() + at, bytes.size() - at);
			if (n <= 0)
				break;
			at += size_t(n);
		}
		_exit(0);
	}
	dup2(p[0], 0);
	close(p[0]);
	close(p[1]);
	return cv::imread("/dev/stdin");
}

Bytes progressive()
{
	Bytes b;

	cv::imencode(".jpg", cv::Mat(3000, 3000, CV_8UC3, cv::Scalar(1, 2, 3)), b, { cv::IMWRITE_JPEG_PROGRESSIVE, 1 });
	return b;
}

// Three kilobytes a row, uncompressed.
Bytes plain_bmp(int rows)
{
	return make_bmp(BMP_24, 1000, rows);
}

cv::Mat run(const std::string &name)
{
	if (name == "time")
		return read_file("slow.png", make_png_bomb(32000, 32000, 0, true));
	if (name == "output")
		return read_file("large.bmp", plain_bmp(1000));
	if (name == "output-buffer")
		return cv::imdecode(plain_bmp(1000), cv::IMREAD_COLOR);
	if (name == "memory")
		return read_file("progressive.jpg", progressive());
	if (name == "memory-buffer")
		return cv::imdecode(progressive(), cv::IMREAD_COLOR);
	if (name == "input")
		return cv::imdecode(plain_bmp(40), cv::IMREAD_COLOR);
	if (name == "input-pipe")
		return read_pipe(plain_bmp(100));
	if (name == "input-file")
		return read_file("plain.bmp", plain_bmp(40));
	return cv::imread(std::string(70000, '/') + "dev/null");
}

} // namespace

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	scratch = argv[2];
	attempt(argv[1], [&] { return describe(run(argv[1])); });
	attempt("afterwards", [&] { return describe(cv::imdecode(make_bmp(BMP_24, 5, 5), cv::IMREAD_COLOR)); });
	return 0;
}
