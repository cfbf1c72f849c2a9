// Package inception takes features from Keras's InceptionV3, a network trained on ImageNet (Szegedy et al., 2015,
// arXiv:1512.00567), for those who have its weights. The network is the one of GoMLX's example inceptionv3; this
// package checks the weights and prepares the images. It downloads nothing.
//
//	extractor, err := inception.New(backend, "inception") // the folder with the weights
//	x, dim, err := extractor.Extract(ctx, images)         // dim is 2048
//
// # Not comparable with published FID
//
// Published FIDs use another InceptionV3, that of 2015 in the FID paper's code. Its layers have the same shapes but
// other weights, and its last block takes a maximum where Keras takes a mean. Its images are resized to 299 x 299 by
// bilinear interpolation without antialiasing, here by [data.Images.Resize]. Features of this package rank generators
// much alike, but an FID on them must not stand in a table beside published ones; the extractor's name says so. For
// comparable numbers read features that torch-fidelity computed, with feature.ReadNPY.
//
// # The weights
//
// They are Keras's file
//
//	inception_v3_weights_tf_dim_ordering_tf_kernels.h5
//
// (96 MB, Apache-2.0), which keras.applications.InceptionV3() leaves in the folder .keras/models of the home directory,
// and which can be downloaded from
//
//	https://storage.googleapis.com/tensorflow/keras-applications/inception_v3/
//
// Put it into a folder of its own as weights.h5. The first [New] unpacks it into the folder gomlx_weights beside it,
// one file for each tensor, with the program h5dump of HDF5's tools (Debian: apt install hdf5-tools). A folder that
// GoMLX's example has unpacked works too. The files have names such as gomlx_weights/conv2d_1/conv2d_1/kernel:0, so
// this does not work on Windows, where file names cannot have a colon.
package inception
