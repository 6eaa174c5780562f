// SPDX-License-Identifier: LGPL-2.1-or-later
// The helper's side of cv::imread and cv::imdecode: the same function with the same arguments, in a process that can do nothing else.
#include <cerrno>
#include <cstring>
#include <exception>
#include <string>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include "lib/helper/helper.h"
#include "shims/opencv/format.h"
#include "shims/opencv/output.hh"
#include "shims/opencv/samples.hh"
#include "shims/opencv/streams.hh"
#include "shims/opencv/thrown.hh"

namespace {

using namespace sp_cv;

OutputAllocator allocator;
std::vector<Sample> samples;
sp_cv_request request;
std::string name;
sp_cv_entry entry;
bool with_gdal;

void decode_all(std::initializer_list<int> flags)
{
	for (const Sample &s : samples)
		for (int f : flags)
			decode_sample(s, f);
}

const char *warm_up(const char *cxx_locale, uint32_t family)
{
	static std::string reason;

	try {
		with_gdal = family == SP_FAMILY_GDAL;
		set_cxx_locale(cxx_locale);
		cv::setNumThreads(1); // a helper has none, and can have none
		redirect_streams();
		cv::Mat::setDefaultAllocator(&allocator);
		sp_vfs_switch(true); // encoders that need a file get a virtual one
		samples = make_samples();
		decode_all({ cv::IMREAD_UNCHANGED, cv::IMREAD_COLOR, cv::IMREAD_GRAYSCALE, cv::IMREAD_REDUCED_COLOR_2,
			     cv::IMREAD_ANYDEPTH | cv::IMREAD_ANYCOLOR });
		if (with_gdal)
			decode_all({ cv::IMREAD_LOAD_GDAL });
		for (Sample s : samples) {
			s.bytes.resize(s.bytes.size() / 2);
			decode_sample(s, cv::IMREAD_COLOR);
		}
		sp_vfs_switch(false);
	} catch (const std::exception &e) {
		reason = std::string("the library does not start: ") + e.what();
		return reason.c_str();
	}
	return samples.size() < 8 ? "the library cannot decode what it encodes" : nullptr;
}

void take_area()
{
	uint8_t *base;
	uint64_t size;

	sp_output_area(&base, &size);
	allocator.start(base, size);
}

// Samples of the kind that was last wanted; before any was, of the commonest two.
bool rehearse(unsigned step, uint64_t kind)
{
	if (step == 0)
		take_area();
	for (const Sample &s : samples) {
		if (kind ? s.kind != kind : s.kind > 2)
			continue;
		if (step-- != 0)
			continue;
		sp_vfs_switch(true);
		decode_sample(s, with_gdal ? cv::IMREAD_LOAD_GDAL : cv::IMREAD_COLOR);
		sp_vfs_switch(false);
		return true;
	}
	return false;
}

// The table behind the file name: each name gets the next bytes of the request's further ones. False when they do not fit.
bool take_neighbours(const char *table, uint64_t len)
{
	static std::string names[SP_CV_NEIGHBOURS_MAX];
	const uint8_t *data;
	uint64_t left;

	if (request.neighbours > SP_CV_NEIGHBOURS_MAX)
		return false;
	sp_more_area(&data, &left);
	for (uint32_t i = 0; i < request.neighbours; i++) {
		sp_cv_neighbour n;

		if (len < sizeof(n))
			return false;
		std::memcpy(&n, table, sizeof(n));
		if (n.name_len > len - sizeof(n) || n.len > left)
			return false;
		names[i].assign(table + sizeof(n), n.name_len);
		sp_vfs_add_neighbour(names[i].c_str(), data, n.len);
		table += sizeof(n) + n.name_len;
		len -= sizeof(n) + n.name_len;
		data += n.len;
		left -= n.len;
	}
	sp_vfs_allow_listing();
	return true;
}

int prepare(const sp_request *req, const void *payload)
{
	const char *bytes = static_cast<const char *>(payload);

	if (req->payload_len < sizeof(request))
		return -EPROTO;
	std::memcpy(&request, bytes, sizeof(request));
	const uint64_t rest = req->payload_len - sizeof(request);
	if (request.name_len > rest || (request.neighbours == 0 && request.name_len != rest) || req->entry == 0 || req->entry >= SP_CV_ENTRY_MAX)
		return -EPROTO;
	if (request.dims < 0 || request.dims > SP_CV_DIMS_MAX)
		return -EPROTO;
	entry = static_cast<sp_cv_entry>(req->entry);
	name.assign(bytes + sizeof(request), request.name_len);
	sp_vfs_reset();
	if (with_gdal && !take_neighbours(bytes + sizeof(request) + request.name_len, rest - request.name_len))
		return -EPROTO;
	sp_vfs_set_name(entry == SP_CV_IMDECODE || entry == SP_CV_IMDECODE_DST ? nullptr : name.c_str());
	take_state(request.log_level, request.use_optimized, request.sse_control);
	take_area();
	return 0;
}

// The program's buffer as the Mat it was; without its bytes when the library will refuse it by its shape.
cv::Mat input_mat()
{
	const uint8_t *data;
	uint64_t size;
	size_t step[SP_CV_DIMS_MAX];

	sp_input_area(&data, &size);
	for (int i = 0; i < request.dims; i++)
		step[i] = request.step[i];
	if (request.dims == 0 || (!request.has_data && request.size[0] == 0))
		return cv::Mat();
	void *bytes = const_cast<uint8_t *>(data);
	if (request.dims == 2)
		return cv::Mat(request.size[0], request.size[1], request.type, bytes, step[0]);
	return cv::Mat(request.dims, request.size, request.type, bytes, step);
}

// Where the pixels of @m stand, in one piece.
uint64_t place_of(const cv::Mat &m)
{
	uint64_t offset = 0;

	if (m.isContinuous() && allocator.offset_of(m, &offset))
		return offset;
	static std::vector<cv::Mat> copies; // to the end of the process: what they stand in is not to be used again
	copies.emplace_back(m.rows, m.cols, m.type());
	m.copyTo(copies.back());
	allocator.offset_of(copies.back(), &offset);
	return offset;
}

void hand_over(const cv::Mat &m, sp_cv_reply *ret)
{
	ret->type = m.type();
	if (m.empty()) {
		ret->empty_dims = static_cast<uint32_t>(m.dims);
		return;
	}
	ret->result = 1;
	ret->rows = m.rows;
	ret->cols = m.cols;
	ret->offset = place_of(m);
}

void hand_over_pages(const std::vector<cv::Mat> &mats, size_t first, sp_cv_reply *ret)
{
	const size_t n = mats.size() - first;

	if (!n)
		return;
	cv::Mat list(1, static_cast<int>(n * sizeof(sp_cv_page)), CV_8UC1);
	for (size_t i = 0; i < n; i++) {
		const cv::Mat &m = mats[first + i];
		const sp_cv_page page = { m.rows, m.cols, m.type(), 0, place_of(m) };

		std::memcpy(list.data + i * sizeof(page), &page, sizeof(page));
	}
	allocator.offset_of(list, &ret->pages);
	ret->count = n;
}

void note_created(const FirstRequest &first, sp_cv_reply *ret)
{
	ret->created = first.seen;
	ret->created_rows = first.rows;
	ret->created_cols = first.cols;
	ret->created_type = first.type;
}

// Its result depends on whether the program's vector was empty before.
void read_pages(sp_cv_reply *ret)
{
	std::vector<cv::Mat> mats(request.had_pages ? 1 : 0);
	const size_t first = mats.size();

	try {
		ret->result = request.ranged ? cv::imreadmulti(name, mats, request.start, request.count, request.flags)
					     : cv::imreadmulti(name, mats, request.flags);
	} catch (...) {
		hand_over_pages(mats, first, ret);
		throw;
	}
	hand_over_pages(mats, first, ret);
}

void decode_into(sp_cv_reply *ret)
{
	FirstRequest first(&allocator);
	cv::Mat dst;

	dst.allocator = &first;
	try {
		hand_over(cv::imdecode(input_mat(), request.flags, &dst), ret);
	} catch (...) {
		hand_over(dst, ret); // the last steps, scaling and turning, can fail with the picture already there
		note_created(first, ret);
		throw;
	}
	note_created(first, ret);
}

void call_library(sp_cv_reply *ret)
{
	switch (entry) {
	case SP_CV_IMREAD:
		hand_over(cv::imread(name, request.flags), ret);
		return;
	case SP_CV_IMDECODE:
		hand_over(cv::imdecode(input_mat(), request.flags), ret);
		return;
	case SP_CV_HAVE_READER:
		ret->result = cv::haveImageReader(name);
		return;
	case SP_CV_IMREADMULTI:
		read_pages(ret);
		return;
	case SP_CV_IMCOUNT:
		ret->count = cv::imcount(name, request.flags);
		return;
	default:
		decode_into(ret);
	}
}

// The first bytes of the input, whatever way it came.
std::string input_start()
{
	const void *bytes;
	uint64_t size;

	sp_vfs_peek(&bytes, &size);
	return std::string(static_cast<const char *>(bytes), size < 2 ? size : 2);
}

int run(const sp_request *req, const void *payload, sp_reply *reply)
{
	sp_cv_reply body = {};
	const int r = prepare(req, payload);

	if (r)
		return r;
	body.thrown = call_and_catch([&body] { call_library(&body); });
	reply->kind = body.thrown ? SP_REPLY_THROW : SP_REPLY_RESULT;
	const bool failed = body.thrown || !(body.result || body.count);
	if (allocator.exhausted() && (failed || entry == SP_CV_IMREADMULTI)) // of many pages the library gives those that it has
		reply->kind = SP_REPLY_OUTPUT;
	else if (failed && entry != SP_CV_HAVE_READER && sp_memory_failed())
		reply->kind = SP_REPLY_MEMORY;
	std::memcpy(reply->body, &body, sizeof(body));
	sp_note_need(allocator.peak(), sample_kind(samples, input_start()));
	return 0;
}

const sp_plugin plugin = { SP_PLUGIN_VERSION, warm_up, rehearse, run, nullptr };

} // namespace

extern "C" __attribute__((visibility("default"))) const sp_plugin *sp_plugin_get()
{
	return &plugin;
}
