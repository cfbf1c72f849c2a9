// Package figure draws a GAN's pictures from plain numbers and images, in Go
// alone:
//
//   - [Grid]: samples side by side, with a framed last column for the nearest
//     training examples, as in Figure 2 of Goodfellow et al. 2014;
//   - [Curves]: losses and scores over steps, with the values that theory
//     predicts as labelled dashed lines;
//   - [Bars]: numbers of a few classes, with what the data have of each;
//   - [Scatter]: points in the plane, the data's and the generator's;
//   - [Figure1]: data, generator, discriminator and z → x in panels, as in
//     Figure 1 of the same paper;
//   - [WritePNG], [WriteGIF]: pictures and animations as files.
//
// Pictures are image.Image values: a notebook shows them, a program writes
// them. Charts have two pixels for each point of the screen, to stay sharp
// where a page shows them at half size.
//
// A colour means the same in every picture and is told apart by colour-blind
// readers (the palette is Okabe and Ito's); lines differ in their dashes too.
package figure
