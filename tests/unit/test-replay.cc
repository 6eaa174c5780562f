// SPDX-License-Identifier: LGPL-2.1-or-later
// shims/opencv/replay.cc: the library's words and errors, said again in the program.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <new>
#include <sstream>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <opencv2/core.hpp>
#include "shims/opencv/replay.hh"
#include "tests/unit/unit.h" // last: cmocka has macros named as members of std

namespace {

using namespace sp_cv;

std::string record; // what events() gives
int events_error;

int events(sp_call *, void **ret_buf, size_t *ret_len)
{
	if (events_error)
		return events_error;
	*ret_len = record.size();
	*ret_buf = record.empty() ? nullptr : std::malloc(record.size());
	if (*ret_buf)
		std::memcpy(*ret_buf, record.data(), record.size());
	return 0;
}

void add(unsigned type, const std::string &data, unsigned cut = 0)
{
	sp_event ev = {};

	ev.type = static_cast<uint16_t>(type);
	ev.cut = static_cast<uint16_t>(cut);
	ev.len = static_cast<uint32_t>(data.size());
	record.append(reinterpret_cast<const char *>(&ev), sizeof(ev));
	record += data;
}

void add_error(int code, const std::string &err, const std::string &func, const std::string &file, int line)
{
	sp_event_error e = {};

	e.code = code;
	e.line = line;
	e.err_len = static_cast<uint32_t>(err.size());
	e.func_len = static_cast<uint32_t>(func.size());
	e.file_len = static_cast<uint32_t>(file.size());
	add(SP_EVENT_ERROR, std::string(reinterpret_cast<const char *>(&e), sizeof(e)) + err + func + file);
}

// What was printed and raised, in order.
std::string said;

class Listener : public std::stringbuf
{
public:
	explicit Listener(const char *name) : name_(name) {}

protected:
	std::streamsize xsputn(const char *s, std::streamsize n) override
	{
		said += name_ + std::string(s, static_cast<size_t>(n)) + ";";
		return n;
	}

private:
	std::string name_;
};

int on_error(int code, const char *func, const char *err, const char *file, int line, void *)
{
	said += "error " + std::to_string(code) + " " + err + " " + func + " " + file + ":" + std::to_string(line) + ";";
	return 0;
}

// The status after the replay; what it throws passes through.
sp_status play(sp_cv_thrown thrown, sp_status before = SP_OK)
{
	sp_front_ops ops = {};
	sp_call call = {};

	said.clear();
	ops.events = events;
	call.status = before;
	replay(&ops, &call, thrown);
	return call.status;
}

void test_order(void **)
{
	record.clear();
	add(SP_EVENT_CERR, "one");
	add_error(-215, "x > 0", "f", "a.cpp", 12);
	add(SP_EVENT_COUT, "two");
	add(SP_EVENT_WHAT, "not used");
	add(SP_EVENT_CERR, "three", 1);
	assert_int_equal(play(SP_CV_THROW_NONE), SP_OK);
	assert_string_equal(said.c_str(), "cerr one;error -215 x > 0 f a.cpp:12;cout two;cerr three[...]\n;");
}

void test_exception(void **)
{
	record.clear();
	add_error(-1, "caught", "f", "a", 1);
	add_error(-215, "es\033caped", "g", "b", 2);
	add(SP_EVENT_CERR, "never reached");
	try {
		play(SP_CV_THROW_CV);
		fail_msg("nothing was thrown");
	} catch (const cv::Exception &e) {
		assert_int_equal(e.code, -215);
		assert_string_equal(e.err.c_str(), "es\\x1bcaped");
		assert_string_equal(e.func.c_str(), "g");
		assert_int_equal(e.line, 2);
	}
	assert_string_equal(said.c_str(), "error -1 caught f a:1;error -215 es\\x1bcaped g b:2;");
}

template <typename E> void throws(sp_cv_thrown thrown, const char *what)
{
	bool caught = false;

	record.clear();
	add(SP_EVENT_WHAT, "first");
	add(SP_EVENT_WHAT, "wh\001at");
	try {
		play(thrown);
	} catch (const E &e) {
		caught = true;
		if (what)
			assert_string_equal(e.what(), what);
	}
	assert_true(caught);
}

void test_other_exceptions(void **)
{
	throws<std::bad_alloc>(SP_CV_THROW_BAD_ALLOC, nullptr);
	throws<std::length_error>(SP_CV_THROW_LENGTH, "wh\\x01at");
	throws<std::out_of_range>(SP_CV_THROW_RANGE, "wh\\x01at");
	throws<std::runtime_error>(SP_CV_THROW_RUNTIME, "wh\\x01at");
	throws<std::exception>(SP_CV_THROW_OTHER, "wh\\x01at");
}

void test_nonsense(void **)
{
	record.clear();
	assert_int_equal(play(SP_CV_THROW_NONE), SP_OK);
	assert_int_equal(play(SP_CV_THROW_CV), SP_BAD_REPLY); // threw what?
	add(SP_EVENT_CERR, "text");
	record += "x";
	assert_int_equal(play(SP_CV_THROW_NONE), SP_BAD_REPLY);
	assert_string_equal(said.c_str(), "cerr text;");
	assert_int_equal(play(SP_CV_THROW_NONE, SP_CRASHED), SP_CRASHED); // of a dead helper any record will do
	record.clear();
	add(SP_EVENT_ERROR, "too short");
	assert_int_equal(play(SP_CV_THROW_CV), SP_BAD_REPLY);
	record.clear();
	add(SP_EVENT_MAX, "");
	assert_int_equal(play(SP_CV_THROW_NONE), SP_BAD_REPLY);
	events_error = -EBADMSG;
	assert_int_equal(play(SP_CV_THROW_NONE), SP_BAD_REPLY);
	events_error = 0;
}

// However it is spelt: in one text, letter by letter, after false starts, through several streams.
void test_forged_name(void **)
{
	const std::string name = "libsandbox-preload:";

	record.clear();
	add(SP_EVENT_CERR, name + " all is well, lib" + name + name);
	for (char c : "liblibsandbox-prelibsandbox-preload: ok")
		if (c)
			add(c % 2 ? SP_EVENT_CERR : SP_EVENT_COUT, std::string(1, c));
	assert_int_equal(play(SP_CV_THROW_NONE), SP_OK);
	std::string plain;
	for (size_t i = 0; i < said.size(); i++) {
		if (said.compare(i, 5, "cerr ") == 0 || said.compare(i, 5, "cout ") == 0)
			i += 4;
		else if (said[i] != ';')
			plain += said[i];
	}
	assert_true(plain.find(name) == std::string::npos);
	assert_true(plain.find("libsandbox-preload\\x3a all is well") == 0);
	assert_true(plain.find("libsandbox-preload\\x3a ok") != std::string::npos);
}

// Through descriptor 2, by way of stdio.
void test_stdio(void **)
{
	char text[64] = {};
	FILE *f = std::tmpfile();
	const int saved = dup(2);

	record.clear();
	add(SP_EVENT_STDERR, std::string("a\0b\033\n", 5));
	dup2(fileno(f), 2);
	assert_int_equal(play(SP_CV_THROW_NONE), SP_OK);
	std::fflush(stderr);
	dup2(saved, 2);
	close(saved);
	std::rewind(f);
	assert_int_equal(std::fread(text, 1, sizeof(text) - 1, f), 11);
	assert_string_equal(text, "a\\x00b\\x1b\n");
	std::fclose(f);
}

} // namespace

int main()
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),	 cmocka_unit_test(test_exception),   cmocka_unit_test(test_other_exceptions),
		cmocka_unit_test(test_nonsense), cmocka_unit_test(test_forged_name), cmocka_unit_test(test_stdio),
	};
	Listener err("cerr "), out("cout ");
	std::streambuf *const cerr = std::cerr.rdbuf(&err), *const cout = std::cout.rdbuf(&out);

	cv::redirectError(on_error);
	const int r = cmocka_run_group_tests_name("replay", tests, nullptr, nullptr);
	std::cerr.rdbuf(cerr);
	std::cout.rdbuf(cout);
	return r;
}
