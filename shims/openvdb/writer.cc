// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shims/openvdb/writer.hh"

#include <algorithm>
#include <cstring>

namespace sp_vdb {

Writer out;

void Writer::put(const void *bytes, uint64_t len)
{
	const char *p = static_cast<const char *>(bytes);

	while (len) {
		const uint64_t n = std::min<uint64_t>(len, SP_VDB_SLOT - used_);

		std::memcpy(slot() + used_, p, n);
		used_ += n;
		p += n;
		len -= n;
		if (used_ == SP_VDB_SLOT)
			flush();
	}
}

void Writer::string(const std::string &s)
{
	count(s.size());
	put(s.data(), s.size());
}

void Writer::flush()
{
	sp_vdb_reply body = {};
	sp_reply reply = {};
	sp_command c;

	if (dry_)
		used_ = 0;
	if (!used_)
		return;
	while (!sp_object_may_go_on())
		if (sp_object_wait(&c, true))
			sp_refuse(0); // in the middle of an answer there is nothing to command
	body.offset = static_cast<uint64_t>(slot() - ring_);
	body.len = used_;
	reply.kind = SP_REPLY_RESULT;
	std::memcpy(reply.body, &body, sizeof(body));
	slot_ = (slot_ + 1) % SP_VDB_SLOTS;
	used_ = 0;
	sp_object_reply(&reply);
}

} // namespace sp_vdb
