// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shims/opencv/replay.hh"

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <opencv2/core.hpp>

namespace sp_cv {

namespace {

struct Free {
	void operator()(void *p) const { std::free(p); }
};

std::string escaped(const char *text, size_t len)
{
	std::string out(4 * len, '\0');

	out.resize(sp_text_escape(text, len, 0, &out[0], out.size()));
	return out;
}

// Only the front begins a line with its name. The last character of a name that a helper spells, in one text or several, is escaped.
class Unsigned
{
public:
	std::string operator()(const std::string &text)
	{
		std::string out;

		out.reserve(text.size());
		for (const char c : text) {
			seen_ += c;
			if (seen_.size() > kName.size())
				seen_.erase(0, 1);
			if (seen_ == kName)
				out += "\\x3a";
			else
				out += c;
		}
		return out;
	}

private:
	const std::string kName = "libsandbox-preload:";
	std::string seen_;
};

void print(const sp_event &ev, std::string text)
{
	if (ev.cut)
		text += "[...]\n";
	switch (ev.type) {
	case SP_EVENT_CERR:
		std::cerr << text << std::flush;
		return;
	case SP_EVENT_COUT:
		std::cout << text;
		return;
	case SP_EVENT_STDERR:
		std::fputs(text.c_str(), stderr);
		return;
	default:
		std::fputs(text.c_str(), stdout);
	}
}

cv::Exception exception_of(const sp_event_error &head, const char *const str[3])
{
	return cv::Exception(head.code, escaped(str[0], head.err_len), escaped(str[1], head.func_len),
			     escaped(str[2], head.file_len), head.line);
}

// One pass over the record. Texts are printed as they come; an error is raised when the next one is met or, swallowed unless it is
// the one that left the call, at the end.
class Record
{
public:
	Record(const uint8_t *buf, size_t len) : buf_(buf), len_(len) {}

	bool run(bool last_escapes)
	{
		sp_event ev;
		const uint8_t *data;
		int r;

		while ((r = sp_event_next(buf_, len_, &pos_, &ev, &data)) == 1)
			if (!take(ev, data, last_escapes))
				return false;
		return r == 0;
	}

	std::string what;

private:
	bool is_last_error() const
	{
		size_t pos = pos_;
		sp_event ev;
		const uint8_t *data;

		while (sp_event_next(buf_, len_, &pos, &ev, &data) == 1)
			if (ev.type == SP_EVENT_ERROR)
				return false;
		return true;
	}

	bool take(const sp_event &ev, const uint8_t *data, bool last_escapes)
	{
		if (ev.type == SP_EVENT_WHAT)
			what = escaped(reinterpret_cast<const char *>(data), ev.len);
		else if (ev.type == SP_EVENT_ERROR)
			return raise(ev, data, last_escapes);
		else
			print(ev, unsigned_(escaped(reinterpret_cast<const char *>(data), ev.len)));
		return true;
	}

	bool raise(const sp_event &ev, const uint8_t *data, bool last_escapes)
	{
		sp_event_error head;
		const char *str[3];

		if (sp_event_parse_error(data, ev.len, &head, str))
			return false;
		if (last_escapes && is_last_error())
			cv::error(exception_of(head, str));
		try {
			cv::error(exception_of(head, str));
		} catch (...) {
			// As in the library, which catches all: the program's callback may have thrown what it likes.
		}
		return true;
	}

	const uint8_t *buf_;
	size_t len_, pos_ = 0;
	Unsigned unsigned_;
};

void raise_other(sp_cv_thrown thrown, const std::string &what)
{
	switch (thrown) {
	case SP_CV_THROW_BAD_ALLOC:
		throw std::bad_alloc();
	case SP_CV_THROW_LENGTH:
		throw std::length_error(what);
	case SP_CV_THROW_RANGE:
		throw std::out_of_range(what);
	case SP_CV_THROW_RUNTIME:
	case SP_CV_THROW_OTHER:
		throw std::runtime_error(what);
	default:
		return;
	}
}

} // namespace

void replay(const sp_front_ops *front, sp_call *call, sp_cv_thrown thrown)
{
	void *buf = nullptr;
	size_t len = 0;
	int r = front->events(call, &buf, &len);
	std::unique_ptr<void, Free> guard(buf);
	Record record(static_cast<const uint8_t *>(buf), len);

	if (r || !record.run(thrown == SP_CV_THROW_CV)) {
		// Of a dead helper any record will do; of a living one it was to make sense.
		if (call->status == SP_OK) {
			call->status = SP_BAD_REPLY;
			call->reason = "what it says the library printed makes no sense";
		}
		return;
	}
	raise_other(thrown, record.what);
	if (thrown != SP_CV_THROW_NONE) {
		call->status = SP_BAD_REPLY;
		call->reason = "it says that the library threw, but not what";
	}
}

} // namespace sp_cv
