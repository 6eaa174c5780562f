#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An ordinary script: faces.py CASCADE PICTURE... finds faces with OpenCV. It knows nothing of a sandbox.

Debian's package opencv-data has cascades: /usr/share/opencv4/haarcascades/haarcascade_frontalface_default.xml
"""
import hashlib
import sys

import cv2

if len(sys.argv) < 2:
    sys.exit(__doc__)
detector = cv2.CascadeClassifier(sys.argv[1])
if detector.empty():
    sys.exit(f"{sys.argv[1]}: no cascade")
for name in sys.argv[2:]:
    picture = cv2.imread(name, cv2.IMREAD_GRAYSCALE)
    if picture is None:
        print(f"{name}: cannot be read")
        continue
    faces = sorted(tuple(int(v) for v in face) for face in detector.detectMultiScale(picture, 1.1, 5))
    places = ", ".join(f"{w}x{h} at {x},{y}" for x, y, w, h in faces)
    digest = hashlib.sha256(picture.tobytes()).hexdigest()[:16]
    print(f"{name}: {len(faces)} faces{': ' + places if places else ''}, sha256 {digest}")
