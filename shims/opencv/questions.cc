// SPDX-License-Identifier: LGPL-2.1-or-later
// What a video's helper asks the program for in the middle of its work: bytes of a pipe, and the files of a sequence.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>
#include <sys/stat.h>
#include <unistd.h>
#include "lib/wire/util.h"
#include "shims/opencv/op.hh"
#include "shims/opencv/sequence.hh"

namespace sp_cv {

int64_t Session::read_stream(Op *op, uint64_t len)
{
	std::vector<char> bytes(std::min<uint64_t>(len, 1 << 20));
	struct stat st;
	ssize_t n;

	if (stream_ < 0 || fstat(stream_, &st) || st.st_ino != stream_ino_)
		return -EBADF;
	const auto start = std::chrono::steady_clock::now();
	do
		n = ::read(stream_, bytes.data(), bytes.size());
	while (n < 0 && errno == EINTR);
	// What the program waits for its own pipe is not the helper's time.
	op->call.start_ns += static_cast<uint64_t>(std::chrono::nanoseconds(std::chrono::steady_clock::now() - start).count());
	if (n < 0)
		return -errno;
	const int r = front->feed(&op->call, bytes.data(), static_cast<uint64_t>(n));
	return r ? r : n;
}

// One of the files that the program's own name stands for, and no other.
int64_t Session::read_file(Op *op, uint64_t len, bool only_look)
{
	std::string path(len, '\0');
	sp_input_data input;
	struct stat st;
	void *bytes = nullptr;
	uint64_t size = 0;

	if (front->copy(&op->call, &path[0], len, SP_MEM_REQUEST) || !is_of_sequence(path_of(name_), path))
		return -ENOENT;
	front->open_input(path.c_str(), &input);
	if (input.kind == SP_INPUT_ERRNO)
		return -input.error;
	int r = input.kind == SP_INPUT_FILE && fstat(input.fd, &st) == 0 ? 0 : -EACCES;
	if (r == 0 && !only_look)
		r = front->slurp(input.fd, 0, &bytes, &size);
	else if (r == 0)
		size = static_cast<uint64_t>(st.st_size);
	sp_close(input.fd);
	if (r == 0 && !only_look)
		r = front->feed(&op->call, bytes, size);
	std::free(bytes);
	return r ? r : static_cast<int64_t>(size);
}

bool Session::serve(Op *op)
{
	sp_command feed = {};
	sp_want want;
	int64_t n;

	std::memcpy(&want, op->call.reply.body, sizeof(want));
	if (want.what == SP_WANT_BYTES && stream_ >= 0)
		n = read_stream(op, want.len);
	else if ((want.what == SP_WANT_FILE || want.what == SP_WANT_EXISTS) && sequence_ && want.len && want.len < SP_NAME_MAX)
		n = read_file(op, want.len, want.what == SP_WANT_EXISTS);
	else
		return fail(op, SP_BAD_REPLY, "the helper asks for what it cannot have");
	feed.what = SP_COMMAND_FEED;
	feed.number = n < 0 ? static_cast<int>(-n) : 0;
	feed.value = n < 0 ? 0 : static_cast<uint64_t>(n);
	return front->command(&op->call, object_.words, &feed) == SP_OK;
}

} // namespace sp_cv
