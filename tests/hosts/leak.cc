// SPDX-License-Identifier: LGPL-2.1-or-later
// A program that reads pictures without end, and counts what it and its zygote hold.
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <dirent.h>
#include <mutex>
#include <queue>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>
#include <opencv2/imgcodecs.hpp>
#include "tests/hosts/host.hh"
#include "tests/support/processes.h"

namespace {

const size_t kHelpersMax = 64; // what a pool of 4 may grow to, generously

size_t entries(const std::string &path)
{
	DIR *d = opendir(path.c_str());
	size_t n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

struct Held {
	long rss, zygote_rss;
	size_t fds, zygote_fds, maps, helpers;
};

size_t lines_of(const char *path)
{
	char line[1024];
	size_t n = 0;
	FILE *f = fopen(path, "re");

	while (f && fgets(line, sizeof(line), f))
		n++;
	if (f)
		fclose(f);
	return n;
}

Held held()
{
	struct helper_process all[256];
	const pid_t zygote = marked_zygote(nullptr);
	Held h;

	h.rss = host::kilobytes(getpid(), "VmRSS:");
	h.fds = entries("/proc/self/fd");
	h.maps = lines_of("/proc/self/maps");
	h.zygote_rss = zygote ? host::kilobytes(zygote, "VmRSS:") : 0;
	h.zygote_fds = zygote ? entries("/proc/" + std::to_string(zygote) + "/fd") : 0;
	h.helpers = marked_processes(nullptr, all, 256);
	return h;
}

void print(const char *when, const Held &h)
{
	std::fprintf(stderr, "# %s: RSS %ld kB, %zu descriptors, %zu mappings; zygote RSS %ld kB, %zu descriptors; %zu processes\n",
		     when, h.rss, h.fds, h.maps, h.zygote_rss, h.zygote_fds, h.helpers);
}

// Of the zygote's descriptors one is for each living helper; of mappings, malloc's may come and go.
void require_no_growth(const Held &a, const Held &b)
{
	print("early", a);
	print("late", b);
	host::require(b.fds == a.fds, "descriptors leak");
	host::require(b.rss < a.rss + 10 * 1024, "memory leaks");
	host::require(b.maps < a.maps + 20, "mappings leak");
	host::require(b.zygote_rss < a.zygote_rss + 10 * 1024, "the zygote's memory leaks");
	host::require(b.zygote_fds < 16 + kHelpersMax, "the zygote's descriptors leak");
	host::require(b.helpers <= kHelpersMax, "helpers pile up: " + std::to_string(b.helpers));
}

bool small(const std::string &dir)
{
	const char *v = getenv("SP_LEAK_CALLS");
	const long calls = v ? atol(v) : 100000;
	const host::Picture p = host::picture(dir, "tiny.jpg");
	const std::vector<uchar> bytes = host::bytes_of(p.path);
	bool good = true;
	Held early = {};

	for (long i = 0; i < calls; i++) {
		const cv::Mat m = i & 1 ? cv::imread(p.path, cv::IMREAD_UNCHANGED) : cv::imdecode(bytes, cv::IMREAD_UNCHANGED);

		good = (i % 64 ? !m.empty() : host::digest(m) == p.digest) && good;
		if (i == 1000)
			early = held();
	}
	require_no_growth(early, held());
	return good;
}

// Pictures that are handed over as mappings, read here and released there.
bool large(const std::string &dir)
{
	const host::Picture p = host::picture(dir, "mapped.png");
	std::queue<cv::Mat> queue;
	std::condition_variable wake;
	std::mutex mutex;
	bool done = false, good = true;
	Held early = {};

	std::thread releaser([&] {
		std::unique_lock<std::mutex> lock(mutex);

		for (;;) {
			wake.wait(lock, [&] { return done || !queue.empty(); });
			if (queue.empty())
				return;
			cv::Mat m = queue.front();
			queue.pop();
			lock.unlock();
			m.at<uchar>(0, 0)++;
			m.release();
			lock.lock();
		}
	});
	for (int i = 0; i < 2000; i++) {
		cv::Mat m = cv::imread(p.path, cv::IMREAD_UNCHANGED);

		good = (i % 16 ? !m.empty() : host::digest(m) == p.digest) && good;
		{
			std::lock_guard<std::mutex> lock(mutex);
			queue.push(m);
		}
		m.release();
		wake.notify_one();
		if (i == 200)
			early = held();
	}
	{
		std::lock_guard<std::mutex> lock(mutex);
		done = true;
	}
	wake.notify_one();
	releaser.join();
	require_no_growth(early, held());
	return good;
}

// Calls that fail must not leak either: files that are not there, that are no pictures, and broken ones.
bool failing(const std::string &dir)
{
	std::vector<uchar> cut = host::bytes_of(dir + "/tiny.png");
	bool good = true;
	Held early = {};

	cut.resize(cut.size() / 3);
	for (int i = 0; i < 1500; i++) {
		good = cv::imread(dir + "/no such file").empty() && cv::imread(dir + "/digests").empty() && good;
		cv::imdecode(cut, cv::IMREAD_UNCHANGED);
		if (i == 100)
			early = held();
	}
	require_no_growth(early, held());
	return good;
}

} // namespace

int main(int argc, char **argv)
{
	return host::run_mode(argc, argv, { { "small", small }, { "large", large }, { "failing", failing } });
}
