// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures that only the codecs' own libraries can write. Each function writes its files into @directory and adds to *@ret_count.
#ifndef SP_TEST_CORPUS_CODECS_HH
#define SP_TEST_CORPUS_CODECS_HH

#include "tests/parity/corpus.hh"

#include <algorithm>
#include <cstdio>

bool write_libtiff(const std::string &directory, int *ret_count);
bool write_openexr(const std::string &directory, int *ret_count);
// An animation of two frames.
Bytes make_animated_webp(int width, int height, bool lossless);

#endif
