# SPDX-License-Identifier: LGPL-2.1-or-later
check_LTLIBRARIES += libsupport.la libprocesses.la
libsupport_la_SOURCES = tests/support/support.c tests/support/support.h
libsupport_la_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
libprocesses_la_SOURCES = tests/support/processes.c tests/support/processes.h
