"""Make slerp.json: points of great circles by SciPy's geometric_slerp. python tests/golden/slerp.py"""

import json
import pathlib

import numpy as np
from scipy.spatial import geometric_slerp

HERE = pathlib.Path(__file__).parent
POINTS = 7


def unit(v):
    return v / np.linalg.norm(v)


def main():
    rng = np.random.default_rng(1)
    ends = [(unit(rng.normal(size=dim)), unit(rng.normal(size=dim))) for dim in (2, 3, 10)]
    a, off = ends[2][0], rng.normal(size=10)
    ends.append((a, unit(a + 1e-3 * unit(off))))  # nearly parallel
    ends.append((a, unit(-a + 0.1 * unit(off))))  # nearly opposite
    ways = [
        {"a": a.tolist(), "b": b.tolist(), "points": geometric_slerp(a, b, np.linspace(0, 1, POINTS)).tolist()}
        for a, b in ends
    ]
    (HERE / "slerp.json").write_text(json.dumps(ways) + "\n")


main()
