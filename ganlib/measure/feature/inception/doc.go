// Package inception takes features from Keras's InceptionV3, a network trained
// on ImageNet (Szegedy et al., 2015, arXiv:1512.00567), for those who have its
// weights. The network is GoMLX's, its example inceptionv3; this package adds
// what is around it, and fetches nothing.
//
//	extractor, err := inception.New(backend, "inception") // the folder with the weights
//	x, dim, err := extractor.Extract(images)              // dim is 2048
//
// # Not the FID of the papers
//
// Published FIDs stand on another InceptionV3, that of 2015 which the FID
// paper's code uses: its layers have the same shapes but other weights, its last
// block takes a maximum where Keras takes a mean, and images come to 299 x 299
// by bilinear interpolation without widening where they shrink, here by
// [data.Images.Resize]. Features from here
// order generators much alike, but a FID on them must not stand in a table
// beside published ones, and the extractor's name says so. For those, read
// features that torch-fidelity computed: feature.ReadNPY.
//
// # The weights
//
// They are Keras's file
//
//	inception_v3_weights_tf_dim_ordering_tf_kernels.h5
//
// (96 MB, Apache-2.0), which keras.applications.InceptionV3() leaves in the
// folder .keras/models of one's home, and which lies at
//
//	https://storage.googleapis.com/tensorflow/keras-applications/inception_v3/
//
// Put it into a folder of its own as weights.h5. The first [New] unpacks it to
// one file a tensor in the folder gomlx_weights beside it, with the program
// h5dump of HDF5's tools (Debian: apt install hdf5-tools). A folder in which
// GoMLX's example has unpacked them does as it is. The tensors are files such as
// gomlx_weights/conv2d_1/conv2d_1/kernel:0, so this does not work on Windows,
// where no name of a file has a colon.
package inception
