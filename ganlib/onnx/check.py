"""Runs exported models under onnxruntime, for the tests: python3 check.py MODEL.onnx ...

Beside each model lie z.f32, y.f32 where there are labels, and x.f32, what the model should make of them, as rows of
float32. Prints one JSON object: for each model its metadata, its inputs and output, the shape of x and the largest
difference from x.f32, for all rows at once and for the first row alone.
"""

import json
import pathlib
import sys

import numpy
import onnxruntime


def check(path):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    folder = pathlib.Path(path).parent
    feed = {}
    for value in session.get_inputs():
        feed[value.name] = numpy.fromfile(folder / f"{value.name}.f32", "<f4").reshape(-1, value.shape[1])
    (x,) = session.run(["x"], feed)
    (first,) = session.run(["x"], {name: rows[:1] for name, rows in feed.items()})
    want = numpy.fromfile(folder / "x.f32", "<f4").reshape(x.shape)
    return {
        "inputs": {value.name: value.shape for value in session.get_inputs()},
        "output": session.get_outputs()[0].shape,
        "metadata": session.get_modelmeta().custom_metadata_map,
        "shape": x.shape,
        "largest": float(abs(want).max()),
        "difference": float(abs(x - want).max()),
        "first": float(abs(first - want[:1]).max()),
    }


print(json.dumps({path: check(path) for path in sys.argv[1:]}))
