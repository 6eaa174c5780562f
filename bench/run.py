#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""run.py BUILD_DIRECTORY: ratios of sandboxed over native, medians of one run in which both take turns."""
import os
import statistics
import subprocess
import sys
import tempfile
import time

import video

BUILD = os.path.abspath(sys.argv[1])
FRONT = BUILD + "/stage/lib/libsandbox-preload.so"
ROUNDS = 3
COPIED = 1024 * 1024  # SP_COPY_MAX
SIZES = [("64x64", 200), ("640x480", 100), ("1920x1080", 40), ("4000x3000", 8)]


def times(picture, calls, gap, sandboxed):
    env = dict(os.environ, LD_PRELOAD=FRONT) if sandboxed else os.environ
    out = subprocess.run([BUILD + "/bench/read", str(calls), str(gap), picture], env=env, capture_output=True, check=True)
    return [float(line) for line in out.stdout.split()]


def compare(picture, calls, gap):
    """Medians of each round; native and sandboxed take turns, so that a busy minute hits both."""
    native, ratios = [], []
    for _ in range(ROUNDS):
        n = statistics.median(times(picture, calls, gap, False))
        s = statistics.median(times(picture, calls, gap, True))
        native.append(n)
        ratios.append(s / n)
    return statistics.median(native), ratios


def table(directory, gap):
    print(f"| picture | native, us | sandboxed / native, median | spread of {ROUNDS} rounds |")
    print("|---|---|---|---|")
    for size, calls in SIZES:
        for kind in ("jpg", "png"):
            native, ratios = compare(f"{directory}/{size}.{kind}", calls, gap)
            print(f"| {size} {kind} | {native:.0f} | {statistics.median(ratios):.2f} | {min(ratios):.2f} to {max(ratios):.2f} |", flush=True)
    print()


def forks(directory, count=2000):
    """What a call costs back to back, against a bare fork, exit and wait of a process like the zygote."""
    pictures = [f"{directory}/64x64.{kind}" for kind in ("jpg", "png")]
    env = dict(os.environ, LD_PRELOAD=BUILD + "/stage/lib/sandbox-preload/without-gdal.so")
    ratios = []
    for _ in range(ROUNDS):
        out = subprocess.run([BUILD + "/bench/forks", str(count), *pictures], env=env, capture_output=True, check=True)
        bare, mappings = map(float, out.stdout.split())
        ratios.append(statistics.median(times(pictures[0], 1000, 0, True)) / bare)
    print(f"A 64x64 JPEG back to back: {statistics.median(ratios):.2f} times a bare fork and exit ({bare:.0f} us, {mappings:.0f} mappings), "
          f"{min(ratios):.2f} to {max(ratios):.2f}.\n")


def seconds(command, sandboxed):
    env = dict(os.environ, LD_PRELOAD=FRONT) if sandboxed else os.environ
    return float(subprocess.run(command, env=env, capture_output=True, check=True).stdout)


def batches(directory, files):
    """Throughput of programs that do nothing but read."""
    print(f"Reading {files} files (1080p: a quarter, 12 megapixels: a fortieth, but 40), native time over sandboxed time is the throughput kept:\n")
    print(f"| picture | program | sandboxed / native, median | spread of {ROUNDS} rounds |")
    print("|---|---|---|---|")
    for size, share in (("640x480", 1), ("1920x1080", 4), ("4000x3000", 40)):
        for kind in ("jpg", "png"):
            folder = f"{directory}/{size}.{kind}.files"
            os.mkdir(folder)
            for i in range(100):
                os.link(f"{directory}/{size}.{kind}", f"{folder}/{i:03}.{kind}")
            count = str(max(files // share, 40))
            pattern = f"{folder}/*.{kind}"
            for name, command in (("cv::glob loop", [BUILD + "/bench/batch", "1", pattern, count]),
                                  ("8 threads", [BUILD + "/bench/batch", "8", pattern, count]),
                                  ("Python loop", ["/usr/bin/python3", os.path.dirname(__file__) + "/batch.py", pattern, count])):
                ratios = [seconds(command, True) / seconds(command, False) for _ in range(ROUNDS)]
                print(f"| {size} {kind} | {name} | {statistics.median(ratios):.2f} | {min(ratios):.2f} to {max(ratios):.2f} |", flush=True)
    print()


def floors(directory, files):
    """What 8 threads that read could reach at best: native decoding, and for each picture a bare process with fresh memory (bench/floor.c).

    Not of 12 megapixels: so large a picture has fresh memory natively, too."""
    print("Of 8 threads that read, milliseconds of processor time a picture:\n")
    print(f"| picture | decoding natively | a bare process and its memory | floor of sandboxed / native, median | spread of {ROUNDS} rounds |")
    print("|---|---|---|---|---|")
    for size, share in (("640x480", 1), ("1920x1080", 4)):
        width, height = map(int, size.split("x"))
        pixels = width * height * 3
        count = files // share
        for kind in ("jpg", "png"):
            native, bare = [], []
            for _ in range(ROUNDS):
                native.append(seconds([BUILD + "/bench/batch", "8", f"{directory}/{size}.{kind}", str(count)], False) * os.cpu_count() / count * 1e3)
                bare.append(seconds([BUILD + "/bench/floor", str(pixels), "1" if pixels <= COPIED else "0", str(count)], False))
            ratios = [1 + b / n for n, b in zip(native, bare)]
            print(f"| {size} {kind} | {statistics.median(native):.2f} | {statistics.median(bare):.2f} | "
                  f"{statistics.median(ratios):.2f} | {min(ratios):.2f} to {max(ratios):.2f} |", flush=True)
    print()


def start_of(program, count=200):
    """Median ratio of starting @program with and without the front, in alternating starts."""
    took = {False: [], True: []}
    for i in range(2 * count):
        on = i % 2 == 1
        env = dict(os.environ, LD_PRELOAD=FRONT) if on else dict(os.environ)
        begin = time.perf_counter()
        os.waitpid(os.posix_spawn(program, [program], env), 0)
        took[on].append(time.perf_counter() - begin)
    native, front = statistics.median(took[False]), statistics.median(took[True])
    print(f"Starting {program}: {native * 1e6:.0f} us natively, {front / native:.3f} times that preloaded ({count} starts each).")


def main():
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([BUILD + "/bench/make-pictures", directory], check=True)
        print("A pause of 3 ms before each call, as in a program that does something with its pictures:\n")
        table(directory, 3000)
        print("Back to back:\n")
        table(directory, 0)
        forks(directory)
        batches(directory, int(os.environ.get("SP_BATCH", "1000")))
        floors(directory, int(os.environ.get("SP_BATCH", "1000")))
    start_of("/bin/true")
    print("\nVideos:\n")
    video.main()


main()
