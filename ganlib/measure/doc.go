// Package measure says in numbers how good generated samples are. It works on
// plain slices, on the host, whatever made them.
//
//   - [HistogramJSD]: how far samples on the line are from a distribution that
//     is known exactly, the Jensen-Shannon divergence of the GAN paper's
//     section 4.1, in nats.
//   - [MeanPairwiseDistance]: how varied samples are. A generator that has
//     collapsed scores far below its data.
//   - [Nearest]: the training examples nearest to samples, to see whether a
//     generator merely repeats them, as in the last column of the paper's
//     Figure 2.
//
// Rows are examples: x of [n, dim] is one slice, row after row.
package measure
