package invalid

import (
	"errors"
	"fmt"
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
	rich := fmt.Errorf("no such set (%w)", Value("set", "fish", "one of mnist, emoji"))
	err = In("config", In("data", rich))
	require.ErrorIs(t, err, rich)
	require.EqualError(t, err, `config: data: no such set (set is "fish": want one of mnist, emoji)`)
	require.ErrorAs(t, err, &e)
	require.Equal(t, "config.data.set", e.Key)
	other := errors.New("no such file")
	require.ErrorIs(t, In("data", other), other)
	require.EqualError(t, In("data", other), "data: no such file")
}
