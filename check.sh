#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Install what is needed, build with warnings as errors, run every test. The last line counts them.
set -eu
cd "$(dirname "$0")"
sh tools/setup-debian.sh

jobs=$(nproc)
log=build-check.log
run() {
	echo "check: $1"
	shift
	"$@" >"$log" 2>&1 && return 0 || code=$?
	tail -n 60 "$log"
	[ "$code" = 77 ] && echo "SKIP: $*" || echo "check: failed: $*" >&2
	return "$code"
}
run "bootstrap" autoreconf -fi
# Full debugging information doubles what OpenVDB's templates take to compile.
run "configure" ./configure --enable-werror CXXFLAGS="-O2 -g1"
run "build" make -j"$jobs"

echo "check: tests (progress below)"
make -j"$jobs" check >"$log" 2>&1 && status=0 || status=$?
grep -E '^(FAIL|ERROR|SKIP|XPASS):' "$log" || true
count() {
	sed -n "s/^# $1: *//p" "$log" | awk '{ n += $1 } END { print n + 0 }'
}
passed=$(count PASS) failed=$(($(count FAIL) + $(count ERROR) + $(count XPASS))) skipped=$(count SKIP)

step() { # a test that is a command; it exits with 77 when something that it needs is not installed
	run "$@" && code=0 || code=$?
	case $code in
	0) passed=$((passed + 1)) ;;
	77) skipped=$((skipped + 1)) ;;
	*) failed=$((failed + 1)) ;;
	esac
}
if [ "$status" = 0 ] || [ "$passed" -gt 0 ]; then
	step "make install into a directory of its own" sh tests/install.sh
	step "the demo" ./demo.sh
	step "address and undefined behaviour sanitizers" sh tests/sanitize.sh asan
	step "thread sanitizer" sh tests/sanitize.sh tsan
	step "a fuzzer on what the program makes of replies" sh fuzz/run.sh 30
else
	tail -n 60 "$log"
	failed=$((failed + 1))
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$status" = 0 ]
