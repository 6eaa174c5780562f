// SPDX-License-Identifier: LGPL-2.1-or-later
// A program whose helpers somebody kills. Every call gives the right picture or an empty one with a line; the test counts both.
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <csignal>
#include <random>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>
#include <dirent.h>
#include <opencv2/imgcodecs.hpp>
#include "tests/hosts/host.hh"
#include "tests/support/processes.h"

namespace {

using host::Picture;

const int kHelpers = 1000, kZygotes = 100;

size_t descriptors()
{
	size_t n = 0;
	DIR *d = opendir("/proc/self/fd");

	while (d && readdir(d))
		n++;
	closedir(d);
	return n;
}

long maps()
{
	char line[512];
	long n = 0;
	FILE *f = fopen("/proc/self/maps", "re");

	while (f && fgets(line, sizeof(line), f))
		n++;
	if (f)
		fclose(f);
	return n;
}

// SIGKILL one of our helpers, whichever, at some moment; false when there is none.
bool kill_a_helper(std::minstd_rand &random)
{
	struct helper_process all[64];
	const size_t n = marked_processes(nullptr, all, 64);

	if (n == 0)
		return false;
	const helper_process &one = all[random() % n];
	usleep(random() % 3000);
	return !one.is_zygote && kill(one.pid, SIGKILL) == 0;
}

struct Count {
	std::atomic<int> right{ 0 }, empty{ 0 }, wrong{ 0 };
};

void read_one(const Picture &p, bool by_name, Count *count)
{
	const cv::Mat m = by_name ? cv::imread(p.path, cv::IMREAD_UNCHANGED)
				  : cv::imdecode(host::bytes_of(p.path), cv::IMREAD_UNCHANGED);
	const std::string d = host::digest(m);

	(d == "empty" ? count->empty : d == p.digest ? count->right : count->wrong)++;
}

// Read all pictures in turn, in @threads threads, until @killer has done its work.
template <typename Killer> bool survive(const std::string &dir, size_t threads, Killer killer)
{
	const std::vector<Picture> all = host::pictures(dir);
	std::atomic<bool> stop{ false };
	std::vector<std::thread> readers;
	Count count;

	const bool good = host::all_well(dir);
	const size_t before = descriptors();
	const long maps_before = maps();
	for (size_t t = 0; t < threads; t++)
		readers.emplace_back([&, t] {
			for (size_t i = t; !stop; i++)
				read_one(all[i % all.size()], (i / all.size()) & 1, &count);
		});
	killer();
	stop = true;
	for (std::thread &t : readers)
		t.join();
	std::printf("empty %d\n", count.empty.load());
	usleep(100000); // the last one killed may still be on offer
	host::require(count.wrong == 0, "a picture is wrong");
	host::require(count.right > 50, "hardly a call succeeded: " + std::to_string(count.right));
	host::require(host::all_well(dir), "it does not recover");
	host::require(descriptors() == before, "descriptors leak");
	// Stacks and arenas of threads stay around; one mapping a call would be thousands.
	host::require(maps() < maps_before + 100, "mappings leak");
	return good;
}

bool helpers(const std::string &dir)
{
	return survive(dir, 2, [] {
		std::minstd_rand random(7);

		for (int killed = 0; killed < kHelpers;)
			killed += kill_a_helper(random);
	});
}

// During calls: a call may fail, if zygotes die faster than it can be tried again.
bool zygotes_during(const std::string &dir)
{
	return survive(dir, 2, [] {
		for (useconds_t i = 0; i < 30; i++) {
			usleep(i * 331 % 100 * 1000 + 100000);
			host::kill_zygote();
		}
	});
}

// Between calls: the next one works, always.
bool zygotes_between(const std::string &dir)
{
	const Picture tiny = host::picture(dir, "tiny.png"), large = host::picture(dir, "large.jpg");
	bool good = host::all_well(dir);
	const size_t before = descriptors();

	// There may be none: its helpers outlive it by a moment, and one of them may have served the last call.
	for (int i = 0, killed = 0; killed < kZygotes; i++) {
		killed += host::kill_zygote();
		if (i & 1)
			usleep(3000);
		good = host::reads(i & 2 ? large : tiny) && good;
	}
	return descriptors() == before && good;
}

// All at once, as the kernel's or an administrator's hand does it.
bool everyone(const std::string &dir)
{
	const Picture tiny = host::picture(dir, "tiny.png");
	bool good = host::all_well(dir);

	for (int i = 0; i < 20; i++) {
		struct helper_process all[64];
		const size_t n = marked_processes(nullptr, all, 64);

		for (size_t k = 0; k < n; k++)
			kill(all[k].pid, SIGKILL);
		good = host::reads(tiny) && good;
	}
	return good;
}

// Stopped, not dead: the call waits, and goes on when they do.
bool stopped_zygote(const std::string &dir)
{
	bool good = host::all_well(dir);
	const pid_t zygote = marked_zygote(nullptr);

	host::require(zygote > 0 && kill(zygote, SIGSTOP) == 0, "SIGSTOP");
	std::thread waker([zygote] {
		usleep(700000);
		kill(zygote, SIGCONT);
	});
	for (int i = 0; i < 12; i++)
		good = host::reads(host::picture(dir, "tiny.jpg")) && good;
	waker.join();
	return host::all_well(dir) && good;
}

} // namespace

int main(int argc, char **argv)
{
	return host::run_mode(argc, argv,
			      { { "helpers", helpers },
				{ "zygotes-during", zygotes_during },
				{ "zygotes-between", zygotes_between },
				{ "everyone", everyone },
				{ "stopped-zygote", stopped_zygote } });
}
