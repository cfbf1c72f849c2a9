"""A small file laid out as Keras's weights of InceptionV3: python tests/golden/inception_h5.py, where h5py is."""

import pathlib

import h5py
import numpy as np

NORM = "batch_normalization_1/batch_normalization_1/"
NAMES = "conv2d_1/conv2d_1/kernel:0", NORM + "beta:0", NORM + "moving_mean:0", NORM + "moving_variance:0"

with h5py.File(pathlib.Path(__file__).parent / "inception-layout.h5", "w") as file:
    for i, name in enumerate(NAMES):
        file.create_dataset(name, data=np.array([i, -1, 0.5], np.float32))
