// SPDX-License-Identifier: LGPL-2.1-or-later
// In the program: what the library said in the helper, said again.
#include <cstdlib>
#include <iostream>
#include <memory>
#include <new>
#include <stdexcept>
#include <log4cplus/logger.h>
#include <openvdb/Exceptions.h>
#include "shims/openvdb/op.hh"

namespace sp_vdb {

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

// As OPENVDB_LOG of util/logging.h: the program's own logger decides what becomes of it.
bool log_again(const uint8_t *data, size_t len)
{
	sp_event_error head;
	const char *str[3];

	if (sp_event_parse_error(data, len, &head, str))
		return false;
	log4cplus::Logger logger = log4cplus::Logger::getInstance("openvdb");
	if (logger.isEnabledFor(head.code))
		logger.forcedLog(head.code, escaped(str[0], head.err_len), escaped(str[2], head.file_len).c_str(), head.line);
	return true;
}

} // namespace

bool replay(sp_call *call, std::string *ret_what)
{
	void *buf = nullptr;
	size_t len = 0, pos = 0;
	const uint8_t *data;
	sp_event ev;

	int r = front->events(call, &buf, &len);
	std::unique_ptr<void, Free> guard(buf);
	while (r == 0 && (r = sp_event_next(buf, len, &pos, &ev, &data)) == 1) {
		const char *text = reinterpret_cast<const char *>(data);

		r = 0;
		if (ev.type == SP_EVENT_WHAT)
			ret_what->assign(text, ev.len); // no message yet: whoever prints it
		else if (ev.type == SP_EVENT_ERROR)
			r = log_again(data, ev.len) ? 0 : -1;
		else
			std::cerr << escaped(text, ev.len) << std::flush;
	}
	return r == 0;
}

void throw_as(sp_vdb_thrown thrown, const std::string &what)
{
	switch (thrown) {
	case SP_VDB_THROW_ARITHMETIC:
		throw openvdb::ArithmeticError(what);
	case SP_VDB_THROW_INDEX:
		throw openvdb::IndexError(what);
	case SP_VDB_THROW_KEY:
		throw openvdb::KeyError(what);
	case SP_VDB_THROW_LOOKUP:
		throw openvdb::LookupError(what);
	case SP_VDB_THROW_NOT_IMPLEMENTED:
		throw openvdb::NotImplementedError(what);
	case SP_VDB_THROW_REFERENCE:
		throw openvdb::ReferenceError(what);
	case SP_VDB_THROW_RUNTIME:
		throw openvdb::RuntimeError(what);
	case SP_VDB_THROW_TYPE:
		throw openvdb::TypeError(what);
	case SP_VDB_THROW_VALUE:
		throw openvdb::ValueError(what);
	case SP_VDB_THROW_STD_BAD_ALLOC:
		throw std::bad_alloc();
	case SP_VDB_THROW_STD_LENGTH:
		throw std::length_error(what);
	case SP_VDB_THROW_STD_RANGE:
		throw std::out_of_range(what);
	case SP_VDB_THROW_STD_RUNTIME:
	case SP_VDB_THROW_STD_OTHER:
		throw std::runtime_error(what);
	case SP_VDB_THROW_STREAM:
		throw std::ios_base::failure("basic_ios::clear", std::io_errc::stream);
	default:
		throw openvdb::IoError(what);
	}
}

} // namespace sp_vdb
