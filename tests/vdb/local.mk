# SPDX-License-Identifier: LGPL-2.1-or-later
VDB_TESTS = tests/vdb/test-volumes tests/vdb/test-vdb-tools
VDB_SUBJECTS = tests/vdb/corpus tests/vdb/volumes
check_PROGRAMS += $(VDB_TESTS) $(VDB_SUBJECTS)
TESTS += $(VDB_TESTS)
EXTRA_DIST += tests/vdb/volumes.py
# Optimised more, OpenVDB's templates take minutes and gigabytes to compile.
$(tests_vdb_corpus_OBJECTS) $(tests_vdb_volumes_OBJECTS): CXXFLAGS = -O1

tests_vdb_corpus_SOURCES = tests/vdb/corpus.cc tests/vdb/corpus.hh tests/vdb/corpus-archives.cc tests/vdb/corpus-points.cc tests/vdb/corpus-types.cc \
	tests/vdb/corpus-versions.cc tests/vdb/custom.hh tests/parity/random.hh
tests_vdb_corpus_CXXFLAGS = $(VDB_CXXFLAGS)
tests_vdb_corpus_LDADD = $(OPENVDB_LIBS)

tests_vdb_volumes_SOURCES = tests/vdb/volumes.cc tests/vdb/volume.hh tests/vdb/custom.hh tests/vdb/dump.cc tests/vdb/files.cc tests/vdb/mutants.cc \
	tests/vdb/streams.cc tests/vdb/uses.cc tests/parity/random.hh $(PARITY_SECTIONS)
tests_vdb_volumes_CXXFLAGS = $(VDB_CXXFLAGS)
tests_vdb_volumes_LDADD = $(OPENVDB_LIBS)

tests_vdb_test_volumes_SOURCES = tests/vdb/test-volumes.c $(PARITY_COMPARE)
tests_vdb_test_volumes_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_vdb_test_volumes_LDADD = $(TEST_LIBS)

tests_vdb_test_vdb_tools_SOURCES = tests/vdb/test-vdb-tools.c $(PARITY_COMPARE)
tests_vdb_test_vdb_tools_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_vdb_test_vdb_tools_LDADD = $(TEST_LIBS)
