package detect

import (
	"context"
	"fmt"
	"image"
	"strings"
	"testing"

	"github.com/disintegration/imaging"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"touchstone/detect/keypoint"
	"touchstone/index"
	"touchstone/internal/message"
	"touchstone/internal/photo"
	"touchstone/models"
)

// aliases is a searcher with a shelf for each alias.
type aliases map[string]shelf

func (a aliases) Search(ctx context.Context, target string, q index.Query) ([][]index.Hit, error) {
	return a[target].Search(ctx, target, q)
}

// again is a detector over removed pictures as close to a listing's as given, by their hashes, and a listing that shows a picture.
func again(t testing.TB, img image.Image, cosines map[string]float32, local LocalFeatures) (*Detector, Listing, func(full bool) *Candidates) {
	t.Helper()
	x := aliases{}
	for hash, c := range cosines {
		x[RemovedAlias] = append(x[RemovedAlias], index.Point{ID: hash, Vectors: [][]float32{{c, 0}}})
	}
	d := &Detector{
		fusion: Fusion{NearCopy: verifying, Infringement: FusedConfig{Second: 0.5, Calibration: Calibration{A: 1}}}, index: x,
		pictures: fixed{regions: [][]float32{{1, 0}}}, outputs: []string{OutputCopy}, local: local,
		signals: []signal{newNearCopy(verifying, index.Space{Output: OutputCopy}, nil, nil, x)},
	}
	size := img.Bounds()
	l := Listing{Pictures: []Picture{{Hash: "h", Photo: &photo.Photo{Image: img, Width: size.Dx(), Height: size.Dy()}}}}
	return d, l, func(full bool) *Candidates {
		c, err := d.Candidates(t.Context(), l, Scope{Full: full})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
}

// removal is what casework says of a removed picture that one of the listing's resembles.
func removal(n NearRemoval, right string) Relisted {
	return Relisted{Picture: n.Picture, Right: right, Entry: "cas_" + n.Removed, Listing: "L1", Decision: "dec_1", On: "2026-01-01", Hash: n.Removed, Cosine: n.Cosine, Score: n.Score, Width: 600, Height: 480}
}

// TestNearRemoved: nothing below the floor of the profile, the best first, a few at most.
func TestNearRemoved(t *testing.T) {
	cosines := map[string]float32{"close": 0.9, "near": 0.4, "far": 0.25, "nothing": 0.05}
	for i := range 20 {
		cosines[fmt.Sprintf("many%02d", i)] = 0.11
	}
	d, _, look := again(t, goods(1), cosines, drawer{})
	for full, want := range map[bool][]string{false: {"close", "near"}, true: {"close", "near", "far", "many00", "many01", "many02", "many03", "many04"}} {
		near, err := d.NearRemoved(t.Context(), look(full), full)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, n := range near {
			got = append(got, n.Removed)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("full %v (-want +got):\n%s", full, diff)
		}
	}
	d.local = nil
	if near, err := d.NearRemoved(t.Context(), look(true), true); err != nil || len(near) > 0 {
		t.Errorf("without features: %v, %v", near, err)
	}
}

// TestRelistingOfEdits: a mirrored paste of a removed picture is met again, with evidence as of a copy; another picture that the vectors
// find closer is not, nor is one whose features are gone.
func TestRelistingOfEdits(t *testing.T) {
	img := imaging.Paste(goods(3), imaging.FlipH(imaging.Resize(goods(1), 150, 120, imaging.Lanczos)), image.Pt(20, 100))
	local := drawer{"same": keypoint.OfReference(goods(1)), "other": keypoint.OfReference(goods(2))}
	d, l, look := again(t, img, map[string]float32{"same": 0.4, "other": 0.6, "gone": 0.7}, local)
	facts := rights("A", "B", "C")
	c := look(false)
	near, err := d.NearRemoved(t.Context(), c, false)
	if err != nil || len(near) != 3 {
		t.Fatalf("%v, %v", near, err)
	}
	for _, n := range near {
		facts.Relisted = append(facts.Relisted, removal(n, map[string]string{"same": "A", "other": "B", "gone": "C"}[n.Removed]))
	}
	if err := d.Verify(t.Context(), l, c, facts); err != nil {
		t.Fatal(err)
	}
	r := d.Assess(l, c, facts)
	if len(r.Findings) != 1 {
		t.Fatalf("findings %+v", r.Findings)
	}
	f := r.Findings[0]
	v := f.Picture.Verification
	if f.Signal != SignalRelisting || f.Right != "A" || f.Probability < 0.8 || f.Probability >= onceRemoved || v == nil || !v.Verified || v.Inliers < 10 {
		t.Fatalf("%+v of %+v", f, v)
	}
	within := cmp.Comparer(func(a, b int) bool { return max(a-b, b-a) <= 8 })
	if diff := cmp.Diff([]Box{{20, 100, 150, 120}, {0, 0, 600, 480}}, []Box{f.Picture.Box, v.ReferenceBox}, within); diff != "" {
		t.Errorf("boxes (-want +got):\n%s", diff)
	}
	if f.Picture.Reference != "same" || f.Relisted.Decision != "dec_1" || !strings.Contains(f.For[1].Text, "mirrored") || f.For[0].Code != "removed_before" {
		t.Errorf("evidence %+v, notes %+v", f.Picture, f.For)
	}
	for _, language := range message.Languages() {
		if text := f.Explanations[language]; text == "" || strings.Contains(text, "relisting.") || strings.Contains(text, "{") {
			t.Errorf("%s: %q", language, text)
		}
	}
	if got, want := f.Explanations["en"], "Picture 1 shows what a listing that was removed showed (mirrored"; !strings.HasPrefix(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	right := facts.Rights["A"]
	right.Authorised = true
	facts.Rights["A"] = right
	if r := d.Assess(l, c, facts); len(r.Findings) != 1 || !r.Findings[0].Excused || r.Findings[0].Probability != 0 {
		t.Errorf("of an authorised seller: %+v", r.Findings)
	}
}

// TestRelistingInStages: what the vectors find but a little alike is left to the stages behind fast, which look at nothing twice; facts of
// the last stage change nothing of the first.
func TestRelistingInStages(t *testing.T) {
	local := tallied{drawer{"low": keypoint.OfReference(goods(1)), "high": keypoint.OfReference(goods(2))}, map[string]int{}}
	d, l, look := again(t, goods(1), map[string]float32{"low": 0.2, "high": 0.5}, local)
	facts := rights("A", "B")
	fast := look(false)
	near, err := d.NearRemoved(t.Context(), fast, true)
	if err != nil || len(near) != 2 {
		t.Fatalf("%v, %v", near, err)
	}
	facts.Relisted = []Relisted{removal(near[0], "A"), removal(near[1], "B")}
	if err := d.Verify(t.Context(), l, fast, facts); err != nil {
		t.Fatal(err)
	}
	if r := d.Assess(l, fast, facts); len(r.Findings) != 0 || local.asked["low"] != 0 || local.asked["high"] != 1 {
		t.Fatalf("fast: %+v, asked for %v", r.Findings, local.asked)
	}
	closer := fast.Closer()
	if err := d.Verify(t.Context(), l, closer, facts); err != nil {
		t.Fatal(err)
	}
	if r := d.Assess(l, closer, facts); len(r.Findings) != 1 || r.Findings[0].Right != "B" {
		t.Fatalf("closer: %+v", r.Findings)
	}
	full, err := d.Candidates(t.Context(), l, Scope{Full: true, Before: closer})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Verify(t.Context(), l, full, facts); err != nil {
		t.Fatal(err)
	}
	if r := d.Assess(l, full, facts); len(r.Findings) != 1 || r.Findings[0].Right != "B" {
		t.Fatalf("full: %+v", r.Findings)
	}
	if diff := cmp.Diff(map[string]int{"low": 1, "high": 1}, local.asked); diff != "" {
		t.Errorf("features asked for (-want +got):\n%s", diff)
	}
	if r := d.Assess(l, fast, facts); len(r.Findings) != 0 {
		t.Errorf("the first stage has become %+v", r.Findings)
	}
}

// tallied counts how often features are asked for.
type tallied struct {
	drawer
	asked map[string]int
}

func (c tallied) Local(ctx context.Context, picture string) (*keypoint.Set, error) {
	c.asked[picture]++
	return c.drawer.Local(ctx, picture)
}

// TestRelistingIsBounded: of many removals that the facts name geometry looks at a few pictures, and facts about pictures that are not
// there are passed over.
func TestRelistingIsBounded(t *testing.T) {
	local := tallied{drawer{}, map[string]int{}}
	d, l, look := again(t, goods(1), nil, local)
	facts := rights("A")
	for i := range 40 {
		facts.Relisted = append(facts.Relisted, removal(NearRemoval{0, fmt.Sprint("r", i), 0.9, 0.9}, "A"))
	}
	facts.Relisted = append(facts.Relisted, removal(NearRemoval{7, "beyond", 1, 1}, "A"), removal(NearRemoval{0, "of no right", 1, 1}, "Z"))
	for full, most := range map[bool]int{false: removedCandidates, true: removedInFull} {
		clear(local.asked)
		if err := d.Verify(t.Context(), l, look(full), facts); err != nil {
			t.Fatal(err)
		}
		if n := len(local.asked); n == 0 || n > most {
			t.Errorf("full %v: %d removed pictures were looked at, want 1 to %d", full, n, most)
		}
	}
}

// What could not be searched is said, and is not the same as nothing found.
func TestRelistingUnchecked(t *testing.T) {
	d, l, look := again(t, goods(1), nil, drawer{})
	facts := rights("A")
	facts.RelistedUnchecked = &Unchecked{Signal: SignalRelisting, Code: UncheckedIndex, Reason: "away"}
	if r := d.Assess(l, look(false), facts); !r.Incomplete() {
		t.Errorf("unchecked: %+v", r.Unchecked)
	}
}

// TestNearRemovedByRegion: a removed picture that lies in a part of the listing's is left to the stages behind fast, which search with the parts.
func TestNearRemovedByRegion(t *testing.T) {
	x := aliases{RemovedAlias: {{ID: "part", Vectors: [][]float32{{0, 0.9}}}, {ID: "whole", Vectors: [][]float32{{0.5, 0}}}}}
	regions := []models.Region{{Name: "whole", W: 1, H: 1}, {Name: "middle", X: 0.25, Y: 0.25, W: 0.5, H: 0.5}}
	d := &Detector{
		fusion: Fusion{NearCopy: verifying}, index: x, pictures: fixed{regions: [][]float32{{1, 0}, {0, 1}}}, outputs: []string{OutputCopy}, local: drawer{},
		signals: []signal{newNearCopy(verifying, index.Space{Output: OutputCopy}, regions, nil, x)},
	}
	pic := picture(40, 30)
	for full, want := range map[bool][]NearRemoval{
		false: {{0, "whole", 0.5, 0.5}, {1, "whole", 0.5, 0.5}},
		true:  {{0, "part", 0.9, 0.9}, {1, "part", 0.9, 0.9}, {0, "whole", 0.5, 0.5}, {1, "whole", 0.5, 0.5}},
	} {
		c, err := d.Candidates(t.Context(), Listing{Pictures: []Picture{pic, pic}}, Scope{Full: full})
		if err != nil {
			t.Fatal(err)
		}
		near, err := d.NearRemoved(t.Context(), c, full)
		if diff := cmp.Diff(want, near, cmpopts.EquateApprox(0, 1e-6)); diff != "" || err != nil {
			t.Errorf("full %v, %v (-want +got):\n%s", full, err, diff)
		}
	}
}
