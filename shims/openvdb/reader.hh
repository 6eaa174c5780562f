// SPDX-License-Identifier: LGPL-2.1-or-later
// The program's end of the stream of format.h. All that comes out of it is a copy that the helper cannot change any more.
#ifndef SP_VDB_READER_HH
#define SP_VDB_READER_HH

#include <cstdint>
#include <string>
#include <vector>
#include "shims/openvdb/format.h"

namespace sp_vdb {

// Thrown by Reader: the answer cannot be taken any further. Why is with the source.
struct Over {
};

// Where chunks come from.
class Source
{
public:
	virtual ~Source() {}

	// The next chunk, in memory that the helper may write to; the one before is given back. Throws Over: there is none.
	virtual const uint8_t *next(uint64_t *ret_len) = 0;

	// The stream makes no sense: @reason is static text. Over will be thrown.
	virtual void refuse(const char *reason) = 0;

	// May the program get so many bytes more, all together? Throws Over.
	virtual void pay(uint64_t bytes) = 0;
};

class Reader
{
public:
	explicit Reader(Source *source) : source_(source) {}

	void get(void *to, uint64_t len);
	template <typename T> T get()
	{
		T t;

		get(&t, sizeof(t));
		return t;
	}
	uint64_t count(uint64_t max);
	// Grows as bytes come, and pays for them: a length alone costs nothing.
	std::string bytes(uint64_t max);
	std::string string() { return bytes(SP_VDB_STRING_MAX); }
	// The next record's kind.
	sp_vdb_kind record();
	[[noreturn]] void refuse(const char *reason)
	{
		source_->refuse(reason);
		throw Over();
	}
	void pay(uint64_t bytes) { source_->pay(bytes); }
	// Nothing is left of what has come so far.
	bool drained() const { return !left_; }

private:
	Source *source_;
	const uint8_t *at_ = nullptr;
	uint64_t left_ = 0; // bytes of the chunk
};

} // namespace sp_vdb

#endif
