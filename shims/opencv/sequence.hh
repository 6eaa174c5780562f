// SPDX-License-Identifier: LGPL-2.1-or-later
// Names that stand for a sequence of files, as FFmpeg's image2 demuxer reads them: "img_%03d.png".
#ifndef SP_CV_SEQUENCE_HH
#define SP_CV_SEQUENCE_HH

#include <string>

namespace sp_cv {

// The path in a name as FFmpeg takes it, which takes "file:" off. It points into @name.
const char *path_of(const std::string &name);

// Has @pattern exactly one %d, %Nd or %0Nd in its last component? "%%" stands for a per cent sign.
bool is_sequence(const std::string &pattern);

// Is @path what @pattern is for some number?
bool is_of_sequence(const std::string &pattern, const std::string &path);

} // namespace sp_cv

#endif
