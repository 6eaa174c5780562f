// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/parity/mats.hh"

#include <opencv2/imgproc.hpp>

std::string look(const cv::Mat &m)
{
	std::string s = describe(m);
	char text[400];

	std::snprintf(text, sizeof(text),
		      "\n start %td end %td limit %td, step1 %zu, elem %zu, total %zu, continuous "
		      "%d, vector %d, allocator %d",
		      m.data - m.datastart, m.dataend - m.data, m.datalimit - m.data,
		      m.dims ? m.step1() : 0, m.elemSize(), m.total(), m.isContinuous(),
		      m.checkVector(1), m.allocator != nullptr);
	s += text;
	if (!m.u)
		return s;
	std::snprintf(text, sizeof(text),
		      "\n u: %d refs, %d urefs, %d maps, flags %d, size %zu, start %d %d, "
		      "allocators alike %d, original %d",
		      m.u->refcount, m.u->urefcount, m.u->mapcount, int(m.u->flags), m.u->size,
		      m.u->data == m.datastart, m.u->origdata == m.datastart,
		      m.u->prevAllocator == m.u->currAllocator, m.u->originalUMatData != nullptr);
	return s + text;
}

void scribble(const cv::Mat &m)
{
	const size_t row = size_t(m.cols) * m.elemSize();

	for (int y = 0; y < m.rows; y++)
		for (size_t x = 0; x < row; x++)
			const_cast<cv::Mat &>(m).ptr(y)[x] = uint8_t(m.ptr(y)[x] * 7 + y + int(x));
}

namespace
{

std::string same(const cv::Mat &m, const uint8_t *data)
{
	return m.data == data ? "\n in place" : "\n elsewhere";
}

cv::Rect inner(const cv::Mat &m)
{
	return cv::Rect(m.cols / 4, m.rows / 4, std::max(1, m.cols / 2), std::max(1, m.rows / 2));
}

std::string written(cv::Mat &m)
{
	scribble(m);
	m.row(m.rows - 1).setTo(cv::Scalar::all(3));
	m.ptr()[m.total() * m.elemSize() - 1] = 77;
	return look(m);
}

std::string copied(cv::Mat &m)
{
	const cv::Mat header = m, copy = m.clone();
	cv::Mat assigned, to;

	assigned = m;
	m.copyTo(to);
	scribble(m);
	return look(m) + look(header) + look(assigned) + look(copy) + look(to);
}

std::string moved(cv::Mat &m)
{
	cv::Mat a = std::move(m), b;
	b = std::move(a);
	return look(m) + look(a) + look(b);
}

std::string region(cv::Mat &m)
{
	cv::Mat part = m(inner(m));
	cv::Size whole;
	cv::Point at;

	part.locateROI(whole, at);
	std::string s = look(part) + "\n of " + std::to_string(whole.width) + "x" +
			std::to_string(whole.height) + " at " + std::to_string(at.x) + "," +
			std::to_string(at.y);
	scribble(part);
	part.adjustROI(2, 3, 4, 5);
	s += look(part);
	part.adjustROI(1 << 20, 1 << 20, 1 << 20, 1 << 20);
	s += look(part);
	return s + look(m);
}

// The part outlives the whole.
std::string region_kept(cv::Mat &m)
{
	cv::Mat part = m(inner(m)), column = m.col(m.cols - 1), diagonal = m.diag(),
		rows = m.rowRange(0, 1);

	m.release();
	std::string s = look(m) + look(part) + look(column) + look(diagonal) + look(rows);
	part = part.clone();
	return s + look(part);
}

std::string reshaped(cv::Mat &m)
{
	const int sizes[] = {m.rows, 1, m.cols};
	cv::Mat flat = m.reshape(1), line = m.reshape(0, 1), cube = m.reshape(0, 3, sizes);

	std::string s = look(flat) + look(line) + look(m) + "\n cube " + std::to_string(cube.dims) +
			" " + std::to_string(cube.total());
	m.release();
	scribble(line);
	return s + look(flat);
}

std::string resized(cv::Mat &m)
{
	const uint8_t *data = m.data;
	const size_t rows = size_t(m.rows);

	m.resize(rows / 2 + 1);
	std::string s = look(m) + same(m, data);
	m.resize(rows, cv::Scalar::all(9));
	s += look(m) + same(m, data);
	data = m.data;
	m.resize(rows + 5, cv::Scalar::all(11));
	s += look(m) + same(m, data);
	data = m.data;
	m.pop_back(3);
	return s + look(m) + same(m, data);
}

std::string reserved(cv::Mat &m)
{
	const uint8_t *data = m.data;

	m.reserve(size_t(m.rows));
	std::string s = same(m, data);
	m.reserve(size_t(m.rows) * 2);
	s += look(m) + same(m, data);
	data = m.data;
	m.push_back(m.row(0).clone());
	s += look(m) + same(m, data);
	m.reserveBuffer(1 << 20);
	m.setTo(cv::Scalar::all(6)); // it says that all of the new room is rows
	return s + look(m);
}

std::string pushed(cv::Mat &m)
{
	const cv::Mat row = m.row(0).clone(), header = m;

	m.push_back(row);
	std::string s = look(m) + look(header);
	m.push_back(m);
	return s + look(m);
}

std::string created(cv::Mat &m)
{
	const uint8_t *data = m.data;

	m.create(m.size(), m.type());
	std::string s = look(m) + same(m, data);
	m.create(m.rows, m.cols + 1, m.type());
	m.setTo(cv::Scalar::all(1));
	s += look(m);
	m.create(m.rows, m.cols, CV_64F);
	m.setTo(cv::Scalar::all(2));
	s += look(m);
	m.create(0, 0, CV_8U);
	return s + look(m);
}

std::string destination(cv::Mat &m)
{
	const cv::Mat other = m.clone(), smaller = other(inner(other));
	const uint8_t *data = m.data;

	cv::add(other, other, m);
	std::string s = look(m) + same(m, data);
	cv::flip(other, m, -1);
	s += look(m) + same(m, data);
	cv::flip(m, m, 0);
	s += look(m) + same(m, data);
	other.copyTo(m);
	s += look(m) + same(m, data);
	m.setTo(cv::Scalar::all(5));
	s += look(m) + same(m, data);
	cv::add(smaller, smaller, m);
	return s + look(m);
}

std::string destination_of_another_size(cv::Mat &m)
{
	const cv::Mat header = m;

	m(inner(m)).copyTo(m);
	std::string s = look(m) + look(header);
	m = header;
	cv::transpose(header, m);
	s += look(m) + look(header);
	m = header;
	cv::resize(header, m, cv::Size(m.cols / 2 + 1, m.rows / 2 + 1), 0, 0, cv::INTER_NEAREST);
	return s + look(m) + look(header);
}

std::string converted(cv::Mat &m)
{
	const cv::Mat header = m;
	const uint8_t *data = m.data;

	m.convertTo(m, m.type(), 0.5, 1);
	std::string s = look(m) + same(m, data);
	m.convertTo(m, CV_32F);
	s += look(m) + look(header);
	m = header;
	m = m * 2;
	s += look(m) + look(header);
	m += m;
	return s + look(m);
}

std::string swapped(cv::Mat &m)
{
	cv::Mat a = m.clone(), b;

	a.setTo(cv::Scalar::all(8));
	cv::swap(a, m);
	std::string s = look(m) + look(a);
	std::swap(b, a);
	s += look(a) + look(b);
	cv::Mat &self = b;
	b = self;
	return s + look(b);
}

std::string in_vectors(cv::Mat &m)
{
	std::vector<cv::Mat> v;
	std::vector<uint8_t> bytes;

	for (int i = 0; i < 1000; i++)
		v.push_back(i % 3 ? m : m(inner(m)));
	std::string s = look(m) + look(v[0]) + look(v[999]);
	v.erase(v.begin(), v.begin() + 500);
	v.insert(v.begin(), m.clone());
	v.shrink_to_fit();
	s += look(m) + look(v[0]) + look(v[1]);
	bytes.assign(m.datastart, m.dataend);
	v.clear();
	return s + look(m) + "\n" + std::to_string(bytes.size());
}

// As some wrappers count references themselves.
std::string counted(cv::Mat &m)
{
	m.addref();
	std::string s = look(m);
	cv::Mat other;
	other = m;
	m.u->refcount--;
	s += look(m);
	m.release();
	s += look(m) + look(other);
	m = other;
	other.deallocate(); // frees nothing and does not count down
	m.u->refcount--;
	return s + look(m) + look(other);
}

std::string iterated(cv::Mat &m)
{
	cv::Mat flat = m.reshape(1);

	if (flat.depth() != CV_8U)
		return "not bytes";
	flat.forEach<uchar>([](uchar &p, const int *at) { p = uchar(p + at[0] + at[1]); });
	size_t sum = 0;
	for (auto i = flat.begin<uchar>(); i != flat.end<uchar>(); ++i)
		sum += *i;
	const cv::Mat_<uchar> typed = flat;
	return look(m) + "\n" + std::to_string(sum) + look(typed);
}

std::string universal(cv::Mat &m)
{
	cv::UMat u = m.getUMat(cv::ACCESS_RW);
	std::string s = look(m);

	u.setTo(cv::Scalar::all(42));
	s += look(u.getMat(cv::ACCESS_READ));
	{
		cv::UMat part = u(inner(m));
		cv::Mat back = part.getMat(cv::ACCESS_RW);

		back.setTo(cv::Scalar::all(17));
		s += look(back);
	}
	u.release();
	s += look(m);
	u = m(inner(m)).getUMat(cv::ACCESS_READ);
	s += look(u.getMat(cv::ACCESS_READ));
	cv::UMat copy;
	m.copyTo(copy);
	copy.copyTo(m);
	return s + look(m) + look(copy.getMat(cv::ACCESS_READ));
}

// The Mat is gone before the UMat made of it, which keeps the pixels.
std::string universal_kept(cv::Mat &m)
{
	cv::UMat u = m.getUMat(cv::ACCESS_RW), flipped;

	m.release();
	cv::flip(u, flipped, 1);
	cv::Mat back = u.getMat(cv::ACCESS_RW);
	scribble(back);
	std::string s = look(back) + look(flipped.getMat(cv::ACCESS_READ));
	back.release();
	u.release();
	return s;
}

std::string universal_destination(cv::Mat &m)
{
	cv::UMat u = m.getUMat(cv::ACCESS_RW);
	const cv::Mat other = m.clone();

	cv::bitwise_not(other, u);
	std::string s = look(u.getMat(cv::ACCESS_READ));
	u.release();
	return s + look(m);
}

} // namespace

const std::vector<MatUse> mat_uses = {
	{"written", written},
	{"copied", copied},
	{"moved", moved},
	{"region", region},
	{"region kept", region_kept},
	{"reshaped", reshaped},
	{"resized", resized},
	{"reserved", reserved},
	{"pushed", pushed},
	{"created", created},
	{"destination", destination},
	{"destination of another size", destination_of_another_size},
	{"converted", converted},
	{"swapped", swapped},
	{"in vectors", in_vectors},
	{"counted", counted},
	{"iterated", iterated},
	{"universal", universal},
	{"universal kept", universal_kept},
	{"universal destination", universal_destination},
};
