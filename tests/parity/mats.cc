// SPDX-License-Identifier: LGPL-2.1-or-later
// mats MODE DIRECTORY: what becomes of the Mats that cv::imread returns, however a program treats
// them. Small pictures are copied by the front, large ones are mapped in place; a program must not
// notice which. Mode "make" writes the pictures, natively.
#include "tests/parity/mats.hh"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <thread>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>
#include <opencv2/imgcodecs.hpp>

namespace
{

std::string directory;

// The first ones are copied; edge-copied is the largest such.
const struct {
	const char *name;
	int rows, cols, type;
} pictures[] = {
	{"small-color.png", 64, 61, CV_8UC3},	 {"small-deep.png", 33, 17, CV_16U},
	{"edge-copied.pgm", 1024, 1024, CV_8U},	 {"edge-mapped.pgm", 1025, 1024, CV_8U},
	{"large-color.png", 960, 1280, CV_8UC3}, {"large-odd.bmp", 701, 1001, CV_8UC3},
	{"large-deep.png", 600, 800, CV_16UC3},	 {"large-float.tiff", 480, 640, CV_32FC3},
	{"large-row.ppm", 1, 600000, CV_8UC3},	 {"large-column.ppm", 600000, 1, CV_8UC3},
};

cv::Mat read_one(const std::string &name)
{
	const cv::Mat m = cv::imread(directory + "/" + name, cv::IMREAD_UNCHANGED);

	if (!m.empty())
		return m;
	std::fprintf(stderr, "%s cannot be read\n", name.c_str());
	std::exit(1);
}

void make()
{
	uint32_t v = 1;

	for (const auto &p : pictures) {
		cv::Mat m(p.rows, p.cols, p.type);

		for (int y = 0; y < m.rows; y++)
			for (size_t x = 0;
			     x < size_t(m.cols) * m.elemSize1() * size_t(m.channels()); x++)
				m.ptr(y)[x] = uint8_t((v = v * 1664525u + 1013904223u) >> 28);
		if (m.depth() == CV_32F)
			cv::Mat(p.rows, p.cols, CV_8UC3, cv::Scalar(1, 100, 200))
				.convertTo(m, p.type, 1 / 255.0);
		if (!cv::imwrite(directory + "/" + p.name, m))
			std::exit(1);
	}
}

// Where the pixels are: not compared with the native run, but what makes the comparison worth
// something.
void where()
{
	for (const auto &p : pictures) {
		const cv::Mat m = read_one(p.name);
		const char *kind = "own memory";
		std::ifstream maps("/proc/self/maps");
		unsigned long from, to;

		for (std::string line; std::getline(maps, line);)
			if (std::sscanf(line.c_str(), "%lx-%lx", &from, &to) == 2 &&
			    from <= reinterpret_cast<uintptr_t>(m.data) &&
			    reinterpret_cast<uintptr_t>(m.data) < to &&
			    line.find("sandbox-preload (deleted)") != std::string::npos)
				kind = "mapped";
		std::printf("%s: %s\n", p.name, kind);
	}
}

void uses()
{
	for (const auto &p : pictures)
		for (const MatUse &use : mat_uses)
			attempt(std::string(p.name) + " " + use.name, [&] {
				cv::Mat m = read_one(p.name);
				const std::string fresh = look(m);

				return fresh + "\n" + use.run(m) + "\n afterwards " + look(m);
			});
}

// Decoded from a buffer, as pages, and into Mats that another picture was read into before.
void decoded()
{
	for (const auto &p : pictures) {
		const std::vector<uint8_t> bytes = read_bytes(directory + "/" + p.name);

		attempt(std::string("imdecode ") + p.name, [&] {
			const cv::Mat m = cv::imdecode(bytes, cv::IMREAD_UNCHANGED);
			scribble(m);
			return look(m);
		});
		attempt(std::string("imreadmulti ") + p.name, [&] {
			std::vector<cv::Mat> pages(1, read_one(p.name));
			const bool good = cv::imreadmulti(directory + "/" + p.name, pages,
							  cv::IMREAD_UNCHANGED);
			std::string s = good ? "good " : "none ";
			for (const cv::Mat &m : pages) {
				s += look(m);
				scribble(m);
			}
			return s + look(pages[0]);
		});
		for (const auto &q : pictures)
			attempt(std::string("imdecode ") + p.name + " into " + q.name, [&] {
				cv::Mat m = read_one(q.name), header = m;
				const uint8_t *data = m.data;
				const cv::Mat got = cv::imdecode(bytes, cv::IMREAD_UNCHANGED, &m);
				return look(m) + look(header) + look(got) +
				       (m.data == data ? "\n in place" : "\n elsewhere");
			});
	}
}

// Many at once, and what is done to one is not done to another, nor to the next reading of the
// file.
void kept()
{
	std::vector<cv::Mat> all;

	for (int i = 0; i < 4; i++)
		for (const auto &p : pictures) {
			all.push_back(read_one(p.name));
			if (i % 2)
				scribble(all.back());
		}
	for (size_t i = 0; i < all.size(); i++)
		attempt("kept " + std::to_string(i), [&] { return look(all[i]); });
	for (size_t i = 0; i < all.size(); i += 3)
		all[i].release();
	for (size_t i = 0; i < all.size(); i++)
		attempt("still kept " + std::to_string(i), [&] { return look(all[i]); });
}

std::string in_threads(const std::string &name)
{
	cv::Mat m;
	std::unique_ptr<cv::Mat> other;

	std::thread([&] { m = read_one(name); }).join();
	std::string s = look(m);
	std::thread([&] { scribble(m); }).join();
	s += look(m);
	std::thread([&] { other = std::make_unique<cv::Mat>(read_one(name)); }).join();
	std::thread([&] { m.release(); }).join();
	std::vector<std::thread> threads;
	for (int i = 0; i < 4; i++)
		threads.emplace_back([copy = *other] {
			for (int k = 0; k < 25000; k++) {
				const cv::Mat header = copy, part = k % 2 ? header.row(0) : header;
				if (part.empty())
					std::abort();
			}
		});
	for (std::thread &t : threads)
		t.join();
	s += look(*other);
	std::thread([&] { other.reset(); }).join();
	return s + look(m);
}

void threads()
{
	for (const auto &p : pictures)
		attempt(std::string("threads ") + p.name, [&] { return in_threads(p.name); });
}

void tell(int fd, const std::string &text)
{
	if (write(fd, text.data(), text.size()) < 0)
		_exit(1);
}

// Up to the other's end.
std::string hear(int fd)
{
	std::string text;
	char piece[4096];

	for (ssize_t n; (n = read(fd, piece, sizeof(piece))) > 0;)
		text.append(piece, size_t(n));
	close(fd);
	return text;
}

// The parent has written to its picture when the child looks; the child, when the parent looks
// again.
std::string forked(const std::string &name)
{
	cv::Mat m = read_one(name), second = read_one(name);
	int up[2], down[2], status = -1;

	if (pipe(up) || pipe(down))
		return "no pipe";
	const pid_t pid = fork();
	if (pid == 0) {
		close(down[1]);
		hear(down[0]);
		std::string s = "child: " + look(m);
		scribble(m);
		scribble(m);
		s += look(m) + look(second);
		m.release();
		tell(up[1], s + "\nread again: " + look(read_one(name)));
		second.release();
		_exit(0);
	}
	close(up[1]);
	scribble(m);
	const std::string mine = look(m);
	close(down[0]);
	close(down[1]);
	const std::string child = hear(up[0]);
	waitpid(pid, &status, 0);
	second.release();
	return mine + "\n" + child + "\nparent: " + look(m) + "\nended " + std::to_string(status);
}

void forks()
{
	for (const auto &p : pictures)
		attempt(std::string("fork ") + p.name, [&] { return forked(p.name); });
}

// An allocator that the program sets when it has pictures already: theirs know how to free
// themselves.
class Counting : public cv::MatAllocator
{
public:
	cv::UMatData *allocate(int dims, const int *sizes, int type, void *data, size_t *step,
			       cv::AccessFlag flags, cv::UMatUsageFlags usage) const override
	{
		cv::UMatData *u = cv::Mat::getStdAllocator()->allocate(dims, sizes, type, data,
								       step, flags, usage);

		count++;
		u->prevAllocator = u->currAllocator = this;
		return u;
	}
	bool allocate(cv::UMatData *u, cv::AccessFlag flags,
		      cv::UMatUsageFlags usage) const override
	{
		return cv::Mat::getStdAllocator()->allocate(u, flags, usage);
	}
	void deallocate(cv::UMatData *u) const override
	{
		count -= u != nullptr;
		cv::Mat::getStdAllocator()->deallocate(u);
	}
	mutable int count = 0;
};

std::string with_allocator(const std::string &name)
{
	static Counting counting;
	cv::Mat m = read_one(name), given;

	cv::Mat::setDefaultAllocator(&counting);
	std::string s = look(m);
	const cv::Mat copy = m.clone();
	m.create(m.rows + 1, m.cols, m.type());
	m.setTo(cv::Scalar::all(1));
	s += look(m) + "\n " + std::to_string(counting.count);
	m = copy;
	cv::Mat::setDefaultAllocator(cv::Mat::getStdAllocator());
	given.allocator = &counting;
	given = read_one(name);
	s += look(given) + "\n " + std::to_string(counting.count);
	given.create(given.rows, given.cols + 1, given.type());
	given.setTo(cv::Scalar::all(2));
	return s + look(given) + look(m) + "\n " + std::to_string(counting.count);
}

void allocators()
{
	for (const auto &p : pictures)
		attempt(std::string("allocator ") + p.name, [&] { return with_allocator(p.name); });
}

// Pictures that outlive main, each in another way.
struct Last {
	explicit Last(const char *n) : name(n)
	{
	}
	~Last()
	{
		if (m.empty())
			return;
		section(name);
		scribble(m);
		std::printf("%s\n", look(m).c_str());
		m.release();
		std::fflush(stdout);
	}
	const char *name;
	cv::Mat m;
};

Last global_small("static destructor, small"), global_large("static destructor, large");
cv::Mat for_exit, *for_end, for_nobody;

void at_exit()
{
	section("exit handler");
	std::printf("%s\n", look(for_exit).c_str());
	for_exit.release();
	std::fflush(stdout);
}

// The libraries' own static objects are gone by now.
__attribute__((destructor)) void at_end()
{
	if (!for_end)
		return;
	section("destructor function");
	scribble(*for_end);
	std::printf("%s\n", look(*for_end).c_str());
	delete for_end;
	std::fflush(stdout);
}

void ending(const std::string &how)
{
	static thread_local Last of_thread("end of main's thread");

	if (how == "pthread_exit")
		cv::setNumThreads(1); // the library's own threads would outlive main's for ever
	atexit(at_exit);
	at_quick_exit(at_exit);
	for_exit = for_nobody = read_one("large-deep.png");
	for_end = new cv::Mat(read_one("large-color.png"));
	of_thread.m = read_one("edge-mapped.pgm");
	global_small.m = read_one("small-color.png");
	global_large.m = read_one("large-float.tiff");
	std::thread([] {
		static thread_local Last last("end of a thread");
		last.m = read_one("large-odd.bmp");
	}).join();
	if (how == "quick_exit")
		quick_exit(0);
	if (how == "pthread_exit")
		pthread_exit(nullptr);
	if (how == "_exit")
		_exit(0);
}

long held(const char *path, const char *name)
{
	std::ifstream f(path);
	long n = 0;

	for (std::string line; std::getline(f, line); n++)
		if (name && line.rfind(name, 0) == 0)
			return std::atol(line.c_str() + std::strlen(name));
	return n;
}

// Mappings may come and go a little with malloc's; pages of the C++ libraries that were not used
// before come in.
void require_no_growth(const char *what, long kb, long maps)
{
	const long more_kb = held("/proc/self/status", "VmRSS:") - kb,
		   more_maps = held("/proc/self/maps", nullptr) - maps;

	std::fprintf(stderr, "# %s: %+ld kB, %+ld mappings\n", what, more_kb, more_maps);
	if (more_kb > 8 * 1024 || more_maps > 16)
		std::exit(1);
}

template <typename F> void repeat(const char *what, long times, F f)
{
	long kb = 0, maps = 0;

	for (long i = 0; i < times; i++) {
		f(i);
		if (i == times / 100 + 20) {
			kb = held("/proc/self/status", "VmRSS:");
			maps = held("/proc/self/maps", nullptr);
		}
	}
	require_no_growth(what, kb, maps);
}

// $SP_MATS_CALLS readings, of the picture that is the quickest to read among those that are mapped.
void leak()
{
	const char *const wish = std::getenv("SP_MATS_CALLS");
	const long calls = wish ? std::atol(wish) : 4000;
	const cv::Mat m = read_one("edge-mapped.pgm");

	repeat("headers", 100000, [&](long i) {
		cv::Mat a = m, b = i % 2 ? a(cv::Rect(1, 1, 5, 5)) : a.reshape(1, 1);
		a.addref();
		a.u->refcount--;
	});
	repeat("UMats", 100000, [&](long) { m.getUMat(cv::ACCESS_READ).getMat(cv::ACCESS_READ); });
	repeat("Mats read", calls, [&](long i) {
		cv::Mat a = read_one("edge-mapped.pgm");
		a.ptr(int(i % a.rows))[0]++;
		if (i % 3 == 0)
			a.push_back(a.row(0));
		if (i % 3 == 1)
			a.getUMat(cv::ACCESS_RW).setTo(cv::Scalar::all(1));
	});
	std::printf("%s\nok\n", look(m).c_str());
}

const struct {
	const char *name;
	void (*run)();
} modes[] = {
	{"make", make},	      {"where", where}, {"uses", uses},
	{"decoded", decoded}, {"kept", kept},	{"threads", threads},
	{"forks", forks},     {"leak", leak},	{"allocators", allocators},
};

} // namespace

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	directory = argv[2];
	for (const auto &m : modes)
		if (std::strcmp(m.name, argv[1]) == 0) {
			m.run();
			return 0;
		}
	ending(argv[1]);
	return 0;
}
