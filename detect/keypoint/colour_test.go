package keypoint

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// goodsOn draws an article of one colour in the middle of a floor of another.
func goodsOn(floor, article color.NRGBA) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 240, 240))
	draw.Draw(img, img.Rect, image.NewUniform(floor), image.Point{}, draw.Src)
	draw.Draw(img, image.Rect(70, 60, 170, 180), image.NewUniform(article), image.Point{}, draw.Src)
	return img
}

func colours(reference, listing image.Image, m [6]float64) (all, core float64) {
	r := &Set{Width: 240, Height: 240, Colour: colourOf(reference)}
	l := &View{Set: Set{Width: 240, Height: 240}, tints: listingTints(listing, 240, 240)}
	return l.tints.agreement(r, l, m)
}

// TestColoursTellArticlesApart: the same floor under another article is the hard case; a picture in grey says nothing.
func TestColoursTellArticlesApart(t *testing.T) {
	floor, red, blue := color.NRGBA{180, 160, 130, 255}, color.NRGBA{200, 30, 40, 255}, color.NRGBA{30, 40, 200, 255}
	same := [6]float64{1, 0, 0, 0, 1, 0}
	tests := []struct {
		name      string
		listing   image.Image
		m         [6]float64
		low, high float64
	}{
		{"the same", goodsOn(floor, red), same, 0.95, 1},
		{"paler", goodsOn(color.NRGBA{180, 170, 155, 255}, color.NRGBA{190, 105, 110, 255}), same, 0.9, 1},
		{"mirrored", goodsOn(floor, red), [6]float64{-1, 0, 240, 0, 1, 0}, 0.9, 1},
		{"another article on the floor", goodsOn(floor, blue), same, -1, 0},
		{"in grey", goodsOn(color.NRGBA{160, 160, 160, 255}, color.NRGBA{80, 80, 80, 255}), same, -0.01, 0.01},
		{"outside", goodsOn(floor, red), [6]float64{1, 0, 1000, 0, 1, 0}, 0, 0},
	}
	for _, tt := range tests {
		all, core := colours(goodsOn(floor, red), tt.listing, tt.m)
		if all < tt.low || all > tt.high || core < math.Min(tt.low, 0) || core > tt.high {
			t.Errorf("%s: %g, in the middle %g; want %g to %g", tt.name, all, core, tt.low, tt.high)
		}
	}
}

// Colours are read alike from every form of the same picture.
func TestColoursOfEveryForm(t *testing.T) {
	img := goodsOn(color.NRGBA{180, 160, 130, 255}, color.NRGBA{200, 30, 40, 255})
	rgba := image.NewRGBA(img.Rect)
	draw.Draw(rgba, img.Rect, img, image.Point{}, draw.Src)
	for _, other := range []image.Image{rgba, struct{ image.Image }{img}} {
		for i, v := range colourOf(other) {
			if w := colourOf(img)[i]; max(v, w)-min(v, w) > 1 {
				t.Fatalf("%T: value %d is %d, want %d", other, i, v, w)
			}
		}
	}
}

// Whatever the placement, the figures are correlations.
func TestColoursAreCorrelations(t *testing.T) {
	a, b := goodsOn(color.NRGBA{10, 200, 30, 255}, color.NRGBA{200, 30, 40, 255}), goodsOn(color.NRGBA{90, 20, 130, 255}, color.NRGBA{250, 230, 40, 255})
	rapid.Check(t, func(t *rapid.T) {
		var m [6]float64
		for i := range m {
			m[i] = rapid.Float64Range(-3, 3).Draw(t, "m")
		}
		m[2], m[5] = m[2]*100, m[5]*100
		if all, core := colours(a, b, m); !(math.Abs(all) <= 1 && math.Abs(core) <= 1.0001) {
			t.Fatalf("%g and %g under %v", all, core, m)
		}
	})
}
