package exercise

var answers05 = map[string]answer{
	"05-1": {want: .01, tolerance: .0005, hint: "The long-run step is ε/(1 − μ). Set it to .1 at μ = .9."},
	"05-2": {want: true, hint: "D's gradient becomes -θ[t]*σ(ψ[t]*θ[t]) - ψ[t]. Look at all six distances."},
	"05-3": {want: 6, hint: "Only G's line changes: -seen*(1-σ(seen*θ[t])). Compare each distance at the end with 1.41."},
	"05-6": {want: 2.408, tolerance: .01, hint: "−log(1 − D) − log D, with natural logarithms."},
}
