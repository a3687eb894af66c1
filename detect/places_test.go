package detect

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"touchstone/internal/photo"
)

var logoConfig = LogoConfig{SignalConfig: logistic, Candidates: 5, Neighbours: 1, Places: 2, MinObjectness: 0.1, Overlap: 0.5, Objectness: 0.1}

// TestPlacesByHand: on 200 x 100 pixels, the second box shows what the first does (overlap 0.6), the third is too doubtful, the
// fourth has no width, and of the rest two are the most that is looked at.
func TestPlacesByHand(t *testing.T) {
	boxes := [][]float32{
		{0.1, 0.1, 0.5, 0.5, 0.9}, {0.1, 0.1, 0.3, 0.5, 0.8}, {0.7, 0.7, 0.2, 0.2, 0.05}, {0.7, 0.1, 0, 0.2, 0.9},
		{0.7, 0.5, 0.1, 0.2, 0.3}, {0.7, 0.1, 0.1, 0.2, 0.6},
	}
	got := placesIn(3, boxes, image.Rect(0, 0, 200, 100), logoConfig)
	want := []place{{3, 20, 10, 100, 50, 0.9, false}, {3, 140, 10, 20, 20, 0.6, false}}
	near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-4 })
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(place{}), near); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
}

// TestPlacesOfAnyModel: whatever numbers a model gives, crops lie inside the picture and have pixels.
func TestPlacesOfAnyModel(t *testing.T) {
	value := rapid.OneOf(rapid.Float32Range(-2, 3), rapid.SampledFrom([]float32{0, 1, float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 1e30}))
	rapid.Check(t, func(t *rapid.T) {
		bounds := image.Rect(0, 0, rapid.IntRange(1, 300).Draw(t, "width"), rapid.IntRange(1, 300).Draw(t, "height"))
		boxes := rapid.SliceOfN(rapid.SliceOfN(value, 4, 6), 0, 8).Draw(t, "boxes")
		for _, p := range placesIn(0, boxes, bounds, logoConfig) {
			if c := p.crop(bounds); c.Empty() || !c.In(bounds) {
				t.Fatalf("crop %v of place %+v in %v", c, p, bounds)
			}
			b := p.box(bounds, &photo.Photo{Width: 2 * bounds.Dx(), Height: 2 * bounds.Dy()})
			if b[2] < 1 || b[3] < 1 {
				t.Fatalf("box %v of place %+v", b, p)
			}
		}
	})
}

// TestCropHasItsMargin: 12 % of each side more on each side, out to whole pixels, and cut at the picture's edge.
func TestCropHasItsMargin(t *testing.T) {
	bounds := image.Rect(0, 0, 200, 100)
	for _, c := range []struct {
		p    place
		want image.Rectangle
	}{
		{place{x: 50, y: 40, w: 50, h: 25}, image.Rect(44, 37, 106, 68)},
		{place{x: 50, y: 40, w: 50, h: 25, closer: true}, image.Rect(50, 40, 100, 65)},
		{place{x: 0, y: 0, w: 200, h: 100}, bounds},
		{place{x: 199, y: 99, w: 1, h: 1}, image.Rect(196, 96, 200, 100)},
	} {
		if got := c.p.crop(bounds); got != c.want {
			t.Errorf("crop of %+v is %v, want %v", c.p, got, c.want)
		}
	}
}

// emblemAndName is a 120 x 100 picture: an emblem of 40 x 50 at (40, 10) above a bar of 100 x 20 at (10, 70), on a ground.
func emblemAndName(ground, ink color.NRGBA) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 120, 100))
	draw.Draw(img, img.Rect, image.NewUniform(ground), image.Point{}, draw.Src)
	for _, r := range []image.Rectangle{image.Rect(40, 10, 80, 60), image.Rect(10, 70, 110, 90)} {
		draw.Draw(img, r, image.NewUniform(ink), image.Point{}, draw.Src)
	}
	return img
}

func TestMarkPartsByHand(t *testing.T) {
	white, black := color.NRGBA{255, 255, 255, 255}, color.NRGBA{0, 0, 0, 255}
	line := emblemAndName(white, black)
	draw.Draw(line, image.Rect(10, 70, 110, 100), image.NewUniform(white), image.Point{}, draw.Src)
	draw.Draw(line, image.Rect(10, 64, 110, 67), image.NewUniform(black), image.Point{}, draw.Src) // thinner than a band
	blank := image.NewNRGBA(image.Rect(0, 0, 30, 20))
	for _, c := range []struct {
		name string
		img  *image.NRGBA
		want []image.Rectangle
	}{
		{"emblem above name", emblemAndName(white, black), []image.Rectangle{image.Rect(10, 10, 110, 90), image.Rect(40, 10, 80, 60), image.Rect(10, 70, 110, 90)}},
		{"on black", emblemAndName(black, color.NRGBA{200, 30, 30, 255}), []image.Rectangle{image.Rect(10, 10, 110, 90), image.Rect(40, 10, 80, 60), image.Rect(10, 70, 110, 90)}},
		{"too faint to be drawn", emblemAndName(white, color.NRGBA{240, 240, 240, 255}), []image.Rectangle{image.Rect(0, 0, 120, 100)}},
		{"a line is no band", line, []image.Rectangle{image.Rect(10, 10, 110, 67), image.Rect(40, 10, 80, 60)}},
		{"nothing drawn", blank, []image.Rectangle{blank.Rect}},
	} {
		if diff := cmp.Diff(c.want, markParts(c.img)); diff != "" {
			t.Errorf("%s: parts (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestMarkPicturesHaveAMargin: 12 % of 40 x 50 is 5 and 6 pixels of the ground's colour on each side.
func TestMarkPicturesHaveAMargin(t *testing.T) {
	ground := color.NRGBA{250, 240, 230, 255}
	got := MarkPictures(emblemAndName(ground, color.NRGBA{0, 0, 90, 255}))
	if len(got) != 3 {
		t.Fatalf("%d pictures, want 3", len(got))
	}
	emblem := got[1].(*image.NRGBA)
	if want := image.Rect(0, 0, 50, 62); emblem.Rect != want {
		t.Fatalf("emblem is %v, want %v", emblem.Rect, want)
	}
	for _, at := range []image.Point{{0, 0}, {4, 30}, {49, 61}, {20, 5}} {
		if c := emblem.NRGBAAt(at.X, at.Y); c != ground {
			t.Errorf("pixel %v of the margin is %v", at, c)
		}
	}
	if c := emblem.NRGBAAt(5, 6); c == ground {
		t.Error("the emblem does not begin behind its margin")
	}
}

// TestMarkPicturesOfAnything: one to four pictures with pixels, whatever is drawn.
func TestMarkPicturesOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		img := image.NewNRGBA(image.Rect(0, 0, rapid.IntRange(1, 40).Draw(t, "width"), rapid.IntRange(1, 40).Draw(t, "height")))
		for range rapid.IntRange(0, 6).Draw(t, "bars") {
			y, x := rapid.IntRange(0, 39).Draw(t, "y"), rapid.IntRange(0, 39).Draw(t, "x")
			r := image.Rect(x, y, x+rapid.IntRange(1, 20).Draw(t, "w"), y+rapid.IntRange(1, 20).Draw(t, "h"))
			draw.Draw(img, r, image.NewUniform(color.NRGBA{uint8(rapid.IntRange(0, 255).Draw(t, "grey")), 9, 9, 255}), image.Point{}, draw.Src)
		}
		parts := MarkPictures(img)
		if len(parts) < 1 || len(parts) > maxMarks {
			t.Fatalf("%d pictures", len(parts))
		}
		for _, p := range parts {
			if p.Bounds().Empty() {
				t.Fatal("an empty picture")
			}
		}
	})
}
