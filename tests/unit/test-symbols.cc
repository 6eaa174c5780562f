// SPDX-License-Identifier: LGPL-2.1-or-later
// The entry points for pictures: libopencv_imgcodecs, and no other library that reads them. Nor
// does any but videoio, which test-video-symbols.cc judges, read videos.
#include <algorithm>
#include <cstdlib>
#include <fnmatch.h>
#include "tests/unit/symbols.hh"
#include "tests/unit/unit.h" // last: cmocka has macros named as members of std

namespace
{

Family imgcodecs = {"libopencv_imgcodecs.so.406", "unit/imgcodecs.symbols", "pictures", {}, {}};

int load_all(void **)
{
	load(&imgcodecs);
	return 0;
}

// Judged function by function.
bool has_entries(const Library &l)
{
	return l.file == imgcodecs.soname || l.name == "videoio";
}

bool is_plain(const std::string &soname)
{
	static const char *const plain[] = {"libopencv_*.so.406", "libc.so.*",
					    "libm.so.*",	  "libstdc++.so.*",
					    "libgcc_s.so.*",	  "ld-linux-*.so.*"};

	return std::any_of(std::begin(plain), std::end(plain),
			   [&](const char *p) { return fnmatch(p, soname.c_str(), 0) == 0; });
}

// No library but imgcodecs has a decoder of pictures at hand, and none but videoio one of videos.
void test_no_other_library_needs_codecs(void **)
{
	const std::vector<Excuse> list = read_excuses("unit/opencv.needs");
	unsigned wrong = 0;

	for (const Library &l : libraries)
		for (const std::string &soname : l.needed)
			if (l.file != imgcodecs.soname && !is_plain(soname) &&
			    !find_excuse(list, l.name, soname)) {
				print_error("# %s needs %s, which is new. If it decodes pictures "
					    "there, find the functions that lead to it and "
					    "add them to lib/front/entries.list; if not, add it to "
					    "tests/unit/opencv.needs and say why.\n",
					    l.file.c_str(), soname.c_str());
				wrong++;
			}
	assert_int_equal(wrong + count_unused(list, names_of_libraries()), 0);
}

// By its name.
bool seems_to_read(const std::string &plain)
{
	static const std::set<std::string> verbs = {
		"read",	  "reads",    "reader",	  "imread", "imreadmulti", "imcount",
		"decode", "decoder",  "imdecode", "load",   "loads",	   "loader",
		"import", "importer", "parse",	  "parser", "file"};
	const std::vector<std::string> words = words_of(plain);

	if (words.size() == 1 && words[0] == "open")
		return true;
	return std::any_of(words.begin(), words.end(),
			   [](const std::string &w) { return verbs.count(w); });
}

void test_no_other_library_reads_pictures(void **)
{
	const std::vector<Excuse> list = read_excuses("unit/opencv.readers");
	std::set<std::string> seen;
	unsigned wrong = 0;

	for (const Library &l : libraries)
		for (const auto &[symbol, e] : l.exports) {
			const std::string plain = plain_name(symbol);

			if (has_entries(l) || !e.function || is_made(symbol, e) ||
			    !seems_to_read(plain))
				continue;
			seen.insert(l.name + " " + plain);
			if (!find_excuse(list, l.name, plain)) {
				print_error("# %s exports %s, which is new (%s). If it parses "
					    "bytes of pictures or videos, add it to "
					    "lib/front/entries.list; if not, add it to "
					    "tests/unit/opencv.readers and say why.\n",
					    l.file.c_str(), plain.c_str(), symbol.c_str());
				wrong++;
			}
		}
	print_message("# %zu functions of other libraries read something, by their names\n",
		      seen.size());
	assert_true(seen.size() > 10 || getenv("SP_OPENCV"));
	assert_int_equal(wrong + count_unused(list, names_of_libraries()), 0);
}

void test_names(void **)
{
	static const struct {
		const char *symbol, *plain;
		bool reads;
	} names[] = {
		{"_ZN2cv15readOpticalFlowERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE",
		 "cv::readOpticalFlow", true},
		{"_ZN2cv3hdf4openERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE",
		 "cv::hdf::open", true},
		{"_ZN2cv13getNumThreadsEv", "cv::getNumThreads", false},
		{"_ZN2cv3ocl10haveOpenCLEv", "cv::ocl::haveOpenCL", false},
		{"cvLoadImageM", "cvLoadImageM", true},
		{"_ZN2cv11MatIterator6decodeIiEEvT_", "cv::MatIterator::decode", true},
		{"_ZN2cvltERKiS1_", "cv::operator<", false},
	};

	for (const auto &n : names) {
		assert_string_equal(plain_name(n.symbol).c_str(), n.plain);
		assert_int_equal(seems_to_read(n.plain), n.reads);
	}
}

} // namespace

int main()
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test_prestate(test_every_export_is_judged, &imgcodecs),
		cmocka_unit_test_prestate(test_entry_points_can_be_interposed, &imgcodecs),
		cmocka_unit_test(test_no_other_library_needs_codecs),
		cmocka_unit_test(test_no_other_library_reads_pictures),
	};

	return cmocka_run_group_tests_name("symbols", tests, load_all, nullptr);
}
