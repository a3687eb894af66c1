package detect

import (
	"encoding/json"
	"image"
	"image/png"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"touchstone/internal/photo"
)

// TestMeasuresAreTheTwins: training-notes/train/where_golden.py wrote the picture and what its own formulas make of it.
func TestMeasuresAreTheTwins(t *testing.T) {
	f, err := os.Open("testdata/where.png")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile("testdata/where.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Box      [4]int
		Repeated float64
		Measures [placeMeasures]float64
	}
	if err := json.Unmarshal(raw, &cases); err != nil || len(cases) == 0 {
		t.Fatalf("%d cases, error %v", len(cases), err)
	}
	l, s := Listing{Pictures: []Picture{{Photo: &photo.Photo{Image: img}}}}, settings{}
	for _, c := range cases {
		got := s.measure(l, 0, image.Rect(c.Box[0], c.Box[1], c.Box[2], c.Box[3]), c.Repeated)
		if diff := cmp.Diff(c.Measures, got, cmpopts.EquateApprox(0, 1e-6)); diff != "" {
			t.Errorf("box %v (-want +got):\n%s", c.Box, diff)
		}
	}
}

// weights have a bias and one for the first measure.
func weights(bias, first float64) []float64 {
	w := make([]float64, placeMeasures+1)
	w[0], w[1] = bias, first
	return w
}

// TestTellByHand: odds of e², 1 and 1 are a probability of e²/(e²+2) = 0.787.
func TestTellByHand(t *testing.T) {
	c := WhereConfig{Sure: 0.7, Goods: weights(0, 2), Packaging: weights(0, 0), Page: weights(0, 0)}
	where, sure := c.tell([placeMeasures]float64{1})
	if where != WhereGoods || sure < 0.786 || sure > 0.788 {
		t.Errorf("%s, %g", where, sure)
	}
	if where, _ := c.tell([placeMeasures]float64{0.5}); where != WhereUnsure {
		t.Errorf("%s, want unsure at e against 1 and 1", where)
	}
}

// TestNoPageAmidAPicture: however flat a place is, amid a single picture it is not told to be on the page; at the border, or at the same place
// of another picture, it is. Goods and packaging are told anywhere.
func TestNoPageAmidAPicture(t *testing.T) {
	page, goods := WhereConfig{Sure: 0.7, Goods: weights(0, 0), Packaging: weights(0, 0), Page: weights(4, 0)}, WhereConfig{Sure: 0.7, Goods: weights(4, 0), Packaging: weights(0, 0), Page: weights(0, 0)}
	for _, tt := range []struct {
		name             string
		c                WhereConfig
		border, repeated float64
		want             string
	}{
		{"a corner sign", page, 0.02, 0, WherePage},
		{"near the border", page, 0.099, 0, WherePage},
		{"a print on a flat bag", page, 0.1, 0, WhereUnsure},
		{"amid the picture", page, 0.4, 0, WhereUnsure},
		{"a watermark amid each picture", page, 0.4, 1, WherePage},
		{"goods amid the picture", goods, 0.4, 0, WhereGoods},
	} {
		var m [placeMeasures]float64
		m[atBorder], m[atRepetitions] = tt.border, tt.repeated
		if where, sure := tt.c.tell(m); where != tt.want || sure < 0.9 {
			t.Errorf("%s: %s, %g", tt.name, where, sure)
		}
	}
}

// Whatever the picture and the box, measures are finite, and lie where the weights were fitted.
func TestMeasuresStayInBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		img := image.NewNRGBA(image.Rect(0, 0, rapid.IntRange(1, 40).Draw(t, "width"), rapid.IntRange(1, 40).Draw(t, "height")))
		copy(img.Pix, rapid.SliceOfN(rapid.Byte(), len(img.Pix), len(img.Pix)).Draw(t, "pixels"))
		at := rapid.IntRange(-20, 60)
		box := image.Rect(at.Draw(t, "x0"), at.Draw(t, "y0"), at.Draw(t, "x1"), at.Draw(t, "y1"))
		for i, v := range newSetting(img).measure(box) {
			if !finite(v) || v < -1 || v > 32 {
				t.Fatalf("measure %d of %v is %g", i, box, v)
			}
		}
	})
}

// A mark at the same place of two pictures of a listing is a template's.
func TestSamePlace(t *testing.T) {
	l := Listing{Pictures: []Picture{picture(200, 100), picture(400, 200)}}
	seen := &sight{where: []int{0, 1}}
	a := place{picture: 0, x: 10, y: 10, w: 40, h: 20}
	for name, tt := range map[string]struct {
		b    place
		want bool
	}{
		"the same place, twice as large": {place{picture: 1, x: 20, y: 20, w: 80, h: 40}, true},
		"elsewhere":                      {place{picture: 1, x: 200, y: 20, w: 80, h: 40}, false},
		"the same picture":               {place{picture: 0, x: 10, y: 10, w: 40, h: 20}, false},
	} {
		if got := samePlace(l, seen, a, tt.b); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
