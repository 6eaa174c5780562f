/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Write the seeds as files to a folder, for libFuzzer: make-corpus FOLDER */
#include "fuzz/replies.h"

#include <stdio.h>

int main(int argc, char **argv)
{
	static uint8_t buf[4096];
	char path[4096];
	size_t len;

	for (unsigned i = 0; argc == 2 && (len = fuzz_seed(i, buf, sizeof(buf))); i++) {
		FILE *f;

		snprintf(path, sizeof(path), "%s/seed-%u", argv[1], i);
		f = fopen(path, "wbe");
		if (!f || fwrite(buf, 1, len, f) != len || fclose(f)) {
			perror(path);
			return 1;
		}
	}
	return argc == 2 ? 0 : 2;
}
