// Package features looks at what a DCGAN's discriminator learned, without a label, while it told pictures from G's.
//
//	d := features.Discriminator{Networks: networks, Backend: backend, Store: store}
//	extractor, err := d.Extractor(ctx, images)      // pictures to rows of numbers
//	score, err := features.Judge(ctx, extractor, train, test, features.Judging{})
//	panels, err := d.Guided(ctx, images, 6, 4)      // what single features look for
//
// # As features for a classifier
//
// DCGAN's section 5.1 asks whether D is a good beginning for other work. The outputs of all its convolutions, after their
// activation, are each max-pooled to 4×4, flattened and joined: a row for each picture. A linear L2-SVM ([svm.Train]) then
// learns to name what is in them. D itself stays as it is. [Judge] does it for any labelled set, beside any other
// extractor, such as pixels. [SVHN] has the protocol of section 5.2 with its 1,000 labels. A D of Filters f₁ … fₙ has
// 16·(f₁ + … + fₙ) features, see [Dim]:
//
//	the paper's, on CIFAR-10    128, 128, 256, 256, 512, 512    28,672
//	the released one, on SVHN   64, 128, 256                     7,168
//	LSUN64                      128, 256, 512, 1024             30,720
//
// The grid's cells are those of PyTorch's adaptive pooling: along a side of s pixels, cell i of 4 holds the pixels from
// ⌊i·s/4⌋ up to but without ⌈(i+1)·s/4⌉. Where 4 does not divide s, as for 7 or 14, neighbouring cells share pixels; where
// s is less than 4, they repeat them.
//
// # Batch norm meets other pictures
//
// D learned on some pictures, real ones and G's, and is asked about others. Batch norm's mean and variance are therefore
// taken anew, from up to 6,400 of the pictures that the classifier will learn from, as in the authors' code for SVHN ("BN
// with train-set statistics"). It needs no labels. All else would put a random D at a disadvantage, too: its averages were
// never moved.
//
// A conditional D wants to know the class, which is what the classifier shall find out. It gets no class: zeros in place
// of the one-hot label, so that the label's weights add nothing.
//
// # Against what
//
// A number by itself says little. Compare it with the pixels themselves, and with [Discriminator.Untrained]: the same
// layers with weights that nothing has moved from where they were drawn. Random convolutions are good features already.
//
// # What a feature looks for
//
// [Discriminator.Guided] finds the pictures on which a feature of the last convolution is largest, and goes back from there
// to the pixels by guided backpropagation ([layer.Guide]), as in the paper's Figure 5.
package features
