// Package figure draws a GAN's pictures from numbers and images, in Go alone:
//
//   - [Grid]: samples side by side, with an optional framed last column for the nearest training examples, as in Figure
//     2 of Goodfellow et al. 2014, and with numbers to choose by; [Beside] joins grids;
//   - [Curves]: losses and scores over steps, with the values that theory predicts as labelled dashed lines;
//   - [Panels]: several such charts and a picture in one;
//   - [Bars]: a number for each of a few classes, with the data's own;
//   - [Scatter]: points in the plane, real and generated;
//   - [Figure1]: data, generator, discriminator and z → x in panels, as in Figure 1 of the same paper;
//   - [Flow]: which numbers go where in a step of the game, who moves, and where the gradient ends;
//   - [Stack] and [Volumes]: networks layer by layer, as columns of names and shapes, and as boxes like those of Figure 1
//     of Radford et al. 2016;
//   - [WritePNG], [WriteGIF]: pictures and animations as files.
//
// Pictures are [image.Image] values: a notebook shows them, a program writes them to files. Charts are drawn at twice
// the size at which a page shows them, to stay sharp.
//
// A colour means the same in every picture. The palette is Okabe and Ito's, whose colours colour-blind readers can tell
// apart. Lines differ in their dashes too.
package figure
