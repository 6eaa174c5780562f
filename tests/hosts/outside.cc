// SPDX-License-Identifier: LGPL-2.1-or-later
// A program that looks at its helpers through /proc, while one of them works on a large picture.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <sched.h>
#include <sstream>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>
#include <opencv2/imgcodecs.hpp>
#include "tests/hosts/host.hh"
#include "tests/support/processes.h"

namespace {

std::string read_file(pid_t pid, const char *name)
{
	std::ifstream f("/proc/" + std::to_string(pid) + "/" + name);
	std::ostringstream text;

	text << f.rdbuf();
	return text.str();
}

std::string link_of(pid_t pid, const std::string &name)
{
	const std::string path = "/proc/" + std::to_string(pid) + "/" + name;
	char to[4096];
	const ssize_t n = readlink(path.c_str(), to, sizeof(to));

	return n > 0 ? std::string(to, static_cast<size_t>(n)) : "";
}

// The value of "Name:\tvalue" in @text, blanks made one.
std::string field(const std::string &text, const std::string &name)
{
	std::istringstream lines(text);
	std::string line, word, value;

	while (std::getline(lines, line))
		if (line.rfind(name, 0) == 0) {
			std::istringstream words(line.substr(name.size()));
			while (words >> word)
				value += (value.empty() ? "" : " ") + word;
			return value;
		}
	return "(none)";
}

// A helper in the middle of its work, or 0.
pid_t locked_down()
{
	struct helper_process all[64];
	const size_t n = marked_processes(nullptr, all, 64);

	for (size_t i = 0; i < n; i++)
		if (!all[i].is_zygote && field(read_file(all[i].pid, "status"), "Seccomp:") == "2")
			return all[i].pid;
	return 0;
}

// Run @look on a helper that works, until one lives long enough to be seen from beginning to end.
bool watch(const std::function<void(pid_t)> &look)
{
	static std::vector<uchar> bytes;
	static std::atomic<bool> stop{ false };
	bool seen = false;

	cv::imencode(".png", cv::Mat(4000, 4000, CV_8UC3, cv::Scalar(1, 2, 3)), bytes, { cv::IMWRITE_PNG_COMPRESSION, 1 });
	std::thread reader([] {
		while (!stop)
			if (cv::imdecode(bytes, cv::IMREAD_COLOR).empty())
				host::require(false, "the large picture is empty");
	});
	for (int i = 0; i < 2000 && !seen; i++) {
		const pid_t pid = locked_down();

		if (!pid) {
			usleep(2000);
			continue;
		}
		look(pid);
		seen = locked_down() == pid;
	}
	stop = true;
	reader.join();
	host::require(seen, "no helper was seen at work");
	return true;
}

std::string facts; // of the last look; judged when it is known to be of a living helper

bool status(const std::string &)
{
	watch([](pid_t pid) { facts = read_file(pid, "status"); });
	host::require(field(facts, "Seccomp:") == "2", "no filter");
	host::require(field(facts, "NoNewPrivs:") == "1", "no_new_privs is not set");
	host::require(field(facts, "Threads:") == "1", "more than one thread");
	for (const char *caps : { "CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:" })
		host::require(field(facts, caps) == "0000000000000000" ||
				      (geteuid() && !strcmp(caps, "CapBnd:")), std::string(caps) + " " + field(facts, caps));
	const std::string uid = std::to_string(geteuid() ? geteuid() : 65534), gid = std::to_string(geteuid() ? getegid() : 65534);
	host::require(field(facts, "Uid:") == uid + " " + uid + " " + uid + " " + uid, "uid " + field(facts, "Uid:"));
	host::require(field(facts, "Gid:") == gid + " " + gid + " " + gid + " " + gid, "gid " + field(facts, "Gid:"));
	host::require(geteuid() || field(facts, "Groups:") == "", "groups " + field(facts, "Groups:"));
	host::require(field(facts, "SigCgt:") == "0000000000000000", "a handler is left");
	return true;
}

bool limits(const std::string &)
{
	watch([](pid_t pid) { facts = read_file(pid, "limits"); });
	for (const char *name : { "Max file size", "Max core file size", "Max processes", "Max open files", "Max locked memory",
				  "Max address space", "Max pending signals", "Max msgqueue size" })
		host::require(field(facts, name).rfind("0 0", 0) == 0, std::string(name) + " " + field(facts, name));
	host::require(field(facts, "Max cpu time").rfind("unlimited", 0) != 0, "no limit of cpu time");
	return true;
}

std::vector<std::string> found;

void list_descriptors(pid_t pid)
{
	const std::string path = "/proc/" + std::to_string(pid) + "/fd";
	DIR *d = opendir(path.c_str());

	found.clear();
	while (struct dirent *e = d ? readdir(d) : nullptr)
		if (e->d_name[0] != '.')
			found.push_back(std::string(e->d_name) + " " + link_of(pid, std::string("fd/") + e->d_name));
	if (d)
		closedir(d);
}

// Root alone may look at these; a helper has made itself unreadable to its own user.
bool descriptors(const std::string &)
{
	watch(list_descriptors);
	if (geteuid()) {
		host::require(found.empty(), "the helper can be looked into by its user");
		return true;
	}
	host::require(found.size() == 1, std::to_string(found.size()) + " descriptors");
	host::require(found[0].rfind("3 pipe:", 0) == 0, found[0]);
	return true;
}

bool environment(const std::string &)
{
	static const char *const allowed[] = { "OPENCV_", "OPENVDB_", "OMP_", "LANG=", "LANGUAGE=", "LC_", "LOCPATH=", "TZ=",
					       "LD_LIBRARY_PATH=", "MALLOC_PERTURB_=" };

	setenv("SECRET_OF_THE_PROGRAM", "1", 1);
	watch([](pid_t pid) { facts = read_file(pid, "environ"); });
	for (size_t at = 0; at < facts.size(); at += strlen(&facts[at]) + 1) {
		bool known = false;

		for (const char *a : allowed)
			known = known || strncmp(&facts[at], a, strlen(a)) == 0;
		host::require(known, "environment: " + std::string(&facts[at]));
	}
	host::require(facts.find("OPENCV_TRACE") == std::string::npos, "OPENCV_TRACE");
	return true;
}

// Not where the program is: it would hold that file system.
bool place(const std::string &dir)
{
	std::string root;

	host::require(chdir(dir.c_str()) == 0, "chdir");
	host::kill_zygote(); // the next one is started from here
	watch([&root](pid_t pid) {
		facts = link_of(pid, "cwd");
		root = link_of(pid, "root");
	});
	host::require(facts == (geteuid() ? "" : "/") && root == facts, "cwd " + facts + ", root " + root);
	return true;
}

bool may_unshare()
{
	return host::wait_child(host::in_child([] {
		return unshare(CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | (geteuid() ? CLONE_NEWUSER : 0)) == 0;
	})) == 0;
}

bool namespaces(const std::string &dir)
{
	const bool good = host::all_well(dir);
	const pid_t zygote = marked_zygote(nullptr);

	host::require(zygote > 0, "no zygote");
	if (!may_unshare()) {
		std::fputs("no namespaces are to be had here\n", stderr);
		return good;
	}
	for (const char *ns : { "ns/net", "ns/ipc", "ns/uts" }) {
		const std::string theirs = link_of(zygote, ns);

		host::require(!theirs.empty() && theirs != link_of(getpid(), ns), std::string(ns) + " is ours");
	}
	return good;
}

// A zygote has no terminal, is in nobody's group and has none of our descriptors.
bool zygote(const std::string &dir)
{
	const int mine = open((dir + "/digests").c_str(), 0);
	const bool good = host::kill_zygote() && host::all_well(dir);
	const pid_t pid = marked_zygote(nullptr);

	host::require(mine >= 0 && pid > 0, "no zygote");
	host::require(getsid(pid) == pid && getpgid(pid) == pid, "it is in a session of ours");
	list_descriptors(pid);
	host::require(found.size() >= 5, "it has " + std::to_string(found.size()) + " descriptors");
	for (const std::string &f : found)
		host::require(f.find(dir) == std::string::npos, "it has " + f);
	facts = read_file(pid, "status");
	host::require(field(facts, "NoNewPrivs:") == "1" && field(facts, "CapEff:") == "0000000000000000", "it has rights");
	host::require(field(facts, "Threads:") == "1", "it has threads");
	return good;
}

} // namespace

int main(int argc, char **argv)
{
	return host::run_mode(argc, argv,
			      { { "status", status },
				{ "limits", limits },
				{ "descriptors", descriptors },
				{ "environment", environment },
				{ "place", place },
				{ "namespaces", namespaces },
				{ "zygote", zygote } });
}
