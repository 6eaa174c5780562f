#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Build with a sanitizer in a directory of its own; run the unit tests and preloaded programs under it: tests/sanitize.sh asan|tsan
# Exit code 0: nothing found. 77: the compiler has no such sanitizer. Anything else: found, or not built.
set -eu

kind=${1:-asan}
source=$(cd "$(dirname "$0")/.." && pwd)
. "$source/tests/fresh-tree.sh"

runtime=$(gcc -print-file-name="lib$kind.so")
if ! test -f "$runtime"; then
	echo "tests/sanitize.sh: no lib$kind.so here"
	exit 77
fi
# What is found ends the program with this code; the program's own libraries are not asked to give everything back.
common=exitcode=99:halt_on_error=1
export ASAN_OPTIONS=$common:detect_leaks=0:detect_stack_use_after_return=1 UBSAN_OPTIONS=$common:print_stacktrace=1
export TSAN_OPTIONS=$common

fresh_tree
cd "$fresh/tree"
units="tests/unit/test-wire tests/unit/test-fdio tests/unit/test-front tests/unit/test-picture tests/unit/test-replay fuzz/test-replies"
subjects="tests/attack/subject tests/attack/hostile-helper"
# Of volumes the whole rebuild, which has no threads of its own, without a program around it. What writes the answers is not sanitized.
if test "$kind" = asan; then
	quietly ./configure --enable-asan CC=gcc CXX=g++ CXXFLAGS="-O1 -g1"
	if grep -q '^shim-openvdb100.la:' Makefile; then
		units="$units fuzz/test-answers"
		quietly make libvdbemit.la CXXFLAGS=-O0
	fi
else
	quietly ./configure --enable-tsan --without-openvdb CC=gcc CXX=g++ CXXFLAGS="-O1 -g1"
fi
quietly make -j2 modules_LTLIBRARIES="shim-opencv406.la helper-opencv406.la"
# shellcheck disable=SC2086
quietly make -j2 $units $subjects
for t in $units; do
	quietly "$t"
done

# Honest calls of many threads at once, of every kind; then those of a helper that lies.
lib=$fresh/tree/stage/lib
printf 'P6\n3 2\n255\nabcdefghijklmnopqr' >"$fresh/small.ppm"
{
	printf 'P5\n2000 2000\n255\n'
	head -c 4000000 /dev/zero
} >"$fresh/large.pgm"
cat >"$fresh/commands" <<END
r -1 $fresh/small.ppm
t 8 $fresh/small.ppm
t 8 $fresh/large.pgm
r 1 $fresh/large.pgm
t 16 $fresh/nowhere.png
t 8 $fresh/small.ppm
d 1 not-a-picture
D 1 not-a-picture
END
preloaded() {
	if ! LD_PRELOAD="$runtime $lib/libsandbox-preload.so" tests/attack/subject "$1" >"$fresh/log" 2>&1; then
		tail -n 60 "$fresh/log"
		echo "failed: tests/attack/subject, preloaded"
		exit 1
	fi
	if ! grep -q "$2" "$fresh/log" || ! grep -qx end "$fresh/log" || grep -q 'DIFFERENT\|DESCRIPTORS' "$fresh/log"; then
		cat "$fresh/log"
		echo "failed: tests/attack/subject did not print what it should"
		exit 1
	fi
}
preloaded "$fresh/commands" 'large.pgm = 2000x2000 type 0'
cp --remove-destination tests/attack/hostile-helper "$lib/sandbox-preload/sandbox-helper"
for i in $(seq 300); do
	echo "r -1 rand_$i"
	echo "r -1 obituary_$i"
done >"$fresh/commands"
cat >>"$fresh/commands" <<END
r -1 event_1_4_12
r -1 errors_5000
r -1 error_6_0_0_1
r -1 text_1
t 8 more_1
t 8 change_1
t 8 close
D -1 created_0_-1_-1_0
r -1 good
END
preloaded "$fresh/commands" 'good = 3x5 type 16'
echo "tests/sanitize.sh: nothing found by $kind"
