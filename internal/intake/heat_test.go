package intake

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"testing"

	"github.com/disintegration/imaging"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// half is a picture of two colours, side by side.
func half(left, right color.NRGBA) *image.NRGBA {
	img := imaging.New(100, 50, left)
	draw.Draw(img, image.Rect(50, 0, 100, 50), image.NewUniform(right), image.Point{}, draw.Src)
	return img
}

// TestPalettesByHand: of two pictures half red, one half blue and one half white, one half is shared.
func TestPalettesByHand(t *testing.T) {
	red, blue, white := color.NRGBA{200, 20, 20, 255}, color.NRGBA{20, 20, 200, 255}, color.NRGBA{255, 255, 255, 255}
	whole := image.Rect(0, 0, 100, 50)
	a, b := paletteOf(half(red, blue), whole), paletteOf(half(red, white), whole)
	if got := a.shared(b); math.Abs(got-0.5) > 0.02 {
		t.Errorf("shared %g, want a half", got)
	}
	if got := a.shared(a); math.Abs(got-1) > 1e-9 {
		t.Errorf("a palette shares %g of itself", got)
	}
	if got := paletteOf(half(red, blue), image.Rect(50, 0, 100, 50)).shared(paletteOf(half(red, white), image.Rect(50, 0, 100, 50))); got != 0 {
		t.Errorf("blue and white share %g", got)
	}
}

// Windows lie inside the picture, cover it and are never empty, however small it is.
func TestWindowsCoverThePicture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		img := image.NewNRGBA(image.Rect(0, 0, rapid.IntRange(1, 90).Draw(t, "width"), rapid.IntRange(1, 90).Draw(t, "height")))
		all := image.Rectangle{}
		for _, r := range windows(img) {
			if r.Empty() || !r.In(img.Rect) {
				t.Fatalf("window %v of %v", r, img.Rect)
			}
			all = all.Union(r)
		}
		if least := img.Rect.Inset(1); !least.Empty() && !least.In(all) {
			t.Fatalf("windows cover %v of %v", all, img.Rect)
		}
	})
}

// TestFiguresByHand: the best quarter of 25 windows is six.
func TestFiguresByHand(t *testing.T) {
	a := agreement{shape: make([]float64, 25), colour: make([]float64, 25), met: make([]float64, 25)}
	for i := range 6 {
		a.shape[4*i], a.colour[4*i] = 0.9, 0.5
	}
	a.shape[1], a.colour[1] = 0.2, 1
	shape, colour := a.figures()
	if diff := cmp.Diff([]float64{0.9, 0.5}, []float64{shape, colour}, cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })); diff != "" {
		t.Errorf("shape and colour (-want +got):\n%s", diff)
	}
}

// TestHeatedShowsHeat: the hot corner is red, the cold one is grey.
func TestHeatedShowsHeat(t *testing.T) {
	heat := make([]float64, heatGrid*heatGrid)
	heat[0] = 1
	img := heated(imaging.New(100, 100, color.NRGBA{40, 160, 60, 255}), heat)
	hot, cold := img.NRGBAAt(0, 0), img.NRGBAAt(99, 99)
	if hot.R < hot.G || cold.R != cold.G || cold.G != cold.B {
		t.Errorf("hot corner %v, cold corner %v", hot, cold)
	}
}
