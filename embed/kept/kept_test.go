package kept_test

import (
	"context"
	"image"
	"image/color"
	"testing"

	"github.com/google/go-cmp/cmp"

	"touchstone/embed/kept"
)

// counting is models that give how often they were asked as the vector of a picture.
type counting struct {
	kept.Models
	asked int
	fail  error
}

func (c *counting) Pictures(_ context.Context, pics []image.Image, outputs ...string) ([][][][]float32, error) {
	if c.fail != nil {
		return nil, c.fail
	}
	out := make([][][][]float32, len(outputs))
	first := c.asked
	for o := range outputs {
		for i := range pics {
			out[o] = append(out[o], [][]float32{{float32(first + i), float32(o)}})
		}
	}
	c.asked += len(pics)
	return out, nil
}

// drawn is a picture of one colour.
func drawn(c uint8, w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = c
	}
	return m
}

func TestKept(t *testing.T) {
	m := &counting{}
	k, err := kept.New(m, 100)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(outputs []string, pics ...image.Image) [][][][]float32 {
		t.Helper()
		v, err := k.Pictures(t.Context(), pics, outputs...)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	both := []string{"copy", "design"}
	red, blue := drawn(1, 8, 4), drawn(2, 8, 4)
	first := ask(both, red, blue)
	first[0][0][0][0] = 99 // the caller's own
	again := ask(both, drawn(2, 8, 4), drawn(3, 8, 4), drawn(1, 8, 4))
	want := [][][][]float32{{{{1, 0}}, {{2, 0}}, {{0, 0}}}, {{{1, 1}}, {{2, 1}}, {{0, 1}}}}
	if diff := cmp.Diff(want, again); diff != "" || m.asked != 3 {
		t.Errorf("asked about %d pictures, three are different (-want +got):\n%s", m.asked, diff)
	}

	// The same pixels within a larger picture are the same; another size, form or output is not.
	for _, c := range []struct {
		name    string
		picture image.Image
		outputs []string
		asks    bool
	}{
		{"a part of a larger picture", drawn(1, 20, 20).SubImage(image.Rect(5, 3, 13, 7)), both, false},
		{"one output", red, both[:1], false},
		{"another size", drawn(1, 4, 8), both, true},
		{"another output", red, []string{"copy", "mark"}, true},
		{"grey", &image.Gray{Pix: make([]uint8, 32), Stride: 8, Rect: image.Rect(0, 0, 8, 4)}, both, true},
		{"the same grey", &image.Gray{Pix: make([]uint8, 32), Stride: 8, Rect: image.Rect(0, 0, 8, 4)}, both, false},
		{"samples of colour apart", image.NewYCbCr(image.Rect(0, 0, 8, 4), image.YCbCrSubsampleRatio444), both, true},
		{"the same again", image.NewYCbCr(image.Rect(0, 0, 8, 4), image.YCbCrSubsampleRatio444), both, false},
		{"fewer samples of colour", image.NewYCbCr(image.Rect(0, 0, 8, 4), image.YCbCrSubsampleRatio420), both, true},
		{"a form that is not known", image.NewUniform(color.White), both, true},
		{"it again", image.NewUniform(color.White), both, true},
	} {
		before := m.asked
		if ask(c.outputs, c.picture); (m.asked > before) != c.asks {
			t.Errorf("%s: asked %d times", c.name, m.asked-before)
		}
	}
	m.fail = context.Canceled
	if _, err := k.Pictures(t.Context(), []image.Image{drawn(9, 2, 2)}, "copy"); err == nil {
		t.Error("the models failed, and nobody heard")
	}
}

func TestKeptIsBounded(t *testing.T) {
	m := &counting{}
	k, err := kept.New(m, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []uint8{1, 2, 3, 1} {
		if _, err := k.Pictures(t.Context(), []image.Image{drawn(c, 2, 2)}, "copy"); err != nil {
			t.Fatal(err)
		}
	}
	if m.asked != 4 {
		t.Errorf("asked %d times, want 4: the first was dropped for the third", m.asked)
	}
	if _, err := kept.New(m, 0); err == nil {
		t.Error("nothing can be kept in no room")
	}
}
