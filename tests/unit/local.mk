# SPDX-License-Identifier: LGPL-2.1-or-later
UNIT_TESTS = tests/unit/test-filter
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)

tests_unit_test_filter_SOURCES = tests/unit/test-filter.c filters/simulate.c filters/simulate.h
tests_unit_test_filter_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(SECCOMP_CFLAGS)
tests_unit_test_filter_LDADD = libfilters.la $(SECCOMP_LIBS) $(CMOCKA_LIBS)
