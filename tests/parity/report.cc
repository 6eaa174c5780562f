// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/parity/report.hh"

#include <cstring>

// FNV-1a (G. Fowler, L. C. Noll, P. Vo), eight bytes a step: any change must change it, no more is asked.
uint64_t digest(const cv::Mat &m)
{
	const size_t row = m.dims == 2 ? size_t(m.cols) * m.elemSize() : m.total() * m.elemSize();
	uint64_t h = 0xcbf29ce484222325u;

	for (int y = 0; y < (m.dims == 2 ? m.rows : 1); y++) {
		const uint8_t *p = m.ptr(y);
		size_t i = 0;

		for (uint64_t v; i + 8 <= row; i += 8) {
			std::memcpy(&v, p + i, 8);
			h = (h ^ v) * 0x100000001b3u;
			h ^= h >> 29;
		}
		for (; i < row; i++)
			h = (h ^ p[i]) * 0x100000001b3u;
	}
	return h;
}

std::string describe(const cv::Mat &m)
{
	char text[400];

	if (m.empty()) {
		std::snprintf(text, sizeof(text), "empty: %dx%d, type %d, dims %d, flags %#x, data %d, u %d", m.cols, m.rows,
			      m.type(), m.dims, unsigned(m.flags), m.data != nullptr, m.u != nullptr);
		return text;
	}
	std::snprintf(text, sizeof(text), "%dx%d, type %d, dims %d, flags %#x, step %zu, part %d, room %td, refs %d, aligned %d, sum %016llx",
		      m.cols, m.rows, m.type(), m.dims, unsigned(m.flags), m.step[0], m.isSubmatrix(), m.datalimit - m.data,
		      m.u ? m.u->refcount : -1, reinterpret_cast<uintptr_t>(m.data) % 64 == 0,
		      static_cast<unsigned long long>(digest(m)));
	return text;
}

namespace {

std::string describe_opencv(const std::exception &e)
{
	const auto *cv = dynamic_cast<const cv::Exception *>(&e);

	return cv ? "code " + std::to_string(cv->code) + "\n err '" + cv->err + "'\n func '" + cv->func + "'\n file '" + cv->file + "'\n line " +
			    std::to_string(cv->line) + "\n msg '" + cv->msg + "'\n "
		  : "";
}

const bool described = (describe_exception = describe_opencv, true);

} // namespace
