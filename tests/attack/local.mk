# SPDX-License-Identifier: LGPL-2.1-or-later
ATTACK_TESTS = tests/attack/test-hostile-helper tests/attack/test-hostile-offer tests/attack/test-hostile-plugin tests/attack/test-hostile-video
check_PROGRAMS += $(ATTACK_TESTS) tests/attack/subject tests/attack/watch tests/attack/hostile-helper
check_LTLIBRARIES += tests/attack/hostile-plugin.la tests/attack/hostile-video.la
TESTS += $(ATTACK_TESTS)

tests_attack_subject_SOURCES = tests/attack/subject.cc
tests_attack_subject_CXXFLAGS = $(AM_CXXFLAGS) $(OPENCV_CFLAGS)
tests_attack_subject_LDADD = $(OPENCV_LIBS)
tests_attack_hostile_helper_SOURCES = tests/attack/hostile-helper.c tests/attack/hostile-helper.h tests/attack/hostile-answer.c
tests_attack_hostile_helper_CFLAGS = $(AM_CFLAGS)
tests_attack_hostile_helper_LDADD = libwire_plain.la
# A module needs a place to be installed in, which it never is. sp_* come from sandbox-helper, hence undefined symbols.
tests_attack_hostile_plugin_la_SOURCES = tests/attack/hostile-plugin.c tests/attack/search.c tests/attack/search.h tests/attack/syscalls.h tests/attack/raw.h
tests_attack_hostile_plugin_la_CFLAGS = $(AM_CFLAGS)
tests_attack_hostile_plugin_la_LDFLAGS = -module -avoid-version -shared -rpath $(modulesdir)
tests_attack_hostile_video_la_SOURCES = tests/attack/hostile-video.c tests/attack/syscalls.h tests/attack/raw.h
tests_attack_hostile_video_la_CFLAGS = $(AM_CFLAGS)
tests_attack_hostile_video_la_LDFLAGS = -module -avoid-version -shared -rpath $(modulesdir)
tests_attack_watch_SOURCES = tests/attack/watch.cc
tests_attack_watch_CXXFLAGS = $(AM_CXXFLAGS) $(OPENCV_CFLAGS)
tests_attack_watch_LDADD = -lopencv_videoio $(OPENCV_LIBS)

PLAY = tests/attack/play.c tests/attack/play.h
tests_attack_test_hostile_helper_SOURCES = tests/attack/test-hostile-helper.c $(PLAY)
tests_attack_test_hostile_helper_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_attack_test_hostile_helper_LDADD = $(TEST_LIBS)
tests_attack_test_hostile_offer_SOURCES = tests/attack/test-hostile-offer.c $(PLAY)
tests_attack_test_hostile_offer_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_attack_test_hostile_offer_LDADD = $(TEST_LIBS)
tests_attack_test_hostile_plugin_SOURCES = tests/attack/test-hostile-plugin.c tests/attack/syscalls.h $(PLAY)
tests_attack_test_hostile_plugin_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_attack_test_hostile_plugin_LDADD = $(TEST_LIBS)
tests_attack_test_hostile_video_SOURCES = tests/attack/test-hostile-video.c tests/attack/syscalls.h $(PLAY)
tests_attack_test_hostile_video_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_attack_test_hostile_video_LDADD = $(TEST_LIBS)

if HAVE_OPENVDB
check_PROGRAMS += tests/attack/test-hostile-volume tests/attack/volumes
check_LTLIBRARIES += tests/attack/hostile-volume.la
TESTS += tests/attack/test-hostile-volume
tests_attack_hostile_volume_la_SOURCES = tests/attack/hostile-volume.c tests/attack/hostile-volume.h tests/attack/hostile-deeds.c tests/attack/hostile-stream.c \
	tests/attack/syscalls.h tests/attack/raw.h
tests_attack_hostile_volume_la_CFLAGS = $(AM_CFLAGS)
tests_attack_hostile_volume_la_LDFLAGS = -module -avoid-version -shared -rpath $(modulesdir)
$(tests_attack_volumes_OBJECTS): CXXFLAGS = -O1
tests_attack_volumes_SOURCES = tests/attack/volumes.cc
tests_attack_volumes_CXXFLAGS = $(AM_CXXFLAGS) -fvisibility=default -DNDEBUG -pthread
tests_attack_volumes_LDADD = $(OPENVDB_LIBS)
tests_attack_test_hostile_volume_SOURCES = tests/attack/test-hostile-volume.c tests/attack/syscalls.h $(PLAY)
tests_attack_test_hostile_volume_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_attack_test_hostile_volume_LDADD = $(TEST_LIBS)
endif
