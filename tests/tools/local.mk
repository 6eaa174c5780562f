# SPDX-License-Identifier: LGPL-2.1-or-later
TOOLS_TESTS = tests/tools/test-sandbox-run tests/tools/test-sandbox-run-handshake tests/tools/test-sandbox-run-rights
check_PROGRAMS += $(TOOLS_TESTS) tests/tools/static-true
TESTS += $(TOOLS_TESTS)

tests_tools_test_sandbox_run_SOURCES = tests/tools/test-sandbox-run.c tests/tools/harness.c tests/tools/harness.h
tests_tools_test_sandbox_run_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_tools_test_sandbox_run_LDADD = $(CMOCKA_LIBS)
tests_tools_test_sandbox_run_handshake_SOURCES = tests/tools/test-sandbox-run-handshake.c tests/tools/harness.c tests/tools/harness.h
tests_tools_test_sandbox_run_handshake_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_tools_test_sandbox_run_handshake_LDADD = $(CMOCKA_LIBS)
tests_tools_test_sandbox_run_rights_SOURCES = tests/tools/test-sandbox-run-rights.c tests/tools/harness.c tests/tools/harness.h
tests_tools_test_sandbox_run_rights_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_tools_test_sandbox_run_rights_LDADD = $(CMOCKA_LIBS)
tests_tools_static_true_SOURCES = tests/tools/static-true.c
tests_tools_static_true_LDFLAGS = -all-static
