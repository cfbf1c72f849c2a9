package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/tests/claims/probe"
)

// canary has four claims: one that is as it should be, and three mutants of it.
const canary = `%noautoget

import "math"

func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance }

%%
π := 3.14
Claim(near(π, math.Pi, .01) && π < 3.15, "%.2f is about π", π)
if π > 4 {
	Claim(π > 3, "never met")
}
for _, x := range []float64{1, 2} {
	Claim(x < 1e6, "a threshold that nothing comes near, %g", x)
}
ClaimUnless(true, x[2]-
	x[1] == 0, "over two lines")
`

// TestInstrument: a probe stands around each condition, its thresholds are found, and the rest of the cell is as it was.
func TestInstrument(t *testing.T) {
	source, claims, err := instrument("nb/cell", canary)
	require.NoError(t, err)
	require.Equal(t, []claim{
		{"nb/cell/1", "near(π, math.Pi, .01) && π < 3.15", []string{".01", "3.15"}},
		{"nb/cell/2", "π > 3", []string{"3"}},
		{"nb/cell/3", "x < 1e6", []string{"1e6"}},
		{"nb/cell/4", "x[2]-\n\tx[1] == 0", nil},
	}, claims)
	require.Contains(t, source, "%noautoget\n\nimport \"math\"\n")
	require.Contains(t, source, `	Claim(probe.Claim("nb/cell/2", π > 3, [2]func() bool{func() bool { return π > 0 }, func() bool { return π > 300 }}), "never met")`)
	require.Contains(t, source, "ClaimUnless(true, probe.Claim(\"nb/cell/4\", x[2]-\n\tx[1] == 0), \"over two lines\")\n")
	_, _, err = instrument("nb/cell", "%%\nx :=")
	require.ErrorContains(t, err, "nb/cell")
}

// TestMutants: of the canary's claims, the one that is as it should be is not on the list, and each mutant is.
func TestMutants(t *testing.T) {
	source, claims, err := instrument("nb/cell", canary)
	require.NoError(t, err)
	dir, records := t.TempDir(), filepath.Join(t.TempDir(), "records.jsonl")
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	text := strings.Replace(program(source), `import "math"`, `import ("math"; "github.com/gans-in-go/gans/tests/claims/probe")
func Claim(bool, string, ...any) {}
func ClaimUnless(_, _ bool, _ string, _ ...any) {}
var x [3]int`, 1)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte(text), 0o666))
	cmd := exec.Command("go", "run", filepath.Join(dir, "main.go"))
	cmd.Dir, cmd.Env = root, append(os.Environ(), probe.File+"="+records)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)

	var met []probe.Record
	require.NoError(t, read(records, &met))
	require.Len(t, met, 4)
	var list []string
	for _, f := range judge(claims, met) {
		list = append(list, f.claim.id+": "+f.what)
	}
	require.Equal(t, []string{"nb/cell/2: never met", "nb/cell/3: too generous: 1e6"}, list)
}
