"""A small file as the format's own package writes it, for weights.Read: python tests/golden/safetensors_file.py."""

import pathlib

import numpy as np
from safetensors.numpy import save_file

HERE = pathlib.Path(__file__).parent / "safetensors"


def main():
    x = np.arange(6, dtype=np.float32).reshape(2, 3) / 8  # exact in float16
    tensors = {
        "generator/kernel": x.astype(np.float16),
        "generator/bias": x[0].copy(),
        "discriminator/scale": np.array(0.5, np.float32),
    }
    save_file(tensors, HERE / "numpy.safetensors", metadata={"made by": "safetensors 0.8.0"})


if __name__ == "__main__":
    main()
