// SPDX-License-Identifier: LGPL-2.1-or-later
// shapes DIRECTORY FILE...: cv::imdecode with every kind of buffer and every kind of destination, and what can be done with the result.
#include "tests/parity/report.hh"

#include <array>
#include <cstring>
#include <opencv2/imgcodecs.hpp>

namespace {

using Bytes = std::vector<uint8_t>;

std::string file;
Bytes bytes;

void decode(const char *shape, const cv::_InputArray &buf)
{
	for (int flags : { int(cv::IMREAD_UNCHANGED), int(cv::IMREAD_COLOR) })
		attempt(file + " from " + shape + " " + std::to_string(flags), [&] { return describe(cv::imdecode(buf, flags)); });
}

// @rows of the bytes as a matrix of that many, zero-padded (decoders do not mind what follows the picture).
cv::Mat matrix(int rows, int cols_extra, int type)
{
	const int n = int(bytes.size()), cols = (n + rows - 1) / rows;
	cv::Mat whole = cv::Mat::zeros(rows, cols + cols_extra, type);
	cv::Mat m = whole.colRange(0, cols);

	for (int i = 0; i < n; i++)
		m.ptr(i / cols)[size_t(i % cols) * m.elemSize()] = bytes[size_t(i)];
	return m;
}

void decode_headers()
{
	const int n = int(bytes.size());
	const int cube[3] = { 1, n, 1 }, flat[3] = { 1, 1, n };

	decode("a row", cv::Mat(1, n, CV_8UC1, bytes.data()));
	decode("a column", cv::Mat(n, 1, CV_8UC1, bytes.data()));
	decode("three dimensions", cv::Mat(3, cube, CV_8UC1, bytes.data()));
	decode("three other dimensions", cv::Mat(3, flat, CV_8UC1, bytes.data()));
	decode("signed bytes", cv::Mat(1, n, CV_8SC1, bytes.data()));
	decode("pairs of bytes", cv::Mat(1, n / 2, CV_8UC2, bytes.data()));
	decode("triples in a column", cv::Mat(n / 3, 1, CV_8UC3, bytes.data()));
	decode("words", cv::Mat(1, n / 2, CV_16UC1, bytes.data()));
	decode("floats", cv::Mat(n / 4, 1, CV_32FC1, bytes.data()));
	decode("its first half", cv::Mat(1, n / 2, CV_8UC1, bytes.data()));
	decode("one byte", cv::Mat(1, 1, CV_8UC1, bytes.data()));
}

void decode_containers()
{
	const std::vector<char> chars(bytes.begin(), bytes.end());
	const std::vector<schar> schars(bytes.begin(), bytes.end());
	std::array<uchar, 64> head;
	cv::UMat umat;

	std::copy_n(bytes.begin(), std::min(head.size(), bytes.size()), head.begin());
	cv::Mat(1, int(bytes.size()), CV_8UC1, bytes.data()).copyTo(umat);
	decode("a vector", bytes);
	decode("a vector of schar", schars);
	decode("a Mat_", cv::Mat_<uchar>(1, int(bytes.size()), bytes.data()));
	decode("an array", head);
	decode("a UMat", umat);
	decode("a vector of vectors", std::vector<Bytes>{ bytes, bytes });
	decode("a Scalar", cv::Scalar(1, 2, 3, 4));
	decode("nothing", cv::noArray());
	decode("an empty Mat", cv::Mat());
	decode("an empty typed Mat", cv::Mat(0, 5, CV_8UC1));
	decode("an empty vector", Bytes());
}

void decode_matrices()
{
	Bytes odd(bytes.size() + 1);

	std::copy(bytes.begin(), bytes.end(), odd.begin() + 1);
	decode("an odd address", cv::Mat(1, int(bytes.size()), CV_8UC1, odd.data() + 1));
	decode("a matrix of seven rows", matrix(7, 0, CV_8UC1));
	decode("a part of a matrix", matrix(7, 3, CV_8UC1));
	decode("a part of a row", matrix(1, 3, CV_8UC1));
	decode("every second byte", matrix(1, 0, CV_8UC2));
}

// What became of @dst, the Mat that was given, and of the memory it had.
void decode_to(const char *kind, int flags, cv::Mat dst, const cv::Mat &around = cv::Mat())
{
	const uint8_t *before = dst.data;
	const cv::Mat other = dst;

	attempt(file + " to " + kind + " " + std::to_string(flags), [&] {
		const cv::Mat r = cv::imdecode(bytes, flags, &dst);
		const bool stayed = dst.data == before;

		return describe(dst) + ", stays " + std::to_string(stayed) + ", is what is returned " + std::to_string(r.data == dst.data) +
		       ", returned: " + describe(r) + (stayed && !around.empty() ? ", around: " + describe(around) : "") +
		       ", old header: " + (stayed ? describe(other) : std::to_string(other.cols));
	});
	section(file + " after " + kind + " " + std::to_string(flags));
	std::printf("%s\n", dst.data == before ? "in place" : describe(dst).c_str());
}

void decode_to_all(int flags, const cv::Mat &like)
{
	const int rows = like.rows, cols = like.cols, type = like.type();
	cv::Mat large(rows + 20, cols + 20, type, cv::Scalar::all(7)), roi = large(cv::Rect(9, 5, cols, rows));
	cv::Mat own(1, int(like.total() * like.elemSize()) + 128, CV_8UC1, cv::Scalar(0xee));

	decode_to("an empty Mat", flags, cv::Mat());
	decode_to("the same size", flags, cv::Mat(rows, cols, type, cv::Scalar::all(1)));
	decode_to("the size turned", flags, cv::Mat(cols, rows, type, cv::Scalar::all(1)));
	decode_to("another size", flags, cv::Mat(rows + 1, cols, type, cv::Scalar::all(1)));
	decode_to("another type", flags, cv::Mat(rows, cols, CV_32FC2, cv::Scalar::all(1)));
	decode_to("a part of another", flags, roi, large);
	decode_to("the program's memory", flags, cv::Mat(rows, cols, type, own.data + 64), own);
	attempt(file + " to null " + std::to_string(flags), [&] { return describe(cv::imdecode(bytes, flags, nullptr)); });
}

void decode_into()
{
	const int unturned = cv::IMREAD_IGNORE_ORIENTATION | cv::IMREAD_COLOR;

	for (int flags : { int(cv::IMREAD_UNCHANGED), int(cv::IMREAD_COLOR), int(cv::IMREAD_REDUCED_COLOR_2), unturned }) {
		cv::Mat like;

		try {
			like = cv::imdecode(bytes, flags);
		} catch (const cv::Exception &) {
			// Then any size is as good as another.
		}
		decode_to_all(flags, like.empty() ? cv::Mat(5, 6, CV_8UC3) : like);
	}
}

// A result must be as good a Mat as any.
void use(const std::string &path)
{
	auto read = [&] { return cv::imread(path, cv::IMREAD_UNCHANGED); };
	auto with = [&](const char *what, const std::function<cv::Mat(cv::Mat)> &f) {
		attempt(file + " then " + what, [&] { return describe(f(read())); });
	};

	with("clone", [](cv::Mat m) { return m.clone(); });
	with("push_back", [](cv::Mat m) { m.push_back(m.row(0)); return m; });
	with("resize", [](cv::Mat m) { m.resize(size_t(m.rows) + 3, cv::Scalar::all(5)); return m; });
	with("reserve", [](cv::Mat m) { m.reserve(size_t(m.rows) * 2); return m; });
	with("shrink", [](cv::Mat m) { m.resize(1); return m; });
	with("reshape", [](cv::Mat m) { return m.reshape(1, 1); });
	with("write", [](cv::Mat m) { m.setTo(cv::Scalar::all(3)); m.row(0) = cv::Scalar::all(9); return m; });
	with("part", [](cv::Mat m) { return m(cv::Rect(0, 0, (m.cols + 1) / 2, 1)); });
	with("adjusted part", [](cv::Mat m) { cv::Mat p = m(cv::Rect(0, 0, 1, 1)); p.adjustROI(0, 1, 0, 1); return p; });
	with("create", [](cv::Mat m) { m.create(3, 3, CV_8UC1); m.setTo(1); return m; });
	with("create again", [](cv::Mat m) { m.create(m.rows, m.cols, m.type()); return m; });
	with("UMat", [](cv::Mat m) { cv::UMat u = m.getUMat(cv::ACCESS_RW); cv::add(u, 1, u); u.release(); return m; });
	with("UMat that stays", [](cv::Mat m) { cv::UMat u; m.copyTo(u); m.release(); return u.getMat(cv::ACCESS_READ).clone(); });
	with("swap", [](cv::Mat m) { cv::Mat n; cv::swap(m, n); return n; });
}

} // namespace

int main(int argc, char **argv)
{
	for (int i = 2; i < argc; i++) {
		file = argv[i];
		bytes = read_bytes(std::string(argv[1]) + "/" + file);
		decode_headers();
		decode_containers();
		decode_matrices();
		decode_into();
		use(std::string(argv[1]) + "/" + file);
	}
	return 0;
}
