"""Scores an exported generator against a folder of pictures by torch-fidelity: FID, KID and the Inception score.

    gan export runs/lsun64-xla-cpu --onnx g.onnx --layout nchw
    python3 fidelity.py g.onnx pictures/

torch-fidelity's own reader of ONNX files takes pixels in bytes, three channels, three kinds of noise and the numbers of
classes; this hands it a generator as those of `gan export` are. It needs the packages torch-fidelity, torch, torchvision
and onnxruntime, and Inception's weights, which torch-fidelity fetches from GitHub unless they are given.
"""

import argparse
import json

import numpy
import onnxruntime
import torch
from torch_fidelity import GenerativeModelBase, calculate_metrics


class Exported(GenerativeModelBase):
    """A model of `gan export --onnx FILE --layout nchw`. It draws noise and labels itself, from a seed of its own."""

    def __init__(self, path):
        super().__init__()
        self.session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        self.about = self.session.get_modelmeta().custom_metadata_map
        if self.about.get("layout") != "nchw" or self.about["range"] not in ("[0, 1]", "[-1, 1]"):
            raise SystemExit(f"{path}: want images, --layout nchw, in [0, 1] or [-1, 1], not {self.about}")
        self.sizes = {value.name: value.shape[1] for value in self.session.get_inputs()}
        self.random = numpy.random.default_rng(1)

    @property
    def z_size(self):
        return self.sizes["z"]

    @property
    def z_type(self):
        return "normal"

    @property
    def num_classes(self):
        return 0

    def noise(self, n):
        shape, kind = (n, self.z_size), self.about["noise"]
        if kind == "gaussian":
            return self.random.standard_normal(shape)
        half = {"uniform": 1, "unit-uniform": 3**0.5}[kind]
        return self.random.uniform(-half, half, shape)

    def forward(self, z):
        feed = {"z": self.noise(len(z)).astype("f4")}
        if "y" in self.sizes:
            classes = self.sizes["y"]
            feed["y"] = numpy.eye(classes, dtype="f4")[self.random.integers(classes, size=len(z))]
        (x,) = self.session.run(["x"], feed)
        if self.about["range"] == "[-1, 1]":
            x = (x + 1) / 2
        pixels = numpy.rint(255 * x.clip(0, 1)).astype("u1")
        return torch.from_numpy(pixels).expand(-1, 3, -1, -1).to(z.device)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("model", help="what gan export wrote, with --layout nchw")
    options.add_argument("pictures", help="a folder of real pictures")
    options.add_argument("--samples", type=int, default=50000)
    options.add_argument("--weights", help="Inception's weights, as torch-fidelity publishes them")
    asked = options.parse_args()
    scores = calculate_metrics(
        input1=Exported(asked.model),
        input1_model_num_samples=asked.samples,
        input2=asked.pictures,
        cuda=torch.cuda.is_available(),
        fid=True,
        kid=True,
        kid_subset_size=min(1000, asked.samples),
        isc=True,
        feature_extractor_weights_path=asked.weights,
    )
    print(json.dumps(scores))
