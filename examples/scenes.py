#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An ordinary script: scenes.py VIDEO... prints where the scene changes, by colour histograms. It knows nothing of a sandbox."""
import hashlib
import sys

import cv2


def histogram(frame):
    h = cv2.calcHist([frame], [0, 1, 2], None, [8, 8, 8], [0, 256] * 3)
    return cv2.normalize(h, h, alpha=1, norm_type=cv2.NORM_L1)


for name in sys.argv[1:]:
    video = cv2.VideoCapture(name)
    if not video.isOpened():
        print(f"{name}: cannot be read")
        continue
    frames, cuts, before, digest = 0, [], None, hashlib.sha256()
    while True:
        read, frame = video.read()
        if not read:
            break
        digest.update(frame.tobytes())
        now = histogram(frame)
        if before is not None and cv2.compareHist(before, now, cv2.HISTCMP_BHATTACHARYYA) > 0.5:
            cuts.append(f"{frames} ({video.get(cv2.CAP_PROP_POS_MSEC) / 1000:.2f} s)")
        before = now
        frames += 1
    print(f"{name}: {frames} frames, {len(cuts)} cuts{': ' + ', '.join(cuts) if cuts else ''}, sha256 {digest.hexdigest()[:16]}")
