package plugin

import (
	"cmp"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDonors(t *testing.T) {
	for from, to := range map[string]string{
		"module @m {\n  func.func @main(%arg0: tensor<2x3xf32>, %_g_weights: tensor<3xf32>) -> tensor<3xf32> {\n    %_x: tensor<f32>": "module @m {\n  func.func @main(%arg0: tensor<2x3xf32>, %_g_weights: tensor<3xf32> {jax.buffer_donor = true}) -> tensor<3xf32> {\n    %_x: tensor<f32>",
		"func.func @main(%_a: tensor<f32> { sdy.sharding = 1 }) -> tensor<f32>":                                                       "",
		"func.func @other(%_a: tensor<f32>) -> tensor<f32>":                                                                           "",
		"\x00binary": "",
	} {
		require.Equal(t, cmp.Or(to, from), string(donors([]byte(from))))
	}
}
