"""How the numbers are laid out and kept for the Go tests."""

import json
import pathlib
import platform

import numpy as np

HERE = pathlib.Path(__file__).parent


def kernel(w):
    """[out, in, k, k] of Conv2d, or [in, out, k, k] of ConvTranspose2d, with the two channels last and swapped.

    Conv2d's becomes [k, k, in, out] and ConvTranspose2d's [k, k, out, in].
    """
    return w.permute(2, 3, 1, 0)


def images(x):
    """[batch, channels, height, width] as [batch, height, width, channels]."""
    return x.permute(0, 2, 3, 1)


def dense(w):
    """[out, in] of Linear as [in, out]."""
    return w.t()


def same(x):
    """What lies alike in both."""
    return x


def save(name, library, about, arrays):
    """Write an .npz of float64 arrays, with the JSON of `about` among them as bytes, under "about"."""
    made_by = f"{library.__name__} {library.__version__}, NumPy {np.__version__}, Python {platform.python_version()}"
    kept = {}
    for key, value in arrays.items():
        value = value.detach() if hasattr(value, "detach") else value
        kept[key] = np.array(value, np.float64, order="C")
        assert np.isfinite(kept[key]).all(), f"{name}: {key} is not finite"
    kept["about"] = np.frombuffer(json.dumps({"made_by": made_by} | about, indent=1).encode(), np.uint8)
    path = HERE / f"{name}.npz"
    np.savez_compressed(path, **kept)
    print(f"{path.name}: {len(kept)} arrays, {path.stat().st_size:,} bytes")
