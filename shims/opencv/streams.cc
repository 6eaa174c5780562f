// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shims/opencv/streams.hh"

#include <clocale>
#include <iostream>
#include <locale>
#include <streambuf>
#include <string>
#include <xmmintrin.h>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include "lib/helper/helper.h"
#include "shims/opencv/format.h"

namespace sp_cv {

namespace {

class EventBuffer : public std::streambuf
{
public:
	explicit EventBuffer(sp_event_type type) : type_(type) {}

protected:
	int_type overflow(int_type c) override
	{
		const char one = traits_type::to_char_type(c);

		if (!traits_type::eq_int_type(c, traits_type::eof()))
			sp_event_text(type_, &one, 1);
		return traits_type::not_eof(c);
	}

	std::streamsize xsputn(const char *s, std::streamsize n) override
	{
		sp_event_text(type_, s, static_cast<size_t>(n));
		return n;
	}

private:
	sp_event_type type_;
};

// cv::Exception rewrites a text of several lines, each behind "> ". The program's own exception will do so again: undo it.
std::string unquoted(const std::string &err)
{
	const std::string mark = "> ";
	std::string out;
	size_t at = 0, end;

	if (err.find('\n') == std::string::npos)
		return err;
	while ((end = err.find('\n', at)) != std::string::npos) {
		if (err.compare(at, mark.size(), mark) != 0)
			return err;
		out.append(err, at + mark.size(), end - at - mark.size() + 1);
		at = end + 1;
	}
	if (at == err.size())
		out.pop_back(); // the last line's end is the exception's; a text that had one itself ends in a bare mark
	return out;
}

int note_error(int code, const char *func, const char *err, const char *file, int line, void *)
{
	sp_event_add_error(code, unquoted(err).c_str(), func, file, line);
	return 0;
}

} // namespace

void redirect_streams()
{
	static EventBuffer err(SP_EVENT_CERR), out(SP_EVENT_COUT);

	std::cerr.rdbuf(&err);
	std::clog.rdbuf(&err);
	std::cout.rdbuf(&out);
	cv::redirectError(note_error);
}

// std::locale::global() sets C's locale as well, which stays as the program has it.
void set_cxx_locale(const char *cxx_locale)
{
	const std::string c = std::setlocale(LC_ALL, nullptr);

	std::locale::global(std::locale(cxx_locale));
	std::setlocale(LC_ALL, c.c_str());
}

void take_state(int log_level, bool use_optimized, uint32_t sse_control)
{
	cv::utils::logging::setLogLevel(static_cast<cv::utils::logging::LogLevel>(log_level));
	if (cv::useOptimized() != use_optimized)
		cv::setUseOptimized(use_optimized);
	_mm_setcsr((_mm_getcsr() & ~SP_CV_SSE_CONTROL) | (sse_control & SP_CV_SSE_CONTROL));
}

} // namespace sp_cv
