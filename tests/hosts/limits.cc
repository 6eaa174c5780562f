// SPDX-License-Identifier: LGPL-2.1-or-later
// A program that lives within tight limits.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>
#include <opencv2/imgcodecs.hpp>
#include "tests/hosts/host.hh"

namespace {

void limit(__rlimit_resource_t what, rlim_t soft, bool hard = false)
{
	struct rlimit rl;

	getrlimit(what, &rl);
	rl.rlim_cur = soft;
	if (hard)
		rl.rlim_max = soft;
	host::require(setrlimit(what, &rl) == 0, "setrlimit");
}

bool nofile_soft(const std::string &dir)
{
	limit(RLIMIT_NOFILE, 16);
	const bool good = host::all_well(dir);
	host::kill_zygote();
	return host::all_well(dir) && good;
}

bool nofile_hard(const std::string &dir)
{
	limit(RLIMIT_NOFILE, 16, true);
	const bool good = host::all_well(dir);
	host::kill_zygote();
	return host::all_well(dir) && good;
}

bool nofile_then_more(const std::string &dir)
{
	limit(RLIMIT_NOFILE, 8);
	const bool good = host::all_well(dir);
	limit(RLIMIT_NOFILE, 256);
	return host::all_well(dir) && good;
}

std::vector<int> fill_descriptors()
{
	std::vector<int> all;

	limit(RLIMIT_NOFILE, 1024);
	for (int fd; (fd = open("/dev/null", O_RDONLY)) >= 0;)
		all.push_back(fd);
	return all;
}

// All numbers in use: nothing can be read; afterwards everything can. Natively imdecode needs none; that is the price.
bool nofile_none(const std::string &dir)
{
	const host::Picture p = host::picture(dir, "tiny.png");
	const std::vector<uchar> bytes = host::bytes_of(p.path);
	bool good = host::all_well(dir);
	std::vector<int> mine = fill_descriptors();
	struct stat st;

	for (int i = 0; i < 3; i++) {
		good = cv::imread(p.path).empty() && good;
		good = cv::imdecode(bytes, cv::IMREAD_COLOR).empty() && good;
	}
	// One, two, three free ones are not enough either, and none of them gets lost.
	for (int i = 0; i < 3; i++) {
		close(mine.back());
		mine.pop_back();
		cv::imdecode(bytes, cv::IMREAD_COLOR);
		cv::imread(p.path);
	}
	const int again[3] = { open("/dev/null", O_RDONLY), open("/dev/null", O_RDONLY), open("/dev/null", O_RDONLY) };
	host::require(again[2] >= 0, "a descriptor is lost");
	for (int fd : mine)
		host::require(fstat(fd, &st) == 0 && S_ISCHR(st.st_mode), "a descriptor of ours is closed");
	limit(RLIMIT_NOFILE, 2048);
	return host::all_well(dir) && good;
}

// The first call of all comes when there is no descriptor left.
bool nofile_none_first(const std::string &dir)
{
	const std::string path = host::picture(dir, "tiny.png").path;

	fill_descriptors();
	const bool empty = cv::imread(path).empty();
	limit(RLIMIT_NOFILE, 2048);
	return host::all_well(dir) && empty;
}

// Bytes that the program hands over in memory are put into the helper's memory, which is a file to the kernel: no SIGXFSZ. In a child, as our
// stdout may be a file. (Natively imdecode of the rarer formats writes a temporary file and dies of it.)
bool fsize(const std::string &dir, bool hard)
{
	const host::Picture png = host::picture(dir, "tiny.png"), jpeg = host::picture(dir, "large.jpg");

	return host::wait_child(host::in_child([&] {
		limit(RLIMIT_FSIZE, 0, hard);
		for (const host::Picture &p : host::pictures(dir))
			if (!host::reads(p))
				return false;
		return host::decodes(png) && host::decodes(jpeg);
	})) == 0;
}

bool fsize_soft(const std::string &dir)
{
	return fsize(dir, false);
}

bool fsize_hard(const std::string &dir)
{
	return fsize(dir, true);
}

// Another zygote after a soft limit.
bool fsize_restart(const std::string &dir)
{
	limit(RLIMIT_FSIZE, 0);
	host::kill_zygote();
	const bool good = host::reads(host::picture(dir, "large.jpg")) && host::decodes(host::picture(dir, "tiny.png"));
	limit(RLIMIT_FSIZE, RLIM_INFINITY);
	return good;
}

// Another zygote after a hard one: it can make no memory, and says so.
bool fsize_hard_restart(const std::string &dir)
{
	return host::wait_child(host::in_child([&] {
		char line[1000] = "";
		int p[2];

		host::require(pipe(p) == 0 && dup2(p[1], 2) == 2, "pipe");
		// The first zygote, started in the background, may not be there to be killed before it has served a call.
		host::require(host::reads(host::picture(dir, "tiny.png")), "before");
		limit(RLIMIT_FSIZE, 0, true);
		host::kill_zygote();
		usleep(100000);
		const bool empty = cv::imread(dir + "/tiny.png").empty();
		return empty && read(p[0], line, sizeof(line) - 1) > 0 && strstr(line, "RLIMIT_FSIZE");
	})) == 0;
}

bool core(const std::string &dir)
{
	limit(RLIMIT_CORE, RLIM_INFINITY);
	const bool good = host::all_well(dir);
	limit(RLIMIT_CORE, 0, true);
	host::kill_zygote();
	return host::all_well(dir) && good;
}

// The kernel counts all processes of the user; what starts as root counts for nobody else.
bool nproc(const std::string &dir)
{
	limit(RLIMIT_NPROC, 1);
	const bool good = host::all_well(dir);
	host::kill_zygote();
	return host::all_well(dir) && good;
}

rlim_t address_space()
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	host::require(f && fscanf(f, "%lu", &pages) == 1, "/proc/self/statm");
	fclose(f);
	return pages * 4096ul;
}

// What the largest picture needs, and a little.
bool as_soft(const std::string &dir)
{
	bool good = host::all_well(dir);

	limit(RLIMIT_AS, address_space() + (32 << 20));
	good = host::all_well(dir) && good;
	host::kill_zygote();
	return host::all_well(dir) && good;
}

// As after ulimit -v: a hard limit, set before the program starts.
bool as_hard(const std::string &dir)
{
	limit(RLIMIT_AS, rlim_t(1000) << 20, true);
	execl(host::self().c_str(), "self", "plain", dir.c_str(), nullptr);
	return false;
}

bool plain(const std::string &dir)
{
	const bool good = host::all_well(dir);

	host::kill_zygote();
	return host::all_well(dir) && good;
}

// A hard limit that comes later leaves the helpers that are there, and no room for others: calls fail and say so.
bool as_hard_late(const std::string &dir)
{
	bool good = host::all_well(dir);

	limit(RLIMIT_AS, address_space() + (32 << 20), true);
	good = host::all_well(dir) && good;
	host::kill_zygote();
	usleep(100000); // its helpers follow it
	return cv::imread(dir + "/tiny.png").empty() && good;
}

// The limits that a helper sets itself are not ours.
bool ours_stay(const std::string &dir)
{
	std::vector<struct rlimit> before(RLIM_NLIMITS), after(RLIM_NLIMITS);

	for (unsigned i = 0; i < RLIM_NLIMITS; i++)
		getrlimit(static_cast<__rlimit_resource_t>(i), &before[i]);
	bool good = host::all_well(dir);
	host::kill_zygote();
	good = host::all_well(dir) && good;
	for (unsigned i = 0; i < RLIM_NLIMITS; i++)
		getrlimit(static_cast<__rlimit_resource_t>(i), &after[i]);
	return memcmp(before.data(), after.data(), RLIM_NLIMITS * sizeof(struct rlimit)) == 0 && good;
}

} // namespace

int main(int argc, char **argv)
{
	return host::run_mode(argc, argv,
			      { { "nofile-soft", nofile_soft },
				{ "nofile-hard", nofile_hard },
				{ "nofile-then-more", nofile_then_more },
				{ "nofile-none", nofile_none },
				{ "fsize-soft", fsize_soft },
				{ "fsize-hard", fsize_hard },
				{ "fsize-restart", fsize_restart },
				{ "fsize-hard-restart", fsize_hard_restart },
				{ "nofile-none-first", nofile_none_first },
				{ "core", core },
				{ "nproc", nproc },
				{ "as-soft", as_soft },
				{ "as-hard", as_hard },
				{ "as-hard-late", as_hard_late },
				{ "plain", plain },
				{ "ours-stay", ours_stay } });
}
