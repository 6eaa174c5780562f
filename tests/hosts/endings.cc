// SPDX-License-Identifier: LGPL-2.1-or-later
// A program that ends, in every way, while it is in a call that takes long. The test sees that nothing of it is left.
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>
#include <opencv2/imgcodecs.hpp>
#include "tests/hosts/host.hh"
#include "tests/support/processes.h"

namespace {

// A fifth of a second of work for a helper, in few bytes.
std::vector<uchar> large_picture()
{
	std::vector<uchar> bytes;

	cv::imencode(".png", cv::Mat(4000, 4000, CV_8UC3, cv::Scalar(1, 2, 3)), bytes, { cv::IMWRITE_PNG_COMPRESSION, 1 });
	return bytes;
}

// Two threads are in calls from now on, and for some time to come. Preloaded, both have a helper at work when it returns.
void be_busy(const std::string &dir)
{
	static const std::vector<uchar> bytes = large_picture();
	static std::atomic<int> started;

	host::require(host::all_well(dir), "calls work");
	for (int t = 0; t < 2; t++)
		std::thread([] {
			started++;
			for (;;)
				cv::imdecode(bytes, cv::IMREAD_COLOR);
		}).detach();
	while (started < 2)
		usleep(1000);
	usleep(100000);
}

bool at_return(const std::string &dir)
{
	return host::all_well(dir);
}

// The others end without "ok", by themselves.
bool by_exit(const std::string &dir)
{
	be_busy(dir);
	_exit(0);
}

bool by_crash(const std::string &dir)
{
	be_busy(dir);
	prctl(PR_SET_DUMPABLE, 0); // no core file
	raise(SIGSEGV);
	return false;
}

bool by_abort(const std::string &dir)
{
	be_busy(dir);
	prctl(PR_SET_DUMPABLE, 0);
	abort();
}

bool by_kill(const std::string &dir)
{
	be_busy(dir);
	raise(SIGKILL);
	return false;
}

bool by_exec(const std::string &dir)
{
	const std::string path = host::self(), other = path.substr(0, path.rfind('/')) + "/bystander";

	be_busy(dir);
	execl(other.c_str(), "bystander", "gone", nullptr);
	return false;
}

// It dies together with its zygote, which cannot clean up: helpers end by themselves.
bool with_zygote(const std::string &dir)
{
	be_busy(dir);
	const pid_t zygote = marked_zygote(nullptr);
	if (zygote > 0)
		kill(zygote, SIGKILL);
	raise(SIGKILL);
	return false;
}

// A child that never calls keeps nothing alive but what is its own by right: the zygote, until it ends as well.
bool child_lives_on(const std::string &dir)
{
	be_busy(dir);
	if (fork() == 0) {
		usleep(400000);
		_exit(0);
	}
	_exit(0);
}

// A child is killed in its call; we go on, and its helper does not.
bool child_in_call(const std::string &dir)
{
	const std::vector<uchar> bytes = large_picture();
	bool good = host::all_well(dir);

	const pid_t pid = host::in_child([&] {
		for (;;)
			cv::imdecode(bytes, cv::IMREAD_COLOR);
		return false;
	});
	usleep(200000);
	kill(pid, SIGKILL);
	good = host::wait_child(pid) == 1000 + SIGKILL && good;
	return host::all_well(dir) && good;
}

} // namespace

int main(int argc, char **argv)
{
	return host::run_mode(argc, argv,
			      { { "return", at_return },
				{ "exit", by_exit },
				{ "crash", by_crash },
				{ "abort", by_abort },
				{ "kill", by_kill },
				{ "exec", by_exec },
				{ "with-zygote", with_zygote },
				{ "child-lives-on", child_lives_on },
				{ "child-in-call", child_in_call } });
}
