#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Build a fuzz target with clang in a directory of its own and run it: fuzz/run.sh [seconds] [replies|answers]
# Those of volumes (answers) take some minutes and gigabytes to build.
# Exit code 0: nothing found. 77: no clang with libFuzzer. Anything else: found, or not built.
set -eu

seconds=${1:-30}
target=${2:-replies}
source=$(cd "$(dirname "$0")/.." && pwd)
. "$source/tests/fresh-tree.sh"

echo 'int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { return d && n ? 0 : 0; }' >"$fresh/probe.c"
if ! clang -fsanitize=fuzzer,address,undefined "$fresh/probe.c" -o "$fresh/probe" 2>"$fresh/log"; then
	echo "fuzz/run.sh: no clang with libFuzzer here"
	exit 77
fi
fresh_tree
cd "$fresh/tree"
quietly ./configure --enable-fuzz CC=clang CXX=clang++
mkdir "$fresh/corpus"
if test "$target" = answers; then
	quietly make -j2 fuzz/fuzz-answers fuzz/test-answers
	fuzz/test-answers "$fresh/corpus"
	limits='-max_len=65536 -rss_limit_mb=2048'
else
	quietly make -j2 fuzz/fuzz-replies fuzz/make-corpus
	fuzz/make-corpus "$fresh/corpus"
	limits='-max_len=4096 -rss_limit_mb=1024'
fi
# shellcheck disable=SC2086
if ! "fuzz/fuzz-$target" -max_total_time="$seconds" $limits -timeout=10 -print_final_stats=1 \
	-artifact_prefix="$fresh/" "$fresh/corpus" >"$fresh/log" 2>&1; then
	tail -n 60 "$fresh/log"
	for f in "$fresh"/crash-* "$fresh"/timeout-* "$fresh"/oom-* "$fresh"/leak-*; do
		if test -f "$f"; then
			echo "input that shows it:"
			base64 "$f"
		fi
	done
	exit 1
fi
grep -E 'stat::number_of_executed_units|stat::new_units_added|cov:' "$fresh/log" | tail -n 3
