// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shims/openvdb/wanted.hh"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include "lib/helper/helper.h"

namespace sp_vdb {

namespace {

// Bytes that are asked for at a time; the least input limit has room for them.
const uint64_t kPiece = 64 * 1024;

char *input()
{
	const uint8_t *base;
	uint64_t size;

	sp_input_area(&base, &size);
	return const_cast<char *>(reinterpret_cast<const char *>(base)); // it is only read
}

} // namespace

// They are at the start of the input area then.
uint64_t WantedBuffer::ask(uint64_t len)
{
	const int64_t n = sp_object_want(SP_WANT_BYTES, len);

	if (n < 0)
		throw std::runtime_error("the program's stream failed"); // natively its own exception; std::istream makes badbit of either
	got_ += static_cast<uint64_t>(n);
	return static_cast<uint64_t>(n);
}

WantedBuffer::int_type WantedBuffer::underflow()
{
	const uint64_t n = ask(exact_ ? 1 : kPiece);

	setg(input(), input(), input() + n);
	return n ? traits_type::to_int_type(*input()) : traits_type::eof();
}

std::streamsize WantedBuffer::xsgetn(char *to, std::streamsize n)
{
	std::streamsize done = 0;

	while (done < n) {
		if (gptr() == egptr() && !exact_ && traits_type::eq_int_type(underflow(), traits_type::eof()))
			break;
		if (gptr() == egptr()) {
			const uint64_t len = exact_ ? ask(std::min<uint64_t>(static_cast<uint64_t>(n - done), kPiece)) : 0;

			if (!len)
				break;
			setg(input(), input(), input() + len);
		}
		const std::streamsize len = std::min<std::streamsize>(n - done, egptr() - gptr());
		std::memcpy(to + done, gptr(), static_cast<size_t>(len));
		gbump(static_cast<int>(len));
		done += len;
	}
	return done;
}

} // namespace sp_vdb
