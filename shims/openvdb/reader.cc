// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shims/openvdb/reader.hh"

#include <algorithm>
#include <cstring>

namespace sp_vdb {

void Reader::get(void *to, uint64_t len)
{
	char *p = static_cast<char *>(to);

	while (len) {
		if (!left_)
			at_ = source_->next(&left_);
		const uint64_t n = std::min(len, left_);

		std::memcpy(p, at_, n);
		at_ += n;
		left_ -= n;
		p += n;
		len -= n;
	}
}

uint64_t Reader::count(uint64_t max)
{
	const uint64_t n = get<sp_vdb_count>().n;

	if (n > max)
		refuse("it counts more than there can be");
	return n;
}

std::string Reader::bytes(uint64_t max)
{
	const uint64_t piece = 1 << 20;
	uint64_t left = count(max);
	std::string all;

	while (left) {
		const uint64_t n = std::min(left, piece), had = all.size();

		pay(n);
		all.resize(had + n);
		get(&all[had], n);
		left -= n;
	}
	return all;
}

sp_vdb_kind Reader::record()
{
	const auto r = get<sp_vdb_record>();

	if (r.magic != SP_VDB_MAGIC || r.version != SP_VDB_VERSION || r.kind == 0 || r.kind >= SP_VDB_KIND_MAX)
		refuse("its answer is not one");
	return static_cast<sp_vdb_kind>(r.kind);
}

} // namespace sp_vdb
