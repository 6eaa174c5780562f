#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""batch.py PATTERN COUNT: reads COUNT of the files with cv2.imread, one after the other, and prints the seconds that it took."""
import glob
import sys
import time

import cv2

files = sorted(glob.glob(sys.argv[1]))
count = int(sys.argv[2])
cv2.imread(files[0])
start = time.perf_counter()
for i in range(count):
    if cv2.imread(files[i % len(files)]) is None:
        sys.exit(1)
print(f"{time.perf_counter() - start:.4f}")
