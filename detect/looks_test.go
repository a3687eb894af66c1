package detect

import (
	"context"
	"image"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"touchstone/index"
	"touchstone/models"
)

// frames answers crops with the frame of their width, beside the vectors of a scene.
type frames struct {
	scene
	frames map[int][]float32
}

func (f *frames) Pictures(ctx context.Context, pics []image.Image, outputs ...string) ([][][][]float32, error) {
	out, err := f.scene.Pictures(ctx, pics, outputs...)
	for i, output := range outputs {
		if output != OutputFrame {
			continue
		}
		for j, p := range pics {
			out[i][j] = [][]float32{f.frames[p.Bounds().Dx()]}
		}
	}
	return out, err
}

// TestLogoRefined: the crop of the stronger place is (44, 21) to (106, 59), 62 x 38 pixels. Its frame, half of the crop from its
// middle to its corner, is the place (75, 40) of 31 x 19; the crop of that, 3.72 and 2.28 pixels wider out to whole pixels, is 39 wide and
// knows the mark. The weaker place is not looked at again.
func TestLogoRefined(t *testing.T) {
	e := &frames{
		scene: scene{
			boxes: [][]float32{{0.25, 0.25, 0.25, 0.3, 1}, {0.75, 0.5, 0.125, 0.25, 0.5}},
			marks: map[int][]float32{62: {0, 1}, 31: {0, 1}, 39: {1, 0}},
		},
		frames: map[int][]float32{62: {0.5, 0.5, 0.5, 0.5, 0.9}, 31: {0, 0, 1, 1, 0.9}},
	}
	cfg := logoConfig
	cfg.Refined = 1
	s := &logoInScene{cfg: cfg, index: shelf{{ID: "ref-A", Vectors: [][]float32{{1, 0}}, Payload: index.Payload{Right: "A"}}}}
	l := Listing{Pictures: []Picture{picture(200, 100)}}
	seen, err := look(t.Context(), e, l, nil, &cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{OutputPlaces}, {OutputMark, OutputFrame}, {OutputMark}}, e.runs); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
	p, err := s.candidates(t.Context(), l, seen, Scope{Full: true})
	if err != nil {
		t.Fatal(err)
	}
	got := s.find(l, p, rights("A"))
	if len(seen.marks) != 3 || len(got) != 1 || got[0].Picture.Cosine < 0.99 || got[0].Picture.Box != (Box{75, 40, 31, 19}) {
		t.Errorf("%d looks, findings %+v; want three, and the mark in the frame", len(seen.marks), got)
	}
}

// TestRefinedByHand: frames of a crop of 100 x 50 at (50, 20) in a picture of 200 x 100.
func TestRefinedByHand(t *testing.T) {
	nan := float32(math.NaN())
	for name, c := range map[string]struct {
		frame []float32
		want  place
		ok    bool
	}{
		"inside":              {[]float32{0.1, 0.2, 0.5, 0.5, 1}, place{x: 60, y: 30, w: 50, h: 25}, true},
		"beyond the crop":     {[]float32{-0.2, 0, 1.4, 1, 1}, place{x: 30, y: 20, w: 140, h: 50}, true},
		"cut at the picture":  {[]float32{-1, -1, 4, 4, 1}, place{x: 0, y: 0, w: 200, h: 100}, true},
		"beside the place":    {[]float32{1.2, 0, 0.2, 0.5, 1}, place{}, false},
		"without width":       {[]float32{0.1, 0.2, 0, 0.5, 1}, place{}, false},
		"turned round":        {[]float32{0.9, 0.2, -0.5, 0.5, 1}, place{}, false},
		"no number":           {[]float32{0.1, nan, 0.5, 0.5, 1}, place{}, false},
		"a number too few":    {[]float32{0.1, 0.2, 0.5, 0.5}, place{}, false},
		"beyond all measures": {[]float32{-1e30, 0, 2e30, 1, 1}, place{}, false},
	} {
		got, ok := place{x: 60, y: 25, w: 80, h: 40}.refined(c.frame, image.Rect(50, 20, 150, 70), image.Rect(0, 0, 200, 100))
		near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-4 })
		if ok != c.ok || ok && !cmp.Equal(c.want, got, cmp.AllowUnexported(place{}), near) {
			t.Errorf("%s: %+v, %v; want %+v, %v", name, got, ok, c.want, c.ok)
		}
	}
}

// TestRefinedOfAnyModel: whatever a model says of a crop, what is looked at again lies in the picture.
func TestRefinedOfAnyModel(t *testing.T) {
	value := rapid.OneOf(rapid.Float32Range(-3, 3), rapid.SampledFrom([]float32{0, 1, float32(math.NaN()), float32(math.Inf(1)), 1e30}))
	rapid.Check(t, func(t *rapid.T) {
		bounds := image.Rect(0, 0, rapid.IntRange(4, 300).Draw(t, "width"), rapid.IntRange(4, 300).Draw(t, "height"))
		w, h := float64(bounds.Dx()), float64(bounds.Dy())
		p := place{x: w * rapid.Float64Range(0, 0.9).Draw(t, "x"), y: h * rapid.Float64Range(0, 0.9).Draw(t, "y"), w: w / 10, h: h / 10}
		q, ok := p.refined(rapid.SliceOfN(value, models.BoxDimension, models.BoxDimension).Draw(t, "frame"), p.crop(bounds), bounds)
		if !ok {
			return
		}
		if q.x < 0 || q.y < 0 || q.x+q.w > w+1e-6 || q.y+q.h > h+1e-6 {
			t.Fatalf("%+v lies outside of %v", q, bounds)
		}
		if c := q.crop(bounds); c.Empty() || !c.In(bounds) {
			t.Fatalf("crop %v of %+v in %v", c, q, bounds)
		}
	})
}
