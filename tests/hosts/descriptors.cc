// SPDX-License-Identifier: LGPL-2.1-or-later
// A program that thinks every descriptor is its own.
#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>
#include <dirent.h>
#include <opencv2/imgcodecs.hpp>
#include "tests/hosts/host.hh"

namespace {

using host::Picture;

std::vector<int> open_descriptors()
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

bool preloaded()
{
	return getenv("LD_PRELOAD") != nullptr;
}

// The front's descriptor, or -1 in a native run.
int front_descriptor()
{
	const int last = open_descriptors().back();

	return last > 100 ? last : -1;
}

bool closefrom_3(const std::string &dir)
{
	bool good = true;

	for (int i = 0; i < 5; i++) {
		closefrom(3);
		good = host::all_well(dir) && good;
	}
	return good;
}

bool close_loop(const std::string &dir)
{
	bool good = host::all_well(dir);

	for (int fd = 3; fd < 70000; fd++)
		close(fd);
	return host::all_well(dir) && good;
}

bool close_range_all(const std::string &dir)
{
	const bool good = host::all_well(dir);

	close_range(3, ~0u, 0);
	return host::all_well(dir) && good;
}

// Make @fd the front's number, use pictures, and see that it is still what it was.
bool squat(const std::string &dir, int fd)
{
	const int number = front_descriptor() < 0 ? 1000 : front_descriptor();
	struct stat before, after;

	host::require(fd >= 0 && dup2(fd, number) == number && fstat(number, &before) == 0, "dup2");
	close(fd);
	const bool good = host::all_well(dir);
	host::require(fstat(number, &after) == 0 && before.st_ino == after.st_ino && before.st_dev == after.st_dev,
		      "our descriptor is another file now");
	host::require(!(fcntl(number, F_GETFD) & FD_CLOEXEC), "our descriptor has become close-on-exec");
	close(number);
	return host::all_well(dir) && good;
}

bool taken_by_file(const std::string &dir)
{
	return host::all_well(dir) && squat(dir, open("/dev/null", O_RDWR)) && squat(dir, open(dir.c_str(), O_RDONLY));
}

// Sockets of the very kind the front uses, with messages waiting and with none, with a peer and without.
bool taken_by_socket(const std::string &dir)
{
	bool good = host::all_well(dir);

	for (int type : { SOCK_SEQPACKET, SOCK_STREAM, SOCK_DGRAM })
		for (bool open_peer : { true, false }) {
			char text[300] = "a message of the program's own, as long as an offer of the zygote's";
			int sv[2];

			host::require(socketpair(AF_UNIX, type, 0, sv) == 0, "socketpair");
			host::require(send(sv[1], text, 224, 0) == 224, "send");
			if (!open_peer)
				close(sv[1]);
			const int copy = dup(sv[0]);
			good = squat(dir, sv[0]) && good;
			host::require(recv(copy, text, sizeof(text), MSG_DONTWAIT) == 224, "somebody has taken our message");
			close(copy);
			if (open_peer)
				close(sv[1]);
		}
	return good;
}

// The number is free again when the program has closed it: between calls of 40 it opens files under whatever number comes.
bool reopened(const std::string &dir)
{
	bool good = host::all_well(dir);

	for (int i = 0; i < 10; i++) {
		closefrom(3);
		std::vector<int> mine;
		for (int k = 0; k < 1100; k++)
			mine.push_back(open("/dev/null", O_RDONLY | O_CLOEXEC));
		host::require(mine.back() == 1102 || mine.back() < 0, "numbers are missing");
		good = host::reads(host::picture(dir, "tiny.jpg")) && good;
		struct stat st;
		for (int fd : mine)
			host::require(fd < 0 || (fstat(fd, &st) == 0 && S_ISCHR(st.st_mode)), "a descriptor of ours was closed");
	}
	return good;
}

// As natively, but for one high number that no child inherits.
bool counted(const std::string &dir)
{
	const std::vector<int> before = open_descriptors();
	const bool good = host::all_well(dir);
	std::vector<int> after = open_descriptors();

	host::require(before == after, "descriptors are left behind");
	host::require(after.size() == (preloaded() ? 4 : 3), "there are " + std::to_string(after.size()));
	host::require(after[0] == 0 && after[1] == 1 && after[2] == 2, "0, 1 and 2 are not alone at the low end");
	if (preloaded())
		host::require(after[3] > 500 && (fcntl(after[3], F_GETFD) & FD_CLOEXEC), "ours is low, or inherited");
	host::require(open("/dev/null", O_RDONLY) == 3, "the lowest free number is not 3");
	return good;
}

// What is said to a closed descriptor goes nowhere: not to a file or socket of the call that has got its number, and no SIGPIPE comes back; the
// library has much to say of a file that is not there.
bool missing_without(const std::string &dir, int closed)
{
	const int keep = fcntl(closed, F_DUPFD_CLOEXEC, 10);
	bool good = true;

	close(closed);
	for (int i = 0; i < 150; i++)
		good = cv::imread(dir + "/no such file").empty() && good;
	good = host::all_well(dir) && good;
	good = fcntl(closed, F_GETFD) < 0 && good;
	dup2(keep, closed);
	close(keep);
	return good;
}

bool closed_one(const std::string &dir)
{
	bool good = host::all_well(dir);

	for (int fd = 0; fd < 3; fd++)
		good = missing_without(dir, fd) && good;
	return good;
}

bool closed_stdio(const std::string &dir)
{
	const int keep = fcntl(1, F_DUPFD_CLOEXEC, 10);
	bool good;

	for (int fd = 0; fd < 3; fd++)
		close(fd);
	const std::vector<int> before = open_descriptors();
	good = host::all_well(dir);
	// A decoder that fails, and would have something to say.
	good = cv::imread(dir + "/digests").empty() && cv::imread(dir + "/no such file").empty() && good;
	host::kill_zygote();
	good = host::all_well(dir) && good;
	const bool same = open_descriptors() == before;
	dup2(keep, 1);
	host::require(same, "0, 1 and 2 do not stay closed");
	return good;
}

} // namespace

int main(int argc, char **argv)
{
	return host::run_mode(argc, argv,
			      { { "closefrom", closefrom_3 },
				{ "close-loop", close_loop },
				{ "close-range", close_range_all },
				{ "taken-by-file", taken_by_file },
				{ "taken-by-socket", taken_by_socket },
				{ "reopened", reopened },
				{ "counted", counted },
				{ "closed-one", closed_one },
				{ "closed-stdio", closed_stdio } });
}
