// SPDX-License-Identifier: LGPL-2.1-or-later
// In the helper: the program's stream, whose bytes come when they are asked for.
#ifndef SP_VDB_WANTED_HH
#define SP_VDB_WANTED_HH

#include <cstdint>
#include <streambuf>

namespace sp_vdb {

class WantedBuffer : public std::streambuf
{
public:
	// @exact: ask for no byte that is not needed.
	explicit WantedBuffer(bool exact) : exact_(exact) {}

	uint64_t consumed() const { return got_ - static_cast<uint64_t>(egptr() - gptr()); }

protected:
	int_type underflow() override;
	std::streamsize xsgetn(char *to, std::streamsize n) override;

private:
	uint64_t ask(uint64_t len);

	const bool exact_;
	uint64_t got_ = 0; // bytes
};

} // namespace sp_vdb

#endif
