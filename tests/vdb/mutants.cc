// SPDX-License-Identifier: LGPL-2.1-or-later
// Altered files: natively some end the process, some never end, some take all memory there is. The same number of the same seed is the same file.
#include "tests/parity/random.hh"
#include "tests/vdb/volume.hh"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace openvdb;

namespace {

const size_t kSizeMax = 40 * 1024;
const rlim_t kMemory = rlim_t(1) << 30;
const int kSeconds = 2; // of processor time

using Bytes = std::vector<uint8_t>;

struct Volume {
	std::string name;
	Bytes bytes;
};

std::vector<Volume> volumes;
std::string scratch;
uint64_t seed, *next_number; // shared with the child

// Where the headers are, or the leaves, or anywhere.
size_t place(Random *r, size_t size)
{
	switch (r->below(5)) {
	case 0:
	case 1:
		return r->below(std::min<size_t>(size, 900));
	case 2:
		return size - 1 - r->below(std::min<size_t>(size, 2500));
	default:
		return r->below(size);
	}
}

void put(Bytes *b, size_t at, const void *value, size_t len)
{
	std::memcpy(b->data() + at, value, std::min(len, b->size() - at));
}

void set_count(Random *r, Bytes *b)
{
	static const uint32_t list[] = { 0, 1, 2, 7, 8, 255, 256, 511, 512, 4096, 32768, 65536, 1000000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff };
	const uint32_t v = r->once_in(6) ? uint32_t(b->size() + r->below(9)) : list[r->below(17)];

	put(b, place(r, b->size()), &v, sizeof(v));
}

void set_size(Random *r, Bytes *b)
{
	static const int64_t list[] = { 0, 1, -1, -4, -5, -8, -64, -2048, -2049, -100000, 16, 100, 4096, int64_t(1) << 31, int64_t(1) << 32, int64_t(1) << 62, INT64_MIN };
	const int64_t v = r->once_in(6) ? int64_t(b->size()) - int64_t(r->below(99)) : list[r->below(17)];

	put(b, place(r, b->size()), &v, sizeof(v));
}

// A number of some bytes that looks like a length, or the size in front of what is compressed, is changed by a little.
void nudge(Random *r, Bytes *b)
{
	const size_t from = place(r, b->size());

	for (size_t at = from; at + 8 < b->size() && at < from + 400; at++) {
		uint32_t v;

		std::memcpy(&v, &(*b)[at], sizeof(v));
		if ((v && v < 5000 && !(*b)[at + 3]) || v > 0xfffff000) {
			v += uint32_t(r->below(5)) * 3 - 6;
			return put(b, at, &v, sizeof(v));
		}
	}
}

void alter(Random *r, Bytes *b)
{
	const size_t at = place(r, b->size()), len = std::min(b->size() - at, 1 + r->below(r->once_in(3) ? 600 : 9));
	const auto from = b->begin() + long(at);

	switch (r->below(11)) {
	case 0:
	case 1:
		for (size_t n = 1 + r->below(5); n; n--)
			(*b)[place(r, b->size())] ^= uint8_t(1u << r->below(8));
		return;
	case 2:
		for (size_t n = 1 + r->below(3); n; n--)
			(*b)[place(r, b->size())] = uint8_t(r->once_in(2) ? 255 : r->next());
		return;
	case 3:
		return b->resize(r->once_in(2) ? b->size() - r->below(std::min<size_t>(b->size() - 1, 200)) : 1 + r->below(b->size() - 1));
	case 4: {
		const Bytes again(from, from + long(len));
		b->insert(from, again.begin(), again.end());
		return;
	}
	case 5:
		return b->size() > len ? void(b->erase(from, from + long(len))) : void();
	case 6:
	case 7:
		return set_count(r, b);
	case 8:
		return set_size(r, b);
	default:
		return nudge(r, b);
	}
}

Volume make(uint64_t number)
{
	Random r(seed * 0x100000001b3u ^ number);
	Volume v = volumes[r.below(volumes.size())];

	for (size_t n = r.once_in(4) ? 1 + r.below(3) : 1; n && !v.bytes.empty(); n--)
		alter(&r, &v.bytes);
	return v;
}

std::string read_mutant(uint64_t number, const std::string &path)
{
	const bool delayed = number % 2;

	if (number % 4 < 2) {
		std::ifstream s(path, std::ios::binary);
		io::Stream archive(s, delayed);
		const MetaMap::Ptr meta = archive.getMetadata();

		return dump(archive.getGrids()) + (meta ? dump(*meta) : "") + state_of(archive);
	}
	Reader f(path);
	f.open(delayed);
	std::string text = names_of(f) + dump(*f.getMetadata()) + state_of(f);
	text += "\npartial " + outcome([&] { return dump(f.readAllGridMetadata()); });
	if (number % 16 == 7 && f.beginName() != f.endName())
		text += "\nclipped " + outcome([&] { return dump(f.readGrid(f.beginName().gridName(), BBoxd(Vec3d(0), Vec3d(9)))); });
	return text + "\ngrids " + outcome([&] { return dump(f.getGrids()); });
}

// What it is in short: the comparison is of text. With SP_VDB_FULL all of it.
std::string shorten(const std::string &text)
{
	const size_t end = std::getenv("SP_VDB_FULL") ? text.size() : 200, threw = text.find("threw", 1);

	return text.substr(0, end) + "\n" + std::to_string(text.size()) + " characters, " + std::to_string(std::hash<std::string>()(text)) +
	       (threw == std::string::npos ? "" : "\n" + text.substr(threw, 300));
}

bool is_preloaded()
{
	const char *preload = std::getenv("LD_PRELOAD");

	return preload && std::strstr(preload, "libsandbox-preload");
}

// Of the parser where it runs in this process: a helper has limits of its own.
void limit()
{
	const itimerval time = { { 0, 0 }, { kSeconds, 0 } };
	const rlimit memory = { kMemory, kMemory }, core = { 0, 0 };

	setrlimit(RLIMIT_CORE, &core);
	if (is_preloaded())
		return;
	setrlimit(RLIMIT_AS, &memory);
	setitimer(ITIMER_PROF, &time, nullptr);
}

void run_up_to(uint64_t end)
{
	for (; *next_number < end; ++*next_number) {
		const Volume v = make(*next_number);
		const std::string path = scratch + "/mutant.vdb";

		write_bytes(path, v.bytes);
		limit();
		section(std::to_string(*next_number) + " " + v.name + ":");
		const uint64_t number = *next_number;
		std::printf("%s\n", shorten(clean_outcome([&] { return read_mutant(number, path); })).c_str());
		std::fflush(stdout);
	}
}

// Natively each in a process of its own; preloaded as many in one as there are, which shows that one does the next no harm.
void run_all(uint64_t count)
{
	const uint64_t step = is_preloaded() ? count : 1;

	while (*next_number < count) {
		int status;
		std::fflush(stdout);
		const pid_t pid = fork();

		if (pid == 0) {
			run_up_to(std::min(count, *next_number + step));
			_exit(0);
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			std::exit(1);
		if (status) {
			std::printf("died with %s\n", WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "an exit code");
			++*next_number;
		}
	}
}

} // namespace

void run_mutants(const Words &words)
{
	for (const std::string &name : list_files(words[0])) {
		const Bytes b = read_bytes(words[0] + "/" + name);

		if (!b.empty() && b.size() <= kSizeMax)
			volumes.push_back({ name, b });
	}
	scratch = words[1];
	seed = std::stoull(words[2]);
	const uint64_t count = std::stoull(words[3]), first = words.size() > 4 ? std::stoull(words[4]) : 0; // all before are left out
	void *shared = mmap(nullptr, sizeof(*next_number), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		std::exit(1);
	next_number = static_cast<uint64_t *>(shared);
	*next_number = first;
	run_all(count);
	if (!std::getenv("SP_VDB_FULL"))
		unlink((scratch + "/mutant.vdb").c_str());
}
