// SPDX-License-Identifier: LGPL-2.1-or-later
// A library whose constructor and destructor read pictures; it is preloaded beside the front, before and behind it.
#include <cstdio>
#include <cstdlib>
#include "tests/hosts/host.hh"

__attribute__((constructor)) static void early()
{
	const char *dir = getenv("PICTURES");

	if (dir)
		std::printf("early %d\n", host::all_well(dir));
	std::fflush(stdout);
}

__attribute__((destructor)) static void late()
{
	const char *dir = getenv("PICTURES");

	if (dir)
		std::printf("late %d\n", host::all_well(dir));
	std::fflush(stdout);
}
