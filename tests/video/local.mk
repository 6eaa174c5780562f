# SPDX-License-Identifier: LGPL-2.1-or-later
VIDEO_TESTS = tests/video/test-videos
VIDEO_SUBJECTS = tests/video/videos
check_PROGRAMS += $(VIDEO_TESTS) $(VIDEO_SUBJECTS)
TESTS += $(VIDEO_TESTS)
EXTRA_DIST += tests/video/corpus.sh tests/video/videos.py

tests_video_videos_SOURCES = tests/video/videos.cc tests/video/video.cc tests/video/video.hh tests/video/scripts.cc tests/video/uses.cc \
	tests/video/crowds.cc tests/video/mutants.cc $(PARITY_MUTATE) $(PARITY_CORPUS) $(PARITY_REPORT)
tests_video_videos_CXXFLAGS = $(PARITY_CXXFLAGS) -pthread
tests_video_videos_LDADD = -lopencv_videoio $(OPENCV_LIBS)

tests_video_test_videos_SOURCES = tests/video/test-videos.c $(PARITY_COMPARE)
tests_video_test_videos_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_video_test_videos_LDADD = $(TEST_LIBS)
