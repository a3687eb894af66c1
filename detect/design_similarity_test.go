package detect

import (
	"image"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/disintegration/imaging"

	"touchstone/detect/keypoint"
	"touchstone/index"
	"touchstone/internal/photo"
)

var detailed = PictureConfig{
	SignalConfig: SignalConfig{Calibration: Calibration{Points: [][2]float64{{0, 0}, {1, 1}}}, Weight: 1, Threshold: 0.5}, Candidates: 5, Neighbours: 1,
	Details: &DetailsConfig{Candidates: 2, Least: 8, Full: 28, Inliers: 0.2, Agrees: 0.1},
}

// designs is what the signal finds in a picture whose vector is as close to the references as given, by right.
func designs(t *testing.T, cfg PictureConfig, img image.Image, cosines map[string]float32, local LocalFeatures, full bool) map[string]Finding {
	t.Helper()
	var near shelf
	facts := rights(slices.Collect(maps.Keys(cosines))...)
	for right, c := range cosines {
		near = append(near, index.Point{ID: "ref-" + right, Vectors: [][]float32{{c, 0}}, Payload: index.Payload{Right: right}})
	}
	d := &Detector{
		fusion: Fusion{NearCopy: verifying, Design: &cfg}, index: near, pictures: fixed{regions: [][]float32{{1, 0}}}, outputs: []string{OutputDesign}, local: local,
		signals: []signal{newDesignSimilarity(cfg, index.Space{Output: OutputDesign}, nil, nil, near)},
	}
	size := img.Bounds()
	l := Listing{Pictures: []Picture{{Hash: "h", Photo: &photo.Photo{Image: img, Width: size.Dx(), Height: size.Dy()}}}}
	c, err := d.Candidates(t.Context(), l, Scope{Full: full})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Verify(t.Context(), l, c, facts); err != nil {
		t.Fatal(err)
	}
	found := map[string]Finding{}
	for _, f := range d.Assess(l, c, facts).Findings {
		found[f.Right] = f
	}
	return found
}

// TestDetailsOfADesign: of two designs the one whose print the listing shows comes first, though its vector is farther; the other loses nothing.
func TestDetailsOfADesign(t *testing.T) {
	local := drawer{"hash-A": keypoint.OfReference(goods(1)), "hash-B": keypoint.OfReference(goods(2))}
	shown := imaging.Paste(goods(3), imaging.Resize(goods(1), 200, 160, imaging.Lanczos), image.Pt(60, 50))
	cosines := map[string]float32{"A": 0.4, "B": 0.5}
	found := designs(t, detailed, shown, cosines, local, true)
	a, b := found["A"], found["B"]
	if a.Score < b.Score || a.Score > 0.7+1e-6 || b.Score != 0.5 {
		t.Errorf("A %g, B %g: want A, with 0.4 to 0.7, before B with 0.5 as its vector says", a.Score, b.Score)
	}
	if n := a.For; len(n) != 1 || n[0].Code != "details_fit" || a.Picture.Verification == nil || len(a.Picture.Verification.Points) == 0 || a.Picture.Verification.Verified {
		t.Errorf("A is told by %+v, %+v", n, a.Picture.Verification)
	}
	if !strings.Contains(a.Explanations["en"], "details of the design") || b.Picture.Verification != nil {
		t.Errorf("sentence %q; B's details %+v", a.Explanations["en"], b.Picture.Verification)
	}
	for name, c := range map[string]struct {
		cfg   PictureConfig
		local LocalFeatures
		full  bool
	}{
		"fast":               {detailed, local, false},
		"a pack without":     {withDetails(nil), local, true},
		"pictures are gone":  {detailed, drawer{}, true},
		"nothing to compare": {detailed, nil, true},
	} {
		if found := designs(t, c.cfg, shown, cosines, c.local, c.full); found["A"].Score != float64(cosines["A"]) || len(found["A"].For) > 0 {
			t.Errorf("%s: A has %g, %+v; want what its vector says", name, found["A"].Score, found["A"].For)
		}
	}
}

// withDetails is the configuration with other details.
func withDetails(d *DetailsConfig) PictureConfig {
	c := detailed
	c.Details = d
	return c
}

// TestDetailsAreBounded: no more pairs are looked at than the pack says, those that the vectors propose first.
func TestDetailsAreBounded(t *testing.T) {
	local := tallied{drawer{"hash-A": keypoint.OfReference(goods(1)), "hash-B": keypoint.OfReference(goods(2)), "hash-C": keypoint.OfReference(goods(3))}, map[string]int{}}
	designs(t, detailed, goods(4), map[string]float32{"A": 0.4, "B": 0.5, "C": 0.6}, local, true)
	if local.asked["hash-A"] != 0 || local.asked["hash-B"] != 1 || local.asked["hash-C"] != 1 {
		t.Errorf("looked at %v, want B and C once each", local.asked)
	}
}

func TestDetailsAreChecked(t *testing.T) {
	for _, d := range []DetailsConfig{
		{}, {Candidates: 101, Least: 8, Full: 28}, {Candidates: 1, Least: 1, Full: 28}, {Candidates: 1, Least: 8, Full: 8}, {Candidates: 1, Least: 8, Full: 9, Inliers: 2},
		{Candidates: 1, Least: 8, Full: 9, Agrees: -1},
	} {
		faults := 0
		d.validate(SignalDesignSimilarity, func(ok bool, _ string, _ ...any) {
			if !ok {
				faults++
			}
		})
		if faults == 0 {
			t.Errorf("%+v is taken", d)
		}
	}
	bad := Fusion{NearCopy: verifying}
	bad.NearCopy.Details = detailed.Details
	if err := bad.Validate(); err == nil || !strings.Contains(err.Error(), "only designs") {
		t.Errorf("details of near copies: %v", err)
	}
}
