// Package latent moves through the latent space of a trained generator: the space of its noise z.
//
// "No way to know by what process a generated form came about" was said of generators in 2014. The DCGAN paper's answer
// (Radford et al., arXiv:1511.06434, section 6) was to walk: if small steps of z change the meaning of a picture
// smoothly, the network has learned more than its training pictures by heart. What is here works for any generator of
// rows of numbers, a DCGAN or not.
//
// # Walking
//
// A point of the space is a []float32, a row of Prior.Dim numbers. [Linear] and [Spherical] list the points of a way
// between two; [Path] goes through many, as the paper's Figure 4 does through nine (section 6.1); [Grid] spans a
// picture between four. [WayOf] chooses the way by the prior. [Truncate] draws points nearer to the middle.
//
// # Arithmetic and directions
//
// [Arithmetic] is A − B + C of three concepts, each the mean of a few samples' noise, and [Neighbours] are points about
// the result: the paper's Figure 7 (section 6.3.2). [Direction] leads from the samples of one class to those of another,
// as its Figure 8 turns faces, and [Along] follows it.
//
// # Smoothness, and the way back
//
// [PathLength] measures how smoothly G follows z. [Inversion] looks for the z from which G makes a given picture: what
// it finds for pictures that G has not seen says what G can draw.
package latent
