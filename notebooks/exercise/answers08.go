package exercise

var answers08 = map[string]answer{
	"08-1": {want: 72_987_776, hint: "One more step at the beginning, from 2048 channels. Projection, batch norm and 5 × 5 kernels, as in the sum for Figure 1."},
	"08-2": {want: 1, hint: "One of them cuts off 2 before and 1 after, the other 1 and 2."},
	"08-3": {want: 638_976_000, hint: "Each pixel that goes in meets every tap once, for each pair of channels: 25·in·out, times the pixels of the input."},
}
