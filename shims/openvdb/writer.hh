// SPDX-License-Identifier: LGPL-2.1-or-later
// The helper's end of the stream of format.h.
#ifndef SP_VDB_WRITER_HH
#define SP_VDB_WRITER_HH

#include <cstdint>
#include <string>
#include "lib/helper/helper.h"
#include "shims/openvdb/format.h"

namespace sp_vdb {

class Writer
{
public:
	// The ring is at @base. @dry: what is written there goes nowhere.
	void start(uint8_t *base, bool dry)
	{
		ring_ = base;
		dry_ = dry;
	}

	void put(const void *bytes, uint64_t len);
	template <typename T> void put(const T &value) { put(&value, sizeof(value)); }
	void count(uint64_t n) { put(sp_vdb_count{ n }); }
	void string(const std::string &s);
	void record(sp_vdb_kind kind) { put(sp_vdb_record{ SP_VDB_MAGIC, SP_VDB_VERSION, static_cast<uint16_t>(kind) }); }

	// Hand over what there is, when the program has room for it.
	void flush();
	// Forget what has not been handed over.
	void drop() { used_ = 0; }

private:
	uint8_t *slot() { return ring_ + slot_ * SP_VDB_SLOT; }

	uint8_t *ring_ = nullptr;
	unsigned slot_ = 0; // that is being filled
	uint64_t used_ = 0; // bytes of it
	bool dry_ = true;
};

extern Writer out; // of the one thread of a helper

} // namespace sp_vdb

#endif
