// SPDX-License-Identifier: LGPL-2.1-or-later
// closed MODULE PICTURE...: reads with a module, closes that, and goes on with the pictures; then
// opens it again.
#include "tests/parity/mats.hh"

#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <unistd.h>

namespace
{

using Reader = void (*)(const char *path, cv::Mat *ret);

std::vector<cv::Mat> read_all(int argc, char **argv)
{
	std::vector<cv::Mat> all(size_t(argc - 2) * 2);
	void *const module = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
	Reader read = nullptr;
	void *symbol = module ? dlsym(module, "read_picture") : nullptr;

	if (!symbol) {
		std::fprintf(stderr, "%s\n", dlerror());
		std::exit(1);
	}
	std::memcpy(&read, &symbol, sizeof(read));
	for (size_t i = 0; i < all.size(); i++)
		read(argv[2 + i / 2], &all[i]);
	dlclose(module);
	section("closed");
	std::printf("module there %d\n", dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD) != nullptr);
	return all;
}

} // namespace

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	for (int round = 0; round < 3; round++) {
		std::vector<cv::Mat> all = read_all(argc, argv);

		for (size_t i = 0; i < all.size(); i++)
			for (const MatUse &use : mat_uses)
				if (round == 0)
					attempt(std::string(use.name) + " " + std::to_string(i),
						[&] {
							cv::Mat m = use.name[0] == 'w'
									    ? all[i]
									    : all[i].clone();
							return use.run(m) + look(all[i]);
						});
		attempt("release", [&] {
			std::string s;
			for (cv::Mat &m : all) {
				scribble(m);
				s += look(m);
				m.release();
			}
			return s;
		});
	}
	return 0;
}
