// Package mat reads numeric arrays from MATLAB's files, as far as image sets need it: SVHN and the Toronto Face
// Database are published in this format.
//
//	file, err := mat.Open("train_32x32.mat")           // header and variables, no values yet
//	defer file.Close()
//	x, err := file.Variable("X")                        // uint8 [32 32 3 73257]
//	pixels, err := mat.Values[uint8](ctx, x, 1<<30)     // at most 1 GiB
//	for image, err := range mat.Pieces[uint8](ctx, x, 3072) // or a little at a time
//
// # The format
//
// It is the one of MATLAB 5 to 7.2, which MATLAB calls -v6 and -v7 and its makers describe in "MAT-File Format"
// (MathWorks, 1999 to 2017): 128 bytes of header, then one element a variable, packed by zlib or not, in either byte
// order. The name of a variable, its class and its dimensions stand before its values, so a variable that is not asked
// for is neither unpacked nor held. The real part is often stored in a narrower type than the class: a matrix of
// doubles that are all small whole numbers takes a byte each.
//
// A file of MATLAB 7.3 is another format, HDF5, and one of MATLAB 4 yet another: [Open] returns an error that says how
// to convert it. Cells, structures, text, sparse and complex arrays are listed, but cannot be read.
//
// # The order of values
//
// MATLAB's arrays are column-major: the first index varies fastest. [Values] and [Pieces] keep that order, because the
// best way to reorder them depends on which index counts the images.
//
// # Memory
//
// A header alone reserves no memory. Each element must lie within the file, and zlib packs at most 1032 bytes into one
// (zlib's "Technical Details", Maximum Compression Factor), so a variable of more bytes than its element can hold is an
// error before its values are read. [Values] then reserves once what it returns, up to the limit its caller sets; all
// else takes under 4 MiB, whatever the file.
//
// The maintained Go library for this format, github.com/scigolib/matlab, refuses what unpacks to over 100 MB (v0.3.9):
// SVHN's training part has 225.
package mat
