// SPDX-License-Identifier: LGPL-2.1-or-later
// A program that starts others in every way there is, between its calls and during them. Some read pictures themselves.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>
#include "tests/hosts/host.hh"

namespace {

using host::Picture;

std::vector<const char *> command(const std::string &program, const std::vector<const char *> &more)
{
	std::vector<const char *> argv{ program.c_str() };

	argv.insert(argv.end(), more.begin(), more.end());
	argv.push_back(nullptr);
	return argv;
}

int by_posix_spawn(const std::string &program, const std::vector<const char *> &more)
{
	const std::vector<const char *> argv = command(program, more);
	pid_t pid;

	host::require(posix_spawn(&pid, program.c_str(), nullptr, nullptr, const_cast<char **>(argv.data()), environ) == 0,
		      "posix_spawn");
	return host::wait_child(pid);
}

int by_vfork(const std::string &program, const std::vector<const char *> &more)
{
	const std::vector<const char *> argv = command(program, more);
	const pid_t pid = vfork();

	if (pid == 0) {
		execv(program.c_str(), const_cast<char **>(argv.data()));
		_exit(99);
	}
	return host::wait_child(pid);
}

int by_system(const std::string &line)
{
	const int status = system(line.c_str());

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string by_popen(const std::string &line)
{
	char buf[100] = "";
	FILE *f = popen(line.c_str(), "r");

	host::require(f && fgets(buf, sizeof(buf), f), "popen");
	return pclose(f) == 0 ? buf : "";
}

bool start_all()
{
	bool good = by_posix_spawn("/bin/sh", { "-c", "exit 3" }) == 3;

	good = by_vfork("/bin/true", {}) == 0 && good;
	good = by_vfork("/bin/false", {}) == 1 && good;
	good = by_system("exit 5") == 5 && good;
	return by_popen("echo word") == "word\n" && good;
}

bool between(const std::string &dir)
{
	const std::vector<Picture> all = host::pictures(dir);
	bool good = start_all();

	for (int i = 0; i < 20; i++)
		good = host::reads(all[static_cast<size_t>(i) % all.size()]) && start_all() && good;
	return good && host::all_well(dir);
}

// Start programs here while other threads are in calls.
bool beside(const std::string &dir, bool by_name, const std::function<bool()> &work)
{
	const Picture large = host::picture(dir, "large.jpg");
	std::atomic<bool> stop{ false }, good{ true };
	std::vector<std::thread> readers;

	for (int t = 0; t < 2; t++)
		readers.emplace_back([&] {
			while (!stop)
				if (!(by_name ? host::reads(large) : host::decodes(large)))
					good = false;
		});
	if (!work())
		good = false;
	stop = true;
	for (std::thread &t : readers)
		t.join();
	return good;
}

bool during(const std::string &dir)
{
	return beside(dir, true, [] {
		bool good = true;

		for (int i = 0; i < 20; i++)
			good = start_all() && good;
		return good;
	});
}

bool child(const std::string &dir)
{
	return host::all_well(dir);
}

bool quiet_child(const std::string &dir)
{
	_exit(host::all_well(dir) ? 0 : 1);
}

// The children inherit LD_PRELOAD and have helpers of their own.
bool inherit(const std::string &dir)
{
	const char *d = dir.c_str();

	return beside(dir, false, [&] {
		bool good = by_posix_spawn(host::self(), { "quiet-child", d }) == 0;

		good = by_vfork(host::self(), { "quiet-child", d }) == 0 && good;
		return by_system(host::self() + " quiet-child " + dir) == 0 && good;
	});
}

// We become another program that reads.
bool exec_self(const std::string &dir)
{
	if (!host::all_well(dir))
		return false;
	execl(host::self().c_str(), "self", "child", dir.c_str(), nullptr);
	return false;
}

// What a child of fork+exec finds open: nothing of ours, wherever in a call the parent was. (Natively it may find the picture, which stdio
// opened without O_CLOEXEC.) 3 is the shell's own, of the directory.
bool descriptors(const std::string &dir)
{
	return beside(dir, true, [] {
		for (int i = 0; i < 30; i++) {
			const std::string open = by_popen("cd /proc/$$/fd && echo *");

			host::require(open == "0 1 2\n" || open == "0 1 2 3\n", "a child has open: " + open);
		}
		return true;
	});
}

} // namespace

int main(int argc, char **argv)
{
	return host::run_mode(argc, argv,
			      { { "between", between },
				{ "during", during },
				{ "child", child },
				{ "quiet-child", quiet_child },
				{ "inherit", inherit },
				{ "exec-self", exec_self },
				{ "descriptors", descriptors } });
}
