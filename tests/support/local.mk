# SPDX-License-Identifier: LGPL-2.1-or-later
check_LTLIBRARIES += libsupport.la
libsupport_la_SOURCES = tests/support/support.c tests/support/support.h
libsupport_la_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
