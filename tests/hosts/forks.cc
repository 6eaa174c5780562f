// SPDX-License-Identifier: LGPL-2.1-or-later
// A program that forks at every occasion, and reads on both sides.
#include <atomic>
#include <csignal>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>
#include <opencv2/imgcodecs.hpp>
#include "tests/hosts/host.hh"

namespace {

using host::Picture;

// The child and we read everything at the same time.
bool both_sides(const std::string &dir)
{
	const pid_t pid = host::in_child([&] { return host::all_well(dir); });
	const bool good = host::all_well(dir);

	return host::wait_child(pid) == 0 && good;
}

bool before(const std::string &dir)
{
	return both_sides(dir);
}

bool after(const std::string &dir)
{
	return host::all_well(dir) && both_sides(dir) && both_sides(dir);
}

bool descend(const std::string &dir, int depth)
{
	if (!host::all_well(dir))
		return false;
	if (depth == 0)
		return true;
	const pid_t pid = host::in_child([&] { return descend(dir, depth - 1); });

	return host::all_well(dir) && host::wait_child(pid) == 0;
}

bool grandchildren(const std::string &dir)
{
	return descend(dir, 4);
}

// The first call of all is the grandchild's, and its parents are gone by then.
bool orphan(const std::string &dir)
{
	int p[2];
	char c = 0;

	host::require(pipe(p) == 0, "pipe");
	const pid_t pid = host::in_child([&] {
		host::in_child([&] {
			usleep(20000);
			return host::all_well(dir) && write(p[1], "!", 1) == 1;
		});
		return true;
	});
	const bool good = host::wait_child(pid) == 0;
	close(p[1]);
	return good && read(p[0], &c, 1) == 1 && c == '!';
}

bool many(const std::string &dir)
{
	const Picture large = host::picture(dir, "large.jpg"), tiny = host::picture(dir, "tiny.png");
	bool good = true;

	for (int round = 0; round < 25; round++) {
		std::vector<pid_t> children;

		for (int i = 0; i < 4; i++)
			children.push_back(host::in_child([&] { return host::reads(i & 1 ? large : tiny) && host::decodes(tiny); }));
		good = host::decodes(large) && host::reads(tiny) && good;
		for (pid_t pid : children)
			good = host::wait_child(pid) == 0 && good;
	}
	return good;
}

// A child ends while it is in a call, and while we are in one.
bool ending_child(const std::string &dir)
{
	const Picture large = host::picture(dir, "large.jpg");
	bool good = true;

	for (useconds_t i = 0; i < 40; i++) {
		const pid_t pid = host::in_child([&] {
			std::thread([&] {
				usleep(i * 400);
				_exit(0);
			}).detach();
			for (;;)
				host::reads(large);
			return false;
		});

		good = host::reads(large) && host::decodes(large) && good;
		good = host::wait_child(pid) == 0 && good;
	}
	return good;
}

bool killed_child(const std::string &dir)
{
	const Picture large = host::picture(dir, "large.jpg");
	bool good = true;

	for (useconds_t i = 0; i < 40; i++) {
		const pid_t pid = host::in_child([&] {
			for (;;)
				host::reads(large);
			return false;
		});

		usleep(i * 400);
		good = host::reads(large) && good;
		kill(pid, SIGKILL);
		good = host::decodes(large) && good;
		good = host::wait_child(pid) == 1000 + SIGKILL && good;
	}
	return good;
}

// Forks hit the other threads at any point of their calls. The child reads too: what those threads held must not stop it.
bool threads(const std::string &dir)
{
	const std::vector<Picture> all = host::pictures(dir);
	const Picture tiny = host::picture(dir, "tiny.jpg");
	std::atomic<bool> stop{ false }, good{ true };
	std::vector<std::thread> readers;

	for (size_t t = 0; t < 3; t++)
		readers.emplace_back([&, t] {
			for (size_t i = t; !stop; i++)
				if (!(i & 1 ? host::reads(all[i % all.size()]) : host::decodes(all[i % all.size()])))
					good = false;
		});
	for (int i = 0; i < 100; i++)
		if (host::wait_child(host::in_child([&] { return host::decodes(tiny) && host::reads(tiny); })) != 0)
			good = false;
	stop = true;
	for (std::thread &t : readers)
		t.join();
	return good;
}

// As above, with the zygote dying all the time: whoever holds the lock of its restart, the child must get past it.
bool restart(const std::string &dir)
{
	const Picture tiny = host::picture(dir, "tiny.jpg");
	std::atomic<bool> stop{ false };
	std::vector<std::thread> readers;
	bool good = true;

	for (int t = 0; t < 2; t++)
		readers.emplace_back([&] {
			while (!stop)
				cv::imread(tiny.path);
		});
	for (int i = 0; i < 8; i++) {
		host::kill_zygote();
		for (int k = 0; k < 10; k++) {
			usleep(2000);
			good = host::wait_child(host::in_child([&] { return host::decodes(tiny); })) == 0 && good;
		}
	}
	stop = true;
	for (std::thread &t : readers)
		t.join();
	return good;
}

} // namespace

int main(int argc, char **argv)
{
	return host::run_mode(argc, argv,
			      { { "before", before },
				{ "after", after },
				{ "grandchildren", grandchildren },
				{ "orphan", orphan },
				{ "many", many },
				{ "ending-child", ending_child },
				{ "killed-child", killed_child },
				{ "threads", threads },
				{ "restart", restart } });
}
