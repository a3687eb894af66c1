package detect

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/disintegration/imaging"
)

// drawn is a picture with structure at several scales, so that an alignment is well defined.
func drawn(seed uint64, w, h int) *image.NRGBA {
	r := rand.New(rand.NewPCG(seed, 1))
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for range 40 {
		x, y, s := r.IntN(w), r.IntN(h), 6+r.IntN(w/4)
		c := color.NRGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255}
		for dy := range s {
			for dx := range s {
				if image.Pt(x+dx, y+dy).In(img.Rect) {
					img.SetNRGBA(x+dx, y+dy, c)
				}
			}
		}
	}
	return imaging.Blur(img, 2)
}

// TestAlignRecoversEdits lays a reference into a listing by known edits and compares where its corners come to lie.
func TestAlignRecoversEdits(t *testing.T) {
	ref := drawn(7, 240, 200)
	paste := func(edited *image.NRGBA, at image.Point) *image.NRGBA {
		return imaging.Paste(drawn(99, 400, 400), edited, at)
	}
	tests := []struct {
		name     string
		listing  *image.NRGBA
		box      Box
		mirrored bool
		want     func(x, y float64) (float64, float64)
	}{
		{"identical", ref, Box{0, 0, 240, 200}, false, func(x, y float64) (float64, float64) { return x, y }},
		{"mirrored", imaging.FlipH(ref), Box{0, 0, 240, 200}, true, func(x, y float64) (float64, float64) { return 240 - x, y }},
		{"cropped", imaging.Crop(ref, image.Rect(40, 30, 230, 190)), Box{0, 0, 190, 160}, false, func(x, y float64) (float64, float64) { return x - 40, y - 30 }},
		{"pasted", paste(imaging.Resize(ref, 180, 150, imaging.Lanczos), image.Pt(190, 30)), Box{200, 0, 200, 200}, false,
			func(x, y float64) (float64, float64) { return 190 + x*0.75, 30 + y*0.75 }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := Align(tt.listing, ref, tt.box)
			if a.Mirrored() != tt.mirrored {
				t.Errorf("mirrored = %v, want %v", a.Mirrored(), tt.mirrored)
			}
			if a.Correlation < 0.9 {
				t.Errorf("correlation = %.3f, want 0.9 or more", a.Correlation)
			}
			for _, corner := range [][2]float64{{60, 50}, {180, 50}, {60, 150}, {180, 150}} {
				x, y := corner[0], corner[1]
				gx, gy := a.Matrix[0]*x+a.Matrix[1]*y+a.Matrix[2], a.Matrix[3]*x+a.Matrix[4]*y+a.Matrix[5]
				wx, wy := tt.want(x, y)
				if d := math.Hypot(gx-wx, gy-wy); d > 4 {
					t.Errorf("(%g, %g) comes to lie %.1f pixels off: (%.1f, %.1f), want (%.1f, %.1f)", x, y, d, gx, gy, wx, wy)
				}
			}
		})
	}
}

func TestAlignOfStrangersStaysLow(t *testing.T) {
	a := Align(drawn(1, 300, 300), drawn(2, 300, 300), Box{0, 0, 300, 300})
	if a.Correlation > 0.8 {
		t.Errorf("correlation of unrelated pictures = %.3f, want under 0.8", a.Correlation)
	}
}
