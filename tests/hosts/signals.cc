// SPDX-License-Identifier: LGPL-2.1-or-later
// A program that looks after its signals and children very closely.
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>
#include <opencv2/imgcodecs.hpp>
#include "tests/hosts/host.hh"

namespace {

using host::Picture;

volatile sig_atomic_t chld_signals, own_reaped;

void expect_no_child(const char *when)
{
	static const int clone = static_cast<int>(__WCLONE);
	static const int options[] = { 0, WNOHANG, WUNTRACED | WCONTINUED, __WALL, clone, clone | WNOHANG, __WNOTHREAD };
	int status;

	for (int o : options) {
		errno = 0;
		host::require(waitpid(-1, &status, o) < 0 && errno == ECHILD, std::string(when) + ": waitpid has a child, options " +
												std::to_string(o));
	}
	siginfo_t info;
	host::require(waitid(P_ALL, 0, &info, WEXITED | WSTOPPED | __WALL) < 0 && errno == ECHILD, "waitid has a child");
	host::require(wait3(&status, 0, nullptr) < 0 && errno == ECHILD, "wait3 has a child");
}

// Calls, a killed helper pool, calls: all that starts and ends processes on our side.
bool everything(const std::string &dir)
{
	const bool good = host::all_well(dir);

	host::kill_zygote();
	return host::all_well(dir) && good;
}

bool echild(const std::string &dir)
{
	expect_no_child("before");
	const bool good = everything(dir);
	expect_no_child("after");
	return good;
}

// wait(-1) finds our own child, and it only.
bool own_child(const std::string &dir)
{
	const pid_t pid = host::in_child([] { return true; });
	int status;

	if (!everything(dir) || waitpid(-1, &status, 0) != pid)
		return false;
	expect_no_child("after the own child");
	return true;
}

void on_chld(int)
{
	const int saved = errno;
	int status;

	chld_signals = chld_signals + 1;
	while (waitpid(-1, &status, WNOHANG | __WALL) > 0)
		own_reaped = own_reaped + 1;
	errno = saved;
}

void handle(int sig, void (*f)(int), int flags)
{
	struct sigaction sa = {};

	sa.sa_handler = f;
	sa.sa_flags = flags;
	host::require(sigaction(sig, &sa, nullptr) == 0, "sigaction");
}

bool handler(const std::string &dir)
{
	handle(SIGCHLD, on_chld, 0);
	bool good = everything(dir);
	host::require(chld_signals == 0, "SIGCHLD came, and no child of ours ended");
	for (int i = 0; i < 10; i++) {
		host::in_child([] { return true; });
		good = host::all_well(dir) && good;
	}
	while (own_reaped < 10)
		usleep(1000);
	host::require(own_reaped == 10 && chld_signals <= 10, "other children than our own");
	expect_no_child("after the handler");
	return good;
}

bool ignored(const std::string &dir)
{
	int status;

	handle(SIGCHLD, SIG_IGN, 0);
	bool good = everything(dir);
	expect_no_child("ignored");
	handle(SIGCHLD, SIG_DFL, SA_NOCLDWAIT);
	good = everything(dir) && good;
	expect_no_child("SA_NOCLDWAIT");
	const pid_t pid = host::in_child([] { return true; });
	return waitpid(pid, &status, 0) < 0 && errno == ECHILD && good;
}

// A thread that waits for any child all the time, as a supervisor does, sees the program's own ones only.
bool beside_waiter(int options, const std::function<bool()> &work)
{
	std::atomic<bool> stop{ false };
	std::atomic<int> strangers{ 0 }, known{ 0 };
	std::thread waiter([&] {
		int status;

		while (!stop) {
			const pid_t pid = waitpid(-1, &status, options);

			if (pid > 0)
				(WIFEXITED(status) && WEXITSTATUS(status) == 42 ? known : strangers)++;
			else
				usleep(200);
		}
	});
	bool good = true;

	for (int i = 0; i < 4; i++) {
		good = work() && good;
		if (fork() == 0)
			_exit(42);
	}
	while (known < 4)
		usleep(1000);
	stop = true;
	waiter.join();
	host::require(strangers == 0, "wait saw a child that is not ours");
	return good;
}

bool waiting_thread(const std::string &dir)
{
	return beside_waiter(0, [&] { return everything(dir); });
}

// With __WALL it could see the first step of a zygote's start, for a millisecond; calls start none.
bool waiting_thread_all(const std::string &dir)
{
	return beside_waiter(__WALL, [&] { return host::all_well(dir); });
}

std::string dispositions()
{
	std::string all;
	sigset_t mask, pending;

	sigprocmask(SIG_SETMASK, nullptr, &mask);
	sigpending(&pending);
	for (int s = 1; s < NSIG; s++) {
		struct sigaction sa;

		if (sigaction(s, nullptr, &sa))
			continue;
		all += std::to_string(s) + ":" + std::to_string(reinterpret_cast<uintptr_t>(sa.sa_sigaction)) + "," +
		       std::to_string(sa.sa_flags) + "," + std::to_string(sigismember(&mask, s)) +
		       std::to_string(sigismember(&pending, s)) + " ";
	}
	return all;
}

std::string shown_by_kernel()
{
	char line[256];
	std::string all;
	FILE *f = fopen("/proc/self/status", "re");

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "Sig", 3) || !strncmp(line, "Shd", 3))
			all += line;
	if (f)
		fclose(f);
	return all;
}

bool unchanged(const std::string &dir)
{
	sigset_t some;

	handle(SIGUSR1, on_chld, SA_RESTART | SA_NODEFER);
	handle(SIGPIPE, SIG_IGN, 0);
	sigemptyset(&some);
	sigaddset(&some, SIGUSR2);
	sigaddset(&some, SIGCHLD);
	sigprocmask(SIG_BLOCK, &some, nullptr);
	raise(SIGUSR2);
	const std::string before = dispositions(), kernel = shown_by_kernel();
	const bool good = everything(dir);
	host::require(dispositions() == before, "dispositions, mask or pending signals differ: " + dispositions() + " was " + before);
	host::require(shown_by_kernel() == kernel, "the kernel shows " + shown_by_kernel() + " was " + kernel);
	return good;
}

volatile sig_atomic_t ticks;

void on_tick(int)
{
	ticks = ticks + 1;
}

bool timers(const std::string &dir)
{
	const struct itimerval ms = { { 0, 1000 }, { 0, 1000 } }, off = {};
	bool good = true;

	for (int sig : { SIGALRM, SIGVTALRM, SIGPROF })
		handle(sig, on_tick, 0);
	setitimer(ITIMER_REAL, &ms, nullptr);
	setitimer(ITIMER_PROF, &ms, nullptr);
	setitimer(ITIMER_VIRTUAL, &ms, nullptr);
	for (int i = 0; i < 5; i++)
		good = everything(dir) && good;
	for (int which : { ITIMER_REAL, ITIMER_PROF, ITIMER_VIRTUAL })
		setitimer(static_cast<__itimer_which_t>(which), &off, nullptr);
	host::require(ticks > 20, "no ticks came");
	return good;
}

// Signals from another thread, thousands a second, at every point of a call.
bool bombarded(const std::string &dir)
{
	const pthread_t target = pthread_self();
	std::atomic<bool> stop{ false };
	bool good = true;

	handle(SIGUSR1, on_tick, 0);
	std::thread bomber([&] {
		while (!stop) {
			pthread_kill(target, SIGUSR1);
			usleep(150);
		}
	});
	for (int i = 0; i < 8; i++)
		good = host::all_well(dir) && good;
	stop = true;
	bomber.join();
	return good;
}

// The handler itself reads a picture while the program is between its calls.
Picture in_handler;
volatile sig_atomic_t handler_good;

void read_in_handler(int)
{
	handler_good = host::reads(in_handler);
}

bool reading_handler(const std::string &dir)
{
	in_handler = host::picture(dir, "tiny.png");
	handle(SIGUSR1, read_in_handler, 0);
	raise(SIGUSR1);
	return handler_good && host::all_well(dir);
}

} // namespace

int main(int argc, char **argv)
{
	return host::run_mode(argc, argv,
			      { { "echild", echild },
				{ "own-child", own_child },
				{ "handler", handler },
				{ "ignored", ignored },
				{ "waiting-thread", waiting_thread },
				{ "waiting-thread-all", waiting_thread_all },
				{ "unchanged", unchanged },
				{ "timers", timers },
				{ "bombarded", bombarded },
				{ "reading-handler", reading_handler } });
}
