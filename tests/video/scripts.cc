// SPDX-License-Identifier: LGPL-2.1-or-later
// Calls at random: what they are depends on the seed alone, never on what earlier ones gave.
#include "tests/parity/mutate.hh"
#include "tests/video/video.hh"

#include <algorithm>
#include <memory>
#include <unistd.h>

namespace {

const int kSteps = 45;
const unsigned kSecondsMax = 60;

struct Step {
	std::string name;
	std::function<std::string()> call;
};

std::string yes(bool b)
{
	return b ? "true" : "false";
}

class Script
{
public:
	Script(const Words &files, size_t at, uint64_t seed) : files_(files), at_(at), random_(seed) { captures_.resize(1); }
	void run(const std::string &name);

private:
	Step draw();
	Step draw_read();
	Step draw_retrieve();
	Step draw_set();
	Step draw_get();
	Step draw_open();
	Step draw_object();
	double strange_value();
	cv::VideoCapture &now() { return captures_[current_]; }

	const Words &files_;
	const size_t at_;
	Random random_;
	std::vector<cv::VideoCapture> captures_; // the first, its copies and others
	size_t current_ = 0;
	cv::Mat kept_;
};

template <typename Output> std::string read_into(cv::VideoCapture &c, Output &&m)
{
	const bool ok = c.read(m);
	cv::Mat copy;

	static_cast<cv::InputArray>(cv::_InputArray(m)).copyTo(copy);
	return yes(ok) + " " + describe(copy);
}

std::string read_part(cv::VideoCapture &c, cv::Size size, int type)
{
	cv::Mat whole(size.height + 20, size.width + 30, type, cv::Scalar::all(9)), part(whole, cv::Rect(10, 5, size.width, size.height));
	const bool ok = c.read(part);

	return yes(ok) + " " + describe(part) + "\n in " + describe(whole);
}

std::string read_strange(cv::VideoCapture &c, size_t which)
{
	std::vector<uchar> bytes;
	std::vector<cv::Vec3b> colours;
	cv::Mat_<float> floats;
	cv::Mat_<cv::Vec3b> typed;
	cv::Matx33f fixed;

	switch (which) {
	case 0:
		return read_into(c, bytes);
	case 1:
		return read_into(c, colours);
	case 2:
		return read_into(c, floats);
	case 3:
		return read_into(c, typed);
	case 4:
		return read_into(c, fixed);
	default:
		return yes(c.read(cv::noArray()));
	}
}

Step Script::draw_read()
{
	static const cv::Size sizes[] = { { 160, 120 }, { 120, 160 }, { 161, 119 }, { 320, 240 }, { 7, 5 } };
	static const int types[] = { CV_8UC3, CV_8UC3, CV_8UC1, CV_32FC3, CV_16UC4 };
	const cv::Size size = sizes[random_.below(5)];
	const int type = types[random_.below(5)];
	const size_t which = random_.below(6);
	const std::string of = " " + std::to_string(size.width) + "x" + std::to_string(size.height) + " " + std::to_string(type);

	switch (random_.below(9)) {
	case 0:
		return { "read UMat", [=] { return read_into(now(), cv::UMat()); } };
	case 1:
		return { "read into" + of, [=] { return read_into(now(), cv::Mat(size, type, cv::Scalar::all(7))); } };
	case 2:
		return { "read part" + of, [=] { return read_part(now(), size, type); } };
	case 3:
		return { "read kept", [=] {
				const bool ok = now().read(kept_);
				return yes(ok) + " " + describe(kept_);
			} };
	case 4:
		return { ">>", [=] { return now() >> kept_, (kept_.empty() ? "false " : "") + describe(kept_); } };
	case 5:
		return { ">> UMat", [=] {
				cv::UMat u;
				now() >> u;
				return (u.empty() ? "false " : "") + describe(u.getMat(cv::ACCESS_READ).clone());
			} };
	case 6:
		return { "read strange " + std::to_string(which), [=] { return read_strange(now(), which); } };
	default:
		return { "read", [=] { return read_one(now()); } };
	}
}

Step Script::draw_retrieve()
{
	static const int channels[] = { 0, 0, 0, 1, 5, -1, 100 };
	const int channel = channels[random_.below(7)], times = random_.once_in(4) ? 2 : 1;
	const size_t count = random_.once_in(4) ? 1 + random_.below(9) : 1;

	if (random_.once_in(2))
		return { "grab " + std::to_string(count), [=] {
				std::string text;
				for (size_t i = 0; i < count; i++)
					text += yes(now().grab()) + " ";
				return text;
			} };
	return { "retrieve " + std::to_string(channel) + " " + std::to_string(times), [=] {
			std::string text;
			for (int i = 0; i < times; i++) {
				cv::Mat m;
				const bool ok = now().retrieve(m, channel);
				text += yes(ok) + " " + describe(m) + "\n";
			}
			return text;
		} };
}

double Script::strange_value()
{
	static const double values[] = { 0, 1, -1, 0.5, 2, 3.7, -1e9, 1e9, 1e18, -1e300, 100000, 2147483648.0, 45 };

	return values[random_.below(13)];
}

Step Script::draw_set()
{
	const std::string digits = std::to_string(random_.below(2400));
	double value = std::stod(digits);
	int id;

	switch (random_.below(9)) {
	case 0:
	case 1:
	case 2:
		id = cv::CAP_PROP_POS_FRAMES;
		value = random_.below(60);
		break;
	case 3:
		id = cv::CAP_PROP_POS_MSEC;
		break;
	case 4:
		id = cv::CAP_PROP_POS_AVI_RATIO;
		value /= 2400;
		break;
	case 5:
		id = cv::CAP_PROP_ORIENTATION_AUTO;
		value = random_.below(2);
		break;
	case 6:
		id = random_.once_in(2) ? cv::CAP_PROP_FORMAT : cv::CAP_PROP_CONVERT_RGB;
		value = id == cv::CAP_PROP_FORMAT ? (random_.once_in(2) ? -1 : double(random_.below(20))) : double(random_.below(2));
		break;
	default:
		id = random_.once_in(8) ? int(random_.below(40000)) - 5000 : int(random_.below(70));
		value = strange_value();
	}
	if (id <= cv::CAP_PROP_POS_AVI_RATIO && random_.once_in(5))
		value = strange_value();
	return { "set " + std::to_string(id) + " " + std::to_string(value), [=] { return yes(now().set(id, value)); } };
}

Step Script::draw_get()
{
	const int id = int(random_.below(76)), pause = int(random_.below(random_.once_in(4) ? 30000 : 3000));

	if (random_.once_in(3))
		return { "get all", [=] { return properties(now()); } };
	if (random_.once_in(2))
		return { "pause, read", [=] { return usleep(useconds_t(pause)), read_one(now()); } };
	return { "get " + std::to_string(id), [=] { return property(now(), id); } };
}

Step Script::draw_open()
{
	const size_t other = random_.once_in(2) ? at_ : random_.below(files_.size());
	const std::string path = files_[other];

	switch (random_.below(5)) {
	case 0:
		return { "release", [=] { return now().release(), "released"; } };
	case 1:
		return { "open raw " + base_name(path),
			 [=] { return yes(now().open(path, cv::CAP_FFMPEG, { cv::CAP_PROP_FORMAT, -1 })); } };
	default:
		return { "open " + base_name(path), [=] { return yes(now().open(path)); } };
	}
}

Step Script::draw_object()
{
	const size_t which = random_.below(100);

	switch (random_.below(8)) {
	case 0:
		return { "copy", [=] { return captures_.push_back(captures_[current_]), std::to_string(captures_.size()); } };
	case 1:
	case 2:
		return { "use another", [=] { return current_ = which % captures_.size(), std::to_string(current_); } };
	case 3:
		return { "drop the last", [=] {
				if (captures_.size() > 1)
					captures_.pop_back();
				current_ = std::min(current_, captures_.size() - 1);
				return std::to_string(captures_.size());
			} };
	case 4:
		return { "grow", [=] { return captures_.emplace_back(files_[at_]), captures_.reserve(captures_.size() + which), yes(captures_.back().isOpened()); } };
	case 5:
		return { "move", [=] {
				cv::VideoCapture moved = std::move(now());
				const std::string text = state_of(moved) + " / " + state_of(now());
				now() = std::move(moved);
				return text;
			} };
	case 6:
		return { "assign", [=] { return now() = captures_[which % captures_.size()], "assigned"; } };
	default:
		return { "exceptions " + yes(which % 3 == 0), [=] { return now().setExceptionMode(which % 3 == 0), yes(now().getExceptionMode()); } };
	}
}

Step Script::draw()
{
	const size_t n = random_.below(100);

	if (n < 42)
		return draw_read();
	if (n < 56)
		return draw_retrieve();
	if (n < 72)
		return draw_set();
	if (n < 84)
		return draw_get();
	return n < 89 ? draw_open() : draw_object();
}

void Script::run(const std::string &name)
{
	const bool raw = random_.once_in(8);

	alarm(kSecondsMax);
	attempt(name + "0 open", [&] { return yes(captures_[0].open(files_[at_])); });
	if (raw)
		attempt(name + "0 raw", [&] { return yes(now().set(cv::CAP_PROP_FORMAT, -1)); });
	for (int i = 1; i <= kSteps; i++) {
		const Step step = draw();

		attempt(name + std::to_string(i) + " " + step.name, [&] {
			const std::string text = outcome(step.call);
			return text + "\n " + state_of(now());
		});
	}
}

} // namespace

void run_scripts(const Words &words)
{
	const uint64_t seed = std::stoull(words[0]), count = std::stoull(words[1]);
	const Words files(words.begin() + 2, words.end());

	for (size_t i = 0; i < files.size(); i++)
		for (uint64_t n = 0; n < count; n++)
			apart([&] {
				Script(files, i, (seed * 1000003 + i) * 1000003 + n).run(base_name(files[i]) + " " + std::to_string(n) + ": ");
			});
}
