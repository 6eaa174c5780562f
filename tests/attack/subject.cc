// SPDX-License-Identifier: LGPL-2.1-or-later
// A program that reads pictures. Its argument is a file of commands, one a line: operation, flags, name, parted by blanks; it prints one line for each.
//
//   r: imread(name)   d: imdecode(bytes of the name)   D: imdecode with a Mat of its own   t: as r, in <flags> threads
//   s: sleep <flags> ms   p: print what /proc says of the waiting helpers
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <iostream>
#include <new>
#include <sstream>
#include <string>
#include <thread>
#include <typeinfo>
#include <vector>
#include <dirent.h>
#include <unistd.h>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

namespace {

// A word that the kernel writes into a futex whose owner has died.
bool is_written(const cv::Mat &m)
{
	const uint32_t died = 0x40000000;
	uint32_t word;

	for (size_t at = 0; m.isContinuous() && at + sizeof(word) <= m.total() * m.elemSize(); at += sizeof(word)) {
		std::memcpy(&word, m.data + at, sizeof(word));
		if (word == died)
			return true;
	}
	return false;
}

unsigned long sum(const cv::Mat &m)
{
	unsigned long s = 5381;

	for (int y = 0; y < m.rows; y++)
		for (size_t x = 0; x < m.cols * m.elemSize(); x++)
			s = s * 33 + m.ptr(y)[x];
	return s;
}

std::string describe(const cv::Mat &m)
{
	std::ostringstream s;

	if (m.empty())
		return "empty";
	s << m.rows << "x" << m.cols << " type " << m.type() << " continuous " << m.isContinuous();
	if (m.total() * m.elemSize() > 16u << 20)
		return s.str();
	// What a helper does afterwards must not show.
	const unsigned long before = sum(m);
	if (m.total() * m.elemSize() > 100 * 1000)
		std::this_thread::sleep_for(std::chrono::milliseconds(50));
	s << (before == sum(m) ? "" : " CHANGED") << (is_written(m) ? " WRITTEN" : "");
	return s.str();
}

cv::Mat decode(const std::string &name, int flags, bool own)
{
	const std::vector<unsigned char> bytes(name.begin(), name.end());
	cv::Mat dst;

	if (!own)
		return cv::imdecode(bytes, flags);
	const cv::Mat ret = cv::imdecode(bytes, flags, &dst);
	return ret.data == dst.data ? ret : throw std::runtime_error("the Mat returned is not the one that was given");
}

std::string one_line(std::string s)
{
	for (char &c : s)
		c = c == '\n' ? '|' : c;
	return s;
}

std::string one(char op, int flags, const std::string &name)
{
	try {
		return describe(op == 'r' ? cv::imread(name, flags) : decode(name, flags, op == 'D'));
	} catch (const cv::Exception &e) {
		return "cv::Exception " + std::to_string(e.code) + " " + one_line(e.err);
	} catch (const std::bad_alloc &) {
		return "std::bad_alloc";
	} catch (const std::exception &e) {
		return std::string(typeid(e).name()) + " " + one_line(e.what());
	}
}

std::string together(int count, const std::string &name)
{
	std::vector<std::string> results(static_cast<size_t>(count));
	std::vector<std::thread> threads;

	for (std::string &r : results)
		threads.emplace_back([&r, &name] { r = one('r', cv::IMREAD_UNCHANGED, name); });
	for (std::thread &t : threads)
		t.join();
	for (const std::string &r : results)
		if (r != results[0])
			return "DIFFERENT " + r;
	return results[0];
}

std::string field(const std::string &file, const std::string &name)
{
	std::ifstream f(file);
	std::string word, value;

	while (f >> word)
		if (word == name && f >> value)
			return value;
	return "?";
}

std::string link_of(const std::string &path)
{
	char text[4096];
	const ssize_t n = readlink(path.c_str(), text, sizeof(text));

	return n > 0 ? std::string(text, static_cast<size_t>(n)) : "";
}

std::vector<std::string> list(const std::string &path)
{
	std::vector<std::string> names;
	DIR *d = opendir(path.c_str());

	while (const dirent *e = d ? readdir(d) : nullptr)
		if (e->d_name[0] != '.')
			names.push_back(e->d_name);
	if (d)
		closedir(d);
	return names;
}

std::string memory_of(const std::string &maps)
{
	std::ifstream f(maps);
	std::string line, range, rights, offset, device, inode;

	while (std::getline(f, line))
		if (line.find("sandbox-preload (deleted)") != std::string::npos) {
			std::istringstream(line) >> range >> rights >> offset >> device >> inode;
			return inode;
		}
	return "0";
}

// The helpers of the stage in whose directory we are, as /proc shows them.
void print_spares()
{
	const std::string helper = link_of("/proc/self/cwd") + "/lib/sandbox-preload/sandbox-helper";

	for (const std::string &pid : list("/proc")) {
		const std::string dir = "/proc/" + pid + "/", status = dir + "status";

		if (link_of(dir + "exe") != helper || link_of("/proc/" + field(status, "PPid:") + "/exe") != helper)
			continue;
		std::cout << "spare: seccomp " << field(status, "Seccomp:") << " no_new_privs " << field(status, "NoNewPrivs:")
			  << " capabilities " << field(status, "CapEff:") << " uid " << field(status, "Uid:") << " memory "
			  << memory_of(dir + "maps") << " fds ";
		for (const std::string &fd : list(dir + "fd")) {
			const std::string to = link_of(dir + "fd/" + fd);
			std::cout << fd << "=" << to.substr(0, to.find(':')) << ",";
		}
		std::cout << std::endl;
	}
}

// On a line of its own, whatever the library printed.
void report(const std::string &name, const std::string &result)
{
	std::cout << "\n" << name << " = " << result << std::endl;
}

unsigned descriptors()
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	while (d && readdir(d))
		n++;
	closedir(d);
	return n;
}

} // namespace

int main(int argc, char **argv)
{
	std::ifstream commands(argc > 1 ? argv[1] : "/dev/stdin");
	std::string op, name;
	unsigned first = 0, count = 0;
	int flags;

	while (commands >> op >> flags >> name) {
		if (op == "s")
			std::this_thread::sleep_for(std::chrono::milliseconds(flags));
		else if (op == "p")
			print_spares();
		else
			report(name, op == "t" ? together(flags, name) : one(op[0], flags, name));
		if (count++ == 0)
			first = descriptors();
	}
	// The first command opened what stays open.
	const unsigned last = descriptors();
	if (first != last)
		std::cout << "DESCRIPTORS " << first << " before, " << last << " after" << std::endl;
	std::cout << "end" << std::endl;
	return 0;
}
