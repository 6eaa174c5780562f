// SPDX-License-Identifier: LGPL-2.1-or-later
// A program that opens videos which are none of a helper's business: a camera, an address, a pipeline. Each mode is well when it was refused.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <opencv2/videoio.hpp>
#include "tests/hosts/host.hh"

namespace {

bool camera(const std::string &)
{
	cv::VideoCapture c(0);
	cv::Mat m;

	return !c.isOpened() && !c.read(m);
}

// Prints whether GStreamer was as much as started: it leaves a list of its plugins then.
bool pipeline(const std::string &dir)
{
	const std::string words = "nosuchsource ! appsink", list = dir + "/plugins";
	cv::VideoCapture c;
	cv::Mat m;

	setenv("GST_REGISTRY", list.c_str(), 1);
	unlink(list.c_str());
	const bool good = cv::VideoCapture(words, cv::CAP_GSTREAMER).isOpened() || cv::VideoCapture(words).isOpened() || c.open(63, cv::CAP_GSTREAMER) || c.read(m);
	std::printf("GStreamer: %s\n", access(list.c_str(), F_OK) == 0 ? "started" : "not started");
	return !good;
}

// Prints how many connections were made.
bool address(const std::string &)
{
	const int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in here = {};
	socklen_t len = sizeof(here);
	std::atomic<bool> stop{ false };
	int n = 0;

	here.sin_family = AF_INET;
	here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	host::require(bind(s, reinterpret_cast<sockaddr *>(&here), sizeof(here)) == 0 && listen(s, 5) == 0, "listen");
	getsockname(s, reinterpret_cast<sockaddr *>(&here), &len);
	std::thread server([&] {
		struct pollfd p = { s, POLLIN, 0 };

		for (bool last = false; !last; last = stop)
			while (poll(&p, 1, 50) > 0) {
				close(accept(s, nullptr, nullptr));
				n++;
			}
	});
	const bool good = cv::VideoCapture("http://127.0.0.1:" + std::to_string(ntohs(here.sin_port)) + "/x.mp4").isOpened();
	stop = true;
	server.join();
	std::printf("connections: %s\n", n ? "some" : "none");
	return !good;
}

bool refused(const std::string &dir)
{
	return !cv::VideoCapture(dir + "/film.avi").isOpened() && !cv::VideoCapture("http://127.0.0.1:1/x.mp4", cv::CAP_FFMPEG).isOpened();
}

} // namespace

int main(int argc, char **argv)
{
	return host::run_mode(argc, argv, { { "camera", camera }, { "address", address }, { "pipeline", pipeline }, { "refused", refused } });
}
