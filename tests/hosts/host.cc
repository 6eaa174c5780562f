// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/hosts/host.hh"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sys/wait.h>
#include <unistd.h>
#include <opencv2/imgcodecs.hpp>
#include "tests/support/processes.h"

namespace host {

std::string digest(const cv::Mat &m)
{
	uint64_t h = 0xcbf29ce484222325ull;
	char text[80];

	if (m.empty())
		return "empty";
	for (int y = 0; y < m.rows; y++) {
		const uchar *row = m.ptr(y);
		const size_t n = static_cast<size_t>(m.cols) * m.elemSize();

		for (size_t i = 0; i < n; i++)
			h = (h ^ row[i]) * 0x100000001b3ull;
	}
	std::snprintf(text, sizeof(text), "%dx%d:%d:%016llx", m.cols, m.rows, m.type(), static_cast<unsigned long long>(h));
	return text;
}

std::vector<uchar> bytes_of(const std::string &path)
{
	std::ifstream f(path, std::ios::binary);

	return std::vector<uchar>(std::istreambuf_iterator<char>(f), std::istreambuf_iterator<char>());
}

std::vector<Picture> pictures(const std::string &dir)
{
	std::ifstream list(dir + "/digests");
	std::vector<Picture> all;
	Picture p;

	while (list >> p.name >> p.digest) {
		p.path = dir + "/" + p.name;
		all.push_back(p);
	}
	require(!all.empty(), "no pictures in " + dir);
	return all;
}

Picture picture(const std::string &dir, const std::string &name)
{
	for (const Picture &p : pictures(dir))
		if (p.name == name)
			return p;
	require(false, "no picture " + name);
	return Picture();
}

static bool same(const Picture &p, const char *how, const cv::Mat &m)
{
	const std::string got = digest(m);

	if (got == p.digest)
		return true;
	std::printf("%s of %s: %s, not %s\n", how, p.name.c_str(), got.c_str(), p.digest.c_str());
	std::fflush(stdout);
	return false;
}

bool reads(const Picture &p)
{
	return same(p, "imread", cv::imread(p.path, cv::IMREAD_UNCHANGED));
}

bool decodes(const Picture &p)
{
	return same(p, "imdecode", cv::imdecode(bytes_of(p.path), cv::IMREAD_UNCHANGED));
}

bool all_well(const std::string &dir)
{
	bool good = true;

	for (const Picture &p : pictures(dir))
		good = reads(p) && decodes(p) && good;
	return good;
}

void require(bool good, const std::string &what)
{
	if (good)
		return;
	std::printf("%s (errno %s)\n", what.c_str(), std::strerror(errno));
	std::fflush(stdout);
	_exit(1);
}

int wait_child(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

pid_t in_child(const std::function<bool()> &f)
{
	const pid_t pid = fork();

	require(pid >= 0, "fork");
	if (pid == 0)
		_exit(f() ? 0 : 1);
	return pid;
}

bool kill_zygote()
{
	const pid_t pid = marked_zygote(nullptr);

	if (pid == 0)
		return false;
	kill(pid, SIGKILL);
	while (marked_zygote(nullptr) == pid)
		usleep(1000);
	return true;
}

long kilobytes(pid_t pid, const char *name)
{
	char line[256];
	long kb = -1;
	FILE *f = fopen(("/proc/" + std::to_string(pid) + "/status").c_str(), "re");

	while (f && fgets(line, sizeof(line), f))
		if (std::string(line).rfind(name, 0) == 0)
			kb = atol(line + std::string(name).size());
	if (f)
		fclose(f);
	return kb;
}

std::string self()
{
	char path[4096];
	const ssize_t n = readlink("/proc/self/exe", path, sizeof(path));

	require(n > 0, "/proc/self/exe");
	return std::string(path, static_cast<size_t>(n));
}

int run_mode(int argc, char **argv, const std::vector<Mode> &modes)
{
	for (const Mode &m : modes) {
		if (argc != 3 || std::strcmp(argv[1], m.first))
			continue;
		if (!m.second(argv[2]))
			return 1;
		std::puts("ok");
		return 0;
	}
	std::fputs("usage: subject mode dir\n", stderr);
	return 2;
}

} // namespace host
