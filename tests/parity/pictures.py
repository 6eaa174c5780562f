# SPDX-License-Identifier: LGPL-2.1-or-later
"""pictures.py DIRECTORY: every file through the system's cv2, in sections as tests/parity/report.hh has them."""
import hashlib
import os
import sys

import cv2
import numpy

FLAGS = [-1, 0, 1, 2, 4, 6, 16, 17, 32, 65, 128, 129, 1 << 20]


def describe(m):
    if m is None:
        return "None"
    digest = hashlib.sha1(numpy.ascontiguousarray(m).tobytes()).hexdigest()
    return f"{m.shape} {m.dtype} {m.strides} {m.flags.c_contiguous} {m.flags.writeable} {m.flags.owndata} {m.base is None} {digest}"


def attempt(name, call):
    print("==", name, flush=True)
    print("==", name, file=sys.stderr, flush=True)
    try:
        print(describe(call()))
    except cv2.error as e:
        print("cv2.error", e.code, e.err, e.func, e.file, e.line, e.msg, str(e), repr(e.args))
    except Exception as e:  # what numpy or the binding says
        print(type(e).__name__, e)


def show_buffers(name, data):
    spaced = numpy.zeros(2 * len(data), numpy.uint8)
    spaced[::2] = data
    for what, buf in (("column", data.reshape(-1, 1)), ("row", data.reshape(1, -1)), ("spaced", spaced[::2]),
                      ("empty", data[:0]), ("words", data[:len(data) // 2 * 2].view(numpy.uint16)), ("bytes", data.tobytes()),
                      ("list", data[:20].tolist()), ("None", None), ("reversed", data[::-1]), ("read-only", data.copy())):
        if what == "read-only":
            buf.flags.writeable = False
        attempt(f"{name} as {what}", lambda: cv2.imdecode(buf, 1))


def show_file(directory, name):
    path = os.path.join(directory, name)
    data = numpy.fromfile(path, numpy.uint8)
    for flags in FLAGS:
        attempt(f"imread {name} {flags}", lambda: cv2.imread(path, flags))
        attempt(f"imdecode {name} {flags}", lambda: cv2.imdecode(data, flags))
    if name in ("61x64-rgb8.png", "640x480-rgb8.png", "exif-6.jpg", "13x7-rgb32f.hdr"):
        show_buffers(name, data)


for entry in sorted(os.listdir(sys.argv[1])):
    if entry.startswith(("61x64-rgb", "640x480-rgb", "exif-")):
        show_file(sys.argv[1], entry)
attempt("missing", lambda: cv2.imread(os.path.join(sys.argv[1], "missing.png")))
attempt("no name", lambda: cv2.imread(""))
attempt("wrong type", lambda: cv2.imread(5))
