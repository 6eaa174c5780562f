// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shims/opencv/streams.hh"

#include <iostream>
#include <streambuf>
#include <opencv2/core.hpp>
#include "lib/helper/helper.h"

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

int note_error(int code, const char *func, const char *err, const char *file, int line, void *)
{
	sp_event_add_error(code, err, func, file, line);
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

} // namespace sp_cv
