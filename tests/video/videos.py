# SPDX-License-Identifier: LGPL-2.1-or-later
"""videos.py FILE...: each through the system's cv2, in sections as tests/parity/report.hh has them."""
import hashlib
import os
import sys

import cv2
import numpy


def attempt(name, call):
    print("\n==", name, flush=True)
    print("\n==", name, file=sys.stderr, flush=True)
    try:
        print(call(), flush=True)
    except cv2.error as e:
        print("threw cv2.error", e.code, e.err, e.func, e.file, e.line, e.msg, str(e), flush=True)
    except Exception as e:  # what the binding says
        print("threw", type(e).__name__, e, flush=True)


def describe(m):
    if m is None:
        return "None"
    digest = hashlib.sha1(numpy.ascontiguousarray(m).tobytes()).hexdigest()
    return f"{m.shape} {m.dtype} {m.strides} {m.flags.c_contiguous} {m.flags.writeable} {m.flags.owndata} {m.base is None} {digest}"


def read(c, into=None):
    ok, m = c.read() if into is None else c.read(into)
    return f"{str(ok).lower()} {describe(m)} {m is into} at {c.get(cv2.CAP_PROP_POS_FRAMES)} {c.get(cv2.CAP_PROP_POS_MSEC)}"


def take(c):
    return f"{str(c.grab()).lower()} {[(ok, describe(m)) for ok, m in (c.retrieve(), c.retrieve(flag=0))]}"


def show_file(path):
    name = os.path.basename(path)
    c = cv2.VideoCapture(path)
    attempt(f"{name}: open", lambda: f"{c.isOpened()} {c.getBackendName()} {[c.get(i) for i in range(3, 50)]}")
    for i in range(10):
        attempt(f"{name}: {i}", lambda: read(c))
    attempt(f"{name}: grab", lambda: take(c))
    attempt(f"{name}: into", lambda: read(c, numpy.zeros((120, 160, 3), numpy.uint8)))
    attempt(f"{name}: into another", lambda: read(c, numpy.zeros((12, 16), numpy.float32)))
    attempt(f"{name}: seek", lambda: f"{c.set(cv2.CAP_PROP_POS_FRAMES, 3)} {read(c)}")
    for i in range(100):
        attempt(f"{name}: rest {i}", lambda: read(c))
    attempt(f"{name}: exceptions", lambda: c.setExceptionMode(True))
    attempt(f"{name}: grab, throwing", lambda: take(c))
    attempt(f"{name}: again", lambda: f"{c.open(path, cv2.CAP_FFMPEG, [cv2.CAP_PROP_FORMAT, -1])} {read(c)}")
    attempt(f"{name}: release", lambda: f"{c.release()} {c.isOpened()}")
    attempt(f"{name}: raw", lambda: read(cv2.VideoCapture(path, cv2.CAP_FFMPEG, (cv2.CAP_PROP_FORMAT, -1))))


for argument in sys.argv[1:]:
    show_file(argument)
attempt("missing: file", lambda: cv2.VideoCapture("/nonexistent.mp4").isOpened())
attempt("missing: name", lambda: cv2.VideoCapture("").isOpened())
attempt("missing: type", lambda: cv2.VideoCapture([1.5]))
attempt("missing: read", lambda: read(cv2.VideoCapture()))
attempt("missing: backend", lambda: cv2.VideoCapture().getBackendName())
