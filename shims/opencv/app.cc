// SPDX-License-Identifier: LGPL-2.1-or-later
// The program's side of cv::imread and cv::imdecode: arguments into a request, the reply into what the library would have returned.
#include <cerrno>
#include <string>
#include <opencv2/core.hpp>
#include "shims/opencv/call.hh"

#define SP_SHIM_EXPORT(name) __asm__(#name) __attribute__((visibility("default")))

cv::Mat sp_imread(const std::string &name, int flags) SP_SHIM_EXPORT(sp_cv_imread);
cv::Mat sp_imdecode(const cv::_InputArray &buf, int flags) SP_SHIM_EXPORT(sp_cv_imdecode);
cv::Mat sp_imdecode_dst(const cv::_InputArray &buf, int flags, cv::Mat *dst) SP_SHIM_EXPORT(sp_cv_imdecode_dst);

using namespace sp_cv;

namespace {

const char kImread[] = "_ZN2cv6imreadERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEi";
const char kImdecode[] = "_ZN2cv8imdecodeERKNS_11_InputArrayEi";

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

	if (!input.read_stream(kImread, name, flags))
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
