// SPDX-License-Identifier: LGPL-2.1-or-later
// What the modes of tests/video/videos share.
#ifndef SP_TEST_VIDEO_HH
#define SP_TEST_VIDEO_HH

#include "tests/parity/report.hh"

#include <opencv2/videoio.hpp>

using Words = std::vector<std::string>;

// One mode of the program; @words are its arguments.
void show_frames(const Words &words);	    // FILE...: all of each
void run_scripts(const Words &words);	    // SEED COUNT FILE...: calls at random
void show_uses(const Words &words);	    // CORPUS: constructors, overloads, parameters, subclasses
void show_environment(const Words &words);  // CORPUS: variables that videoio and FFmpeg's part of it read
void run_threads(const Words &words);	    // CORPUS: several threads, many captures
void read_pipes(const Words &words);	    // CORPUS SCRATCH: FIFOs, standard input
void show_names(const Words &words);	    // CORPUS SCRATCH: what is no file, or has a strange name
void run_mutants(const Words &words);	    // DIRECTORY SCRATCH SEED COUNT: altered files

// Property @id as text; what differs by nature is made alike.
std::string property(const cv::VideoCapture &c, int id);
// All of them that are not 0.
std::string properties(const cv::VideoCapture &c);
// Whether it is open, which library reads it, where it is.
std::string state_of(const cv::VideoCapture &c);

// What read says, and what it has read.
std::string read_one(cv::VideoCapture &c);
// At most @most frames, a line each.
std::string read_some(cv::VideoCapture &c, int most);

std::string base_name(const std::string &path);
// Regular files in @directory with their paths, sorted.
Words files_in(const std::string &directory);

#endif
