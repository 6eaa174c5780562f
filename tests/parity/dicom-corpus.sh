#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# dicom-corpus.sh DIRECTORY: DICOM files in each transfer syntax, whole and broken (gdcmimg and gdcmconv of Debian's libgdcm-tools). Exit code 77: they
# are not there.
set -eu
command -v gdcmimg >/dev/null && command -v gdcmconv >/dev/null || exit 77
mkdir -p "$1"
cd "$1"
awk 'BEGIN { printf "P6\n24 17\n255\n" >"colour.ppm"; printf "P5\n24 17\n255\n" >"grey.pgm"
	for (i = 0; i < 24 * 17 * 3; i++) printf "%c", 33 + (i * 37 + int(i / 72) * 59) % 90 >>"colour.ppm"
	for (i = 0; i < 24 * 17; i++) printf "%c", 33 + (i * 53 + int(i / 24) * 31) % 90 >>"grey.pgm" }'
gdcmimg colour.ppm colour.dcm
gdcmimg grey.pgm grey.dcm
rm colour.ppm grey.pgm
for syntax in raw rle jpeg j2k jpegls deflated; do
	gdcmconv --$syntax colour.dcm colour-$syntax.dcm
	gdcmconv --$syntax grey.dcm grey-$syntax.dcm
done

# Cut short, and with bytes changed at places that an arithmetic sequence picks: some of these end the library, natively, by an assertion.
for file in colour-rle colour-jpeg grey-raw grey-j2k grey-jpegls; do
	size=$(wc -c <$file.dcm)
	for part in 2 5; do
		head -c $((size * (part - 1) / part)) $file.dcm >crash-cut-$part-$file.dcm
	done
	for i in 1 2 3 4 5; do
		cp $file.dcm crash-$i-$file.dcm
		for k in 1 2 3 4; do
			at=$((132 + (i * 7919 + k * 104729) % (size - 132)))
			printf "\\$(printf %o $(((i * 31 + k * 67) % 256)))" | dd of=crash-$i-$file.dcm bs=1 seek=$at conv=notrunc status=none
		done
	done
done
ls
