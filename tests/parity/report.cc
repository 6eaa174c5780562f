// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/parity/report.hh"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>
#include <stdexcept>
#include <sys/wait.h>
#include <typeinfo>
#include <unistd.h>

void section(const std::string &name)
{
	std::printf("\n== %s\n", name.c_str());
	std::fflush(stdout);
	std::fprintf(stderr, "\n== %s\n", name.c_str());
}

// FNV-1a (G. Fowler, L. C. Noll, P. Vo), eight bytes a step: any change must change it, no more is asked.
uint64_t digest(const cv::Mat &m)
{
	const size_t row = m.dims == 2 ? size_t(m.cols) * m.elemSize() : m.total() * m.elemSize();
	uint64_t h = 0xcbf29ce484222325u;

	for (int y = 0; y < (m.dims == 2 ? m.rows : 1); y++) {
		const uint8_t *p = m.ptr(y);
		size_t i = 0;

		for (uint64_t v; i + 8 <= row; i += 8) {
			std::memcpy(&v, p + i, 8);
			h = (h ^ v) * 0x100000001b3u;
			h ^= h >> 29;
		}
		for (; i < row; i++)
			h = (h ^ p[i]) * 0x100000001b3u;
	}
	return h;
}

std::string describe(const cv::Mat &m)
{
	char text[400];

	if (m.empty()) {
		std::snprintf(text, sizeof(text), "empty: %dx%d, type %d, dims %d, flags %#x, data %d, u %d", m.cols, m.rows,
			      m.type(), m.dims, unsigned(m.flags), m.data != nullptr, m.u != nullptr);
		return text;
	}
	std::snprintf(text, sizeof(text), "%dx%d, type %d, dims %d, flags %#x, step %zu, part %d, room %td, refs %d, aligned %d, sum %016llx",
		      m.cols, m.rows, m.type(), m.dims, unsigned(m.flags), m.step[0], m.isSubmatrix(), m.datalimit - m.data,
		      m.u ? m.u->refcount : -1, reinterpret_cast<uintptr_t>(m.data) % 64 == 0,
		      static_cast<unsigned long long>(digest(m)));
	return text;
}

namespace {

std::string describe(const cv::Exception &e)
{
	return "code " + std::to_string(e.code) + "\n err '" + e.err + "'\n func '" + e.func + "'\n file '" + e.file + "'\n line " +
	       std::to_string(e.line) + "\n msg '" + e.msg + "'";
}

// As malloc fills its blocks with what MALLOC_PERTURB_ says, so the stack below: a library that reads it before it writes gives itself away.
__attribute__((noinline)) void soil_stack()
{
	static const char *const value = std::getenv("MALLOC_PERTURB_");
	static const char fill = char(value ? std::atoi(value) : 0);
	volatile char stack[128 * 1024];

	for (volatile char &c : stack)
		c = fill;
}

void print(const std::string &text)
{
	std::fputs((text + "\n").c_str(), stdout);
	std::fflush(stdout);
}

} // namespace

std::string outcome(const std::function<std::string()> &call)
{
	soil_stack();
	try {
		return call();
	} catch (const cv::Exception &e) {
		return "threw " + std::string(typeid(e).name()) + " " + describe(e) + "\n what '" + e.what() + "'";
	} catch (const std::exception &e) {
		return "threw " + std::string(typeid(e).name()) + " what '" + e.what() + "'";
	} catch (...) {
		return "threw what is no std::exception";
	}
}

void attempt(const std::string &name, const std::function<std::string()> &call)
{
	section(name);
	print(outcome(call));
}

void apart(const std::function<void()> &call)
{
	int status;

	std::fflush(stdout);
	const pid_t pid = fork();
	if (pid == 0) {
		call();
		std::fflush(stdout);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		std::perror("fork");
		std::exit(1);
	}
	if (status)
		print("died with " + std::string(WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "an exit code"));
}

void attempt_apart(const std::string &name, const std::function<std::string()> &call)
{
	section(name);
	apart([&] { print(outcome(call)); });
}

std::vector<uint8_t> read_bytes(const std::string &path)
{
	std::ifstream f(path, std::ios::binary);

	if (!f) {
		std::fprintf(stderr, "%s cannot be read\n", path.c_str());
		std::exit(1);
	}
	return std::vector<uint8_t>(std::istreambuf_iterator<char>(f), std::istreambuf_iterator<char>());
}

void write_bytes(const std::string &path, const std::vector<uint8_t> &bytes)
{
	std::ofstream f(path, std::ios::binary | std::ios::trunc);

	f.write(reinterpret_cast<const char *>(bytes.data()), std::streamsize(bytes.size()));
	if (!f.flush()) {
		std::fprintf(stderr, "%s cannot be written\n", path.c_str());
		std::exit(1);
	}
}

std::vector<std::string> list_files(const std::string &directory)
{
	std::vector<std::string> names;

	for (const auto &e : std::filesystem::directory_iterator(directory))
		names.push_back(e.path().filename());
	std::sort(names.begin(), names.end());
	return names;
}
