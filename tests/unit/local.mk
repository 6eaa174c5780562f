# SPDX-License-Identifier: LGPL-2.1-or-later
UNIT_TESTS = tests/unit/test-filter tests/unit/test-wire tests/unit/test-fdio tests/unit/test-front tests/unit/test-vfs
if HAVE_OPENCV
UNIT_TESTS += tests/unit/test-picture tests/unit/test-replay tests/unit/test-symbols \
	tests/unit/test-video-symbols
endif
if HAVE_OPENVDB
UNIT_TESTS += tests/unit/test-vdb-symbols
endif
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)

tests_unit_test_filter_SOURCES = tests/unit/test-filter.c filters/simulate.c filters/simulate.h
tests_unit_test_filter_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(SECCOMP_CFLAGS)
tests_unit_test_filter_LDADD = libfilters.la $(SECCOMP_LIBS) $(CMOCKA_LIBS)

tests_unit_test_wire_SOURCES = tests/unit/test-wire.c tests/unit/unit.h
tests_unit_test_wire_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(SANITIZE)
tests_unit_test_wire_LDFLAGS = $(SANITIZE)
tests_unit_test_wire_LDADD = libwire.la $(CMOCKA_LIBS)

tests_unit_test_fdio_SOURCES = tests/unit/test-fdio.c tests/unit/unit.h
tests_unit_test_fdio_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(SANITIZE)
tests_unit_test_fdio_LDFLAGS = $(SANITIZE)
tests_unit_test_fdio_LDADD = libwire.la $(CMOCKA_LIBS)

tests_unit_test_front_SOURCES = tests/unit/test-front.c tests/unit/unit.h lib/front/config.c lib/front/text.c lib/front/environment.c
tests_unit_test_front_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(SANITIZE)
tests_unit_test_front_LDFLAGS = $(SANITIZE)
tests_unit_test_front_LDADD = libwire.la $(CMOCKA_LIBS)

# Never sanitized, as the helper: libc's names are the helper's here.
tests_unit_test_vfs_SOURCES = tests/unit/test-vfs.c tests/unit/unit.h lib/helper/vfs.c lib/helper/vfs_ask.c lib/helper/vfs_file.h lib/helper/vfs_folder.c \
	lib/helper/vfs_libc.c lib/helper/vfs_stdio.c lib/helper/threads.c lib/helper/events.c
tests_unit_test_vfs_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_vfs_LDADD = libwire_plain.la $(CMOCKA_LIBS)

tests_unit_test_picture_SOURCES = tests/unit/test-picture.cc tests/unit/unit.h shims/opencv/picture.cc
tests_unit_test_picture_CXXFLAGS = $(AM_CXXFLAGS) $(OPENCV_CFLAGS) $(CMOCKA_CFLAGS) $(SANITIZE)
tests_unit_test_picture_LDFLAGS = $(SANITIZE)
tests_unit_test_picture_LDADD = -lopencv_core $(CMOCKA_LIBS)

tests_unit_test_replay_SOURCES = tests/unit/test-replay.cc tests/unit/unit.h shims/opencv/replay.cc
tests_unit_test_replay_CXXFLAGS = $(AM_CXXFLAGS) $(OPENCV_CFLAGS) $(CMOCKA_CFLAGS) $(SANITIZE)
tests_unit_test_replay_LDFLAGS = $(SANITIZE)
tests_unit_test_replay_LDADD = libwire.la -lopencv_core $(CMOCKA_LIBS)

SYMBOLS_SOURCES = tests/unit/symbols.cc tests/unit/symbols.hh tests/unit/dynamic.cc tests/unit/dynamic.hh tests/unit/unit.h
tests_unit_test_symbols_SOURCES = tests/unit/test-symbols.cc $(SYMBOLS_SOURCES)
tests_unit_test_symbols_CXXFLAGS = $(AM_CXXFLAGS) $(CMOCKA_CFLAGS) $(ELF_CFLAGS)
tests_unit_test_symbols_LDADD = $(CMOCKA_LIBS) $(ELF_LIBS) -ldl
tests_unit_test_video_symbols_SOURCES = tests/unit/test-video-symbols.cc $(SYMBOLS_SOURCES)
tests_unit_test_video_symbols_CXXFLAGS = $(AM_CXXFLAGS) $(CMOCKA_CFLAGS) $(ELF_CFLAGS)
tests_unit_test_video_symbols_LDADD = $(CMOCKA_LIBS) $(ELF_LIBS) -ldl
tests_unit_test_vdb_symbols_SOURCES = tests/unit/test-vdb-symbols.cc $(SYMBOLS_SOURCES)
tests_unit_test_vdb_symbols_CXXFLAGS = $(AM_CXXFLAGS) $(CMOCKA_CFLAGS) $(ELF_CFLAGS)
tests_unit_test_vdb_symbols_LDADD = $(CMOCKA_LIBS) $(ELF_LIBS) -ldl
EXTRA_DIST += tests/unit/openvdb.readers tests/unit/openvdb.users tests/unit/imgcodecs.symbols tests/unit/videoio.symbols tests/unit/videoio.users tests/unit/opencv.needs tests/unit/opencv.readers
