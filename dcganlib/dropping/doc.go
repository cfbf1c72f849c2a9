// Package dropping takes filters out of a trained generator, to see what they drew: the DCGAN paper's Figure 6 (Radford et
// al. 2016, arXiv:1511.06434, section 6.3.1), where bedrooms were drawn again without their windows.
//
// The paper marked windows in samples, fitted a logistic regression that tells from the numbers of one layer at a place
// whether there is a window, and dropped every filter with a positive weight. Here whoever asks says where the attribute
// is, by any rule:
//
//	g := dropping.Generator{Networks: networks, Players: players}
//	at, err := g.Activations(z, layer)                  // a row of filters for each place
//	fit, err := dropping.Fit(at.Rows, at.Filters, attribute)
//	without, err := g.Drop(layer, fit.Positive())       // Players whose G lacks them
//
// A filter is dropped by setting to zero the weights by which the next layer reads it, in a copy: everything that draws
// samples works with what is left.
package dropping
