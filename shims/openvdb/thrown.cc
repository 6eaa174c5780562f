// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shims/openvdb/thrown.hh"

#include <cstring>
#include <ios>
#include <new>
#include <stdexcept>
#include <openvdb/Exceptions.h>
#include "lib/helper/helper.h"

namespace sp_vdb {

namespace {

// The library puts the type's name in front.
const struct {
	const char *name;
	sp_vdb_thrown thrown;
} kinds[] = {
	{ "ArithmeticError", SP_VDB_THROW_ARITHMETIC }, { "IndexError", SP_VDB_THROW_INDEX },
	{ "IoError", SP_VDB_THROW_IO },			{ "KeyError", SP_VDB_THROW_KEY },
	{ "LookupError", SP_VDB_THROW_LOOKUP },		{ "NotImplementedError", SP_VDB_THROW_NOT_IMPLEMENTED },
	{ "ReferenceError", SP_VDB_THROW_REFERENCE },	{ "RuntimeError", SP_VDB_THROW_RUNTIME },
	{ "TypeError", SP_VDB_THROW_TYPE },		{ "ValueError", SP_VDB_THROW_VALUE },
};

sp_vdb_thrown said(const char *what, sp_vdb_thrown thrown)
{
	sp_event_text(SP_EVENT_WHAT, what, std::strlen(what));
	return thrown;
}

sp_vdb_thrown of_library(const char *what)
{
	for (const auto &k : kinds) {
		const size_t n = std::strlen(k.name);

		if (std::strncmp(what, k.name, n) == 0 && (what[n] == '\0' || std::strncmp(what + n, ": ", 2) == 0))
			return said(what[n] ? what + n + 2 : "", k.thrown);
	}
	return said(what, SP_VDB_THROW_STD_OTHER);
}

} // namespace

sp_vdb_thrown call_and_catch(const std::function<void()> &call)
{
	try {
		call();
		return SP_VDB_THROW_NONE;
	} catch (const openvdb::Exception &e) {
		return of_library(e.what());
	} catch (const std::bad_alloc &) {
		return SP_VDB_THROW_STD_BAD_ALLOC;
	} catch (const std::ios_base::failure &e) {
		return said(e.what(), SP_VDB_THROW_STREAM);
	} catch (const std::length_error &e) {
		return said(e.what(), SP_VDB_THROW_STD_LENGTH);
	} catch (const std::out_of_range &e) {
		return said(e.what(), SP_VDB_THROW_STD_RANGE);
	} catch (const std::runtime_error &e) {
		return said(e.what(), SP_VDB_THROW_STD_RUNTIME);
	} catch (const std::exception &e) {
		return said(e.what(), SP_VDB_THROW_STD_OTHER);
	} catch (...) {
		return said("unknown exception", SP_VDB_THROW_STD_OTHER);
	}
}

} // namespace sp_vdb
