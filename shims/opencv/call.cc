// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shims/opencv/call.hh"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <locale>
#include <unistd.h>
#include <xmmintrin.h>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include "lib/wire/util.h"
#include "shims/opencv/neighbours.hh"
#include "shims/opencv/replay.hh"

namespace sp_cv {

const sp_front_ops *front;

namespace {

// Bytes of files beside a picture. A folder may hold an archive of the same name.
const uint64_t kNeighboursMax = 256 << 20;

// The name of the global C++ locale, for the helper to have the same. One with facets of the program's own has no name ("*"): what the library
// formats with them, numbers in some messages, is then formatted as in C.
std::string locale_name()
{
	const std::string name = std::locale().name();

	return name == "*" ? "C" : name;
}

// libtiff has one place for who prints its messages. OpenCV takes it when its own decoders are first looked at, GDAL when it first opens a TIFF file,
// each once; the later one stays. If that is GDAL, all calls from then on get a helper in which it is so, too.
std::atomic<bool> opencv_has_libtiff, gdal_has_libtiff;

// The 132 first bytes tell all formats apart; what is missing is 0.
struct Start {
	char bytes[132] = {};

	explicit Start(const sp_input_data &input)
	{
		if (input.data)
			std::memcpy(bytes, input.data, std::min<uint64_t>(input.len, sizeof(bytes)));
		else if (input.fd >= 0 && pread(input.fd, bytes, sizeof(bytes), 0) < 0)
			bytes[0] = 0; // as unreadable for the helper
	}
	bool is_tiff() const { return bytes[0] == bytes[1] && (bytes[0] == 'I' || bytes[0] == 'M'); }
	bool is_dicom() const { return std::memcmp(bytes + 128, "DICM", 4) == 0; }
};

// Does the library hand this call to GDAL (loadsave.cpp)?
bool goes_to_gdal(sp_cv_entry entry, int flags)
{
	if (flags == cv::IMREAD_UNCHANGED || !(flags & cv::IMREAD_LOAD_GDAL))
		return false;
	return entry == SP_CV_IMREAD || entry == SP_CV_IMREADMULTI || entry == SP_CV_IMCOUNT;
}

} // namespace

Call::Call(const char *symbol, const std::string &subject) : subject_(subject)
{
	front->begin(&call_, symbol, subject_.c_str());
}

Call::~Call()
{
	front->end(&call_);
}

void Call::run(sp_cv_entry entry, sp_cv_request request, const std::string &name, const sp_input_data &input)
{
	sp_input_data all = input;
	Neighbours neighbours;

	const Start start(input);
	// The one decoder that makes its picture of the file's own depth, whatever was asked for.
	flags_ = start.is_dicom() ? request.flags | cv::IMREAD_ANYDEPTH : request.flags;
	if (gdal_has_libtiff)
		call_.family = SP_FAMILY_GDAL;
	if (!goes_to_gdal(entry, request.flags)) {
		opencv_has_libtiff = true;
	} else {
		call_.family = SP_FAMILY_GDAL;
		if (opencv_has_libtiff && start.is_tiff())
			gdal_has_libtiff = true;
		neighbours = read_neighbours(name, kNeighboursMax);
		request.neighbours = neighbours.count;
		all.more = neighbours.bytes.data();
		all.more_len = neighbours.bytes.size();
	}
	request.log_level = cv::utils::logging::getLogLevel();
	request.use_optimized = cv::useOptimized();
	request.sse_control = _mm_getcsr() & SP_CV_SSE_CONTROL;
	request.name_len = static_cast<uint32_t>(name.size());
	std::string payload(reinterpret_cast<const char *>(&request), sizeof(request));
	payload += name;
	payload.append(neighbours.table.data(), neighbours.table.size());
	front->run(&call_, entry, payload.data(), static_cast<uint32_t>(payload.size()), &all,
		   locale_name().c_str());
	if (ok())
		std::memcpy(&reply_, call_.reply.body, sizeof(reply_));
}

void Call::replay_all()
{
	const bool threw = call_.status == SP_OK && call_.reply.kind == SP_REPLY_THROW;

	if (threw && (reply_.thrown == SP_CV_THROW_NONE || reply_.thrown >= SP_CV_THROW_MAX))
		fail(SP_BAD_REPLY, "it says that the library threw, but not what", 0);
	replay(front, &call_, threw && ok() ? static_cast<sp_cv_thrown>(reply_.thrown) : SP_CV_THROW_NONE);
}

cv::Mat Call::picture()
{
	cv::Mat m;
	Picture p;

	if (ok() && reply_.result && check(&p))
		picture_take(front, &call_, p, &m);
	else if (ok())
		make_empty(&m);
	report();
	return m;
}

// Read once, then checked: each as a single picture is, and all together no larger than the area, in which natively they stand side by side.
bool Call::check_pages(std::vector<Picture> *ret)
{
	const uint64_t room = call_.memory_size - call_.output, n = reply_.count, bytes = n * sizeof(sp_cv_page);
	uint64_t total = 0;

	if (n > SP_CV_PAGES_MAX || reply_.pages > room || bytes > room - reply_.pages)
		return false;
	std::vector<sp_cv_page> pages(n);
	ret->resize(n);
	if (n && front->copy(&call_, pages.data(), bytes, call_.output + reply_.pages))
		return false;
	for (uint64_t i = 0; i < n; i++) {
		sp_cv_reply one = {};

		one.rows = pages[i].rows;
		one.cols = pages[i].cols;
		one.type = pages[i].type;
		one.offset = pages[i].offset;
		if (!picture_check(one, flags_, call_.output, call_.memory_size, &(*ret)[i]))
			return false;
		total += (*ret)[i].bytes;
		if (total > room)
			return false;
	}
	return true;
}

std::vector<cv::Mat> Call::pages()
{
	std::vector<Picture> pictures;
	std::vector<cv::Mat> mats;

	if (ok() && !check_pages(&pictures))
		fail(SP_BAD_REPLY, "it describes pictures that cannot be", 0);
	if (!ok())
		return mats;
	mats.resize(pictures.size());
	for (size_t i = 0; i < mats.size(); i++) {
		// Several mappings of one memory would keep all of it as long as one page lives.
		const bool good = mats.size() == 1 ? picture_take(front, &call_, pictures[i], &mats[i])
						   : picture_copied(front, &call_, pictures[i], &mats[i]);
		if (!good)
			return std::vector<cv::Mat>();
	}
	return mats;
}

void Call::make_empty(cv::Mat *m) const
{
	m->release();
	if (reply_.empty_dims == 2 && reply_.type >= 0 && !(reply_.type & ~CV_MAT_TYPE_MASK))
		m->create(0, 0, reply_.type);
}

bool Call::check(Picture *ret)
{
	if (picture_check(reply_, flags_, call_.output, call_.memory_size, ret))
		return true;
	fail(SP_BAD_REPLY, "it describes a picture that cannot be", 0);
	return false;
}

bool Call::check_created()
{
	const sp_cv_reply &r = reply_;
	Picture p;
	sp_cv_reply created = {};

	created.rows = r.created_rows;
	created.cols = r.created_cols;
	created.type = r.created_type;
	if (r.created ? picture_check(created, flags_, call_.output, call_.memory_size, &p) : !r.result)
		return true;
	fail(SP_BAD_REPLY, "it describes a picture that cannot be", 0);
	return false;
}

void Call::fail(sp_status status, const char *reason, int error)
{
	call_.status = status;
	call_.reason = reason;
	call_.error = error;
}

Input::~Input()
{
	std::free(bytes_);
	// close(3) is a cancellation point: a thread that was cancelled during the call would unwind out of this destructor.
	sp_close(data.fd);
}

int Input::read_more(uint64_t max)
{
	void *more = nullptr;
	uint64_t len = 0;
	int r = front->slurp(data.fd, max, &more, &len);

	if (r)
		return r;
	void *all = std::realloc(bytes_, data.len + len + 1);
	if (!all) {
		std::free(more);
		return -ENOMEM;
	}
	bytes_ = all;
	std::memcpy(static_cast<char *>(all) + data.len, more, len);
	std::free(more);
	data.data = bytes_;
	data.len += len;
	return 0;
}

bool Input::read_signature(Call *call)
{
	const uint64_t stdio_buffer = 4096;
	const int r = data.kind == SP_INPUT_FILE || data.kind == SP_INPUT_STREAM ? read_more(stdio_buffer) : 0;

	if (r) {
		call->fail(SP_LIMIT, "input", -r);
		call->report();
		return false;
	}
	return true;
}

bool Input::read_stream(const char *symbol, const std::string &name, int flags)
{
	if (data.kind != SP_INPUT_STREAM)
		return true;
	Call probe(symbol, name);
	if (!read_signature(&probe))
		return false;
	sp_input_data head = data;
	head.kind = SP_INPUT_MEMORY;
	sp_cv_request request = {};
	request.flags = flags;
	probe.run(SP_CV_HAVE_READER, request, name, head);
	if (!probe.ok() || !probe.reply().result) {
		probe.replay_all();
		probe.report();
		return false;
	}
	Input again(name);
	if (again.data.fd < 0)
		return true;
	std::swap(again.data.fd, data.fd);
	data.split = data.len;
	const int r = read_more(0);
	if (r == -EFBIG || r == -ENOMEM) {
		probe.fail(SP_LIMIT, "input", -r);
		probe.report();
		return false;
	}
	return true;
}

} // namespace sp_cv
