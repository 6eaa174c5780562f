// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shims/opencv/sequence.hh"

#include <cctype>
#include <vector>

namespace sp_cv {

namespace {

// A pattern's text before and behind the number, and its least digits. False when it is none.
bool split(const std::string &pattern, std::string *ret_before, std::string *ret_behind, size_t *ret_digits)
{
	std::string *part = ret_before;
	size_t i = 0;

	while (i < pattern.size()) {
		if (pattern[i] != '%') {
			*part += pattern[i++];
			continue;
		}
		size_t width = 0, end = i + 1;
		while (end < pattern.size() && std::isdigit(static_cast<unsigned char>(pattern[end])) && width < 100)
			width = width * 10 + static_cast<size_t>(pattern[end++] - '0');
		if (end == i + 1 && end < pattern.size() && pattern[end] == '%') {
			*part += '%';
		} else if (end < pattern.size() && pattern[end] == 'd' && part == ret_before) {
			*ret_digits = width;
			part = ret_behind;
		} else {
			return false;
		}
		i = end + 1;
	}
	return part == ret_behind && ret_behind->find('/') == std::string::npos;
}

} // namespace

const char *path_of(const std::string &name)
{
	return name.compare(0, 5, "file:") == 0 ? name.c_str() + 5 : name.c_str();
}

bool is_sequence(const std::string &pattern)
{
	std::string before, behind;
	size_t digits;

	return split(pattern, &before, &behind, &digits);
}

bool is_of_sequence(const std::string &pattern, const std::string &path)
{
	std::string before, behind;
	size_t digits;

	if (!split(pattern, &before, &behind, &digits) || path.size() <= before.size() + behind.size())
		return false;
	const size_t n = path.size() - before.size() - behind.size();
	if (path.compare(0, before.size(), before) != 0 || path.compare(path.size() - behind.size(), behind.size(), behind) != 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!std::isdigit(static_cast<unsigned char>(path[before.size() + i])))
			return false;
	// As printf writes it: filled up to the width, and no digit too many.
	return n >= digits && n <= 100 && (n == digits || n == 1 || path[before.size()] != '0');
}

} // namespace sp_cv
