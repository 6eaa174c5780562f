// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shims/opencv/neighbours.hh"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lib/wire/util.h"

namespace sp_cv {

namespace {

std::string folder_of(const std::string &path)
{
	const size_t slash = path.rfind('/');

	return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

// Of "x.tif": "x", "x.hdr", "x.tif.ovr".
bool is_neighbour(const std::string &name, const std::string &base)
{
	const size_t n = base.rfind('.') == std::string::npos ? base.size() : base.rfind('.');

	return name != base && name.compare(0, n, base, 0, n) == 0 && (name.size() == n || name[n] == '.');
}

std::vector<std::string> names_beside(const std::string &folder, const std::string &base)
{
	std::vector<std::string> names;
	DIR *dir = opendir(folder.c_str());

	while (const dirent *e = dir ? readdir(dir) : nullptr)
		if (is_neighbour(e->d_name, base))
			names.push_back(e->d_name);
	if (dir)
		closedir(dir);
	std::sort(names.begin(), names.end());
	if (names.size() > SP_CV_NEIGHBOURS_MAX)
		names.resize(SP_CV_NEIGHBOURS_MAX);
	return names;
}

// Without waiting for the other end of a FIFO.
int open_regular(const std::string &path, uint64_t *ret_size)
{
	const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		*ret_size = static_cast<uint64_t>(st.st_size);
		return fd;
	}
	sp_close(fd);
	return -1;
}

// Appends at most @size bytes.
void append_file(int fd, uint64_t size, std::vector<char> *bytes)
{
	const size_t start = bytes->size();
	size_t got = 0;
	ssize_t r = 1;

	bytes->resize(start + size);
	while (got < size && r != 0) {
		r = pread(fd, bytes->data() + start + got, size - got, static_cast<off_t>(got));
		if (r < 0 && errno != EINTR)
			break;
		got += r > 0 ? static_cast<size_t>(r) : 0;
	}
	bytes->resize(start + got);
}

template <typename T> void append(std::vector<char> *to, const T *data, size_t n)
{
	const char *p = reinterpret_cast<const char *>(data);

	to->insert(to->end(), p, p + n);
}

} // namespace

Neighbours read_neighbours(const std::string &path, uint64_t max)
{
	const std::string folder = folder_of(path), base = path.substr(path.rfind('/') + 1);
	Neighbours all;

	for (const std::string &name : names_beside(folder, base)) {
		uint64_t size;
		const int fd = open_regular(folder == "." ? name : folder + name, &size);
		const size_t start = all.bytes.size();

		if (fd < 0)
			continue;
		if (size <= max - start) {
			append_file(fd, size, &all.bytes);
			const sp_cv_neighbour n = { static_cast<uint32_t>(name.size()), 0, all.bytes.size() - start };
			append(&all.table, &n, sizeof(n));
			append(&all.table, name.data(), name.size());
			all.count++;
		}
		sp_close(fd);
	}
	return all;
}

} // namespace sp_cv
