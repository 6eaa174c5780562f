// SPDX-License-Identifier: LGPL-2.1-or-later
// Every file through io::Stream, from streams of many kinds.
#include "tests/vdb/volume.hh"

#include <csignal>
#include <fstream>
#include <memory>
#include <sstream>
#include <thread>
#include <unistd.h>

using namespace openvdb;

namespace {

const unsigned kSecondsMax = 60;

// Bytes that come once and cannot be had again; @most of them, then the end or an exception.
class Once : public std::streambuf
{
public:
	Once(const std::string &bytes, size_t most, bool throws) : bytes_(bytes.substr(0, most)), throws_(throws) {}
	size_t taken() const { return at_; }

protected:
	int_type underflow() override
	{
		if (at_ == bytes_.size()) {
			if (throws_)
				throw std::runtime_error("the stream has broken");
			return traits_type::eof();
		}
		const size_t n = std::min<size_t>(1000, bytes_.size() - at_);
		setg(&bytes_[at_], &bytes_[at_], &bytes_[at_] + n);
		at_ += n;
		return traits_type::to_int_type(*gptr());
	}

private:
	std::string bytes_;
	size_t at_ = 0;
	const bool throws_;
};

// The end of a pipe.
class Pipe : public std::streambuf
{
public:
	explicit Pipe(int fd) : fd_(fd) {}

protected:
	int_type underflow() override
	{
		const ssize_t n = read(fd_, buffer_, sizeof(buffer_));

		if (n <= 0)
			return traits_type::eof();
		setg(buffer_, buffer_, buffer_ + n);
		return traits_type::to_int_type(*gptr());
	}

private:
	const int fd_;
	char buffer_[777];
};

std::string rest_of(std::istream &is)
{
	std::string text = "bits " + std::to_string(int(is.rdstate())) + " of " + std::to_string(int(is.exceptions())) + ", version " +
			   io::getVersion(is) + ", compression " + std::to_string(io::getDataCompression(is)) + ", half " + yes(io::getHalfFloat(is)) + ", class " +
			   std::to_string(io::getGridClass(is)); // not its metadata: natively that is a pointer into a stack frame that is gone
	const auto failed = is.rdstate();

	is.exceptions(std::ios::goodbit);
	is.clear();
	text += ", at " + std::to_string(std::streamoff(is.tellg()));
	is.clear();
	text += ", next '" + hex(std::string(1, char(is.peek())).data(), 1) + "', eof " + yes(is.eof()) + ", flags " + std::to_string(int(is.flags()));
	is.clear(failed & ~std::ios::goodbit);
	return text;
}

std::string read_stream(std::istream &is, bool delayed)
{
	io::Stream archive(is, delayed);
	const GridPtrVecPtr grids = archive.getGrids();
	const MetaMap::Ptr meta = archive.getMetadata();

	return state_of(static_cast<const io::Archive &>(archive)) + "\n" + dump(grids) + (meta ? dump(*meta) : "no metadata") + "\nagain " +
	       yes(grids == archive.getGrids()) + yes(meta == archive.getMetadata());
}

// What comes of it, and how the stream is left.
std::string read_and_look(std::istream &is, bool delayed)
{
	const std::string text = outcome([&] { return read_stream(is, delayed); });

	return text + "\nstream: " + outcome([&] { return rest_of(is); });
}

class StreamShow
{
public:
	explicit StreamShow(const std::string &path) : path_(path), prefix_(base_name(path) + ": ")
	{
		const auto bytes = read_bytes(path);

		bytes_.assign(bytes.begin(), bytes.end());
	}
	void run();

private:
	void step(const std::string &name, const std::function<std::string()> &call) { show(prefix_ + name, call); }
	void show_plain(bool delayed);
	void show_rows(bool delayed);
	void show_broken();
	void show_masks();
	void show_pipe(bool delayed);
	void show_objects();
	std::string read_row(std::istream &is, bool delayed);

	const std::string path_, prefix_;
	std::string bytes_;
};

void StreamShow::show_plain(bool delayed)
{
	const std::string how = delayed ? " delayed" : " at once";

	step("ifstream" + how, [&] {
		std::ifstream f(path_, std::ios::binary);
		return read_and_look(f, delayed);
	});
	step("istringstream" + how, [&] {
		std::istringstream s(bytes_);
		return read_and_look(s, delayed);
	});
	step("not seekable" + how, [&] {
		Once b(bytes_, bytes_.size(), false);
		std::istream s(&b);
		return read_and_look(s, delayed) + " taken " + std::to_string(b.taken());
	});
	step("at an offset" + how, [&] {
		std::istringstream s("12345678" + bytes_);
		s.seekg(8);
		return read_and_look(s, delayed);
	});
}

// Archives until there is none.
std::string StreamShow::read_row(std::istream &is, bool delayed)
{
	std::string text;

	for (int i = 0; i < 5 && is.peek() != EOF; i++)
		text += "archive " + std::to_string(i) + ": " + read_and_look(is, delayed) + "\n";
	return text;
}

void StreamShow::show_rows(bool delayed)
{
	const std::string how = delayed ? " delayed" : " at once";

	step("one after the other" + how, [&] {
		std::istringstream s(bytes_ + bytes_);
		return read_row(s, delayed);
	});
	step("one after the other in a file" + how, [&] {
		std::ifstream f(path_, std::ios::binary);
		return read_row(f, delayed);
	});
}

void StreamShow::show_broken()
{
	for (bool delayed : { false, true })
		for (bool throws : { false, true })
			for (size_t part : { 0, 30, 50, 97 })
				step("ends after " + std::to_string(part) + "% " + (throws ? "throwing" : "silently") + (delayed ? " delayed" : " at once"), [&] {
					Once b(bytes_, bytes_.size() * part / 100, throws);
					std::istream s(&b);
					return read_and_look(s, delayed);
				});
}

void StreamShow::show_masks()
{
	const std::ios::iostate masks[] = { std::ios::badbit, std::ios::failbit, std::ios::failbit | std::ios::badbit | std::ios::eofbit };

	for (auto mask : masks)
		for (bool delayed : { false, true })
			step("exceptions " + std::to_string(int(mask)) + (delayed ? " delayed" : " at once"), [&] {
				std::istringstream s(bytes_);
				s.exceptions(mask);
				return read_and_look(s, delayed);
			});
	step("failed before", [&] {
		std::istringstream s(bytes_);
		s.setstate(std::ios::failbit);
		return read_and_look(s, true);
	});
	step("at its end before", [&] {
		std::istringstream s;
		return read_and_look(s, true) + read_and_look(s, false);
	});
	step("without a buffer", [&] {
		std::istream s(nullptr);
		return read_and_look(s, true);
	});
}

void StreamShow::show_pipe(bool delayed)
{
	signal(SIGPIPE, SIG_IGN);
	step(std::string("pipe") + (delayed ? " delayed" : " at once"), [&] {
		int ends[2];

		if (pipe(ends))
			return std::string("no pipe");
		std::thread writer([&] {
			for (size_t at = 0; at < bytes_.size();) {
				const ssize_t n = write(ends[1], bytes_.data() + at, std::min<size_t>(3000, bytes_.size() - at));
				if (n <= 0)
					break;
				at += size_t(n);
			}
			close(ends[1]);
		});
		Pipe b(ends[0]);
		std::istream s(&b);
		const std::string text = read_and_look(s, delayed);
		while (s.good() && s.get() != EOF)
			continue;
		close(ends[0]);
		writer.join();
		return text;
	});
}

// Copies, and what is left when the archive or the stream is gone.
void StreamShow::show_objects()
{
	for (bool delayed : { false, true })
		step(std::string("objects") + (delayed ? " delayed" : " at once"), [&] {
			auto s = std::make_unique<std::istringstream>(bytes_);
			auto archive = std::make_unique<io::Stream>(*s, delayed);
			std::string text;

			s.reset();
			const GridPtrVecPtr grids = archive->getGrids();
			io::Stream copy(*archive), assigned;
			assigned = copy;
			text += dump(copy.getGrids()) + yes(copy.getMetadata() != nullptr) + yes(assigned.getGrids() == copy.getGrids()) +
				state_of(static_cast<const io::Archive &>(copy)) + state_of(*archive->copy()) + state_of(static_cast<const io::Archive &>(assigned));
			text += outcome([&] { return archive->write(GridCPtrVec()), "written"; });
			archive.reset();
			return text + "\n" + dump(grids);
		});
	step("no stream", [] {
		io::Stream archive;

		return yes(archive.getGrids() != nullptr) + yes(archive.getMetadata() != nullptr);
	});
}

void StreamShow::run()
{
	for (bool delayed : { false, true }) {
		show_plain(delayed);
		show_pipe(delayed);
		show_rows(delayed);
	}
	show_broken();
	show_masks();
	show_objects();
	set_variable("OPENVDB_DISABLE_DELAYED_LOAD", "1");
	step("by environment", [&] {
		std::istringstream s(bytes_);
		return read_and_look(s, true);
	});
	set_variable("OPENVDB_DISABLE_DELAYED_LOAD", nullptr);
	set_variable("OPENVDB_TEMP_DIR", "/nonexistent");
	step("nowhere for temporary files", [&] {
		std::istringstream s(bytes_);
		return read_and_look(s, true);
	});
	set_variable("OPENVDB_TEMP_DIR", nullptr);
}

} // namespace

void show_streams(const Words &words)
{
	for (const std::string &path : words)
		apart([&] {
			alarm(kSecondsMax);
			StreamShow(path).run();
			if (base_name(path).compare(0, 6, "custom"))
				return;
			register_custom();
			show(base_name(path) + ": registered", [&] {
				std::ifstream f(path, std::ios::binary);
				return read_and_look(f, true);
			});
		});
}
