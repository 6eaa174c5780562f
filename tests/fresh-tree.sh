# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by scripts that build the project once more, with other switches. $source is the source tree. Makes $fresh, a directory that is gone when
# the script ends.
fresh=$(mktemp -d "${TMPDIR:-/tmp}/sandbox-preload-XXXXXX")
trap 'rm -rf "$fresh"' EXIT
trap 'exit 1' HUP INT TERM

# Run a command; show what it printed only when it fails.
quietly() {
	if ! "$@" >"$fresh/log" 2>&1; then
		tail -n 60 "$fresh/log"
		echo "failed: $*"
		exit 1
	fi
}

# A clean copy of the sources in $fresh/tree: a tree that is configured cannot be built in another directory.
fresh_tree() {
	mkdir "$fresh/tree"
	(cd "$source" && tar -cf - --exclude=.git --exclude='*.o' --exclude='*.lo' --exclude='*.la' --exclude=.libs \
		--exclude=autom4te.cache --exclude='./build*/' .) | (cd "$fresh/tree" && tar -xf -)
	cd "$fresh/tree"
	if test -f Makefile; then
		quietly make distclean
	fi
	if ! test -x configure; then
		quietly autoreconf -fi
	fi
}
