#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""volume.py BUILD_DIRECTORY: what openvdb::io costs sandboxed over natively, medians of one run in which both take turns.

SP_VOLUME is the number of rounds (5), SP_VOLUME_MB the sizes of the grids in megabytes of leaves ("100 1000")."""
import os
import statistics
import subprocess
import sys
import tempfile
import time

BUILD = os.path.abspath(sys.argv[1])
FRONT = BUILD + "/stage/lib/libsandbox-preload.so"
ROUNDS = max(int(os.environ.get("SP_VOLUME", "5")), 1)
SIZES = [int(word) for word in os.environ.get("SP_VOLUME_MB", "100 1000").split()]
TIMES = 5  # in each process, fewer of large ones; the first one, which starts the zygote, stands apart


def environment(sandboxed):
    return dict(os.environ, LD_PRELOAD=FRONT) if sandboxed else dict(os.environ)


def volume(sandboxed, *arguments):
    """The milliseconds that bench/volume prints."""
    out = subprocess.run([BUILD + "/bench/volume", *map(str, arguments)], env=environment(sandboxed), stdout=subprocess.PIPE, check=True)
    return [float(line) for line in out.stdout.split()]


def take_turns(*arguments):
    """Per round the median of all but the first time, natively and sandboxed; the other one first in each second round."""
    pairs = []
    for i in range(ROUNDS):
        order = (False, True) if i % 2 == 0 else (True, False)
        got = {sandboxed: statistics.median(volume(sandboxed, *arguments)[1:]) for sandboxed in order}
        pairs.append((got[False], got[True]))
    return pairs


def print_row(name, pairs, target):
    ratios = [s / n for n, s in pairs]
    native = statistics.median(n for n, _ in pairs)
    print(f"| {name} | {native:.2f} ms | {statistics.median(ratios):.2f} | {min(ratios):.2f} to {max(ratios):.2f} | "
          f"{statistics.median(s - n for n, s in pairs):+.2f} ms | {target} |", flush=True)


def own_memory(pid):
    """Bytes that a process does not share with the page cache: its own and shared memory, in equal parts among those who map it."""
    total = 0
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
            for line in f:
                if line.startswith(("Pss_Anon:", "Pss_Shmem:")):
                    total += int(line.split()[1]) * 1024
    except OSError:
        return 0
    return total


def helpers_of(folder):
    """Zygotes and helpers that were started from @folder."""
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and os.readlink(f"/proc/{name}/exe").startswith(folder):
                yield int(name)
        except OSError:
            pass


def peak(sandboxed, path):
    """Of the program and all of its helpers, bytes."""
    most = 0
    p = subprocess.Popen([BUILD + "/bench/volume", "read", path, "1"], env=environment(sandboxed), stdout=subprocess.DEVNULL)
    while p.poll() is None:
        most = max(most, own_memory(p.pid) + (sum(own_memory(h) for h in helpers_of(BUILD + "/stage")) if sandboxed else 0))
        time.sleep(0.005)
    return most


def files(folder):
    return sorted(name for name in os.listdir(folder) if name.endswith(".vdb"))


def main():
    print(f"Volumes, {ROUNDS} rounds, medians and spread; native without delayed loading, files in the page cache\n")
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([BUILD + "/bench/volume", "make", str(size), folder], check=True)
            print(f"| {size} MB of leaves | native | sandboxed/native | spread | more | target |\n|---|---|---|---|---|---|")
            for name in files(folder):
                print_row(f"read {name[:-4]}", take_turns("read", f"{folder}/{name}", TIMES if size < 500 else 3), "1.15")
            path = f"{folder}/level-set-blosc.vdb"
            print_row("readGridMetadata", take_turns("meta", path, 50), "+1 ms")
            print_row("open, readGridMetadata, close", take_turns("open", path, 50, 30), "")
            print(f"\n| {size} MB of leaves | native | program and helpers | at most 1.5 times and 100 MB |\n|---|---|---|---|")
            for name in files(folder):
                native, sandboxed = peak(False, f"{folder}/{name}"), peak(True, f"{folder}/{name}")
                print(f"| peak of {name[:-4]} | {native / 1e6:.0f} MB | {sandboxed / 1e6:.0f} MB | {1.5 * size + 100:.0f} MB |", flush=True)
            print()


main()
