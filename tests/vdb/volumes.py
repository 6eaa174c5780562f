# SPDX-License-Identifier: LGPL-2.1-or-later
# volumes.py FILE...: what a Python program sees of them, in sections as of the other subjects.
import hashlib
import os
import sys

import numpy
import pyopenvdb


def section(name):
    for f in sys.stdout, sys.stderr:
        print("==", name, file=f, flush=True)


def clean(text):
    return "".join(c if " " <= c < "\x7f" or c == "\n" else "\\u%04x" % ord(c) for c in text)


def attempt(name, call):
    section(name)
    try:
        text = call()
    except Exception as e:
        text = "threw %s %s" % (type(e).__name__, e)
    print(clean(str(text)), flush=True)


def metadata(m):
    return ["%r: %s %r" % (k, type(v).__name__, v) for k, v in sorted(m.items())]


def values(grid):
    if not hasattr(grid, "copyToArray") or grid.activeVoxelCount() == 0:
        return "no values"
    low, high = grid.evalActiveVoxelBoundingBox()
    size = [min(h - l + 1, 70) for l, h in zip(low, high)]
    if grid.valueTypeName.startswith("vec"):
        size.append(3)
    a = numpy.zeros(size, dtype=numpy.float64)
    grid.copyToArray(a, ijk=low)
    return "%s %s %s" % (size, low, hashlib.sha1(a.tobytes()).hexdigest())


def describe(grid):
    t = grid.transform
    some = [(i["min"], i["max"], str(i["value"])) for _, i in zip(range(20), grid.citerOnValues())] if hasattr(grid, "citerOnValues") else []
    return "\n".join([
        type(grid).__name__, repr(grid.name), grid.gridClass, repr(grid.creator), str(grid.saveFloatAsHalf), str(grid.vectorType),
        "%s %s %s" % (grid.activeVoxelCount(), grid.leafCount(), grid.memUsage()), str(grid.evalLeafDim()), str(grid.treeDepth),
        str(grid.background), values(grid), repr(some), t.typeName, repr(t.voxelSize()), repr(t.indexToWorld((1, 2, 3)))] + metadata(grid.metadata))


def read_all(path):
    grids, meta = pyopenvdb.readAll(path)
    return "\n".join([describe(g) for g in grids] + metadata(meta))


def pickled(grid):
    import pickle
    return describe(pickle.loads(pickle.dumps(grid)))


for path in sys.argv[1:]:
    name = os.path.basename(path)
    attempt(name + ": readAll", lambda: read_all(path))
    attempt(name + ": readMetadata", lambda: metadata(pyopenvdb.readMetadata(path)))
    attempt(name + ": readAllGridMetadata", lambda: [describe(g) for g in pyopenvdb.readAllGridMetadata(path)])
    for of in "scene", "small", "", "no such grid", "density":
        attempt(name + ": readGridMetadata " + of, lambda: describe(pyopenvdb.readGridMetadata(path, of)))
        attempt(name + ": read " + of, lambda: describe(pyopenvdb.read(path, of)))
    attempt(name + ": pickled", lambda: pickled(pyopenvdb.readAll(path)[0][0]))
