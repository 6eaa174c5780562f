// SPDX-License-Identifier: LGPL-2.1-or-later
// names PICTURE SCRATCH: cv::imread of names that are no plain file's, or plain files' with names that are not plain.
#include "tests/parity/report.hh"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <opencv2/imgcodecs.hpp>

namespace {

using Bytes = std::vector<uint8_t>;

std::string scratch;
Bytes picture;

void read_name(const std::string &what, const std::string &name)
{
	attempt("name: " + what, [&] { return describe(cv::imread(name)); });
}

void show_names()
{
	static const struct {
		const char *what, *name;
	} names[] = {
		{ "a space", "a b.png" },	   { "only a space", " " },	 { "UTF-8", "\xc3\xa4\xe2\x82\xac.png" },
		{ "percent", "%s%n%5$x.png" },	   { "a newline", "a\nb.png" },	 { "an escape", "a\x1b[31mb" },
		{ "not UTF-8", "\xff\x80\x9b.png" }, { "no extension", "plain" }, { "another extension", "x.bmp" },
		{ "quotes", "'\"`$(x)\\.png" },	   { "a dash", "-rf" },		 { "255 characters", nullptr },
	};

	for (const auto &n : names) {
		const std::string path = scratch + "/" + (n.name ? n.name : std::string(255, 'n'));

		write_bytes(path, picture);
		read_name(n.what, path);
		unlink(path.c_str());
	}
	read_name("none", "");
	read_name("a NUL inside", scratch + "/picture.png" + std::string("\0.txt", 5));
	read_name("missing", scratch + "/missing.png");
	read_name("missing, UTF-8", scratch + "/\xc3\xa4.png");
	read_name("missing, percent", scratch + "/%s%n.png");
	read_name("300 characters", scratch + "/" + std::string(300, 'n'));
	read_name("5000 characters", scratch + "/" + std::string(2500, '/') + std::string(2500, 'n'));
	read_name("20000 slashes", std::string(20000, '/') + "dev/null");
	read_name("missing folder", scratch + "/missing/picture.png");
	read_name("a file as folder", scratch + "/picture.png/");
	read_name("a file in a file", scratch + "/picture.png/x");
}

void show_links()
{
	const std::string file = scratch + "/picture.png", link = scratch + "/link";
	auto with_link = [&](const char *what, const std::string &to) {
		if (symlink(to.c_str(), link.c_str()) == 0)
			read_name(what, link);
		unlink(link.c_str());
	};

	with_link("a link", file);
	with_link("a relative link", "picture.png");
	with_link("a dangling link", scratch + "/missing.png");
	with_link("a link to itself", link);
	with_link("a link to a directory", scratch);
	if (chdir(scratch.c_str()) == 0) {
		read_name("relative", "picture.png");
		read_name("dot", "./picture.png");
		read_name("dots and slashes", ".././" + scratch.substr(scratch.rfind('/') + 1) + "//picture.png");
		read_name("the directory itself", ".");
	}
	if (mkdir("sub", 0755) == 0 && chdir("sub") == 0) {
		read_name("relative, from elsewhere", "picture.png");
		read_name("relative, upwards", "../picture.png");
	}
	if (rmdir("../sub") == 0) {
		read_name("relative, from a directory that is gone", "picture.png");
		read_name("absolute, from a directory that is gone", file);
	}
	if (chdir("/") == 0)
		read_name("a directory", scratch + "/");
}

void show_special()
{
	for (const char *name : { "/dev/null", "/dev/zero", "/", "/proc/self/cmdline", "/proc/self/mem", "/proc/version",
				  "/sys/kernel/mm/transparent_hugepage/enabled",
				  "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0", "/dev/fd/99" })
		read_name(name, name);
	const int fd = open((scratch + "/picture.png").c_str(), O_RDONLY);
	lseek(fd, 100, SEEK_SET);
	if (fd > 0 && dup2(fd, 77) == 77) {
		read_name("/dev/fd/77", "/dev/fd/77");
		std::printf("offset %lld\n", static_cast<long long>(lseek(77, 0, SEEK_CUR)));
	}
}

// Natively a stream is opened twice, and the first look takes 4096 bytes from it: of @lead only what it recognizes a decoder by is seen.
Bytes behind(const Bytes &lead, const Bytes &bytes)
{
	Bytes b = lead;

	b.resize(4096);
	b.insert(b.end(), bytes.begin(), bytes.end());
	return b;
}

// Standard input as a pipe that holds @bytes, all that a pipe can. What is left in it is not the same once there is a decoder: the helper gets the
// stream as a whole, and nobody knows beforehand how much of it a decoder takes.
void read_pipe(const std::string &what, const Bytes &bytes, bool count_left = false)
{
	int p[2], r;

	if (pipe(p) < 0 || write(p[1], bytes.data(), bytes.size()) != ssize_t(bytes.size()))
		std::exit(1);
	close(p[1]);
	dup2(p[0], 0);
	close(p[0]);
	read_name(what, "/dev/stdin");
	if (count_left && ioctl(0, FIONREAD, &r) == 0)
		std::printf("%d bytes left\n", r);
}

// A FIFO whose writer goes when all has been read.
void read_fifo(const std::string &what, const Bytes &bytes)
{
	const std::string path = scratch + "/fifo.png";
	int left = 1;

	mkfifo(path.c_str(), 0600);
	const int fd = open(path.c_str(), O_RDWR);
	if (fd < 0 || write(fd, bytes.data(), bytes.size()) != ssize_t(bytes.size()))
		std::exit(1);
	const pid_t pid = fork();
	if (pid == 0) {
		while (left && ioctl(fd, FIONREAD, &left) == 0)
			poll(nullptr, 0, 2);
		_exit(0);
	}
	close(fd);
	read_name(what, path);
	kill(pid, SIGKILL); // there may be something left
	waitpid(pid, nullptr, 0);
	unlink(path.c_str());
}

void show_streams(const std::string &corpus)
{
	const char *const names[] = { "61x64-rgb8.png", "61x64-color.jpg", "61x64-rgb8.bmp", "61x64-rgb8.tiff", "61x64-lossy.webp", "61x64-rgb8.jp2",
				      "61x64-binary8.ppm", "61x64-rgb8.pam", "61x64-rgb32f.hdr", "61x64-rgb8.sr", "61x64-rgb32f.pfm", "61x64-gray32f.exr" };

	for (const char *n : names) {
		Bytes bytes = read_bytes(corpus + "/" + n);

		bytes.resize(std::min<size_t>(bytes.size(), 60000)); // what fits a pipe
		read_pipe(std::string("pipe ") + n, bytes);
		read_pipe(std::string("pipe twice ") + n, behind(bytes, bytes));
		if (bytes.size() > 4096)
			read_fifo(std::string("FIFO ") + n, bytes);
		read_fifo(std::string("FIFO twice ") + n, behind(bytes, bytes));
	}
	read_pipe("pipe, empty", Bytes());
	read_pipe("pipe, text", Bytes(5000, 'x'), true);
	read_pipe("pipe, little text", Bytes(50, 'x'), true);
	read_pipe("pipe, a short picture", Bytes(picture.begin(), picture.begin() + 40));
	read_fifo("FIFO, text", Bytes(5000, 'x'));
}

// What root may read anyway; so not as root.
void show_unreadable()
{
	const std::string file = scratch + "/unreadable.png", closed = scratch + "/closed";

	write_bytes(file, picture);
	mkdir(closed.c_str(), 0755);
	write_bytes(closed + "/picture.png", picture);
	chmod(closed.c_str(), 0);
	chmod(file.c_str(), 0);
	attempt_apart("name: unreadable", [&] {
		if (geteuid() == 0 && (setgid(65534) || setuid(65534)))
			return std::string("the user cannot be changed");
		return describe(cv::imread(file));
	});
	attempt_apart("name: in an unreadable directory", [&] {
		if (geteuid() == 0 && (setgid(65534) || setuid(65534)))
			return std::string("the user cannot be changed");
		return describe(cv::imread(closed + "/picture.png"));
	});
	chmod(closed.c_str(), 0755);
	unlink((closed + "/picture.png").c_str());
	rmdir(closed.c_str());
	unlink(file.c_str());
}

// errno is what the program sees of why.
void show_errno()
{
	for (const char *name : { "picture.png", "missing.png", "picture.png/x", "." })
		attempt(std::string("errno after ") + name, [&] {
			errno = 0;
			const bool got = !cv::imread(scratch + "/" + name).empty();
			const int e = errno;
			return std::to_string(got) + " " + strerrorname_np(e);
		});
}

} // namespace

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	scratch = argv[2];
	picture = read_bytes(std::string(argv[1]) + "/61x64-rgb8.png");
	write_bytes(scratch + "/picture.png", picture);
	show_names();
	show_links();
	show_special();
	show_errno();
	show_unreadable();
	show_streams(argv[1]);
	return 0;
}
