# SPDX-License-Identifier: LGPL-2.1-or-later
FUZZED = fuzz/replies.cc fuzz/replies.h fuzz/seeds.c shims/opencv/app.cc shims/opencv/call.cc shims/opencv/neighbours.cc shims/opencv/pages.cc shims/opencv/picture.cc shims/opencv/replay.cc lib/wire/wire.c
check_PROGRAMS += fuzz/test-replies
TESTS += fuzz/test-replies
fuzz_test_replies_SOURCES = fuzz/test-replies.c $(FUZZED)
fuzz_test_replies_CFLAGS = $(AM_CFLAGS) $(SANITIZE)
fuzz_test_replies_CXXFLAGS = $(AM_CXXFLAGS) $(OPENCV_CFLAGS) $(SANITIZE)
fuzz_test_replies_LDFLAGS = $(SANITIZE)
fuzz_test_replies_LDADD = -lopencv_core

# Volumes: the same code as in the shim, and seeds from the helper's. A shared object like theirs: hidden as it is, the code would share in a program only some of the
# static members of OpenVDB's templates with the library.
if HAVE_OPENVDB
check_LTLIBRARIES += fuzz/libanswers.la
check_PROGRAMS += fuzz/test-answers
TESTS += fuzz/test-answers
$(fuzz_libanswers_la_OBJECTS): CXXFLAGS = -O1
fuzz_libanswers_la_SOURCES = fuzz/answers.cc fuzz/answers.hh fuzz/answer-seeds.cc
fuzz_libanswers_la_CPPFLAGS = $(AM_CPPFLAGS) $(OPENVDB_CPPFLAGS)
fuzz_libanswers_la_CXXFLAGS = $(AM_CXXFLAGS) $(SANITIZE_CALLER)
fuzz_libanswers_la_LDFLAGS = -avoid-version -shared -rpath $(modulesdir) -Wl,--version-script=$(srcdir)/fuzz/answers.map $(SANITIZE)
fuzz_libanswers_la_LIBADD = libvdbtake.la libvdbemit.la $(OPENVDB_LIBS)
fuzz_test_answers_SOURCES = fuzz/test-answers.cc fuzz/answers.hh
fuzz_test_answers_CXXFLAGS = $(AM_CXXFLAGS) $(SANITIZE)
fuzz_test_answers_LDFLAGS = $(SANITIZE)
fuzz_test_answers_LDADD = fuzz/libanswers.la
EXTRA_DIST += fuzz/answers.map
endif

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
if HAVE_OPENVDB
EXTRA_PROGRAMS += fuzz/fuzz-answers
# The whole rebuild once more, told to report its coverage; optimised more, it takes minutes and gigabytes to compile.
$(fuzz_fuzz_answers_OBJECTS): CXXFLAGS = -O1
fuzz_fuzz_answers_SOURCES = fuzz/answers.cc fuzz/answers.hh $(libvdbtake_la_SOURCES)
fuzz_fuzz_answers_CPPFLAGS = $(AM_CPPFLAGS) $(OPENVDB_CPPFLAGS)
fuzz_fuzz_answers_CXXFLAGS = $(AM_CXXFLAGS) -fsanitize=fuzzer-no-link $(FUZZ)
fuzz_fuzz_answers_LDFLAGS = -fsanitize=fuzzer $(FUZZ)
fuzz_fuzz_answers_LDADD = $(OPENVDB_LIBS)
endif
endif
EXTRA_DIST += fuzz/run.sh
