# SPDX-License-Identifier: LGPL-2.1-or-later
FUZZED = fuzz/replies.cc fuzz/replies.h fuzz/seeds.c shims/opencv/app.cc shims/opencv/call.cc shims/opencv/neighbours.cc shims/opencv/pages.cc shims/opencv/picture.cc shims/opencv/replay.cc lib/wire/wire.c
check_PROGRAMS += fuzz/test-replies
TESTS += fuzz/test-replies
fuzz_test_replies_SOURCES = fuzz/test-replies.c $(FUZZED)
fuzz_test_replies_CFLAGS = $(AM_CFLAGS) $(SANITIZE)
fuzz_test_replies_CXXFLAGS = $(AM_CXXFLAGS) $(OPENCV_CFLAGS) $(SANITIZE)
fuzz_test_replies_LDFLAGS = $(SANITIZE)
fuzz_test_replies_LDADD = -lopencv_core

if ENABLE_FUZZ
FUZZ = -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
EXTRA_PROGRAMS += fuzz/fuzz-replies fuzz/make-corpus
fuzz_fuzz_replies_SOURCES = $(FUZZED)
fuzz_fuzz_replies_CFLAGS = $(AM_CFLAGS) -fsanitize=fuzzer-no-link $(FUZZ)
fuzz_fuzz_replies_CXXFLAGS = $(AM_CXXFLAGS) $(OPENCV_CFLAGS) -fsanitize=fuzzer-no-link $(FUZZ)
fuzz_fuzz_replies_LDFLAGS = -fsanitize=fuzzer $(FUZZ)
fuzz_fuzz_replies_LDADD = -lopencv_core
fuzz_make_corpus_SOURCES = fuzz/make-corpus.c fuzz/seeds.c fuzz/replies.h
fuzz_make_corpus_CFLAGS = $(AM_CFLAGS)
endif
EXTRA_DIST += fuzz/run.sh
