package exercise

var answers09 = map[string]answer{
	"09-1": {want: 6, hint: "Batch norm out changes two fields of each player, β₁ one of each player's rule."},
	"09-2": {want: 22, hint: "Multiply .9 by itself until less than .1 is left."},
	"09-3": {want: .8, tolerance: .001, hint: "½ mean D(x) + ½ mean(1 − D(G(z)))."},
}
