package main

import (
	"fmt"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/dcganlib"
	"github.com/gans-in-go/gans/internal/gantest"
)

// digits is a small conditional game of 14×14 digits, trained for an iteration.
func digits(t *testing.T, engine string) *gans.GAN {
	t.Helper()
	cfg := gans.MNIST28().WithSteps(1)
	cfg.Backend = "go"
	cfg.Data.Size, cfg.BatchSize, cfg.MeasureEvery, cfg.Best = 14, 10, 0, ""
	for _, n := range []*dcganlib.Networks{cfg.Generator.DCGAN, cfg.Discriminator.DCGAN} {
		n.Size, n.Filters, n.Hidden = 14, []int{8}, 16
	}
	dir := filepath.Join(t.TempDir(), "digits")
	_, err := gans.Train(t.Context(), cfg, gans.Options{Dir: dir})
	require.NoError(t, err)
	gan, err := gans.OpenOn(dir, engine)
	require.NoError(t, err)
	return gan
}

// get asks for an address, and returns the status, the type and the body of the answer.
func get(address string) (status int, kind, body string, err error) {
	answer, err := http.Get(address)
	if err != nil {
		return 0, "", "", err
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	return answer.StatusCode, answer.Header.Get("Content-Type"), string(content), err
}

// TestServe: requests side by side get what each of them gets alone, and mistaken ones are told what would be right.
func TestServe(t *testing.T) {
	for _, engine := range []string{"go", "xla:cpu"} {
		t.Run(engine, func(t *testing.T) {
			gantest.Open(t, engine)
			gantest.Loopback(t)
			server := httptest.NewServer(handler(digits(t, engine)))
			defer server.Close()
			address := func(i int) string { return fmt.Sprintf("%s/?seed=%d&label=%d", server.URL, i/10, i%10) }
			got := make([]string, 40)
			var all errgroup.Group
			for i := range got {
				all.Go(func() error {
					status, kind, body, err := get(address(i))
					if err == nil && (status != http.StatusOK || kind != "image/png") {
						err = fmt.Errorf("%d %s %s", status, kind, body)
					}
					got[i] = body
					return err
				})
			}
			require.NoError(t, all.Wait())
			for i := range got {
				_, _, alone, err := get(address(i))
				require.NoError(t, err)
				require.Equal(t, alone, got[i])
			}
			require.NotEqual(t, got[0], got[1], "another label")
			require.NotEqual(t, got[0], got[10], "another seed")
			answer, err := http.Get(server.URL)
			require.NoError(t, err)
			defer answer.Body.Close()
			picture, err := png.Decode(answer.Body)
			require.NoError(t, err)
			require.Equal(t, 14, picture.Bounds().Dx())

			for query, want := range map[string]string{"seed=x": "seed: want a whole number", "label=11": "label is 11: want 0 to 9", "label=-1": "label"} {
				status, _, body, err := get(server.URL + "/?" + query)
				require.NoError(t, err)
				require.Equal(t, http.StatusBadRequest, status, query)
				require.Contains(t, body, want)
			}
		})
	}
}
