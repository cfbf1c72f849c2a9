"""Make the MAT-files that the Go tests read, and check each with SciPy."""

import gzip
import pathlib
import struct
import zlib

import numpy as np
import scipy
from scipy import io, sparse

HERE = pathlib.Path(__file__).parent
DIMS = (2, 3, 4)
CLASSES = "int8 uint8 int16 uint16 int32 uint32 int64 uint64 single double".split()

# Types in a file, and numbers of the classes: "MAT-File Format", tables 1-1 and 1-3.
INT8, UINT8, INT16, INT32, UINT32, DOUBLE, MATRIX, COMPRESSED = 1, 2, 3, 5, 6, 9, 14, 15
CLASS = {"double": 6, "uint8": 9}


def counting(dtype, dims=DIMS):
    """0, 1, 2 ... in MATLAB's order of the values, but the first is the type's least and the last its greatest."""
    limits = np.iinfo(dtype) if np.issubdtype(dtype, np.integer) else np.finfo(dtype)
    values = np.arange(np.prod(dims)).astype(dtype)
    values[0], values[-1] = limits.min, limits.max
    return values.reshape(dims, order="F")


def save(name, variables, compress=True):
    """Write a file by SciPy, without the date that its header would have."""
    path = HERE / f"{name}.mat"
    io.savemat(path, variables, do_compression=compress)
    raw = bytearray(path.read_bytes())
    raw[:116] = f"MATLAB 5.0 MAT-file, written by SciPy {scipy.__version__}".ljust(116).encode()
    path.write_bytes(raw)
    check(name, variables)


def check(name, variables):
    path = HERE / f"{name}.mat"
    found = io.loadmat(path)
    for key, want in variables.items():
        if isinstance(want, np.ndarray):
            np.testing.assert_array_equal(found[key], want)
            assert found[key].dtype == want.dtype or want.dtype == bool, (key, found[key].dtype)
    print(f"{path.name}: {path.stat().st_size:,} bytes")


def classes():
    variables = {dtype: counting(dtype) for dtype in CLASSES}
    variables["logical"] = np.array([[True, False, False], [False, True, True]])
    variables["scalar"] = np.array([[7.5]])
    variables["empty"] = np.zeros((0, 3))
    variables["letters"] = "text"
    variables["cells"] = np.array([[1, "two"]], object)
    variables["fields"] = {"a": 1.0, "b": "two"}
    variables["thin"] = sparse.csc_matrix(np.eye(3))
    variables["imaginary"] = np.array([[1 + 2j, 3 - 4j]])
    variables["last"] = np.array([[1, 2, 3]], np.uint8)
    save("classes", variables, compress=False)
    save("classes-compressed", variables)


def big():
    """More than 250 million bytes, 1, 2 ... 251, 1, 2 ...: under a megabyte by zlib, and a few thousand by both."""
    dims = (32, 32, 3, 82_000)
    values = np.resize(np.arange(1, 252, dtype=np.uint8), np.prod(dims))
    save("big", {"X": values.reshape(dims, order="F"), "y": np.full((1, 3), 5, np.uint8)})
    path = HERE / "big.mat"
    raw = gzip.compress(path.read_bytes(), mtime=0)
    path.with_suffix(".mat.gz").write_bytes(raw)
    path.unlink()
    print(f"{path.name}.gz: {len(raw):,} bytes")


def element(order, kind, data):
    """One element with its padding; up to four bytes lie within the tag, as in figure 1-8."""
    if len(data) <= 4:
        return struct.pack(order + "I", len(data) << 16 | kind) + data.ljust(4, b"\0")
    return struct.pack(order + "II", kind, len(data)) + data + b"\0" * (-len(data) % 8)


def matrix(order, name, class_name, dims, kind, data, compress):
    body = element(order, UINT32, struct.pack(order + "II", CLASS[class_name], 0))
    body += element(order, INT32, struct.pack(f"{order}{len(dims)}i", *dims))
    body += element(order, INT8, name.encode())
    body += element(order, kind, data)
    array = struct.pack(order + "II", MATRIX, len(body)) + body
    if not compress:
        return array
    packed = zlib.compress(array)
    return struct.pack(order + "II", COMPRESSED, len(packed)) + packed


def narrow(name, order):
    """What SciPy does not write: the other byte order, and doubles stored as narrower types, as MATLAB does."""
    count = np.arange(24)
    text = "MATLAB 5.0 MAT-file, written by hand".ljust(116).encode()
    raw = text + bytes(8) + struct.pack(order + "H", 0x0100) + (b"MI" if order == ">" else b"IM")
    for compress in (False, True):
        suffix = "z" if compress else ""
        as_type = lambda dtype: count.astype(order + dtype).tobytes()
        raw += matrix(order, "bytes" + suffix, "double", DIMS, UINT8, as_type("u1"), compress)
        raw += matrix(order, "shorts" + suffix, "double", DIMS, INT16, (count - 12).astype(order + "i2").tobytes(), compress)
        raw += matrix(order, "doubles" + suffix, "double", DIMS, DOUBLE, (count / 4).astype(order + "f8").tobytes(), compress)
        raw += matrix(order, "u" + suffix, "uint8", (1, 3), UINT8, bytes([5, 6, 7]), compress)
    (HERE / f"{name}.mat").write_bytes(raw)
    expected = {}
    for suffix in ("", "z"):
        expected["bytes" + suffix] = count.reshape(DIMS, order="F")
        expected["shorts" + suffix] = (count - 12).reshape(DIMS, order="F")
        expected["doubles" + suffix] = (count / 4).reshape(DIMS, order="F")
        expected["u" + suffix] = np.array([[5, 6, 7]])
    found = io.loadmat(HERE / f"{name}.mat")
    for key, want in expected.items():
        np.testing.assert_array_equal(found[key], want)
    print(f"{name}.mat: {len(raw):,} bytes")


def other_versions():
    """A file of MATLAB 4."""
    path = HERE / "version4.mat"
    io.savemat(path, {"X": np.eye(2)}, format="4")
    print(f"{path.name}: {path.stat().st_size:,} bytes")


def svhn():
    """SVHN's layout: images [32, 32, 3, n] and labels 1 to 10, where 10 is the digit 0."""
    n = 12
    y, x, c, i = np.ogrid[:32, :32, :3, :n]
    good = {
        "X": ((3 * y + 5 * x + 70 * c + 11 * i) % 256).astype(np.uint8),
        "y": (np.arange(n).reshape(n, 1) % 10 + 1).astype(np.uint8),
    }
    save("svhn", good)
    few = {"X": good["X"][..., :2], "y": good["y"][:2]}
    save("bad/svhn-transposed", few | {"X": few["X"].T})
    save("bad/svhn-labels", few | {"y": few["y"] + np.uint8(9)})
    save("bad/svhn-counts", few | {"y": good["y"][:3]})
    save("bad/svhn-double", few | {"X": few["X"] * 1.0})


def tfd(name, size, n):
    """The Toronto Face Database's layout. The last ten faces have labels; in fold f, face i is part (i+f) % 3 + 1."""
    i, y, x = np.ogrid[:n, :size, :size]
    labelled = np.arange(n) >= n - 10
    folds = np.array([[(i + f) % 3 + 1 if labelled[i] else 0 for f in range(5)] for i in range(n)], np.uint8)
    good = {
        "folds": folds,
        "images": ((7 * i + 3 * y + 5 * x) % 256).astype(np.uint8),
        "labs_ex": np.where(labelled, np.arange(n) % 7 + 1, -1).astype(np.int16).reshape(n, 1),
        "labs_id": np.where(labelled, np.arange(n), -1).astype(np.int16).reshape(n, 1),
    }
    save(name, good)
    return good


def bad_tfd(good):
    save("bad/tfd-turned", good | {"images": np.moveaxis(good["images"], 0, 2)})
    save("bad/tfd-double", good | {"images": good["images"] * 1.0})
    save("bad/tfd-folds", good | {"folds": good["folds"][:, :4]})
    save("bad/tfd-parts", good | {"folds": good["folds"] + np.uint8([0, 0, 4, 0, 0])})
    save("bad/tfd-labels", good | {"labs_ex": good["labs_ex"] + np.int16(1)})
    save("bad/tfd-empty", good | {"folds": np.where(good["folds"] == 3, 2, good["folds"]).astype(np.uint8)})


if __name__ == "__main__":
    (HERE / "bad").mkdir(exist_ok=True)
    classes()
    narrow("narrow-little", "<")
    narrow("narrow-big", ">")
    other_versions()
    svhn()
    bad_tfd(tfd("tfd48", 48, 20))
    tfd("tfd96", 96, 12)
    big()
