//go:build goexperiment.simd && amd64

package gans

func init() { sameArithmetic = true }
