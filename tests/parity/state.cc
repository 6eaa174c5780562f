// SPDX-License-Identifier: LGPL-2.1-or-later
// state DIRECTORY: cv::imread and cv::imdecode in a program that has changed what all of a process shares.
#include "tests/parity/report.hh"

#include <cerrno>
#include <cfenv>
#include <clocale>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <locale>
#include <sstream>
#include <unistd.h>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>

namespace {

std::string directory;

std::string path(const std::string &name)
{
	return directory + "/" + name;
}

// Calls that succeed, print, fail, and throw.
void read_some(const std::string &when)
{
	static const struct {
		const char *name;
		int flags;
	} files[] = {
		{ "61x64-color.jpg", cv::IMREAD_COLOR },	  { "1280x960-rgb8.png", cv::IMREAD_UNCHANGED },
		{ "640x480-color.jpg", cv::IMREAD_REDUCED_COLOR_4 }, { "61x64-rgb32f.hdr", cv::IMREAD_COLOR },
		{ "hand-scale.pfm", cv::IMREAD_UNCHANGED },	  { "61x64-rgb32f.exr", cv::IMREAD_UNCHANGED },
		{ "hand-strange.pam", cv::IMREAD_COLOR },	  { "hand-2.tiff", cv::IMREAD_COLOR },
		{ "61x64-gray32f.tiff", cv::IMREAD_COLOR },	  { "hand-4-adobe1.jpg", cv::IMREAD_COLOR },
		{ "1x1-color.jpg", cv::IMREAD_REDUCED_COLOR_8 },  { "1x1-rgb8.bmp", cv::IMREAD_REDUCED_COLOR_8 },
		{ "missing.png", cv::IMREAD_COLOR },
	};

	for (const auto &f : files)
		attempt(when + ": " + f.name, [&] { return describe(cv::imread(path(f.name), f.flags)); });
	attempt(when + ": no buffer", [] { return describe(cv::imdecode(cv::Mat(), 1)); });
	attempt(when + ": floats", [] { return describe(cv::imdecode(cv::Mat::zeros(1, 9, CV_32F), 1)); });
}

// No picture of the corpus has other pixels without the optimized code; what the program has set must stay, and nothing may fail.
void optimized()
{
	for (bool to : { false, true }) {
		cv::setUseOptimized(to);
		read_some("optimized " + std::to_string(to));
		section("optimized stays " + std::to_string(to));
		std::printf("%d\n", cv::useOptimized());
	}
	cv::setNumThreads(1);
	read_some("one thread");
	section("one thread stays");
	std::printf("%d\n", cv::getNumThreads());
	cv::setNumThreads(-1);
}

void log_levels()
{
	using namespace cv::utils::logging;
	const LogLevel before = getLogLevel();

	for (LogLevel l : { LOG_LEVEL_SILENT, LOG_LEVEL_FATAL, LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG, LOG_LEVEL_VERBOSE }) {
		setLogLevel(l);
		read_some("log level " + std::to_string(l));
	}
	setLogLevel(before);
}

int calls;
bool throwing;

int note_error(int code, const char *func, const char *err, const char *file, int line, void *data)
{
	std::printf("callback %d: %d '%s' '%s' '%s' %d %d\n", ++calls, code, func, err, file, line, data == &calls);
	if (throwing)
		throw std::runtime_error("from the callback");
	return 1;
}

void callbacks()
{
	cv::redirectError(note_error, &calls);
	read_some("callback");
	cv::redirectError(nullptr);
	read_some("callback taken away");
	std::printf("%d calls\n", calls);
}

// The library's own handlers see what the callback throws, or the program does. Without cerr: the library then says "unknown exception", ours, which has
// its words from the helper, the error.
void throwing_callback()
{
	throwing = true;
	std::cerr.setstate(std::ios::failbit);
	cv::redirectError(note_error, &calls);
	read_some("throwing callback");
	cv::redirectError(nullptr);
	throwing = false;
	std::cerr.clear();
}

void streams()
{
	std::ostringstream text;
	std::streambuf *const before = std::cerr.rdbuf(text.rdbuf());

	read_some("redirected cerr");
	std::cerr.rdbuf(before);
	section("what cerr got");
	for (char c : text.str())
		std::putchar(c);
	std::cerr.setstate(std::ios::failbit);
	read_some("failed cerr");
	std::cerr.clear();
	std::cerr << std::hex << std::showbase;
	read_some("cerr in hex");
	std::cerr << std::dec << std::noshowbase;
	section("cerr afterwards");
	std::cerr << 255 << std::endl;
}

struct Grouped : std::numpunct<char> {
	char do_decimal_point() const override { return ','; }
	char do_thousands_sep() const override { return '.'; }
	std::string do_grouping() const override { return "\3"; }
};

void set_locale(const char *name)
{
	const char *set = std::setlocale(LC_ALL, name);

	read_some(std::string("setlocale ") + name + (set ? "" : ", which there is not"));
	section(std::string("locale stays ") + name);
	std::printf("%s %s\n", std::setlocale(LC_ALL, nullptr), std::locale().name().c_str());
	std::setlocale(LC_ALL, "C");
	try {
		std::locale::global(std::locale(name));
		read_some(std::string("std::locale ") + name);
	} catch (const std::runtime_error &) {
		std::printf("%s is no std::locale\n", name);
	}
	std::locale::global(std::locale::classic());
}

void locales()
{
	read_some("before any locale");
	for (const char *name : { "C.utf8", "POSIX", "de_XX.UTF-8", "no_such_LOCALE" })
		set_locale(name);
	std::setlocale(LC_NUMERIC, "de_XX.UTF-8");
	read_some("numbers of another locale");
	std::setlocale(LC_ALL, "C");
	try {
		std::locale::global(std::locale(std::locale::classic(), "C.utf8", std::locale::ctype));
		read_some("a mixed std::locale");
	} catch (const std::runtime_error &) {
		std::printf("C.utf8 is no std::locale\n");
	}
	std::locale::global(std::locale::classic());
	read_some("locale back");
}

void own_facet()
{
	std::locale::global(std::locale(std::locale::classic(), new Grouped));
	read_some("own facet");
	std::locale::global(std::locale::classic());
}

// Natively the very first call leaves what loading and probing left.
void error_numbers()
{
	cv::imread(path("61x64-color.jpg"));
	for (const char *name : { "61x64-color.jpg", "1280x960-rgb8.png", "61x64-rgb8.tiff", "61x64-rgb32f.hdr", "61x64-lossy.webp" }) {
		const std::vector<uint8_t> bytes = read_bytes(path(name));

		attempt(std::string("errno after ") + name, [&] {
			errno = 1234;
			const bool got = !cv::imread(path(name)).empty();
			const int e = errno;
			errno = 4321;
			cv::imdecode(bytes, 1);
			return std::to_string(got) + " " + std::to_string(e) + " " + std::to_string(errno);
		});
	}
}

void rounding()
{
	for (int mode : { FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO, FE_TONEAREST }) {
		std::fesetround(mode);
		read_some("rounding " + std::to_string(mode));
		section("rounding stays " + std::to_string(mode));
		std::printf("%d\n", std::fegetround() == mode);
	}
}

// A program may have its own idea of where pixels live (pinned, shared, huge pages).
class Arena : public cv::MatAllocator
{
public:
	cv::UMatData *allocate(int dims, const int *sizes, int type, void *data, size_t *step, cv::AccessFlag flags,
			       cv::UMatUsageFlags usage) const override
	{
		cv::UMatData *u = cv::Mat::getStdAllocator()->allocate(dims, sizes, type, data, step, flags, usage);

		u->prevAllocator = u->currAllocator = this;
		return u;
	}
	bool allocate(cv::UMatData *u, cv::AccessFlag flags, cv::UMatUsageFlags usage) const override
	{
		return cv::Mat::getStdAllocator()->allocate(u, flags, usage);
	}
	void deallocate(cv::UMatData *u) const override { cv::Mat::getStdAllocator()->deallocate(u); }
};

void allocators()
{
	static Arena arena;
	const std::vector<uint8_t> bytes = read_bytes(path("1280x960-rgb8.png"));

	cv::Mat::setDefaultAllocator(&arena);
	for (const char *name : { "61x64-color.jpg", "640x480-rgb8.png", "1280x960-rgb8.png" })
		attempt(std::string("allocator ") + name, [&] {
			const cv::Mat m = cv::imread(path(name));
			return describe(m) + " in the arena " + std::to_string(m.u && m.u->currAllocator == &arena);
		});
	cv::Mat::setDefaultAllocator(nullptr);
	attempt("allocator of dst", [&] {
		cv::Mat dst;
		dst.allocator = &arena;
		cv::imdecode(bytes, 1, &dst);
		return describe(dst) + " in the arena " + std::to_string(dst.u && dst.u->currAllocator == &arena);
	});
}

void environment()
{
	setenv("OPENCV_IO_MAX_IMAGE_PIXELS", "100", 1); // read when the library is loaded: no effect any more
	read_some("environment changed");
	for (const char *where : { directory.c_str(), "/tmp/", static_cast<const char *>(nullptr) }) { // read each time, and part of a message
		std::vector<uint8_t> bytes = read_bytes(path("61x64-rgb32f.exr"));
		where ? setenv("OPENCV_TEMP_PATH", where, 1) : unsetenv("OPENCV_TEMP_PATH");
		attempt("a temporary file", [&] { return describe(cv::imdecode(bytes, 1)); });
		bytes.resize(bytes.size() / 2);
		attempt("a cut temporary file", [&] { return describe(cv::imdecode(bytes, 1)); });
	}
	setenv("OPENCV_IO_ENABLE_OPENEXR", "0", 1); // read once, at the first use
	read_some("environment changed late");
}

const struct {
	const char *name;
	void (*run)();
} cases[] = {
	{ "optimized", optimized }, { "log-levels", log_levels }, { "callbacks", callbacks }, { "throwing-callback", throwing_callback },
	{ "streams", streams },	    { "locales", locales },	  { "own-facet", own_facet }, { "errno", error_numbers },
	{ "rounding", rounding },   { "allocators", allocators }, { "environment", environment },
};

} // namespace

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	directory = argv[2];
	setenv("OPENCV_IO_ENABLE_OPENEXR", "1", 0); // after the start and before the first call
	for (const auto &c : cases)
		if (std::strcmp(c.name, argv[1]) == 0) {
			c.run();
			return 0;
		}
	read_some(argv[1]); // what the environment alone makes different
	return 0;
}
