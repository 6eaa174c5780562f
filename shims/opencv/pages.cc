// SPDX-License-Identifier: LGPL-2.1-or-later
// The program's side of cv::imreadmulti, cv::imcount and cv::haveImageReader.
#include <string>
#include <vector>
#include <opencv2/core.hpp>
#include "shims/opencv/call.hh"

#define SP_SHIM_EXPORT(name) __asm__(#name) __attribute__((visibility("default")))

bool sp_imreadmulti(const std::string &name, std::vector<cv::Mat> &mats, int flags) SP_SHIM_EXPORT(sp_cv_imreadmulti);
bool sp_imreadmulti_range(const std::string &name, std::vector<cv::Mat> &mats, int start, int count, int flags)
	SP_SHIM_EXPORT(sp_cv_imreadmulti_range);
size_t sp_imcount(const std::string &name, int flags) SP_SHIM_EXPORT(sp_cv_imcount);
bool sp_have_reader(const std::string &name) SP_SHIM_EXPORT(sp_cv_have_reader);

using namespace sp_cv;

namespace {

const char kMulti[] = "_ZN2cv11imreadmultiERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEERSt6vectorINS_3MatESaIS9_EEi";
const char kMultiRange[] = "_ZN2cv11imreadmultiERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEERSt6vectorINS_3MatESaIS9_EEiii";
const char kCount[] = "_ZN2cv7imcountERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEi";
const char kHaveReader[] = "_ZN2cv15haveImageReaderERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE";

bool read_pages(const char *symbol, const std::string &name, std::vector<cv::Mat> *mats, const sp_cv_request &request)
{
	Input input(name);

	if (!input.read_stream(symbol, name, request.flags))
		return false;
	Call call(symbol, name);
	call.run(SP_CV_IMREADMULTI, request, name, input.data);
	// One by one, as the library adds them; what was read stays when a later page makes it throw.
	for (const cv::Mat &m : call.pages())
		mats->push_back(m);
	call.replay_all();
	call.report();
	return call.ok() && call.reply().result;
}

} // namespace

bool sp_imreadmulti(const std::string &name, std::vector<cv::Mat> &mats, int flags)
{
	sp_cv_request request = {};

	request.flags = flags;
	request.had_pages = !mats.empty();
	return read_pages(kMulti, name, &mats, request);
}

bool sp_imreadmulti_range(const std::string &name, std::vector<cv::Mat> &mats, int start, int count, int flags)
{
	sp_cv_request request = {};

	request.flags = flags;
	request.had_pages = !mats.empty();
	request.ranged = 1;
	request.start = start;
	request.count = count;
	return read_pages(kMultiRange, name, &mats, request);
}

size_t sp_imcount(const std::string &name, int flags)
{
	Input input(name);

	if (!input.read_stream(kCount, name, flags))
		return 0;
	Call call(kCount, name);
	sp_cv_request request = {};
	request.flags = flags;
	call.run(SP_CV_IMCOUNT, request, name, input.data);
	call.replay_all();
	call.report();
	return call.ok() ? call.reply().count : 0;
}

bool sp_have_reader(const std::string &name)
{
	Input input(name);
	Call call(kHaveReader, name);

	if (!input.read_signature(&call))
		return false;
	if (input.data.kind != SP_INPUT_ERRNO)
		input.data.kind = SP_INPUT_MEMORY;
	call.run(SP_CV_HAVE_READER, sp_cv_request(), name, input.data);
	call.replay_all();
	call.report();
	return call.ok() && call.reply().result;
}
