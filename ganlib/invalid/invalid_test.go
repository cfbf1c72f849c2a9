package invalid

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestError(t *testing.T) {
	err := In("generator_rule", In("adam", Value("beta1", 2.0, "at least %d and less than %d", 0, 1)))
	require.EqualError(t, err, "generator_rule.adam.beta1 is 2: want at least 0 and less than 1")
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, Error{Key: "generator_rule.adam.beta1", Value: 2.0, Want: "at least 0 and less than 1"}, *e)

	require.EqualError(t, Value("best", "recal", "one of recall, coverage"), `best is "recal": want one of recall, coverage`)
	require.NoError(t, In("data", nil))
	other := errors.New("no such file")
	require.ErrorIs(t, In("data", other), other)
	require.EqualError(t, In("data", other), "data: no such file")
}
