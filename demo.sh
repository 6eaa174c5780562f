#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# demo.sh [pictures...]: the main job on your pictures, or on the samples: unmodified C++ programs and Python scripts read them natively and sandboxed,
# then a helper that was taken over tries what such a helper would try.
set -eu
[ "${1:-}" != --help ] || { echo "usage: ./demo.sh [pictures...]"; exit 0; }
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

i=0
for f in "$@"; do
	[ -r "$f" ] || { echo "demo: $f: cannot be read" >&2; exit 1; }
	case $f in /*) ;; *) f=$PWD/$f ;; esac
	i=$((i + 1))
	ln -s "$f" "$work/$i-$(basename "$f")"
done
cd "$here"
[ $i -gt 0 ] || for f in examples/harbour.jpg examples/harbour.png examples/harbour.webp; do ln -s "$here/$f" "$work/"; done

sh tools/setup-debian.sh
if [ ! -x stage/bin/sandbox-run ]; then
	echo "demo: building, five minutes or so on two cores"
	{ autoreconf -fi && ./configure && make -j"$(nproc)"; } >build-demo.log 2>&1 || { tail -n 40 build-demo.log; exit 1; }
fi
make -s examples/mean examples/motion examples/thumbnails examples/volumes examples/hostile.so >build-demo.log 2>&1 || { tail -n 40 build-demo.log; exit 1; }
run=$here/stage/bin/sandbox-run
cascade=/usr/share/opencv4/haarcascades/haarcascade_frontalface_default.xml # of opencv-data
cd "$work"

compare() { # title, command...; what it writes goes into files/
	echo
	echo "== $1"
	shift
	rm -rf native.files sandboxed.files
	mkdir files
	"$@" >native 2>native.err || true
	mv files native.files
	mkdir files
	"$run" "$@" >sandboxed 2>sandboxed.err || true
	mv files sandboxed.files
	sed 's/^/   /' sandboxed
	written=$(ls sandboxed.files | wc -l)
	if ! cmp -s native sandboxed; then
		echo "   DIFFERENT: natively it printed:"
		sed 's/^/   /' native
		different=1
	elif ! diff -r native.files sandboxed.files; then
		echo "   DIFFERENT: natively it wrote other files."
		different=1
	elif [ "$written" -gt 0 ]; then
		echo "   EQUAL: natively and sandboxed it wrote the same, $written files byte for byte."
	else
		echo "   EQUAL: natively and sandboxed it printed the same, checksums of all pixels included."
	fi
}
different=0
compare "An unmodified C++ program (examples/mean.cc), each picture decoded in a process that can do nothing else:" "$here/examples/mean" [!ns]*
compare "An unmodified thumbnailer (examples/thumbnails.cc):" "$here/examples/thumbnails" -d files [!ns]*
compare "An unmodified Python script (examples/contours.py):" /usr/bin/python3 "$here/examples/contours.py" [!ns]*
if [ $i -gt 0 ] && [ -r $cascade ]; then
	compare "Another one, which looks for faces (examples/faces.py):" /usr/bin/python3 "$here/examples/faces.py" $cascade [!ns]*
fi
compare "An unmodified program that reads a video (examples/motion.cc), decoded ahead of it in a process of its own:" "$here/examples/motion" "$here/examples/harbour.mp4"
compare "And a script that looks for its cuts (examples/scenes.py):" /usr/bin/python3 "$here/examples/scenes.py" "$here/examples/harbour.mp4"
compare "An unmodified program that prints what is in a volume (examples/volumes.cc), its trees rebuilt from checked data:" "$here/examples/volumes" "$here/examples/smoke.vdb"

echo
echo "== A volume in which one byte is not what it was (2257 of examples/smoke.vdb), and Debian's own vdb_print:"
cp "$here/examples/smoke.vdb" broken.vdb
printf '\331' | dd of=broken.vdb bs=1 seek=2257 conv=notrunc 2>/dev/null
vdb_print -l broken.vdb >native 2>native.err && status=0 || status=$?
echo "   natively: exit code $status$([ $status -le 128 ] || echo ", killed by signal $((status - 128))")"
"$run" vdb_print -l broken.vdb "$here/examples/smoke.vdb" >sandboxed 2>sandboxed.err && status=0 || status=$?
sed -n 's/^\(libsandbox-preload: .*\)/   \1/p; s/.*\(vdb_print ERROR.*\)/   \1/p' sandboxed.err sandboxed
if [ $status -le 1 ] && grep -q "^libsandbox-preload: .*broken.vdb" sandboxed.err && grep -q "Name: *smoke\|smoke" sandboxed; then
	echo "   SURVIVED: sandboxed the program says so and reads the next file."
else
	echo "   NOT SURVIVED (exit code $status)"
	different=1
fi

echo
echo "== A DICOM file of 144 bytes that ends the library by an assertion, and with it the program (examples/mean.cc again):"
{
	head -c 128 /dev/zero
	printf 'DICM\002\000\001\000UI\377\377\041\006\360\204'
} >broken.dcm
"$here/examples/mean" broken.dcm harbour.jpg >native 2>native.err && status=0 || status=$?
echo "   natively: exit code $status$([ $status -le 128 ] || echo ", killed by signal $((status - 128))"), and nothing is read"
"$run" "$here/examples/mean" broken.dcm harbour.jpg >sandboxed 2>sandboxed.err && status=0 || status=$?
grep -h -e broken.dcm -e harbour.jpg sandboxed.err sandboxed | sed 's/^/   /'
if [ $status -le 1 ] && grep -q "^libsandbox-preload: .*broken.dcm" sandboxed.err; then
	echo "   SURVIVED: sandboxed the program reads on."
else
	echo "   NOT SURVIVED (exit code $status)"
	different=1
fi

echo
echo "== Now suppose a picture has taken over its decoder (examples/hostile.c acts in its place). What can it do?"
mkdir -p hostile/bin hostile/lib
cp "$here"/stage/bin/sandbox-run hostile/bin/
cp -r "$here"/stage/lib/* hostile/lib/
cp "$here"/stage/.sandbox-preload-stage hostile/
cp "$here"/examples/hostile.so hostile/lib/sandbox-preload/helper-opencv406.so
mkdir attack && cd attack
for what in read-passwd spawn-shell phone-home; do
	cp "$here/examples/harbour.jpg" $what.jpg
	../hostile/bin/sandbox-run "$here/examples/mean" $what.jpg >out 2>err && status=0 || status=$?
	echo
	sed 's/^/   /' err out
	if grep -q "killed for a forbidden system call" err && grep -q "cannot be read" out && [ $status -le 1 ]; then
		echo "   STOPPED: the helper was killed, the program goes on."
	else
		echo "   NOT STOPPED (exit code $status)"
		different=1
	fi
done
exit $different
