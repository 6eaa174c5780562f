#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""video.py BUILD_DIRECTORY: what cv::VideoCapture costs sandboxed over natively, medians of one run in which both take turns.

SP_VIDEO is the number of rounds (7). run.py has these tables too."""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

BUILD = os.path.abspath(sys.argv[1])
FRONT = BUILD + "/stage/lib/libsandbox-preload.so"
ROUNDS = max(int(os.environ.get("SP_VIDEO", "7")), 1)
X264 = ["-c:v", "libx264", "-preset", "medium", "-g", "60", "-bf", "3", "-pix_fmt", "yuv420p"]
FILMS = {  # name: size, frames, arguments of the encoder
    "h264-1080p.mp4": ("1920x1080", 180, X264),
    "h264-480p.mp4": ("854x480", 360, X264),
    "mjpeg-1080p.avi": ("1920x1080", 90, ["-c:v", "mjpeg", "-q:v", "4"]),
    "vp9-1080p.webm": ("1920x1080", 90, ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "8M", "-g", "60"]),
}

if not shutil.which("ffmpeg"):
    sys.exit("bench: Debian's package ffmpeg is needed, to make the films")


def make_films(directory):
    """Moving shapes under a little noise, 5 to 10 Mbit/s of H.264 at 1080p, as from a camera."""
    for name, (size, frames, encoder) in FILMS.items():
        source = f"testsrc2=size={size}:rate=30,noise=alls=5:allf=t"
        subprocess.run(["nice", "ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", source, "-frames:v", str(frames), *encoder,
                        f"{directory}/{name}"], check=True)


def environment(sandboxed):
    return dict(os.environ, LD_PRELOAD=FRONT) if sandboxed else dict(os.environ)


def video(sandboxed, *arguments):
    """The numbers that bench/video prints, line by line."""
    out = subprocess.run([BUILD + "/bench/video", *map(str, arguments)], env=environment(sandboxed), stdout=subprocess.PIPE, check=True)
    return [[float(word) for word in line.split()] for line in out.stdout.splitlines()]


def take_turns(measure):
    """measure(sandboxed) in each round: natively and sandboxed, the other one first in each second round."""
    pairs = []
    for i in range(ROUNDS):
        order = (False, True) if i % 2 == 0 else (True, False)
        got = {sandboxed: measure(sandboxed) for sandboxed in order}
        pairs.append((got[False], got[True]))
    return pairs


def rates(*arguments):
    """Per round frames a second, natively and sandboxed; both must have seen as many frames."""
    def measure(sandboxed):
        count, rate = video(sandboxed, *arguments)[0][:2]
        counts.add(count)
        return rate

    counts = set()
    pairs = take_turns(measure)
    if len(counts) != 1 or 0 in counts:
        sys.exit(f"bench/video {' '.join(map(str, arguments))}: not the same number of frames in each run: {sorted(counts)}")
    return pairs


def spread(values, digits):
    return f"{min(values):.{digits}f} to {max(values):.{digits}f}"


def print_rates(name, target, pairs):
    """Others on the machine only ever slow a run down, so beside the median stands the ratio of the fastest of each side."""
    ratios = [s / n for n, s in pairs]
    best = max(s for _, s in pairs) / max(n for n, _ in pairs)
    print(f"| {name} | {statistics.median(n for n, _ in pairs):.1f} | {statistics.median(ratios):.3f} | {spread(ratios, 3)} | {best:.3f} | {target} |",
          flush=True)


def throughput(directory):
    film = directory + "/h264-1080p.mp4"
    print(f"Frames (or seeks) a second. {ROUNDS} rounds:\n")
    print("| what | native | sandboxed / native, median | spread | fastest / fastest | target |")
    print("|---|---|---|---|---|---|")
    print_rates("H.264 1080p, reading all", 0.97, rates("read", film))
    sharing = work(film)
    print_rates("H.264 1080p, a random frame each time", 0.9, rates("seek", film, 20))
    print_rates("H.264 1080p, grabbing all, retrieving each fifth", 0.97, rates("grab", film))
    for name, title in (("h264-480p.mp4", "H.264 480p"), ("mjpeg-1080p.avi", "MJPEG 1080p"), ("vp9-1080p.webm", "VP9 1080p")):
        print_rates(title + ", reading all", "", rates("read", f"{directory}/{name}"))
    print("\n" + sharing)


def work(film):
    """A program that works on each frame for as long as a native one waits for it. Work is counted in units, the same number on both sides."""
    wait = 1000 / statistics.median(video(False, "read", film)[0][1] for _ in range(ROUNDS))
    units = int(statistics.median(video(False, "units", film, wait)[0][0] for _ in range(3)))
    print_rates(f"H.264 1080p, with {wait:.2f} ms of work a frame", 1.6, rates("work", film, units))
    busy = statistics.median(rate * cpu / 1000 for _, rate, cpu in (video(False, "work", film, units)[0] for _ in range(ROUNDS)))
    cores = os.cpu_count()
    return (f"Natively the program that works on each frame keeps {busy:.2f} of {cores} cores busy, as FFmpeg's threads decode meanwhile: "
            f"{cores / busy:.2f} times its frames would fill the machine (less busy and more, when others run on it).\n")


def openings(directory):
    def measure(sandboxed):
        times = [line[0] for line in video(sandboxed, "open", directory + "/h264-1080p.mp4", 11)]
        return times[0], statistics.median(times[1:])

    pairs = take_turns(measure)
    print(f"From the constructor to the first frame (H.264 1080p), ms. {ROUNDS} rounds:\n")
    print("| capture | native | sandboxed - native, median | spread | fastest - fastest | target |")
    print("|---|---|---|---|---|---|")
    for i, name, target in ((1, "median of the second to the eleventh of a process", "10"), (0, "first of a process", "")):
        more = [s[i] - n[i] for n, s in pairs]
        best = min(s[i] for _, s in pairs) - min(n[i] for n, _ in pairs)
        print(f"| {name} | {statistics.median(n[i] for n, _ in pairs):.1f} | {statistics.median(more):+.1f} | "
              f"{min(more):+.1f} to {max(more):+.1f} | {best:+.1f} | {target} |", flush=True)
    print()


def resident(pid):
    """Resident MiB of a process, 0 when it has ended."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as f:
            return sum(int(line.split()[1]) for line in f if line.startswith("VmRSS:")) / 1024
    except OSError:
        return 0.0


def helpers_with(argument):
    """Zygotes and helpers are nobody's children: they are known by the time limit among their arguments."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                if argument in f.read().split(b"\0"):
                    found.append(pid)
        except OSError:
            pass
    return found


def laps_memory(film, laps, sandboxed):
    """Peaks of the program and of its largest helper, resident MiB."""
    limit = 100000 + os.getpid() % 800000
    env = dict(environment(sandboxed), SANDBOX_PRELOAD_TIME_LIMIT=str(limit))
    program = helper = 0.0
    with subprocess.Popen([BUILD + "/bench/video", "laps", film, str(laps)], env=env, stdout=subprocess.PIPE) as p:
        drain = threading.Thread(target=p.stdout.read)
        drain.start()
        while p.poll() is None:
            program = max(program, resident(p.pid))
            helper = max([helper, *map(resident, helpers_with(f"--time-limit={limit}".encode()))])
            time.sleep(0.1)
        drain.join()
    if p.returncode:
        sys.exit("bench/video laps has failed")
    return program, helper


def memory(directory, laps=20):
    film = directory + "/h264-1080p.mp4"
    native = laps_memory(film, laps, False)[0]
    program, helper = laps_memory(film, laps, True)
    print(f"Memory: the highest resident size while H.264 1080p is read {laps} times over is {native:.0f} MiB natively; sandboxed {program:.0f} MiB of the "
          f"program and {helper:.0f} MiB of its largest helper, libraries and the frames that both have mapped counted in each.\n", flush=True)


def main():
    with tempfile.TemporaryDirectory() as directory:
        make_films(directory)
        throughput(directory)
        openings(directory)
        memory(directory)


if __name__ == "__main__":
    main()
