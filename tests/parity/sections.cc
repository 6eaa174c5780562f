// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/parity/sections.hh"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/wait.h>
#include <typeinfo>
#include <unistd.h>

std::string (*describe_exception)(const std::exception &e);

void section(const std::string &name)
{
	std::printf("\n== %s\n", name.c_str());
	std::fflush(stdout);
	std::fprintf(stderr, "\n== %s\n", name.c_str());
}

namespace {

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
	} catch (const std::exception &e) {
		const std::string more = describe_exception ? describe_exception(e) : "";

		return "threw " + std::string(typeid(e).name()) + " " + more + "what '" + e.what() + "'";
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
