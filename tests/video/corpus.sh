#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# corpus.sh DIRECTORY: videos made with Debian's ffmpeg program, the same bytes each time: good/ whole ones, broken/, images/ sequences of pictures,
# crash/ such as make the library read out of bounds natively. Exit code 77: there is no ffmpeg program.
set -eu
command -v ffmpeg >/dev/null || exit 77
mkdir -p "$1/good" "$1/broken" "$1/images/gap" "$1/images/late" "$1/crash" "$1/parts"
cd "$1"

ff() { # arguments of ffmpeg, output last
	ffmpeg -v error -nostdin -y -fflags +bitexact "$@"
}
source="testsrc2=size=160x120:rate=25"
# make OUTPUT FRAMES ARGUMENTS...: from $source.
make() {
	out=$1 frames=$2
	shift 2
	ff -f lavfi -i "$source" -frames:v "$frames" -threads 1 -flags +bitexact -fflags +bitexact -map_metadata -1 "$@" "$out"
}
x264="-c:v libx264 -preset veryfast -x264-params threads=1:lookahead-threads=1"
x265="-c:v libx265 -preset ultrafast -x265-params log-level=error:pools=none:frame-threads=1:info=0"

# ---- codecs ----
cd good
make h264-b.mp4 60 $x264 -bf 3 -g 25 -pix_fmt yuv420p
make h264-baseline.mp4 40 $x264 -profile:v baseline -g 20 -pix_fmt yuv420p
make h264-10bit.mkv 25 $x264 -pix_fmt yuv420p10le
make h264-444.mp4 25 $x264 -pix_fmt yuv444p
make h264-422.mkv 25 $x264 -pix_fmt yuv422p
make h264-full-range.mp4 25 $x264 -pix_fmt yuvj420p
make h264-gray.mkv 25 $x264 -pix_fmt gray
make h264-intra.mov 25 $x264 -g 1 -pix_fmt yuv420p
make h264-open-gop.mkv 50 -c:v libx264 -preset fast -x264-params threads=1:open-gop=1:keyint=12:bframes=3 -pix_fmt yuv420p
make h264-slices.mp4 30 -c:v libx264 -preset veryfast -x264-params threads=1:slices=4 -pix_fmt yuv420p
make h264-interlaced.ts 30 $x264 -flags +ildct+ilme+bitexact -pix_fmt yuv420p
make h264-rgb.mkv 15 -c:v libx264rgb -preset ultrafast -x264-params threads=1 -pix_fmt bgr24
make hevc.mp4 40 $x265 -pix_fmt yuv420p
make hevc-10bit.mkv 25 $x265 -pix_fmt yuv420p10le
make vp8.webm 40 -c:v libvpx -deadline realtime -cpu-used 8 -b:v 300k -g 15
make vp8-alpha.webm 20 -c:v libvpx -deadline realtime -cpu-used 8 -b:v 300k -auto-alt-ref 0 -pix_fmt yuva420p
make vp9.webm 40 -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 300k -g 15
make vp9-alpha.webm 20 -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 300k -pix_fmt yuva420p
make vp9-10bit.mkv 15 -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 300k -profile:v 2 -pix_fmt yuv420p10le
make av1.mp4 15 -c:v libaom-av1 -usage realtime -cpu-used 8 -b:v 300k -g 8
make av1.mkv 10 -c:v libaom-av1 -usage realtime -cpu-used 8 -b:v 300k
make mpeg4.avi 40 -c:v mpeg4 -b:v 400k -g 12
make mpeg4-b.mp4 40 -c:v mpeg4 -b:v 400k -bf 2 -g 15
make mpeg2.mpg 40 -c:v mpeg2video -b:v 600k -bf 2 -g 12
make mpeg2.ts 40 -c:v mpeg2video -b:v 600k -bf 2 -g 12
make mpeg1.mpg 30 -c:v mpeg1video -b:v 600k
make mjpeg.avi 30 -c:v mjpeg -q:v 5 -pix_fmt yuvj420p
make mjpeg-422.avi 20 -c:v mjpeg -q:v 5 -pix_fmt yuvj422p
make mjpeg-444.mov 20 -c:v mjpeg -q:v 5 -pix_fmt yuvj444p
make mjpeg-raw.mjpeg 20 -c:v mjpeg -q:v 5 -pix_fmt yuvj420p
make ffv1-8.mkv 20 -c:v ffv1 -level 3 -slices 4 -g 1 -pix_fmt yuv420p
make ffv1-10.mkv 15 -c:v ffv1 -level 3 -slices 4 -pix_fmt yuv422p10le
make ffv1-16.mkv 12 -c:v ffv1 -level 3 -slices 4 -pix_fmt gray16le
make ffv1-bgra.mkv 12 -c:v ffv1 -pix_fmt bgra
make raw-bgr24.avi 12 -c:v rawvideo -pix_fmt bgr24
make raw-420.avi 12 -c:v rawvideo -pix_fmt yuv420p
make raw-gray.avi 12 -c:v rawvideo -pix_fmt gray
make raw-bgr24.mkv 12 -c:v rawvideo -pix_fmt bgr24 -allow_raw_vfw 1
make raw-rgba.mov 8 -c:v rawvideo -pix_fmt rgba
make png.mov 12 -c:v png -pix_fmt rgb24
make png-alpha.mov 8 -c:v png -pix_fmt rgba
make gif.gif 15 -c:v gif
make apng.apng 8 -f apng -c:v apng
make flv.flv 40 -c:v flv -b:v 300k -g 12
make h264.flv 40 $x264 -pix_fmt yuv420p -bf 0
make theora.ogv 25 -c:v libtheora -q:v 5
make wmv2.wmv 30 -c:v wmv2 -b:v 300k
make msmpeg4.avi 25 -c:v msmpeg4 -b:v 300k
make prores.mov 8 -c:v prores -pix_fmt yuv422p10le
make huffyuv.avi 10 -c:v ffvhuff -pix_fmt yuv422p
make raw.h264 40 $x264 -pix_fmt yuv420p -f h264
make raw.hevc 25 $x265 -pix_fmt yuv420p -f hevc
make raw.m4v 25 -c:v mpeg4 -b:v 300k
make y4m.y4m 12 -pix_fmt yuv420p
make ivf.ivf 15 -c:v libvpx -deadline realtime -cpu-used 8 -b:v 300k

# ---- containers ----
make h264.ts 50 $x264 -bf 2 -g 15 -pix_fmt yuv420p -f mpegts
make fragmented.mp4 50 $x264 -g 15 -pix_fmt yuv420p -movflags frag_keyframe+empty_moov+default_base_moof
make faststart.mp4 30 $x264 -g 10 -pix_fmt yuv420p -movflags +faststart
ff -i h264-b.mp4 -c copy -fflags +bitexact -f matroska -live 1 no-cues.mkv
make edit-list.mp4 40 $x264 -bf 3 -pix_fmt yuv420p -movflags -empty_moov
ff -ss 0.72 -i h264-b.mp4 -c copy -fflags +bitexact cut-in.mp4

# ---- streams ----
sound="-f lavfi -i sine=frequency=440:duration=1.2"
with_sound() { # OUTPUT ARGUMENTS...
	out=$1
	shift
	ff -f lavfi -i "$source" $sound -frames:v 30 -threads 1 -flags +bitexact -fflags +bitexact "$@" "$out"
}
with_sound aac.mp4 $x264 -pix_fmt yuv420p -c:a aac
with_sound mp3.avi -c:v mpeg4 -b:v 300k -c:a libmp3lame
with_sound opus.webm -c:v libvpx -deadline realtime -cpu-used 8 -b:v 300k -c:a libopus
with_sound pcm.mov $x264 -pix_fmt yuv420p -c:a pcm_s16le
with_sound mp2.mpg -c:v mpeg2video -b:v 500k -c:a mp2
with_sound aac.ts $x264 -pix_fmt yuv420p -c:a aac
ff $sound -c:a aac -flags +bitexact only-sound.mp4
ff $sound -c:a libmp3lame -flags +bitexact only-sound.mp3
ff $sound -c:a pcm_s16le -flags +bitexact only-sound.wav
ff -f lavfi -i "$source" -f lavfi -i smptebars=size=96x80:rate=10 -map 0 -map 1 -t 0.8 -threads 1 -flags +bitexact -fflags +bitexact -c:v mpeg4 -b:v 300k two-videos.mkv
ff -f lavfi -i smptebars=size=96x80:rate=10 -f lavfi -i "$source" -map 0 -map 1 -t 0.8 -threads 1 -flags +bitexact -fflags +bitexact -c:v mpeg4 -b:v 300k two-videos.mp4
ff -f lavfi -i "$source" -frames:v 1 -flags +bitexact ../parts/cover.png
ff $sound -i ../parts/cover.png -map 0 -map 1 -c:a libmp3lame -c:v copy -disposition:v attached_pic -flags +bitexact cover.mp3
ff -i aac.mp4 -i ../parts/cover.png -map 0 -map 1 -c copy -disposition:v:1 attached_pic -fflags +bitexact cover.mp4

# ---- time, place and size ----
for angle in 90 180 270; do
	ff -i h264-baseline.mp4 -c copy -metadata:s:v:0 rotate=$angle -fflags +bitexact rotated-$angle.mp4
done
ff -i mjpeg-444.mov -c copy -metadata:s:v:0 rotate=90 -fflags +bitexact rotated-mjpeg.mov
ff -f lavfi -i "$source,select='not(mod(n\,3)*mod(n\,7))',setpts=N*N/300/TB" -fps_mode vfr -frames:v 25 -threads 1 -flags +bitexact -fflags +bitexact -c:v libx264 -preset veryfast \
	-x264-params threads=1 -pix_fmt yuv420p variable-rate.mkv
ff -i variable-rate.mkv -c copy -fflags +bitexact variable-rate.mp4
ff -i h264-b.mp4 -c copy -output_ts_offset 7.5 -fflags +bitexact start-7.ts
ff -i h264-baseline.mp4 -c copy -output_ts_offset 3.25 -fflags +bitexact start-3.mkv
make ntsc.mp4 30 -r 30000/1001 $x264 -pix_fmt yuv420p
make anamorphic.mp4 20 $x264 -pix_fmt yuv420p -vf setsar=16/11
source="testsrc2=size=161x119:rate=25"
make odd-size.mkv 15 -c:v ffv1 -pix_fmt yuv444p
make odd-size.avi 15 -c:v mpeg4 -b:v 300k
make odd-size.webm 15 -c:v libvpx -deadline realtime -cpu-used 8 -b:v 300k
make odd-size-mjpeg.avi 15 -c:v mjpeg -q:v 5 -pix_fmt yuvj420p
source="testsrc2=size=2x2:rate=25"
make 2x2.mkv 5 -c:v ffv1 -pix_fmt bgra
make 2x2.avi 5 -c:v mjpeg -pix_fmt yuvj444p
make 2x2.mp4 5 $x264 -pix_fmt yuv420p
source="testsrc2=size=320x240:rate=25"
make one-frame.mp4 1 $x264 -pix_fmt yuv420p
make one-frame.avi 1 -c:v mjpeg -pix_fmt yuvj420p
make one-frame.webm 1 -c:v libvpx-vp9 -deadline realtime -cpu-used 8
make 320.mp4 50 $x264 -bf 2 -pix_fmt yuv420p
make 320.avi 25 -c:v mjpeg -q:v 8 -pix_fmt yuvj420p
source="mandelbrot=size=192x144:rate=30"
make mandelbrot.mp4 45 $x264 -bf 2 -g 15 -pix_fmt yuv420p
source="nullsrc=size=64x48:rate=15,geq=random(1)*255:128:128"
make noise.mp4 20 $x264 -pix_fmt yuv420p
make noise.mkv 20 -c:v ffv1 -pix_fmt yuv420p

# ---- changes in mid-stream ----
source="testsrc2=size=160x120:rate=25"
make ../parts/small.ts 20 $x264 -bf 0 -g 10 -pix_fmt yuv420p -f mpegts
make ../parts/small-444.ts 20 $x264 -bf 0 -g 10 -pix_fmt yuv444p -f mpegts
make ../parts/small.h264 20 $x264 -bf 0 -g 10 -pix_fmt yuv420p -f h264
make ../parts/small.mjpeg 10 -c:v mjpeg -pix_fmt yuvj420p
make ../parts/small.mpg 15 -c:v mpeg2video -f mpeg2video
source="testsrc2=size=320x240:rate=25"
make ../parts/large.ts 20 $x264 -bf 0 -g 10 -pix_fmt yuv420p -f mpegts
make ../parts/large.h264 20 $x264 -bf 0 -g 10 -pix_fmt yuv420p -f h264
make ../parts/large.mjpeg 10 -c:v mjpeg -pix_fmt yuvj420p
make ../parts/large.mpg 15 -c:v mpeg2video -f mpeg2video
source="testsrc2=size=64x96:rate=25"
make ../parts/tall.h264 20 $x264 -bf 0 -g 10 -pix_fmt yuv420p -f h264
cat ../parts/small.ts ../parts/large.ts >grows.ts
cat ../parts/large.ts ../parts/small.ts >shrinks.ts
cat ../parts/small.ts ../parts/small-444.ts ../parts/small.ts >format-changes.ts
cat ../parts/small.h264 ../parts/large.h264 ../parts/tall.h264 ../parts/small.h264 >changes.h264
cat ../parts/small.mjpeg ../parts/large.mjpeg ../parts/small.mjpeg >changes.mjpeg
cat ../parts/small.mpg ../parts/large.mpg >changes.m2v
cd ..

# ---- issue 29699 of OpenCV: the first frame has another format than the later ones ----
source="testsrc2=size=1280x720:rate=25"
for first in yuvj422p yuvj444p; do
	make parts/$first.mjpeg 1 -c:v mjpeg -q:v 10 -pix_fmt $first
done
make parts/rest.mjpeg 8 -c:v mjpeg -q:v 10 -pix_fmt yuvj420p
for first in yuvj422p yuvj444p; do
	cat parts/$first.mjpeg parts/rest.mjpeg >parts/both.mjpeg
	ff -f mjpeg -i parts/both.mjpeg -c copy -fflags +bitexact crash/$first-first.avi
done

# ---- broken ----
size() {
	wc -c <"$1"
}
for file in h264-b.mp4 h264.ts vp9.webm mjpeg.avi mpeg2.mpg ffv1-8.mkv raw.h264 gif.gif flv.flv faststart.mp4 fragmented.mp4 y4m.y4m raw-bgr24.avi; do
	for percent in 2 50 93; do
		head -c $(($(size good/$file) * percent / 100)) good/$file >"broken/cut-$percent-$file"
	done
done
# flip FILE COUNT: that many bytes of it, at places of a fixed sequence, are set to others.
flip() {
	awk -v n="$(size "$1")" -v count="$2" 'BEGIN { s = 12345; for (i = 0; i < count; i++) { s = (s * 16807) % 2147483647; at = s % n;
		s = (s * 16807) % 2147483647; printf "%d %03o\n", at, s % 256 } }' | while read -r at value; do
		# shellcheck disable=SC2059 # an escape sequence
		printf "\\$value" | dd of="$1" bs=1 seek="$at" conv=notrunc status=none
	done
}
for file in h264-b.mp4 hevc.mp4 vp8.webm vp9.webm av1.mp4 mpeg4.avi mpeg2.mpg mjpeg.avi ffv1-8.mkv h264.ts raw.h264 png.mov theora.ogv flv.flv wmv2.wmv; do
	for count in 3 12; do
		cp good/$file "broken/flip-$count-$file"
		flip "broken/flip-$count-$file" $count
	done
done
# The index at the end of the file is not there.
head -c $(($(size good/h264-baseline.mp4) - 1500)) good/h264-baseline.mp4 >broken/no-moov.mp4
tail -c +2000 good/h264.ts >broken/no-start.ts
tail -c +3000 good/mjpeg.avi >broken/no-start.avi
: >broken/empty.mp4
: >broken/empty.avi
echo "This is not a video." >broken/text.mp4
echo "This is not a video." >broken/text.txt
dd if=/dev/zero of=broken/zeros.mp4 bs=4096 count=4 status=none
dd if=/dev/zero of=broken/zeros.avi bs=4096 count=4 status=none
cp good/h264-b.mp4 broken/wrong-name.avi
cp good/mjpeg.avi broken/wrong-name.png
cp good/vp8.webm broken/no-extension
cp parts/cover.png broken/picture.png

# ---- sequences ----
source="testsrc2=size=80x60:rate=25"
make images/zero_%03d.png 6 -start_number 0
make images/one_%03d.jpg 6 -q:v 5 -start_number 1
make images/late/five_%02d.png 6 -start_number 5
make images/gap/img_%03d.png 8 -start_number 0
rm images/gap/img_003.png
cp parts/cover.png images/gap/img_005.png
cp broken/text.txt images/gap/img_006.png
make images/tiff_%02d.tiff 3
make images/bmp_%04d.bmp 3
rm -r parts
mkdir changing
mv good/grows.ts good/changes.* changing/
ls good broken changing images crash | grep -c .
