# SPDX-License-Identifier: LGPL-2.1-or-later
PARITY_TESTS = tests/parity/test-gdal tests/parity/test-pictures tests/parity/test-broken tests/parity/test-names tests/parity/test-state \
	tests/parity/test-limits tests/parity/test-mats tests/parity/test-mutations tests/parity/test-printed
PARITY_SUBJECTS = tests/parity/folder tests/parity/corpus tests/parity/pictures tests/parity/shapes tests/parity/broken \
	tests/parity/names tests/parity/state tests/parity/limits tests/parity/mats tests/parity/closed tests/parity/mutations
check_PROGRAMS += $(PARITY_TESTS) $(PARITY_SUBJECTS)
TESTS += $(PARITY_TESTS)
PARITY_CXXFLAGS = $(AM_CXXFLAGS) $(OPENCV_CFLAGS)
PARITY_COMPARE = tests/parity/compare.c tests/parity/compare.h tests/parity/printed.c tests/parity/printed.h lib/wire/wire.c
PARITY_SECTIONS = tests/parity/sections.cc tests/parity/sections.hh
PARITY_REPORT = tests/parity/report.cc tests/parity/report.hh $(PARITY_SECTIONS)
PARITY_MUTATE = tests/parity/mutate.cc tests/parity/mutate.hh tests/parity/random.hh
PARITY_CORPUS = tests/parity/corpus.hh tests/parity/corpus-bmp.cc tests/parity/corpus-bytes.cc tests/parity/corpus-dicom.cc tests/parity/corpus-jpeg.cc \
	tests/parity/corpus-png.cc tests/parity/corpus-pnm.cc tests/parity/corpus-tiff.cc
EXTRA_DIST += tests/parity/pictures.py tests/parity/gdal-corpus.sh tests/parity/dicom-corpus.sh

tests_parity_folder_SOURCES = tests/parity/folder.cc $(PARITY_REPORT)
tests_parity_folder_CXXFLAGS = $(PARITY_CXXFLAGS)
tests_parity_folder_LDADD = $(OPENCV_LIBS)
tests_parity_test_gdal_SOURCES = tests/parity/test-gdal.c $(PARITY_COMPARE)
tests_parity_test_gdal_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_parity_test_gdal_LDADD = $(TEST_LIBS)

tests_parity_corpus_SOURCES = tests/parity/corpus.cc tests/parity/corpus-codecs.hh $(PARITY_CORPUS)
tests_parity_corpus_CXXFLAGS = $(PARITY_CXXFLAGS)
tests_parity_corpus_LDADD = $(OPENCV_LIBS)
if HAVE_CODECS
tests_parity_corpus_SOURCES += tests/parity/corpus-exr.cc tests/parity/corpus-libtiff.cc tests/parity/corpus-webp.cc
tests_parity_corpus_CXXFLAGS += $(CODECS_CFLAGS) -DSP_HAVE_CODECS=1
tests_parity_corpus_LDADD += $(CODECS_LIBS)
endif

tests_parity_pictures_SOURCES = tests/parity/pictures.cc tests/parity/flags.hh $(PARITY_REPORT)
tests_parity_pictures_CXXFLAGS = $(PARITY_CXXFLAGS)
tests_parity_pictures_LDADD = $(OPENCV_LIBS)

tests_parity_shapes_SOURCES = tests/parity/shapes.cc $(PARITY_REPORT)
tests_parity_shapes_CXXFLAGS = $(PARITY_CXXFLAGS)
tests_parity_shapes_LDADD = $(OPENCV_LIBS)

tests_parity_broken_SOURCES = tests/parity/broken.cc $(PARITY_CORPUS) $(PARITY_REPORT)
tests_parity_broken_CXXFLAGS = $(PARITY_CXXFLAGS)
tests_parity_broken_LDADD = $(OPENCV_LIBS)

tests_parity_test_printed_SOURCES = tests/parity/test-printed.c tests/parity/printed.c tests/parity/printed.h lib/wire/wire.c
tests_parity_test_printed_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_parity_test_printed_LDADD = $(TEST_LIBS)

tests_parity_test_pictures_SOURCES = tests/parity/test-pictures.c $(PARITY_COMPARE)
tests_parity_test_pictures_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_parity_test_pictures_LDADD = $(TEST_LIBS)

tests_parity_test_broken_SOURCES = tests/parity/test-broken.c $(PARITY_COMPARE)
tests_parity_test_broken_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_parity_test_broken_LDADD = $(TEST_LIBS)

tests_parity_names_SOURCES = tests/parity/names.cc $(PARITY_REPORT)
tests_parity_names_CXXFLAGS = $(PARITY_CXXFLAGS)
tests_parity_names_LDADD = $(OPENCV_LIBS)

tests_parity_state_SOURCES = tests/parity/state.cc $(PARITY_REPORT)
tests_parity_state_CXXFLAGS = $(PARITY_CXXFLAGS)
tests_parity_state_LDADD = $(OPENCV_LIBS)

tests_parity_limits_SOURCES = tests/parity/limits.cc $(PARITY_CORPUS) $(PARITY_REPORT)
tests_parity_limits_CXXFLAGS = $(PARITY_CXXFLAGS)
tests_parity_limits_LDADD = $(OPENCV_LIBS)

tests_parity_test_names_SOURCES = tests/parity/test-names.c $(PARITY_COMPARE)
tests_parity_test_names_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_parity_test_names_LDADD = $(TEST_LIBS)

tests_parity_test_state_SOURCES = tests/parity/test-state.c $(PARITY_COMPARE)
tests_parity_test_state_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_parity_test_state_LDADD = $(TEST_LIBS)

tests_parity_test_limits_SOURCES = tests/parity/test-limits.c
tests_parity_test_limits_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_parity_test_limits_LDADD = $(TEST_LIBS)

PARITY_MATS = tests/parity/mats.hh tests/parity/mat-uses.cc $(PARITY_REPORT)
tests_parity_mats_SOURCES = tests/parity/mats.cc $(PARITY_MATS)
tests_parity_mats_CXXFLAGS = $(PARITY_CXXFLAGS) -pthread
tests_parity_mats_LDADD = -lopencv_imgproc $(OPENCV_LIBS)

# Not linked to libopencv_imgcodecs: its module is.
tests_parity_closed_SOURCES = tests/parity/closed.cc $(PARITY_MATS)
tests_parity_closed_CXXFLAGS = $(PARITY_CXXFLAGS)
tests_parity_closed_LDADD = -lopencv_imgproc -lopencv_core
check_LTLIBRARIES += tests/parity/reader.la
tests_parity_reader_la_SOURCES = tests/parity/reader.cc
tests_parity_reader_la_CXXFLAGS = $(PARITY_CXXFLAGS)
tests_parity_reader_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere
tests_parity_reader_la_LIBADD = $(OPENCV_LIBS)

tests_parity_test_mats_SOURCES = tests/parity/test-mats.c $(PARITY_COMPARE)
tests_parity_test_mats_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_parity_test_mats_LDADD = $(TEST_LIBS)

tests_parity_mutations_SOURCES = tests/parity/mutations.cc $(PARITY_MUTATE) tests/parity/flags.hh \
	$(PARITY_CORPUS) $(PARITY_REPORT)
tests_parity_mutations_CXXFLAGS = $(PARITY_CXXFLAGS)
tests_parity_mutations_LDADD = $(OPENCV_LIBS)

tests_parity_test_mutations_SOURCES = tests/parity/test-mutations.c $(PARITY_COMPARE)
tests_parity_test_mutations_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_parity_test_mutations_LDADD = $(TEST_LIBS)
