package inception

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/examples/inceptionv3"
	"github.com/gomlx/gomlx/examples/inceptionv3/hdf5"

	"github.com/gans-in-go/gans/ganlib/data"
)

// convolutions is the number of convolutions of the network, each followed by batch norm.
const convolutions = 94

// unpacked makes sure that dir has the folder of tensors, and unpacks Keras's file if it does not.
func unpacked(dir string) error {
	folder, packed := filepath.Join(dir, inceptionv3.UnpackedWeightsName), filepath.Join(dir, inceptionv3.WeightsH5Name)
	if _, err := os.Stat(folder); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	// GoMLX's own check of a file's hash deletes the file if it is another.
	hash, err := hashOf(packed)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: no weights of InceptionV3 in %q: want Keras's file %s there, as %s",
			data.ErrMissing, dir, inceptionv3.WeightsURL, inceptionv3.WeightsH5Name)
	}
	if err != nil {
		return fmt.Errorf("weights of InceptionV3: %w", err)
	}
	if hash != inceptionv3.WeightsH5Checksum {
		return fmt.Errorf("%w: %s has SHA-256 %s: want %s, that of Keras's file %s",
			data.ErrFormat, packed, hash, inceptionv3.WeightsH5Checksum, inceptionv3.WeightsURL)
	}
	return unpack(folder, packed)
}

// unpack writes each tensor of an HDF5 file to a file of its own. The folder appears once all are written.
func unpack(folder, packed string) error {
	if err := hdf5.UnpackToTensors(folder, packed).Done(); err != nil {
		return fmt.Errorf("unpacking InceptionV3's weights (this takes the program h5dump of HDF5's tools): %w", err)
	}
	return nil
}

// hashOf is a file's SHA-256 in hexadecimal.
func hashOf(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// checkWeights reads all weights of the network, and returns the start of a hash of their values.
func checkWeights(dir string) (string, error) {
	hash := sha256.New()
	for n := 1; n <= convolutions; n++ {
		for _, name := range tensorNames(n) {
			path := filepath.Join(dir, inceptionv3.UnpackedWeightsName, name)
			if err := addWeights(hash, path); err != nil {
				return "", fmt.Errorf("weights of InceptionV3, %s: %w", path, err)
			}
		}
	}
	return hex.EncodeToString(hash.Sum(nil)[:4]), nil
}

// tensorNames are those of convolution n, the first being 1, and of the batch norm after it, as Keras named them.
func tensorNames(n int) []string {
	norm := fmt.Sprintf("batch_normalization_%d/batch_normalization_%[1]d/", n)
	return []string{
		fmt.Sprintf("conv2d_%d/conv2d_%[1]d/kernel:0", n),
		norm + "beta:0", norm + "moving_mean:0", norm + "moving_variance:0",
	}
}

// addWeights adds the values of a tensor's file to a hash.
func addWeights(hash io.Writer, path string) error {
	tensor, err := tensors.Load(path)
	if err != nil {
		return err
	}
	defer tensor.MustFinalizeAll()
	values, err := tensors.CopyFlatData[float32](tensor)
	if err != nil {
		return err
	}
	for i, v := range values {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return fmt.Errorf("%w: value %d is %v: want finite numbers", data.ErrFormat, i, v)
		}
	}
	return tensor.ConstBytes(func(b []byte) { hash.Write(b) })
}
