"""Small files as NumPy writes them, for feature.ReadNPY: python tests/golden/npy_files.py, where NumPy is."""

import pathlib

import numpy as np

HERE = pathlib.Path(__file__).parent / "npy"


def main():
    x = np.arange(15).reshape(5, 3) / 8 - 1  # exact in float16
    np.save(HERE / "float16.npy", x.astype("<f2"))
    np.save(HERE / "float32.npy", x.astype("<f4"))
    np.save(HERE / "float64.npy", x)
    np.save(HERE / "fortran.npy", np.asfortranarray(x.astype("<f4")))
    with open(HERE / "version2.npy", "wb") as file:
        np.lib.format.write_array(file, x, version=(2, 0))
    np.savez(HERE / "stored.npz", x)
    np.savez_compressed(HERE / "packed.npz", features=x, labels=np.arange(5))
    # What is refused.
    np.savez(HERE / "two.npz", x=x, y=x)
    np.savez(HERE / "none.npz", labels=np.arange(5))
    np.save(HERE / "bytes.npy", np.zeros((5, 3), np.uint8))
    np.save(HERE / "swapped.npy", x.astype(">f4"))
    np.save(HERE / "cube.npy", x.reshape(5, 3, 1))
    np.save(HERE / "empty.npy", x[:0])
    np.save(HERE / "fields.npy", np.zeros(5, [("a", "<f4"), ("b", "<f4")]))
    np.save(HERE / "nan.npy", np.where(x == 0.125, np.nan, x))
    np.save(HERE / "large.npy", np.where(x == 0.125, 1e39, x))
    np.save(HERE / "nan-fortran.npy", np.asfortranarray(np.where(x == 0.125, np.nan, x)))


if __name__ == "__main__":
    main()
