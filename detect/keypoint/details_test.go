package keypoint_test

import (
	"image"
	"image/color"
	"math"
	"testing"

	"github.com/disintegration/imaging"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"touchstone/detect/keypoint"
)

// mockup is a set-up, the same for every print, with a print in its middle.
func mockup(print uint64) image.Image {
	return paste(drawing(1, 400, 320), drawing(print, 150, 130), 125, 95)
}

// lookUp compares as detect does, and looks the details up.
func lookUp(t interface{ Fatal(...any) }, reference, listing image.Image) (keypoint.Placement, keypoint.Lookup) {
	set, err := keypoint.Decode(keypoint.OfReference(reference).Encode())
	if err != nil {
		t.Fatal(err)
	}
	v := keypoint.OfListing(listing)
	defer v.Release()
	p, _ := keypoint.Compare(set, v, keypoint.Place(set, v))
	return p, keypoint.LookUp(set, v, p)
}

// TestLookUpTellsPrintsOnOneMockupApart: the surroundings fit in all of them; what the middle shows decides.
func TestLookUpTellsPrintsOnOneMockupApart(t *testing.T) {
	ref := mockup(50)
	duller := imaging.AdjustContrast(imaging.AdjustBrightness(ref, 12), -30)
	badge := paste(ref, imaging.New(90, 40, color.NRGBA{250, 220, 0, 255}), 10, 10)
	for name, tt := range map[string]struct {
		listing image.Image
		copied  bool
	}{
		"as it is":                     {ref, true},
		"mirrored":                     {imaging.FlipH(ref), true},
		"in other light":               {duller, true},
		"with a badge":                 {badge, true},
		"set into another picture":     {paste(drawing(9, 640, 520), ref, 120, 60), true},
		"another print":                {mockup(60), false},
		"another print, mirrored":      {imaging.FlipH(mockup(61)), false},
		"another print in other light": {imaging.AdjustBrightness(mockup(62), -15), false},
	} {
		p, l := lookUp(t, ref, tt.listing)
		if p.Inliers < 12 {
			t.Errorf("%s: %d inliers: the mock-up itself is not found", name, p.Inliers)
		}
		if tt.copied && (l.Heart < 0.8 || l.Gap < -0.12 || l.Agrees < 0.7 || l.Spread < 0.5) {
			t.Errorf("%s: %+v of a copy", name, l)
		}
		if !tt.copied && (l.Heart > 0.5 || l.Gap > -0.3 || l.Spread > 0.3) {
			t.Errorf("%s: %+v of another print", name, l)
		}
	}
}

// TestLookUpStaysInItsRange: whatever two pictures show and wherever a placement claims that they fit.
func TestLookUpStaysInItsRange(t *testing.T) {
	sets := []*keypoint.Set{keypoint.OfReference(drawing(1, 300, 240)), keypoint.OfReference(imaging.New(40, 40, color.White))}
	views := []*keypoint.View{keypoint.OfListing(drawing(2, 200, 300)), keypoint.OfListing(imaging.New(9, 900, color.Black))}
	rapid.Check(t, func(t *rapid.T) {
		p := keypoint.Placement{Inliers: rapid.IntRange(0, 9).Draw(t, "inliers")}
		for i := range p.Matrix {
			p.Matrix[i] = rapid.Float64Range(-300, 300).Draw(t, "matrix")
		}
		l := keypoint.LookUp(sets[rapid.IntRange(0, 1).Draw(t, "set")], views[rapid.IntRange(0, 1).Draw(t, "view")], p)
		for _, v := range []float64{l.Shared, l.Heart, 1 + l.Gap, l.Spread, l.Agrees} {
			if math.IsNaN(v) || v < 0 || v > 1+1e-9 {
				t.Fatalf("%+v", l)
			}
		}
		if p.Inliers < 2 && l != (keypoint.Lookup{}) {
			t.Fatalf("%+v without a placement", l)
		}
	})
}

// TestLookUpOfAReleasedView: there is nothing to look at any more.
func TestLookUpOfAReleasedView(t *testing.T) {
	v := keypoint.OfListing(drawing(2, 200, 300))
	v.Release()
	l := keypoint.LookUp(keypoint.OfReference(drawing(1, 300, 240)), v, keypoint.Placement{Inliers: 9, Matrix: [6]float64{1, 0, 0, 0, 1, 0}})
	if diff := cmp.Diff(keypoint.Lookup{}, l); diff != "" {
		t.Error(diff)
	}
}
