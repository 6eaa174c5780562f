# SPDX-License-Identifier: LGPL-2.1-or-later
# test-<theme> runs the subject <theme>, a badly behaved program.
HOSTS_TESTS = tests/hosts/test-leak tests/hosts/test-outside tests/hosts/test-endings tests/hosts/test-bystander tests/hosts/test-deaths tests/hosts/test-lifetimes tests/hosts/test-places tests/hosts/test-limits tests/hosts/test-descriptors tests/hosts/test-signals tests/hosts/test-spawns tests/hosts/test-forks tests/hosts/test-threads tests/hosts/test-films
HOSTS_SUBJECTS = tests/hosts/leak tests/hosts/outside tests/hosts/endings tests/hosts/bystander tests/hosts/deaths tests/hosts/loader tests/hosts/lifetimes tests/hosts/places tests/hosts/limits tests/hosts/descriptors tests/hosts/signals tests/hosts/spawns tests/hosts/forks tests/hosts/make-pictures tests/hosts/threads tests/hosts/films tests/hosts/denied
check_PROGRAMS += $(HOSTS_TESTS) $(HOSTS_SUBJECTS)
TESTS += $(HOSTS_TESTS)
check_LTLIBRARIES += libcompare.la libhost.la
# Loaded by subjects; -rpath is what makes libtool build a shared object that is not installed.
check_LTLIBRARIES += tests/hosts/module.la tests/hosts/early.la
HOSTS_MODULE = -module -avoid-version -shared -rpath /nowhere

libcompare_la_SOURCES = tests/hosts/compare.c tests/hosts/compare.h
libcompare_la_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
libhost_la_SOURCES = tests/hosts/host.cc tests/hosts/host.hh
libhost_la_CXXFLAGS = $(AM_CXXFLAGS) $(OPENCV_CFLAGS)
HOSTS_LIBS = libcompare.la libprocesses.la $(TEST_LIBS)
SUBJECT_LIBS = libhost.la libprocesses.la $(OPENCV_LIBS)

tests_hosts_make_pictures_SOURCES = tests/hosts/make-pictures.cc
tests_hosts_make_pictures_CXXFLAGS = $(AM_CXXFLAGS) $(OPENCV_CFLAGS)
tests_hosts_make_pictures_LDADD = $(SUBJECT_LIBS)

tests_hosts_test_films_SOURCES = tests/hosts/test-films.c
tests_hosts_test_films_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_hosts_test_films_LDADD = $(HOSTS_LIBS)
tests_hosts_films_SOURCES = tests/hosts/films.cc
tests_hosts_films_CXXFLAGS = $(AM_CXXFLAGS) $(OPENCV_CFLAGS) -pthread
tests_hosts_films_LDADD = libhost.la libprocesses.la -lopencv_videoio -lopencv_imgproc $(OPENCV_LIBS)
tests_hosts_denied_SOURCES = tests/hosts/denied.cc
tests_hosts_denied_CXXFLAGS = $(AM_CXXFLAGS) $(OPENCV_CFLAGS) -pthread
tests_hosts_denied_LDADD = libhost.la libprocesses.la -lopencv_videoio $(OPENCV_LIBS)

tests_hosts_test_threads_SOURCES = tests/hosts/test-threads.c
tests_hosts_test_threads_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_hosts_test_threads_LDADD = $(HOSTS_LIBS)
tests_hosts_threads_SOURCES = tests/hosts/threads.cc
tests_hosts_threads_CXXFLAGS = $(AM_CXXFLAGS) $(OPENCV_CFLAGS) -pthread
tests_hosts_threads_LDADD = $(SUBJECT_LIBS)

tests_hosts_test_forks_SOURCES = tests/hosts/test-forks.c
tests_hosts_test_forks_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_hosts_test_forks_LDADD = $(HOSTS_LIBS)
tests_hosts_forks_SOURCES = tests/hosts/forks.cc
tests_hosts_forks_CXXFLAGS = $(AM_CXXFLAGS) $(OPENCV_CFLAGS) -pthread
tests_hosts_forks_LDADD = $(SUBJECT_LIBS)

tests_hosts_test_spawns_SOURCES = tests/hosts/test-spawns.c
tests_hosts_test_spawns_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_hosts_test_spawns_LDADD = $(HOSTS_LIBS)
tests_hosts_spawns_SOURCES = tests/hosts/spawns.cc
tests_hosts_spawns_CXXFLAGS = $(AM_CXXFLAGS) $(OPENCV_CFLAGS) -pthread
tests_hosts_spawns_LDADD = $(SUBJECT_LIBS)

tests_hosts_test_signals_SOURCES = tests/hosts/test-signals.c
tests_hosts_test_signals_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_hosts_test_signals_LDADD = $(HOSTS_LIBS)
tests_hosts_signals_SOURCES = tests/hosts/signals.cc
tests_hosts_signals_CXXFLAGS = $(AM_CXXFLAGS) $(OPENCV_CFLAGS) -pthread
tests_hosts_signals_LDADD = $(SUBJECT_LIBS)

tests_hosts_test_descriptors_SOURCES = tests/hosts/test-descriptors.c
tests_hosts_test_descriptors_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_hosts_test_descriptors_LDADD = $(HOSTS_LIBS)
tests_hosts_descriptors_SOURCES = tests/hosts/descriptors.cc
tests_hosts_descriptors_CXXFLAGS = $(AM_CXXFLAGS) $(OPENCV_CFLAGS) -pthread
tests_hosts_descriptors_LDADD = $(SUBJECT_LIBS)

tests_hosts_test_limits_SOURCES = tests/hosts/test-limits.c
tests_hosts_test_limits_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_hosts_test_limits_LDADD = $(HOSTS_LIBS)
tests_hosts_limits_SOURCES = tests/hosts/limits.cc
tests_hosts_limits_CXXFLAGS = $(AM_CXXFLAGS) $(OPENCV_CFLAGS) -pthread
tests_hosts_limits_LDADD = $(SUBJECT_LIBS)

tests_hosts_test_places_SOURCES = tests/hosts/test-places.c
tests_hosts_test_places_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_hosts_test_places_LDADD = $(HOSTS_LIBS)
tests_hosts_places_SOURCES = tests/hosts/places.cc
tests_hosts_places_CXXFLAGS = $(AM_CXXFLAGS) $(OPENCV_CFLAGS) -pthread
tests_hosts_places_LDADD = $(SUBJECT_LIBS)

tests_hosts_test_lifetimes_SOURCES = tests/hosts/test-lifetimes.c
tests_hosts_test_lifetimes_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_hosts_test_lifetimes_LDADD = $(HOSTS_LIBS)
tests_hosts_lifetimes_SOURCES = tests/hosts/lifetimes.cc
tests_hosts_lifetimes_CXXFLAGS = $(AM_CXXFLAGS) $(OPENCV_CFLAGS) -pthread
tests_hosts_lifetimes_LDADD = $(SUBJECT_LIBS)
tests_hosts_loader_SOURCES = tests/hosts/loader.c
tests_hosts_loader_LDADD = -ldl
tests_hosts_module_la_SOURCES = tests/hosts/module.cc
tests_hosts_module_la_CXXFLAGS = $(AM_CXXFLAGS) $(OPENCV_CFLAGS)
tests_hosts_module_la_LDFLAGS = $(HOSTS_MODULE)
tests_hosts_module_la_LIBADD = $(SUBJECT_LIBS)
tests_hosts_early_la_SOURCES = tests/hosts/early.cc
tests_hosts_early_la_CXXFLAGS = $(AM_CXXFLAGS) $(OPENCV_CFLAGS)
tests_hosts_early_la_LDFLAGS = $(HOSTS_MODULE)
tests_hosts_early_la_LIBADD = $(SUBJECT_LIBS)

tests_hosts_test_deaths_SOURCES = tests/hosts/test-deaths.c
tests_hosts_test_deaths_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_hosts_test_deaths_LDADD = $(HOSTS_LIBS)
tests_hosts_deaths_SOURCES = tests/hosts/deaths.cc
tests_hosts_deaths_CXXFLAGS = $(AM_CXXFLAGS) $(OPENCV_CFLAGS) -pthread
tests_hosts_deaths_LDADD = $(SUBJECT_LIBS)

tests_hosts_test_bystander_SOURCES = tests/hosts/test-bystander.c
tests_hosts_test_bystander_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_hosts_test_bystander_LDADD = $(HOSTS_LIBS)
tests_hosts_bystander_SOURCES = tests/hosts/bystander.c
tests_hosts_bystander_LDADD = libprocesses.la

tests_hosts_test_endings_SOURCES = tests/hosts/test-endings.c
tests_hosts_test_endings_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_hosts_test_endings_LDADD = $(HOSTS_LIBS)
tests_hosts_endings_SOURCES = tests/hosts/endings.cc
tests_hosts_endings_CXXFLAGS = $(AM_CXXFLAGS) $(OPENCV_CFLAGS) -pthread
tests_hosts_endings_LDADD = $(SUBJECT_LIBS)

tests_hosts_test_outside_SOURCES = tests/hosts/test-outside.c
tests_hosts_test_outside_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_hosts_test_outside_LDADD = $(HOSTS_LIBS)
tests_hosts_outside_SOURCES = tests/hosts/outside.cc
tests_hosts_outside_CXXFLAGS = $(AM_CXXFLAGS) $(OPENCV_CFLAGS) -pthread
tests_hosts_outside_LDADD = $(SUBJECT_LIBS)

tests_hosts_test_leak_SOURCES = tests/hosts/test-leak.c
tests_hosts_test_leak_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_hosts_test_leak_LDADD = $(HOSTS_LIBS)
tests_hosts_leak_SOURCES = tests/hosts/leak.cc
tests_hosts_leak_CXXFLAGS = $(AM_CXXFLAGS) $(OPENCV_CFLAGS) -pthread
tests_hosts_leak_LDADD = $(SUBJECT_LIBS)
