//go:build !(goexperiment.simd && amd64)

package measure

func clearUpper() {}
