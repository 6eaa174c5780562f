// SPDX-License-Identifier: LGPL-2.1-or-later
// A program that changes where it is and who it is.
#include <cerrno>
#include <cstdio>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <grp.h>
#include <linux/capability.h>
#include <string>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <opencv2/imgcodecs.hpp>
#include "tests/hosts/host.hh"
#include "tests/support/processes.h"

namespace {

const uid_t kNobody = 65534;

// Every picture under its relative name.
bool relative_well(const std::string &dir, const std::string &prefix)
{
	bool good = true;

	for (host::Picture p : host::pictures(dir)) {
		p.path = prefix + p.name;
		good = host::reads(p) && host::decodes(p) && good;
	}
	return good;
}

bool relative_names(const std::string &dir)
{
	const std::string base = dir.substr(dir.rfind('/') + 1);
	bool good = true;

	host::require(chdir(dir.c_str()) == 0, "chdir");
	good = relative_well(".", "") && relative_well(".", "./") && good;
	host::require(chdir("..") == 0, "chdir ..");
	good = relative_well(base, base + "/") && good;
	host::require(chdir("/") == 0, "chdir /");
	good = relative_well(dir, dir.substr(1) + "/") && good;
	host::require(chdir(dir.c_str()) == 0, "chdir");
	host::kill_zygote();
	good = relative_well(".", "") && good;
	// A folder that is gone.
	const std::string gone = dir + "/gone";
	host::require(mkdir(gone.c_str(), 0700) == 0 && chdir(gone.c_str()) == 0 && rmdir(gone.c_str()) == 0, "mkdir");
	good = host::all_well(dir) && good;
	host::kill_zygote();
	return host::all_well(dir) && good;
}

void enter(const std::string &dir)
{
	// The library itself writes a temporary file for some formats.
	mkdir((dir + "/tmp").c_str(), 0777);
	host::require(chroot(dir.c_str()) == 0 && chdir("/") == 0, "chroot");
}

bool after_chroot(const std::string &dir)
{
	const bool good = host::all_well(dir);

	enter(dir);
	return relative_well("/", "/") && good;
}

// Nothing is there that could be started in the new root: the call fails, and says so (the test looks at stderr).
bool killed_in_chroot(const std::string &dir)
{
	const bool good = host::all_well(dir);
	const pid_t zygote = marked_zygote(nullptr);

	enter(dir);
	host::require(relative_well("/", "/"), "after chroot");
	host::require(zygote > 0 && kill(zygote, SIGKILL) == 0, "kill");
	usleep(200000);
	return cv::imread("/tiny.png").empty() && cv::imread("/tiny.jpg").empty() && good;
}

bool umask_all(const std::string &dir)
{
	umask(0777);
	const bool good = host::all_well(dir);
	host::kill_zygote();
	const bool again = host::all_well(dir);
	return umask(0777) == 0777 && good && again;
}

bool become_nobody()
{
	return setgroups(0, nullptr) == 0 && setresgid(kNobody, kNobody, kNobody) == 0 && setresuid(kNobody, kNobody, kNobody) == 0;
}

bool setuid_before(const std::string &dir)
{
	host::require(become_nobody(), "setresuid");
	return host::all_well(dir);
}

bool setuid_after(const std::string &dir)
{
	const bool good = host::all_well(dir);

	host::require(become_nobody(), "setresuid");
	return host::all_well(dir) && good;
}

// Nobody starts a zygote of his own; killing the old one is not his right, so closing its socket has to do.
bool setuid_restart(const std::string &dir)
{
	bool good = host::all_well(dir);

	host::require(become_nobody(), "setresuid");
	closefrom(3);
	good = host::all_well(dir) && good;
	closefrom(3);
	return host::all_well(dir) && good;
}

// The files are opened with the program's rights of now, neither with those of before nor with the helper's.
bool rights(const std::string &dir)
{
	const std::string path = dir + "/tiny.png";

	host::require(chmod(path.c_str(), 0600) == 0, "chmod");
	bool good = host::all_well(dir);
	host::require(setegid(kNobody) == 0 && seteuid(kNobody) == 0, "seteuid");
	good = cv::imread(path).empty() && good;
	host::require(seteuid(0) == 0 && setegid(0) == 0, "seteuid back");
	good = host::all_well(dir) && good;
	chmod(path.c_str(), 0644);
	return good;
}

bool no_new_privs(const std::string &dir)
{
	host::require(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "prctl");
	const bool good = host::all_well(dir);
	host::kill_zygote();
	return host::all_well(dir) && good;
}

bool not_dumpable(const std::string &dir)
{
	host::require(prctl(PR_SET_DUMPABLE, 0) == 0, "prctl");
	const bool good = host::all_well(dir);
	host::kill_zygote();
	return host::all_well(dir) && prctl(PR_GET_DUMPABLE) == 0 && good;
}

bool own_session(const std::string &dir)
{
	const bool good = host::all_well(dir);

	return host::wait_child(host::in_child([&] {
		return setsid() > 0 && host::all_well(dir) && kill(0, SIGURG) == 0 && host::all_well(dir);
	})) == 0 && good;
}

// A subreaper inherits what its descendants leave behind; our zygote is no descendant that it may see.
bool subreaper(const std::string &dir)
{
	int status, on = 0;
	bool good;

	host::require(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0, "prctl");
	good = host::all_well(dir);
	host::kill_zygote();
	good = host::all_well(dir) && good;
	host::kill_zygote();
	good = host::all_well(dir) && good;
	host::require(waitpid(-1, &status, WNOHANG | __WALL) < 0 && errno == ECHILD, "the subreaper has got a child");
	const pid_t pid = host::in_child([] {
		host::in_child([] {
			usleep(50000);
			return true;
		});
		return true;
	});
	host::require(waitpid(-1, &status, 0) == pid && waitpid(-1, &status, 0) > 0, "it has lost its own orphan");
	host::require(waitpid(-1, &status, 0) < 0 && errno == ECHILD, "and has another");
	return prctl(PR_GET_CHILD_SUBREAPER, &on) == 0 && on && good;
}

// The name of the file that a large picture lies in; "" natively.
std::string name_of_memory(const std::string &dir)
{
	const cv::Mat m = cv::imread(dir + "/large.jpg");
	const uintptr_t at = reinterpret_cast<uintptr_t>(m.data);
	std::ifstream maps("/proc/self/maps");
	unsigned long from, to;

	for (std::string line; std::getline(maps, line);)
		if (std::sscanf(line.c_str(), "%lx-%lx", &from, &to) == 2 && from <= at && at < to && line.find("(deleted)") != std::string::npos)
			return line.substr(line.find('/'));
	return "";
}

// Memory that may have huge pages comes from a mount.
bool with_mounts(const std::string &dir)
{
	const std::string name = name_of_memory(dir);

	return host::all_well(dir) && (name.empty() || name == "/sandbox-preload (deleted)");
}

bool without_mounts(const std::string &dir)
{
	__user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	__user_cap_data_struct caps[2];
	const bool good = host::all_well(dir);

	host::require(prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN, 0, 0, 0) == 0 && syscall(SYS_capget, &head, caps) == 0, "capget");
	caps[0].effective = caps[0].permitted = caps[0].permitted & ~(1u << CAP_SYS_ADMIN);
	host::require(syscall(SYS_capset, &head, caps) == 0, "capset");
	host::kill_zygote(); // it was started before, with all rights
	const std::string name = name_of_memory(dir);
	return host::all_well(dir) && good && (name.empty() || name == "/memfd:sandbox-preload (deleted)");
}

// What the zygote has written is what each fork would have to copy.
bool little_to_copy(const std::string &dir)
{
	const bool good = host::all_well(dir);
	const pid_t zygote = marked_zygote(nullptr);

	return good && (!zygote || host::kilobytes(zygote, "RssAnon:") < 1024);
}

} // namespace

int main(int argc, char **argv)
{
	return host::run_mode(argc, argv,
			      { { "relative-names", relative_names },
				{ "after-chroot", after_chroot },
				{ "killed-in-chroot", killed_in_chroot },
				{ "with-mounts", with_mounts },
				{ "without-mounts", without_mounts },
				{ "little-to-copy", little_to_copy },
				{ "umask", umask_all },
				{ "setuid-before", setuid_before },
				{ "setuid-after", setuid_after },
				{ "setuid-restart", setuid_restart },
				{ "rights", rights },
				{ "no-new-privs", no_new_privs },
				{ "not-dumpable", not_dumpable },
				{ "own-session", own_session },
				{ "subreaper", subreaper } });
}
