package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWatch follows a run from another process, and refuses what is not a run.
func TestWatch(t *testing.T) {
	needSignals(t)
	dir := filepath.Join(t.TempDir(), "figure1")
	must(t, "train", "figure1", "--backend", "go", "--steps", "40", "-d", dir)
	p := start(t, "watch", dir)
	line, err := p.out.ReadString('\n')
	require.NoError(t, err)
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+/\w{20,}/`).FindString(line)
	require.NotEmpty(t, address, line)
	get := func(url string) (int, string) {
		response, err := http.Get(url)
		require.NoError(t, err)
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return response.StatusCode, string(text)
	}
	status, page := get(address)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, "Iteration 40 of 40")
	require.Contains(t, page, "undecided", "the diagnosis speaks")
	status, picture := get(address + "plot.png")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, picture, "PNG")
	status, _ = get(address[:len(address)-5] + "/")
	require.Equal(t, http.StatusForbidden, status)
	require.NoError(t, p.Process.Signal(os.Interrupt))
	require.Zero(t, p.end().ExitCode())

	status, _, errs := gan(t, "watch", t.TempDir()+"/..")
	require.Equal(t, 1, status)
	require.Contains(t, errs, "is not a run")
}
