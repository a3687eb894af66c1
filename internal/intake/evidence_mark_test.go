package intake

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"testing"

	"github.com/disintegration/imaging"

	"touchstone/detect"
)

// letterF is an F of one colour, which no turn and no mirror image of it resembles.
func letterF(w, h int, ink, ground color.Color) *image.NRGBA {
	img := imaging.New(w, h, ground)
	for _, r := range [][4]int{{2, 2, 4, 14}, {2, 2, 10, 4}, {2, 7, 8, 9}} {
		draw.Draw(img, image.Rect(r[0]*w/12, r[1]*h/16, r[2]*w/12, r[3]*h/16), image.NewUniform(ink), image.Point{}, draw.Src)
	}
	return img
}

// A mark is laid where it stands, in its own colours or as its negative; one that fits nowhere is set into its box.
func TestAlignMark(t *testing.T) {
	black, white := color.NRGBA{10, 10, 10, 255}, color.NRGBA{245, 245, 245, 255}
	reference := letterF(120, 160, black, white)
	box := detect.Box{100, 80, 60, 80}
	scene := func(mark image.Image) *image.NRGBA {
		img := imaging.New(320, 240, color.NRGBA{128, 120, 110, 255})
		draw.Draw(img, image.Rect(box[0], box[1], box[0]+box[2], box[1]+box[3]), mark, image.Point{}, draw.Src)
		return img
	}
	stripes := imaging.New(60, 80, white)
	for y := 0; y < 80; y += 4 {
		draw.Draw(stripes, image.Rect(0, y, 60, y+2), image.NewUniform(black), image.Point{}, draw.Src)
	}
	for name, tt := range map[string]struct {
		mark image.Image
		fits bool
	}{
		"as registered": {letterF(60, 80, black, white), true}, "light on dark": {letterF(60, 80, white, black), true}, "something else": {stripes, false},
	} {
		a := alignMark(pair{listing: scene(tt.mark), reference: reference, box: box})
		if (a.Correlation >= markFits) != tt.fits {
			t.Errorf("%s: correlation %.2f", name, a.Correlation)
		}
		// The corners of the mark come to those of its box.
		for _, p := range [][4]float64{{0, 0, 100, 80}, {120, 160, 160, 160}} {
			x, y := a.Matrix[0]*p[0]+a.Matrix[1]*p[1]+a.Matrix[2], a.Matrix[3]*p[0]+a.Matrix[4]*p[1]+a.Matrix[5]
			if math.Hypot(x-p[2], y-p[3]) > 6 {
				t.Errorf("%s: corner at %.0f, %.0f, want %.0f, %.0f", name, x, y, p[2], p[3])
			}
		}
	}
}
