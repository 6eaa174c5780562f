// SPDX-License-Identifier: LGPL-2.1-or-later
// What the subjects of this folder share. make-pictures, run natively, leaves a folder of pictures and a list of their digests; a subject says "ok"
// when everything it read was what the list says, whatever else it did to itself meanwhile.
#ifndef SP_TEST_HOST_HH
#define SP_TEST_HOST_HH

#include <functional>
#include <string>
#include <utility>
#include <vector>
#include <opencv2/core.hpp>

namespace host {

// Size, type and a hash of all pixels; "empty".
std::string digest(const cv::Mat &m);

std::vector<uchar> bytes_of(const std::string &path);

struct Picture {
	std::string name, path, digest;
};

// The list of @dir, smallest file first.
std::vector<Picture> pictures(const std::string &dir);
Picture picture(const std::string &dir, const std::string &name);

// Read it (imread, or imdecode of its bytes) and compare; says what is wrong on stdout.
bool reads(const Picture &p);
bool decodes(const Picture &p);
// Every picture of @dir both ways.
bool all_well(const std::string &dir);

// Print @what and end with 1 unless @good.
void require(bool good, const std::string &what);

// Wait for a child of our own: its exit code, 1000 + signal, or -1 when there is none.
int wait_child(pid_t pid);

// Run @f in a forked child, which ends with 0 when it returns true; returns its pid.
pid_t in_child(const std::function<bool()> &f);

// SIGKILL our zygote and wait until it is gone; false when there is none (a native run).
bool kill_zygote();

// The line of /proc/@pid/status that starts with @name, kB; -1 when there is none.
long kilobytes(pid_t pid, const char *name);

// Path of the program itself.
std::string self();

using Mode = std::pair<const char *, bool (*)(const std::string &dir)>;
// main() of a subject: "program mode dir". Prints "ok" and returns 0 when the mode's function returns true.
int run_mode(int argc, char **argv, const std::vector<Mode> &modes);

} // namespace host

#endif
