// SPDX-License-Identifier: LGPL-2.1-or-later
// A program that reads in many threads.
#include <atomic>
#include <functional>
#include <limits.h>
#include <pthread.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>
#include <opencv2/imgcodecs.hpp>
#include "tests/hosts/host.hh"

namespace {

using host::Picture;

const int kThreads = 32;

// Each thread starts at another picture, so that different formats meet; half of them imread, half imdecode, then the other way round.
bool read_rotated(const std::vector<Picture> &all, size_t start)
{
	bool good = true;

	for (size_t i = 0; i < 2 * all.size(); i++) {
		const Picture &p = all[(start + i) % all.size()];
		const bool by_name = (start + i / all.size()) % 2;

		good = (by_name ? host::reads(p) : host::decodes(p)) && good;
	}
	return good;
}

bool at_once(const std::function<bool(size_t)> &work)
{
	std::atomic<int> waiting{ kThreads };
	std::atomic<bool> good{ true };
	std::vector<std::thread> threads;

	for (size_t t = 0; t < kThreads; t++)
		threads.emplace_back([&, t] {
			waiting--;
			while (waiting)
				std::this_thread::yield();
			if (!work(t))
				good = false;
		});
	for (std::thread &t : threads)
		t.join();
	return good;
}

bool readers(const std::string &dir)
{
	const std::vector<Picture> all = host::pictures(dir);

	return at_once([&](size_t t) { return read_rotated(all, t); });
}

// Nobody has called before: all bind, load the shim and want a zygote at the same time.
bool first(const std::string &dir)
{
	const Picture tiny = host::picture(dir, "tiny.jpg");

	return at_once([&](size_t) { return host::reads(tiny); });
}

std::string cancel_dir;
std::atomic<unsigned> calls;

void *read_for_ever(void *)
{
	const Picture p = host::picture(cancel_dir, "large.jpg");

	for (;;) {
		cv::imread(p.path, cv::IMREAD_COLOR);
		calls++;
		pthread_testcancel();
	}
	return nullptr;
}

// Cancelled at any moment of a call the thread ends, and nothing else does.
bool cancel(const std::string &dir)
{
	void *result;
	pthread_t t;

	cancel_dir = dir;
	for (int i = 0; i < 60; i++) {
		const unsigned before = calls;

		host::require(pthread_create(&t, nullptr, read_for_ever, nullptr) == 0, "pthread_create");
		while (calls == before)
			usleep(100);
		usleep(static_cast<useconds_t>(i) * 331);
		pthread_cancel(t);
		host::require(pthread_join(t, &result) == 0 && result == PTHREAD_CANCELED, "was not cancelled");
	}
	return host::all_well(dir);
}

struct Job {
	std::string dir;
	bool good = false;
};

void *read_tiny(void *arg)
{
	Job *job = static_cast<Job *>(arg);

	job->good = host::reads(host::picture(job->dir, "tiny.png"));
	return nullptr;
}

bool in_small_thread(const std::string &dir, size_t size)
{
	pthread_attr_t attr;
	pthread_t t;
	Job job;

	job.dir = dir;
	pthread_attr_init(&attr);
	host::require(pthread_attr_setstacksize(&attr, size) == 0, "pthread_attr_setstacksize");
	host::require(pthread_create(&t, &attr, read_tiny, &job) == 0, "pthread_create");
	pthread_join(t, nullptr);
	return job.good;
}

bool stack(const std::string &dir)
{
	return host::all_well(dir) && in_small_thread(dir, 64 * 1024);
}

bool stack_first(const std::string &dir)
{
	return in_small_thread(dir, 64 * 1024);
}

} // namespace

int main(int argc, char **argv)
{
	return host::run_mode(argc, argv,
			      { { "readers", readers },
				{ "first", first },
				{ "cancel", cancel },
				{ "stack", stack },
				{ "stack-first", stack_first } });
}
