"""Make every golden file again: python tests/golden/make.py"""

import torch

import augment
import dcgan
import layers
import mnist2014
import networks2014
import pooling
import stabilisers

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)

for family in (layers, mnist2014, networks2014, dcgan, stabilisers, pooling, augment):
    family.main()
