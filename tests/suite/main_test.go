package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// events are of three tests: one slow, one that fails, and one that never ends, as its process died.
const events = `{"Action":"run","Package":"p","Test":"TestSlow"}
{"Action":"output","Package":"p","Test":"TestSlow/a","Output":"of no interest\n"}
{"Action":"pass","Package":"p","Test":"TestSlow/a","Elapsed":59}
{"Action":"pass","Package":"p","Test":"TestSlow/b","Elapsed":2}
{"Action":"pass","Package":"p","Test":"TestSlow","Elapsed":61}
{"Action":"output","Package":"p","Test":"TestWrong","Output":"1 is not 2\n"}
{"Action":"fail","Package":"p","Test":"TestWrong","Elapsed":3}
{"Action":"output","Package":"p","Test":"TestDied","Output":"panic: gas\n"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t62s\n"}
{"Action":"fail","Package":"p","Elapsed":62}
{"Action":"build-output","ImportPath":"q","Output":"undefined: birdcage\n"}
{"Action":"output","Package":"r","Output":"ok  \tr\t1s\n"}
not of JSON
{ nor this
`

func newSuite() (*suite, *bytes.Buffer) {
	var out bytes.Buffer
	return &suite{out: &out, said: map[string]string{}}, &out
}

// TestRead: what failed is told in full, what passed is not, and the packages come last.
func TestRead(t *testing.T) {
	s, out := newSuite()
	require.NoError(t, s.read(strings.NewReader(events)))
	require.Equal(t, "    59.0 s  p TestSlow/a\n    61.0 s  p TestSlow\n1 is not 2\nFAIL\tp\t62s\npanic: gas\n"+
		"undefined: birdcage\nok  \tr\t1s\nnot of JSON\n{ nor this\n", out.String())
	var slowest []string
	for _, e := range s.slowest(2) {
		slowest = append(slowest, e.name())
	}
	require.Equal(t, []string{"p TestSlow/a", "p TestWrong"}, slowest)

	out.Reset()
	s.summarize()
	require.Contains(t, out.String(), "\n    59.0  p TestSlow/a\n     3.0  p TestWrong\n     2.0  p TestSlow/b\n")
	require.True(t, strings.HasSuffix(out.String(), "\nFAIL\tp\t62s\nok  \tr\t1s\n"), out)
}

// TestStep: a step's failure is an error, and the processor time of what it started counts.
func TestStep(t *testing.T) {
	s, out := newSuite()
	require.NoError(t, s.step("echo hello; i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"))
	require.Equal(t, "hello\n", out.String())
	require.NotContains(t, s.steps[0], "     0.0 ")
	require.ErrorContains(t, s.step("exit 3"), "exit 3: exit status 3")
	require.Len(t, s.steps, 2)
}
