// SPDX-License-Identifier: LGPL-2.1-or-later
// Many captures at once, and inputs that are no ordinary files.
#include "tests/video/video.hh"

#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <memory>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

const unsigned kSecondsMax = 60;

std::string yes(bool b)
{
	return b ? "true" : "false";
}

std::string read_all(const std::string &path)
{
	cv::VideoCapture c(path);
	std::string text = yes(c.isOpened()) + " " + state_of(c) + properties(c) + "\n";

	text += read_some(c, 400);
	return text + properties(c);
}

// As many threads as @paths, each with a capture of its own.
void read_in_threads(const std::string &name, const Words &paths)
{
	std::vector<std::string> texts(paths.size());
	std::vector<std::thread> threads;

	for (size_t i = 0; i < paths.size(); i++)
		threads.emplace_back([&, i] { texts[i] = outcome([&] { return read_all(paths[i]); }); });
	for (std::thread &t : threads)
		t.join();
	for (size_t i = 0; i < paths.size(); i++)
		attempt(name + ": thread " + std::to_string(i) + " " + base_name(paths[i]), [&] { return texts[i]; });
}

// One capture that wanders: opened here, read by one thread after the other.
void read_by_turns(const std::string &path)
{
	cv::VideoCapture c(path);

	for (int i = 0; i < 12; i++)
		attempt("turns: " + std::to_string(i) + " " + base_name(path), [&] {
			std::string text;
			std::thread([&] { text = outcome([&] { return read_one(c) + properties(c); }); }).join();
			return text;
		});
}

void read_many(const Words &paths, size_t count)
{
	std::vector<cv::VideoCapture> all;

	for (size_t i = 0; i < count; i++)
		all.emplace_back(paths[i % paths.size()]);
	for (int turn = 0; turn < 4; turn++)
		for (size_t i = 0; i < count; i++) {
			cv::VideoCapture &c = all[(i * 37 + size_t(turn)) % count];
			attempt("many: " + std::to_string(turn) + " " + std::to_string(i), [&] { return read_one(c) + " " + state_of(c); });
		}
}

// A child that writes @from to @to, a path or "-".
pid_t write_apart(const std::string &from, const std::string &to)
{
	const pid_t pid = fork();

	if (pid == 0) {
		unsetenv("LD_PRELOAD");
		if (to != "-" && !freopen(to.c_str(), "w", stdout))
			_exit(1);
		execlp("cat", "cat", from.c_str(), static_cast<char *>(nullptr));
		_exit(1);
	}
	return pid;
}

void end_writer(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, nullptr, 0);
}

void read_fifo(const std::string &path, const std::string &scratch)
{
	const std::string fifo = scratch + "/fifo" + path.substr(path.rfind('.'));

	alarm(kSecondsMax);
	attempt("fifo: " + base_name(path), [&] {
		unlink(fifo.c_str());
		if (mkfifo(fifo.c_str(), 0600))
			return std::string("no fifo");
		const pid_t pid = write_apart(path, fifo);
		std::string text;
		{
			cv::VideoCapture c(fifo, cv::CAP_FFMPEG); // others would wait for another writer
			text = yes(c.isOpened()) + " " + state_of(c) + properties(c) + "\n" + read_some(c, 200);
			text += yes(c.set(cv::CAP_PROP_POS_FRAMES, 2)) + " " + read_some(c, 3);
		}
		end_writer(pid);
		unlink(fifo.c_str());
		return text;
	});
}

// @name without directories, fit for the name of a section.
std::string label(const std::string &name)
{
	const std::string start = name.substr(0, name.find('/')), end = base_name(name);
	std::string text;

	for (char c : start == end ? end : start + " " + end) {
		char hex[8];
		std::snprintf(hex, sizeof(hex), "%%%02x", static_cast<unsigned char>(c));
		text += c >= ' ' && c < 127 && c != ':' ? std::string(1, c) : hex;
	}
	return text.substr(0, 100);
}

void read_stdin(const std::string &path, const std::string &name)
{
	const std::string shown = "standard input " + label(name) + ": " + base_name(path);

	alarm(kSecondsMax);
	attempt(shown + " as a pipe", [&] {
		int p[2];

		if (pipe(p))
			return std::string("no pipe");
		const int out = dup(STDOUT_FILENO);
		dup2(p[1], STDOUT_FILENO);
		const pid_t pid = write_apart(path, "-");
		dup2(out, STDOUT_FILENO);
		dup2(p[0], STDIN_FILENO);
		close(p[0]), close(p[1]), close(out);
		cv::VideoCapture c(name, cv::CAP_FFMPEG);
		std::string text = yes(c.isOpened()) + " " + properties(c) + "\n" + read_some(c, 200);
		end_writer(pid);
		return text;
	});
	// The program's own position in the file, which the two share or do not.
	attempt(shown + " as a file", [&] {
		const int fd = open(path.c_str(), O_RDONLY);
		dup2(fd, STDIN_FILENO);
		std::string text;
		{
			cv::VideoCapture c(name, cv::CAP_FFMPEG);
			text = yes(c.isOpened()) + " " + properties(c) + "\n" + read_some(c, 200);
		}
		close(fd);
		return text + " at " + std::to_string(lseek(STDIN_FILENO, 0, SEEK_CUR));
	});
}

void show_name(const std::string &name)
{
	const std::string shown = label(name);

	alarm(kSecondsMax);
	for (int library : { cv::CAP_ANY, cv::CAP_FFMPEG, cv::CAP_IMAGES, cv::CAP_OPENCV_MJPEG })
		attempt(shown + ": " + std::to_string(library), [&] {
			cv::VideoCapture c;
			const bool ok = c.open(name, library);
			return yes(ok) + " " + state_of(c) + "\n" + read_some(c, 5);
		});
}

void copy(const std::string &from, const std::string &to)
{
	unlink(to.c_str()); // of an earlier run, perhaps not to be written
	write_bytes(to, read_bytes(from));
}

// Files beside each other whose names are made of what means something to FFmpeg or to the reader of sequences.
Words strange_files(const std::string &corpus, const std::string &scratch)
{
	Words names;

	for (const char *n : { "with space.mp4", "a%b.mp4", "percent%03d.mp4", "odd-\xff\xfe.mp4", "new\nline.mp4", "quote'\".mp4", "a:b.mp4", "-dash.mp4",
			       "001.mp4", "img_1.mp4", "*.mp4", "[a]?.mp4", "f\xc3\xbcr.mp4" }) {
		copy(corpus + "/good/h264-baseline.mp4", scratch + "/" + n);
		names.push_back(scratch + "/" + n);
	}
	return names;
}

// Devices, and what FFmpeg takes for a protocol.
Words foreign_names(const std::string &good)
{
	Words names = { "", ".", "/", "/dev/null", "/dev/zero", "/dev/video63", "/proc/self/maps", std::string(5000, 'x'), "data:video/mp4;base64,AAAA",
			"nothing:x", "tcp://127.0.0.1:9", good + "h264-b.mp4" + std::string("\0x", 2) };

	for (const char *protocol : { "file:", "file://", "cache:", "async:" })
		names.push_back(protocol + good + "h264.ts");
	names.push_back("concat:" + good + "h264.ts|" + good + "mpeg2.ts");
	names.push_back("subfile,,start,0,end,0,,:" + good + "h264.ts");
	return names;
}

} // namespace

void run_threads(const Words &words)
{
	const std::string good = words[0] + "/good/";

	apart([&] { read_in_threads("formats", { good + "h264-b.mp4", good + "mjpeg.avi", good + "vp9.webm", good + "mpeg4.avi" }); });
	apart([&] { read_in_threads("sizes", { good + "320.mp4", good + "320.mp4", good + "320.mp4", good + "h264-b.mp4" }); });
	apart([&] { read_by_turns(good + "h264-b.mp4"); });
	apart([&] { read_many({ good + "h264-b.mp4", good + "mjpeg.avi", good + "2x2.mkv", good + "noise.mp4", good + "rotated-90.mp4" }, 64); });
}

void read_pipes(const Words &words)
{
	const std::string &scratch = words[1];

	for (const char *file : { "h264.ts", "mjpeg.avi", "mjpeg-raw.mjpeg", "fragmented.mp4", "vp8.webm", "raw.h264", "y4m.y4m", "mpeg2.mpg" })
		apart([&] { read_fifo(words[0] + "/good/" + file, scratch); });
	for (const char *name : { "/dev/stdin", "pipe:0", "pipe:", "/proc/self/fd/0" })
		for (const char *file : { "h264.ts", "mjpeg.avi" })
			apart([&] { read_stdin(words[0] + "/good/" + file, name); });
}

void show_names(const Words &words)
{
	const std::string &scratch = words[1], good = words[0] + "/good/";
	Words names = strange_files(words[0], scratch);

	copy(good + "h264-baseline.mp4", scratch + "/unreadable.mp4");
	chmod((scratch + "/unreadable.mp4").c_str(), 0);
	unlink((scratch + "/link.mp4").c_str());
	unlink((scratch + "/dangling.mp4").c_str());
	if (symlink("with space.mp4", (scratch + "/link.mp4").c_str()) || symlink("nowhere", (scratch + "/dangling.mp4").c_str()))
		std::perror("symlink");
	for (const char *n : { "missing.mp4", "missing.avi", "missing_%02d.png", "missing/in/it.mp4", "unreadable.mp4", "link.mp4", "dangling.mp4", "" })
		names.push_back(scratch + "/" + n);
	for (const std::string &n : foreign_names(good))
		names.push_back(n);
	for (const std::string &n : names)
		apart([&] { show_name(n); });
	if (chdir(good.c_str()) == 0)
		for (const char *n : { "h264-b.mp4", "./h264-b.mp4", "../good//mjpeg.avi", "../images/gap/img_%03d.png", "../images/gap/img_000.png",
				       "../images/late/five_%02d.png", "../images/late/five_05.png", "../images/one_%03d.jpg", "../images/one_001.jpg",
				       "../images/zero_003.png", "../images/tiff_%02d.tiff", "../images/bmp_%04d.bmp", "../images/bmp_0001.bmp",
				       "../images/zero_%03d.png?start_number=2", "../images/nothing_%03d.png" })
			apart([&] { show_name(n); });
}
