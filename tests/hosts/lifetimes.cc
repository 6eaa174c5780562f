// SPDX-License-Identifier: LGPL-2.1-or-later
// A program that reads before main, after it, and in every corner between.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <unistd.h>
#include "tests/hosts/host.hh"

namespace {

void say(const char *where)
{
	const char *dir = getenv("PICTURES");

	std::printf("%s %d\n", where, dir && host::all_well(dir));
	std::fflush(stdout);
}

struct Everywhere {
	Everywhere(const char *b, const char *e) : begin(b), end(e) { say(begin); }
	~Everywhere() { say(end); }
	const char *begin, *end;
};

Everywhere global("static initialiser", "static destructor");

__attribute__((constructor(101))) void first_constructor()
{
	say("first constructor");
}

__attribute__((constructor)) void constructor()
{
	say("constructor");
}

// (Natively a destructor function of the program itself finds the library's list of decoders destroyed, and crashes.)
void at_exit()
{
	say("atexit");
}

void in_thread()
{
	thread_local Everywhere mine("thread_local begins", "thread_local ends");

	say(mine.begin ? "thread" : "");
}

void at_quick_exit_too()
{
	say("at_quick_exit");
	std::_Exit(0);
}

} // namespace

int main(int argc, char **argv)
{
	const std::string mode = argc > 1 ? argv[1] : "";

	atexit(at_exit);
	at_quick_exit(at_quick_exit_too);
	std::thread(in_thread).join();
	thread_local Everywhere main_thread("main's thread_local begins", "main's thread_local ends");
	say(main_thread.begin ? "main" : "");
	if (mode == "exit")
		exit(0);
	if (mode == "quick_exit")
		quick_exit(0);
	if (mode == "pthread_exit")
		pthread_exit(nullptr);
	return 0;
}
