package lesson

import (
	"context"
	"fmt"
	"image"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestInteractStandsStill: without a page there is one picture, of sliders at their beginning and buttons pressed once.
func TestInteractStandsStill(t *testing.T) {
	for _, live := range []bool{false, true} { // no notebook, no page
		ε, done, drawn := .25, "", []string{}
		Interact(live, func() (image.Image, error) {
			drawn = append(drawn, fmt.Sprint(ε, done))
			return image.NewGray(image.Rect(0, 0, 1, 1)), nil
		},
			Slider("ε", &ε, 0, .5, .05),
			Button("step D", func() { done += " D" }),
			Button("step G", func() { done += " G" }))
		require.Equal(t, []string{"0.25 D G"}, drawn)
	}
}

// TestSlider: the page counts steps from the low end; to report where the slider was is no news.
func TestSlider(t *testing.T) {
	μ := .5
	s := Slider("μ", &μ, -.5, .75, .25)
	require.False(t, s.moved(4), "this is how the page says that it is there")
	require.Equal(t, .5, μ)
	require.True(t, s.moved(0))
	require.Equal(t, -.5, μ)
	require.True(t, s.moved(5))
	require.Equal(t, .75, μ)
	require.False(t, s.moved(5))
}

// TestButton: the page counts, and what it reports may be late or lost.
func TestButton(t *testing.T) {
	pressed := 0
	b := Button("step D", func() { pressed++ })
	for _, report := range []struct {
		count, pressed int
		news           bool
	}{{0, 0, false}, {1, 1, true}, {3, 3, true}, {2, 3, false}, {4, 4, true}} {
		require.Equal(t, report.news, b.moved(report.count), "count %d", report.count)
		require.Equal(t, report.pressed, pressed, "count %d", report.count)
	}
}

// TestFollow: moves are made in turn, those that come during a drawing are drawn together, and the end is the context's.
func TestFollow(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	k, steps := 1., 0
	controls := []Control{Slider("k", &k, 1, 5, 1), Button("step D", func() { steps++ }), Button("Stop", stop)}
	waiting := [][]move{
		{{0, 0}, {1, 0}, {2, 0}, {1, 1}}, // the page is there, and a first press
		{{0, 1}, {0, 2}, {1, 2}},         // a slider on its way, and a press
		{{1, 3}, {2, 1}},
	}
	moves := make(chan move, 4)
	var drawn []string
	follow(ctx, moves, controls, func() {
		drawn = append(drawn, fmt.Sprintf("k = %g, %d steps", k, steps))
		for _, m := range waiting[0] {
			moves <- m
		}
		waiting = waiting[1:]
	})
	require.Equal(t, []string{"k = 1, 0 steps", "k = 1, 1 steps", "k = 3, 2 steps"}, drawn, "nothing is drawn after Stop")
	require.Equal(t, 3, steps)
}
