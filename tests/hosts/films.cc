// SPDX-License-Identifier: LGPL-2.1-or-later
// A program that has videos open while this or that happens to it or to their helpers. Mode "make", run natively, leaves a film and its frames' digests.
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <memory>
#include <string>
#include <vector>
#include <dirent.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>
#include "tests/hosts/host.hh"
#include "tests/support/processes.h"

namespace {

using Capture = cv::VideoCapture;

const int kFrames = 60, kMoment = 5;
const int kBackends[] = { cv::CAP_FFMPEG, cv::CAP_OPENCV_MJPEG };
const int kAheadMax = 8; // frames that may have come before their helper ended
const size_t kIdle = 8; // two zygotes, four spares of pictures, and two helpers that wait for a video

std::string film(const std::string &dir)
{
	return dir + "/film.avi";
}

std::string list(const std::string &dir, int backend)
{
	return dir + "/film." + std::to_string(backend);
}

const std::vector<std::string> &digests(const std::string &dir, int backend)
{
	static std::vector<std::string> all[2];
	std::vector<std::string> &v = all[backend == kBackends[1]];
	std::ifstream f(list(dir, backend));
	std::string line;

	while (v.size() < kFrames && f >> line)
		v.push_back(line);
	host::require(v.size() == kFrames, "no list of the film's frames");
	return v;
}

bool make(const std::string &dir)
{
	cv::VideoWriter w(film(dir), cv::CAP_OPENCV_MJPEG, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 25, cv::Size(160, 120));
	cv::Mat m(120, 160, CV_8UC3);

	for (int i = 0; i < kFrames; i++) {
		m.setTo(cv::Scalar(i * 4, 255 - i * 4, 128));
		cv::circle(m, cv::Point(10 + 2 * i, 60), 9, cv::Scalar(255, 255, 255), -1);
		w.write(m);
	}
	w.release();
	for (const int backend : kBackends) {
		Capture c(film(dir), backend);
		std::ofstream f(list(dir, backend));

		while (c.read(m))
			f << host::digest(m) << "\n";
	}
	return !digests(dir, kBackends[0]).empty() && !digests(dir, kBackends[1]).empty();
}

Capture opened(const std::string &dir, int backend)
{
	Capture c(film(dir), backend);

	host::require(c.isOpened(), "it cannot be opened");
	return c;
}

// The frames from @first to @end are what they are natively.
bool reads(Capture &c, const std::string &dir, int backend, int first, int end)
{
	cv::Mat m;

	for (int i = first; i < end; i++)
		if (!c.read(m) || host::digest(m) != digests(dir, backend)[static_cast<size_t>(i)]) {
			std::printf("frame %d of backend %d is %s\n", i, backend, host::digest(m).c_str());
			return false;
		}
	return true;
}

bool reads_all(const std::string &dir, int backend)
{
	Capture c = opened(dir, backend);
	cv::Mat m;

	return reads(c, dir, backend, 0, kFrames) && !c.read(m);
}

size_t processes()
{
	struct helper_process all[256];

	return marked_processes(nullptr, all, 256);
}

// None but those that wait for the next video.
bool only_spares()
{
	for (int i = 0; i < 300 && processes() > kIdle; i++)
		usleep(10000);
	return processes() <= kIdle;
}

bool is_alive(pid_t pid)
{
	struct helper_process all[256];
	const size_t n = marked_processes(nullptr, all, 256);

	return std::any_of(all, all + n, [pid](const helper_process &p) { return p.pid == pid; }) || kill(pid, 0) == 0;
}

// SIGKILL our zygotes, whose helpers go with them, or the helpers. True when there was one; all are gone then.
bool kill_all(bool zygotes)
{
	struct helper_process all[256];
	const size_t n = marked_processes(nullptr, all, 256);
	bool any = false;

	for (size_t i = 0; i < n; i++)
		any |= all[i].is_zygote == zygotes && kill(all[i].pid, SIGKILL) == 0;
	for (size_t i = 0; i < n; i++)
		for (int k = 0; k < 500 && (zygotes || !all[i].is_zygote) && is_alive(all[i].pid); k++)
			usleep(10000);
	return any;
}

bool kill_helpers()
{
	return kill_all(false);
}

bool kill_zygote()
{
	return kill_all(true);
}

std::vector<int> descriptors()
{
	std::vector<int> all;
	DIR *d = opendir("/proc/self/fd");

	host::require(d, "/proc/self/fd");
	while (struct dirent *e = readdir(d))
		if (e->d_name[0] != '.' && atoi(e->d_name) != dirfd(d))
			all.push_back(atoi(e->d_name));
	closedir(d);
	std::sort(all.begin(), all.end());
	return all;
}

// What was opened stays so to the program, but there are no frames any more.
bool is_over(Capture &c)
{
	cv::Mat m(3, 3, CV_8UC1);

	for (int i = 0; i < 3; i++)
		if (c.read(m) || c.grab() || c.retrieve(m) || c.set(cv::CAP_PROP_POS_FRAMES, 0))
			return false;
	return c.isOpened() && c.get(cv::CAP_PROP_FRAME_COUNT) == kFrames && c.get(cv::CAP_PROP_FRAME_WIDTH) == 160;
}

// Frames that had come before are right; then there are none.
bool runs_dry(Capture &c, const std::string &dir, int backend)
{
	cv::Mat m;
	int more = 0;

	while (more <= kAheadMax && c.read(m)) {
		if (host::digest(m) != digests(dir, backend)[static_cast<size_t>(kMoment + more)])
			return false;
		more++;
	}
	return more <= kAheadMax && is_over(c);
}

template <typename Deed> bool survives(const std::string &dir, Deed deed)
{
	for (const int backend : kBackends) {
		Capture c = opened(dir, backend);

		host::require(reads(c, dir, backend, 0, kMoment), "it works before");
		host::require(deed(), "nobody to kill");
		host::require(runs_dry(c, dir, backend), "it ends well");
		c.release();
		host::require(!c.isOpened(), "it is released");
		host::require(c.open(film(dir), backend) && reads(c, dir, backend, 0, kFrames), "it works again");
	}
	return true;
}

bool helper_killed(const std::string &dir)
{
	return survives(dir, kill_helpers);
}

// Those that wait for a video, a moment before one is opened: none, one or two. No video has been entrusted to them.
bool waiting_killed(const std::string &dir)
{
	struct helper_process all[256];

	for (int i = 0; i < 12; i++) {
		host::require(reads_all(dir, kBackends[i & 1]), "before");
		usleep(static_cast<useconds_t>(i) * 5000);
		for (size_t n = marked_processes(nullptr, all, 256); n--;)
			if (!all[n].is_zygote)
				kill(all[n].pid, SIGKILL);
		host::require(reads_all(dir, kBackends[i & 1]), "after");
	}
	return true;
}

bool zygote_killed(const std::string &dir)
{
	return survives(dir, kill_zygote);
}

bool helper_killed_throws(const std::string &dir)
{
	int thrown = 0;

	for (const int backend : kBackends) {
		Capture c = opened(dir, backend);
		cv::Mat m;

		c.setExceptionMode(true);
		host::require(reads(c, dir, backend, 0, kMoment) && kill_helpers(), "it works before");
		try {
			for (int i = 0; i <= kAheadMax; i++)
				c.read(m);
		} catch (const cv::Exception &) {
			thrown++;
		}
	}
	return thrown == 2;
}

// ---- signals and children: a program that handles them all sees none of ours ----

std::atomic<int> signals;

bool signals_and_children(const std::string &dir)
{
	struct sigaction sa = {};

	sa.sa_handler = [](int) { signals++; };
	sigaction(SIGPIPE, &sa, nullptr);
	sigaction(SIGCHLD, &sa, nullptr);
	for (const int backend : kBackends) {
		Capture c = opened(dir, backend);

		host::require(c.grab() && kill_helpers(), "it works before");
		host::require(!c.set(cv::CAP_PROP_POS_FRAMES, 1), "a command to nobody");
		host::require(is_over(c), "it ends well");
	}
	host::require(waitpid(-1, nullptr, WNOHANG | __WALL) < 0 && errno == ECHILD, "a child of ours");
	return signals == 0;
}

// ---- fork ----

// The child has nothing of the parent's; @leave says how it goes.
template <typename Leave> bool forks(const std::string &dir, Leave leave)
{
	for (const int backend : kBackends) {
		Capture c = opened(dir, backend);

		host::require(reads(c, dir, backend, 0, kMoment), "before the fork");
		const pid_t pid = fork();
		if (pid == 0) {
			alarm(60);
			const bool good = is_over(c) && reads_all(dir, backend);
			leave(c, good ? 0 : 1);
		}
		// Both at once.
		const bool good = reads(c, dir, backend, kMoment, 30);
		host::require(host::wait_child(pid) == 0, "the child");
		host::require(good && reads(c, dir, backend, 30, kFrames), "after the fork");
	}
	return true;
}

bool fork_exit(const std::string &dir)
{
	return forks(dir, [](Capture &, int code) { _exit(code); });
}

bool fork_release(const std::string &dir)
{
	return forks(dir, [](Capture &c, int code) {
		c.release();
		std::exit(code);
	});
}

// ---- descriptors ----

// All of them closed, and each number taken again by one of the program's own.
bool closed(const std::string &dir)
{
	for (const int backend : kBackends) {
		Capture c = opened(dir, backend);
		struct stat own, now;
		int p[2];

		host::require(reads(c, dir, backend, 0, kMoment), "before");
		const std::vector<int> numbers = descriptors();
		close_range(3, ~0u, 0);
		host::require(pipe(p) == 0 && fstat(p[0], &own) == 0, "pipe");
		for (const int fd : numbers)
			if (fd > p[1])
				dup2(p[fd & 1], fd);
		host::require(is_over(c), "it ends well");
		c.release();
		for (const int fd : numbers)
			host::require(fd <= p[1] || (fstat(fd, &now) == 0 && now.st_ino == own.st_ino), "one of the program's is closed");
		struct pollfd empty = { p[0], POLLIN, 0 };
		host::require(poll(&empty, 1, 0) == 0, "something was written into one of the program's");
		host::require(reads_all(dir, backend), "it works again");
		close_range(3, ~0u, 0);
	}
	return true;
}

bool many(const std::string &dir)
{
	std::vector<Capture> all(64);

	host::require(reads_all(dir, kBackends[0]), "one");
	const size_t before = descriptors().size();
	for (size_t i = 0; i < all.size(); i++)
		host::require(all[i].open(film(dir), kBackends[i & 1]), "open");
	for (int n = 0; n < 8; n++)
		for (size_t i = 0; i < all.size(); i++)
			host::require(reads(all[i], dir, kBackends[i & 1], n, n + 1), "in turn");
	for (size_t i = 0; i < all.size(); i++)
		all[i * 37 % all.size()].release();
	host::require(only_spares(), "helpers are left");
	return descriptors().size() == before;
}

long resident_pages()
{
	long size = 0, resident = 0;
	std::ifstream f("/proc/self/statm");

	f >> size >> resident;
	return resident;
}

size_t mappings()
{
	std::ifstream f("/proc/self/maps");
	std::string line;
	size_t n = 0;

	while (std::getline(f, line))
		n++;
	return n;
}

bool again_and_again(const std::string &dir)
{
	size_t files = 0, maps = 0;
	long pages = 0;

	for (int i = 0; i < 300; i++) {
		Capture c = opened(dir, kBackends[i & 1]);

		host::require(reads(c, dir, kBackends[i & 1], 0, 3), "reads");
		c.release();
		if (i != 50)
			continue;
		files = descriptors().size();
		pages = resident_pages();
		maps = mappings();
	}
	host::require(descriptors().size() <= files, "descriptors leak");
	host::require(mappings() < maps + 20, "mappings leak");
	host::require(resident_pages() < pages + 2048, "memory leaks");
	return only_spares();
}

// ---- copies ----

bool copies(const std::string &dir)
{
	const bool preloaded = getenv("LD_PRELOAD") != nullptr;

	for (const int backend : kBackends) {
		std::unique_ptr<Capture> first(new Capture(opened(dir, backend)));
		Capture second = *first;
		std::vector<Capture> all;

		host::require(reads(*first, dir, backend, 0, 3) && reads(second, dir, backend, 3, 6), "two of one");
		first.reset();
		host::require(reads(second, dir, backend, 6, 30), "a copy outlives the first");
		for (int i = 0; i < 10; i++)
			all.push_back(opened(dir, backend));
		for (Capture &c : all)
			host::require(reads(c, dir, backend, 0, 10), "in a vector");
		host::require(!preloaded || processes() >= 12, "as many helpers as videos");
		all.clear();
		second.release();
		host::require(only_spares(), "a helper outlives the last copy");
	}
	return true;
}

// ---- what the library says ----

// The library's reader finds its own writer's last bytes wanting: libjpeg warns of some of the frames. A warning of a frame that has been read comes once, and one
// of a frame that only the helper has looked at never.
bool warnings(const std::string &dir)
{
	for (int n = 1; n <= kFrames; n++) {
		Capture c = opened(dir, cv::CAP_OPENCV_MJPEG);

		std::fprintf(stderr, "%d frames\n", n);
		host::require(reads(c, dir, cv::CAP_OPENCV_MJPEG, 0, n), "reads");
		usleep(5000); // the helper comes ahead
		if (n & 1)
			host::require(c.set(cv::CAP_PROP_POS_FRAMES, n - 1) && c.grab(), "it seeks");
		std::fprintf(stderr, "end\n");
	}
	return true;
}

// ---- time ----

double seconds()
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

// Large frames of noise, which take a decoder its time.
std::string slow_film(const std::string &dir)
{
	const std::string path = dir + "/slow.avi";
	cv::VideoWriter w(path, cv::CAP_OPENCV_MJPEG, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 25, cv::Size(1280, 720));
	cv::Mat m(720, 1280, CV_8UC3);

	for (int i = 0; i < 20; i++) {
		cv::randu(m, 0, 256);
		w.write(m);
	}
	return path;
}

// From one end to the other; returns the seconds for which the program has waited for frames.
double watch(Capture &c, useconds_t pause)
{
	double waited = 0;
	cv::Mat m;

	host::require(c.set(cv::CAP_PROP_POS_FRAMES, 0), "it goes back to the start");
	for (int i = 0; i < 20; i++) {
		const double start = seconds();

		host::require(c.read(m) && m.cols == 1280, "a frame");
		waited += seconds() - start;
		usleep(i % 5 == 2 ? pause : 0);
	}
	host::require(!c.read(m), "the end");
	return waited;
}

// The time limit, two seconds here, is for a command. More than that the program stays away once, and in all it waits longer.
bool longer_than_the_limit(const std::string &dir)
{
	const std::string path = slow_film(dir);

	for (const int backend : kBackends) {
		Capture c(path, backend);

		watch(c, 700000);
		usleep(2500000);
		for (double waited = 0; waited < 3;)
			waited += watch(c, 0);
	}
	return true;
}

// ---- the program's end ----

bool open_at_exit(const std::string &dir)
{
	Capture *never = new Capture(opened(dir, kBackends[0]));

	return reads(*never, dir, kBackends[0], 0, kMoment);
}

bool static_at_exit(const std::string &dir)
{
	static Capture c;

	return c.open(film(dir), kBackends[0]) && reads(c, dir, kBackends[0], 0, kMoment);
}

bool quick_exit(const std::string &dir)
{
	Capture c = opened(dir, kBackends[0]);

	host::require(reads(c, dir, kBackends[0], 0, kMoment), "reads");
	std::puts("ok");
	std::fflush(stdout);
	_exit(0);
}

} // namespace

int main(int argc, char **argv)
{
	return host::run_mode(argc, argv,
			      { { "make", make },
				{ "helper-killed", helper_killed },
				{ "helper-killed-throws", helper_killed_throws },
				{ "waiting-killed", waiting_killed },
				{ "zygote-killed", zygote_killed },
				{ "signals", signals_and_children },
				{ "fork-exit", fork_exit },
				{ "fork-release", fork_release },
				{ "closed", closed },
				{ "many", many },
				{ "again", again_and_again },
				{ "copies", copies },
				{ "warnings", warnings },
				{ "long", longer_than_the_limit },
				{ "open-at-exit", open_at_exit },
				{ "static-at-exit", static_at_exit },
				{ "quick-exit", quick_exit } });
}
