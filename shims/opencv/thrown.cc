// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shims/opencv/thrown.hh"

#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <opencv2/core.hpp>
#include "lib/helper/helper.h"

namespace sp_cv {

namespace {

sp_cv_thrown thrown(const char *what, sp_cv_thrown kind)
{
	sp_event_text(SP_EVENT_WHAT, what, std::strlen(what));
	return kind;
}

} // namespace

sp_cv_thrown call_and_catch(const std::function<void()> &call)
{
	try {
		call();
		return SP_CV_THROW_NONE;
	} catch (const cv::Exception &) {
		return SP_CV_THROW_CV; // note_error has it
	} catch (const std::bad_alloc &) {
		return SP_CV_THROW_BAD_ALLOC;
	} catch (const std::length_error &e) {
		return thrown(e.what(), SP_CV_THROW_LENGTH);
	} catch (const std::out_of_range &e) {
		return thrown(e.what(), SP_CV_THROW_RANGE);
	} catch (const std::runtime_error &e) {
		return thrown(e.what(), SP_CV_THROW_RUNTIME);
	} catch (const std::exception &e) {
		return thrown(e.what(), SP_CV_THROW_OTHER);
	} catch (...) {
		return thrown("unknown exception", SP_CV_THROW_OTHER);
	}
}

} // namespace sp_cv
