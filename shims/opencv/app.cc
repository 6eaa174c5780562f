// SPDX-License-Identifier: LGPL-2.1-or-later
// The program's side of cv::imread and cv::imdecode: arguments into a request, the reply into what the library would have returned.
#include <cstdlib>
#include <cstring>
#include <locale>
#include <memory>
#include <string>
#include <vector>
#include <xmmintrin.h>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include "lib/front/front.h"
#include "lib/wire/util.h"
#include "shims/opencv/format.h"
#include "shims/opencv/picture.hh"
#include "shims/opencv/replay.hh"

#define SP_SHIM_EXPORT(name) __asm__(#name) __attribute__((visibility("default")))

cv::Mat sp_imread(const std::string &name, int flags) SP_SHIM_EXPORT(sp_cv_imread);
cv::Mat sp_imdecode(const cv::_InputArray &buf, int flags) SP_SHIM_EXPORT(sp_cv_imdecode);
cv::Mat sp_imdecode_dst(const cv::_InputArray &buf, int flags, cv::Mat *dst) SP_SHIM_EXPORT(sp_cv_imdecode_dst);

namespace {

using namespace sp_cv;

const sp_front_ops *front; // set once, before any entry point can be called

const char kImread[] = "_ZN2cv6imreadERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEi";
const char kImdecode[] = "_ZN2cv8imdecodeERKNS_11_InputArrayEi";

// One helper for one request; gives it back on every way out.
class Call
{
public:
	Call(const char *symbol, const std::string &subject) : subject_(subject)
	{
		front->begin(&call_, symbol, subject_.c_str());
	}
	~Call() { front->end(&call_); }
	Call(const Call &) = delete;
	Call &operator=(const Call &) = delete;

	// Send the request; afterwards ok() and reply() tell what came of it.
	void run(sp_cv_entry entry, sp_cv_request request, const std::string &name, const sp_input_data &input);

	// Say again what the library said, and throw what it threw.
	void replay_all()
	{
		const bool threw = call_.status == SP_OK && call_.reply.kind == SP_REPLY_THROW;

		if (threw && (reply_.thrown == SP_CV_THROW_NONE || reply_.thrown >= SP_CV_THROW_MAX))
			fail(SP_BAD_REPLY, "it says that the library threw, but not what", 0);
		replay(front, &call_, threw && ok() ? static_cast<sp_cv_thrown>(reply_.thrown) : SP_CV_THROW_NONE);
	}

	bool ok() const { return call_.status == SP_OK; }
	const sp_cv_reply &reply() const { return reply_; }
	void report() const { front->report(&call_); }

	// The picture, or empty when there is none or it cannot be taken.
	cv::Mat picture()
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

	// Natively the library creates the Mat before it decodes: one that it had to empty again keeps dimensions and type.
	void make_empty(cv::Mat *m) const
	{
		m->release();
		if (reply_.empty_dims == 2 && reply_.type >= 0 && !(reply_.type & ~CV_MAT_TYPE_MASK))
			m->create(0, 0, reply_.type);
	}

	bool check(Picture *ret)
	{
		if (picture_check(reply_, flags_, call_.output, call_.memory_size, ret))
			return true;
		fail(SP_BAD_REPLY, "it describes a picture that cannot be", 0);
		return false;
	}

	// The Mat that the library is said to have created: what it could have asked the helper's allocator for.
	bool check_created()
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

	// Fail with this, whatever the helper said.
	void fail(sp_status status, const char *reason, int error)
	{
		call_.status = status;
		call_.reason = reason;
		call_.error = error;
	}

	sp_call *raw() { return &call_; }

private:
	std::string subject_;
	sp_call call_;
	sp_cv_reply reply_ = {};
	int flags_ = 0; // of the request
};

// The name of the global C++ locale, for the helper to have the same. One with facets of the program's own has no name ("*"): what the library
// formats with them, numbers in some messages, is then formatted as in C.
std::string locale_name()
{
	const std::string name = std::locale().name();

	return name == "*" ? "C" : name;
}

void Call::run(sp_cv_entry entry, sp_cv_request request, const std::string &name, const sp_input_data &input)
{
	std::vector<char> payload(sizeof(request) + name.size());

	flags_ = request.flags;
	request.log_level = cv::utils::logging::getLogLevel();
	request.use_optimized = cv::useOptimized();
	request.sse_control = _mm_getcsr() & SP_CV_SSE_CONTROL;
	request.name_len = static_cast<uint32_t>(name.size());
	std::memcpy(payload.data(), &request, sizeof(request));
	std::memcpy(payload.data() + sizeof(request), name.data(), name.size());
	front->run(&call_, entry, payload.data(), static_cast<uint32_t>(payload.size()), &input,
		   locale_name().c_str());
	if (ok())
		std::memcpy(&reply_, call_.reply.body, sizeof(reply_));
}

// An opened input, closed and freed on every way out.
class Input
{
public:
	explicit Input(const std::string &path) { front->open_input(path.c_str(), &data); }
	~Input()
	{
		std::free(bytes_);
		// close(3) is a cancellation point: a thread that was cancelled during the call would unwind out of this destructor.
		sp_close(data.fd);
	}
	Input(const Input &) = delete;
	Input &operator=(const Input &) = delete;

	// Read what fd still gives (at most @max bytes, 0: all up to the limit) behind what was read before.
	int read_more(uint64_t max)
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

	sp_input_data data;

private:
	void *bytes_ = nullptr;
};

// stdio's buffer for a pipe: what the library's look at the signature takes from it.
const uint64_t kSignaturePiece = 4096;

// A pipe or device is opened twice natively: for the signature, and again by the decoder, if there is one, which gets what is left. A helper of its
// own says whether there is one. Returns false when the call ends here, with an empty Mat.
bool read_stream(Input *input, const std::string &name, int flags)
{
	Call probe(kImread, name);
	int r = input->read_more(kSignaturePiece);

	if (r) {
		probe.fail(SP_LIMIT, "input", -r);
		probe.report();
		return false;
	}
	sp_input_data head = input->data;
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
	std::swap(again.data.fd, input->data.fd);
	input->data.split = input->data.len;
	r = input->read_more(0);
	if (r == -EFBIG || r == -ENOMEM) {
		probe.fail(SP_LIMIT, "input", -r);
		probe.report();
		return false;
	}
	return true;
}

sp_cv_request describe(const cv::Mat &buf, int flags, sp_input_data *ret_input)
{
	sp_cv_request request = {};

	*ret_input = sp_input_data();
	ret_input->kind = SP_INPUT_MEMORY;
	ret_input->fd = -1;
	request.flags = flags;
	request.dims = buf.dims;
	request.type = buf.type();
	for (int i = 0; i < buf.dims && i < SP_CV_DIMS_MAX; i++) {
		request.size[i] = buf.size[i];
		request.step[i] = buf.step[i];
	}
	if (buf.empty() || !buf.isContinuous())
		return request;
	request.has_data = 1;
	ret_input->data = buf.data;
	ret_input->len = buf.total() * buf.elemSize();
	return request;
}

// What became of the program's own Mat: natively the library creates it in the size of the file, fills it, and may turn it afterwards.
bool fill(Call *call, cv::Mat *dst)
{
	const sp_cv_reply &r = call->reply();
	Picture p;

	if (!call->check(&p))
		return false;
	dst->create(r.created_rows, r.created_cols, r.created_type);
	dst->create(p.rows, p.cols, p.type);
	if (picture_copy(front, call->raw(), p, dst))
		return true;
	dst->release();
	return false;
}

// What the library had made of the program's Mat when it threw.
void leave_at_throw(Call *call, cv::Mat *dst)
{
	const sp_cv_reply &r = call->reply();

	if (r.created && r.result)
		fill(call, dst);
	else if (r.created)
		dst->create(r.created_rows, r.created_cols, r.created_type);
}

} // namespace

cv::Mat sp_imread(const std::string &name, int flags)
{
	Input input(name);

	if (input.data.kind == SP_INPUT_STREAM && !read_stream(&input, name, flags))
		return cv::Mat();
	Call call(kImread, name);
	sp_cv_request request = {};
	request.flags = flags;
	call.run(SP_CV_IMREAD, request, name, input.data);
	call.replay_all();
	return call.picture();
}

cv::Mat sp_imdecode(const cv::_InputArray &array, int flags)
{
	const cv::Mat buf = array.getMat();
	sp_input_data input;
	const sp_cv_request request = describe(buf, flags, &input);
	Call call(kImdecode, "buffer of " + std::to_string(input.len) + " bytes");

	call.run(SP_CV_IMDECODE, request, std::string(), input);
	call.replay_all();
	return call.picture();
}

cv::Mat sp_imdecode_dst(const cv::_InputArray &array, int flags, cv::Mat *dst)
{
	const cv::Mat buf = array.getMat();
	cv::Mat own;
	sp_input_data input;
	const sp_cv_request request = describe(buf, flags, &input);
	Call call(kImdecode, "buffer of " + std::to_string(input.len) + " bytes");

	dst = dst ? dst : &own;
	call.run(SP_CV_IMDECODE_DST, request, std::string(), input);
	if (call.ok() && call.check_created() && call.raw()->reply.kind == SP_REPLY_THROW)
		leave_at_throw(&call, dst);
	call.replay_all();
	if (!call.ok())
		dst->release();
	else if (call.reply().result)
		fill(&call, dst);
	else if (call.reply().created)
		call.make_empty(dst);
	call.report();
	return *dst;
}

extern "C" __attribute__((visibility("default"))) int sp_shim_init(const sp_front_ops *ops)
{
	if (ops->version != SP_FRONT_VERSION)
		return -EPROTO;
	front = ops;
	return 0;
}
