// SPDX-License-Identifier: LGPL-2.1-or-later
// mutations DIRECTORY SCRATCH SEED COUNT: altered pictures of the corpus through every entry point. Natively the library crashes on some: the calls
// are made in a child process, in batches, and the parent goes on behind a call that ended it.
// mutations --gdal ...: with IMREAD_LOAD_GDAL.
// mutations --write DIRECTORY SCRATCH SEED NUMBER: leave this one file in SCRATCH.
#include "tests/parity/flags.hh"
#include "tests/parity/mutate.hh"
#include "tests/parity/report.hh"

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

const size_t kMaxSize = 8 * 1024;
const size_t kCalls = 4;	// at most, of one file
const int kHangs = 10;		// seconds of processor time

struct Item {
	std::string name;
	std::function<std::string()> call;
};

std::string scratch;
bool gdal; // all through GDAL; natively it changes what other calls of the process print, hence in runs of its own
std::unique_ptr<Mutator> mutator;
uint64_t *next_item; // shared with the children: number of the file times kCalls, and the call

// GDAL looks for files of the same name with other extensions.
std::string path_of(const std::string &extension)
{
	return scratch + "/mutant-" + extension.substr(1) + extension;
}

// A failure begins with "empty".
std::string describe_count(size_t n)
{
	return (n ? "" : "empty: ") + std::to_string(n);
}

std::string describe_all(bool ok, const std::vector<cv::Mat> &pages)
{
	std::string text = ok ? "true" : "false";

	for (const cv::Mat &m : pages)
		text += "\n " + describe(m);
	return ok ? text : "empty: " + text;
}

std::string read_pages(const std::string &path, uint64_t number, int flags)
{
	std::vector<cv::Mat> pages;
	const bool ok = number % 3 ? cv::imreadmulti(path, pages, flags)
				   : cv::imreadmulti(path, pages, int(number / 3 % 3), int(1 + number / 9 % 3), flags);

	return describe_all(ok, pages);
}

std::string decode_into(const Bytes &bytes, int flags)
{
	cv::Mat m(17, 24, CV_8UC3, cv::Scalar(1, 2, 3));
	const cv::Mat ret = cv::imdecode(bytes, flags, &m);

	return describe(m) + "\n " + describe(ret);
}

// The pages of what can have some, of the others now and then.
Item rarer(const Picture &p, const std::string &path, uint64_t number, int flags)
{
	const std::string of = std::to_string(number) + " " + p.name + " " + std::to_string(flags);

	if (p.extension == ".tiff" ? number % 4 != 0 : number % 32 == 1)
		return { "imreadmulti " + of, [=] { return read_pages(path, number, flags); } };
	switch (number % 16) {
	case 0:
		return { "imcount " + of, [=] { return describe_count(cv::imcount(path, flags)); } };
	case 4:
		return { "haveImageReader " + of, [=] { return describe_count(cv::haveImageReader(path)); } };
	case 8:
		return { "imdecode dst " + of, [=] { return decode_into(p.bytes, flags); } };
	default:
		return {};
	}
}

Item make_gdal_item(const std::string &of, const std::string &path, size_t n)
{
	switch (n) {
	case 0:
		return { "imread " + of, [=] { return describe(cv::imread(path, cv::IMREAD_LOAD_GDAL)); } };
	case 1:
		return { "imread " + of + " color", [=] { return describe(cv::imread(path, cv::IMREAD_LOAD_GDAL | cv::IMREAD_COLOR)); } };
	case 2:
		return { "imcount " + of, [=] { return describe_count(cv::imcount(path, cv::IMREAD_LOAD_GDAL)); } };
	default:
		return {};
	}
}

// The @n-th call for file @number; none: without a name.
Item make_item(const Picture &p, uint64_t number, size_t n)
{
	const size_t flags_count = sizeof(plain_flags) / sizeof(plain_flags[0]);
	const int flags = plain_flags[(number * 7 + n * 5) % flags_count];
	const std::string of = std::to_string(number) + " " + p.name + " " + std::to_string(flags), path = path_of(p.extension);

	if (gdal)
		return make_gdal_item(of, path, n);
	switch (n) {
	case 0:
		return { "imread " + of, [=] { return describe(cv::imread(path, flags)); } };
	case 1:
		return { "imdecode " + of, [=] { return describe(cv::imdecode(p.bytes, flags)); } };
	case 2:
		return rarer(p, path, number, flags);
	default:
		return {};
	}
}

int captured = -1, real_stderr = -1;

// Between these, what is written to stderr is kept: it is shown only when the call came to its end.
void capture_stderr()
{
	if (captured < 0) {
		captured = memfd_create("stderr", MFD_CLOEXEC | MFD_ALLOW_SEALING);
		real_stderr = dup(STDERR_FILENO);
	}
	if (captured < 0 || real_stderr < 0 || ftruncate(captured, 0) || lseek(captured, 0, SEEK_SET) || dup2(captured, STDERR_FILENO) < 0)
		_exit(3);
}

std::string release_stderr()
{
	const off_t len = lseek(captured, 0, SEEK_END);
	std::string text(size_t(len < 0 ? 0 : len), 0);

	if (pread(captured, &text[0], text.size(), 0) != ssize_t(text.size()) || dup2(real_stderr, STDERR_FILENO) < 0)
		_exit(3);
	return text;
}

// As lines of text, whatever it was: gdcm prints bytes of the file, and lines without an end.
std::string as_lines(const std::string &said)
{
	std::string text;

	for (char c : said) {
		char hex[8];

		std::snprintf(hex, sizeof(hex), "\\x%02x", static_cast<unsigned char>(c));
		text += c == '\n' || (c >= ' ' && c < 127) ? std::string(1, c) : hex;
	}
	return text.empty() ? text : text + "\n";
}

void limit_time()
{
	const itimerval limit = { { 0, 0 }, { kHangs, 0 } };

	setitimer(ITIMER_PROF, &limit, nullptr);
}

void run_item(const Item &item)
{
	capture_stderr();
	limit_time();
	const std::string text = outcome(item.call), said = as_lines(release_stderr());

	section(item.name);
	std::printf("%s\n", text.c_str());
	std::fflush(stdout);
	std::fputs(said.c_str(), stderr);
}

// In the child: the items up to @end.
void run_batch(uint64_t end)
{
	uint64_t made = ~uint64_t(0);
	Picture p;

	for (; *next_item < end; ++*next_item) {
		const uint64_t number = *next_item / kCalls;

		if (made != number) {
			p = mutator->make(number);
			write_bytes(path_of(p.extension), p.bytes);
			made = number;
		}
		const Item item = make_item(p, number, *next_item % kCalls);
		if (!item.name.empty())
			run_item(item);
	}
}

int run_apart(uint64_t end)
{
	int status;
	const pid_t pid = fork();

	if (pid == 0) {
		run_batch(end);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		std::perror("fork");
		std::exit(1);
	}
	return status;
}

// A call that ended its process has a second try in a fresh one: memory that an earlier call had ruined is not its fault.
void run_again()
{
	const uint64_t at = *next_item, number = at / kCalls;
	const int status = run_apart(at + 1);

	if (status) {
		section(make_item(mutator->make(number), number, at % kCalls).name);
		std::printf("died with %s\n", WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "an exit code");
		std::fflush(stdout);
		*next_item = at + 1;
	}
}

// Natively few files a process, and not the same ones each time, so that what depends on earlier files differs from run to run. Sandboxed no
// call knows of another.
uint64_t batch()
{
	const char *perturb = std::getenv("MALLOC_PERTURB_"), *preload = std::getenv("LD_PRELOAD");

	if (preload && std::strstr(preload, "libsandbox-preload"))
		return 1000000;
	return perturb && std::atoi(perturb) ? 47 : 64;
}

void run_all(uint64_t count)
{
	const uint64_t end = count * kCalls, step = batch() * kCalls;

	while (*next_item < end)
		if (run_apart(std::min(end, (*next_item / step + 1) * step)))
			run_again();
	for (const std::string &extension : mutator->extensions())
		unlink(path_of(extension).c_str());
}

} // namespace

int main(int argc, char **argv)
{
	const bool only_write = argc == 6 && std::strcmp(argv[1], "--write") == 0;

	gdal = argc == 6 && std::strcmp(argv[1], "--gdal") == 0;
	if (argc != 5 && !only_write && !gdal)
		return 2;
	argv += only_write || gdal;
	scratch = argv[2];
	mutator = std::make_unique<Mutator>(argv[1], kMaxSize, std::strtoull(argv[3], nullptr, 0));
	const uint64_t n = std::strtoull(argv[4], nullptr, 0);
	if (only_write) {
		const Picture p = mutator->make(n);

		write_bytes(scratch + "/" + std::to_string(n) + p.extension, p.bytes);
		return 0;
	}
	next_item = static_cast<uint64_t *>(mmap(nullptr, sizeof(*next_item), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	if (next_item == MAP_FAILED)
		return 1;
	run_all(n);
	return 0;
}
