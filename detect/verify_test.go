package detect

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/disintegration/imaging"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"touchstone/detect/keypoint"
	"touchstone/index"
	"touchstone/internal/photo"
)

// goods is a picture of many boxes, another one for each seed.
func goods(seed uint64) *image.NRGBA {
	r := rand.New(rand.NewPCG(seed, 3))
	img := imaging.New(300, 240, color.NRGBA{200, 190, 180, 255})
	for range 70 {
		x, y := r.IntN(300), r.IntN(240)
		box := image.Rect(x, y, x+6+r.IntN(50), y+6+r.IntN(50)).Intersect(img.Rect)
		c := color.NRGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255}
		for y := box.Min.Y; y < box.Max.Y; y++ {
			for x := box.Min.X; x < box.Max.X; x++ {
				img.SetNRGBA(x, y, c)
			}
		}
	}
	return img
}

// drawer holds features by picture.
type drawer map[string]*keypoint.Set

func (d drawer) Local(_ context.Context, picture string) (*keypoint.Set, error) {
	if s := d[picture]; s != nil {
		return s, nil
	}
	return nil, errors.New("gone")
}

var verifying = PictureConfig{
	SignalConfig: SignalConfig{Calibration: Calibration{Points: [][2]float64{{0, 0}, {1, 1}}}, Weight: 1, Threshold: 0.5}, Candidates: 5, Neighbours: 1,
	Verify: &VerifyConfig{
		Candidates: 2, Floor: 0.1, Unverified: Calibration{A: 10, B: -5},
		Acceptance: Acceptance{Bias: -6, Score: 2, Inliers: 1, Support: 6, Detail: 3},
	},
}

// verified is what a detector finds in a picture whose vector is as close to the references as given.
func verified(t *testing.T, img *image.NRGBA, cosines map[string]float32, local LocalFeatures, facts Facts) *Report {
	t.Helper()
	var near shelf
	for right, c := range cosines {
		near = append(near, index.Point{ID: "ref-" + right, Vectors: [][]float32{{c, 0}}, Payload: index.Payload{Right: right}})
	}
	d := &Detector{
		fusion: Fusion{NearCopy: verifying}, index: near, pictures: fixed{regions: [][]float32{{1, 0}}}, outputs: []string{OutputCopy}, local: local,
		signals: []signal{newNearCopy(verifying, index.Space{Output: OutputCopy}, nil, nil, near)},
	}
	size := img.Bounds()
	l := Listing{Pictures: []Picture{{Hash: "h", Photo: &photo.Photo{Image: img, Width: 2 * size.Dx(), Height: 2 * size.Dy()}}}}
	c, err := d.Candidates(t.Context(), l, Scope{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Verify(t.Context(), l, c, facts); err != nil {
		t.Fatal(err)
	}
	return d.Assess(l, c, facts)
}

// TestGeometryRanks: the copy has the lower cosine of two, and is a mirrored paste.
func TestGeometryRanks(t *testing.T) {
	local := drawer{"hash-A": keypoint.OfReference(goods(1)), "hash-B": keypoint.OfReference(goods(2))}
	img := imaging.Paste(goods(3), imaging.FlipH(imaging.Resize(goods(1), 150, 120, imaging.Lanczos)), image.Pt(20, 100))
	facts := rights("A", "B")
	facts.Rights["A"].References["ref-A"] = ReferenceFacts{Picture: "hash-A", Width: 600, Height: 480}
	r := verified(t, img, map[string]float32{"A": 0.3, "B": 0.6}, local, facts)
	if len(r.Findings) != 2 || r.Findings[0].Right != "A" || r.Findings[0].Probability < 0.9 || r.Findings[1].Probability > 0.1 {
		t.Fatalf("findings %+v", r.Findings)
	}
	v := r.Findings[0].Picture.Verification
	if v == nil || !v.Verified || v.Inliers < 10 || len(v.Points) == 0 {
		t.Fatalf("verification %+v", v)
	}
	// The picture was decoded at half size, the reference at half of its own.
	within := cmp.Comparer(func(a, b int) bool { return max(a-b, b-a) <= 12 })
	if diff := cmp.Diff([]Box{{40, 200, 300, 240}, {0, 0, 600, 480}, {40, 200, 300, 240}}, []Box{v.Box, v.ReferenceBox, r.Findings[0].Picture.Box}, within); diff != "" {
		t.Errorf("boxes (-want +got):\n%s", diff)
	}
	want := []float64{-0.5, 0, 340, 0, 0.5, 200}
	if diff := cmp.Diff(want, v.Matrix[:], cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 0.02 || math.Abs(a-b) < 12 && math.Abs(a) > 100 })); diff != "" {
		t.Errorf("matrix (-want +got):\n%s", diff)
	}
	if len(v.Edits) != 2 || v.Edits[0] != "mirrored" || !strings.Contains(v.Edits[1], "25 %") && !strings.Contains(v.Edits[1], "24 %") && !strings.Contains(v.Edits[1], "26 %") {
		t.Errorf("edits %q", v.Edits)
	}
	if n := r.Findings[0].For; len(n) != 1 || n[0].Code != "geometry_verified" || !strings.Contains(n[0].Text, "mirrored") {
		t.Errorf("notes for: %+v", n)
	}
	if n := r.Findings[1].Against; len(n) != 1 || n[0].Code != "geometry_not_confirmed" {
		t.Errorf("notes against: %+v", n)
	}
}

// TestWhatCannotBeVerified: the vectors have the last word, and the report says why.
func TestWhatCannotBeVerified(t *testing.T) {
	local := drawer{"hash-A": keypoint.OfReference(goods(1)), "hash-flat": keypoint.OfReference(imaging.New(90, 90, color.White))}
	flat := imaging.New(200, 200, color.NRGBA{30, 60, 90, 255})
	tests := map[string]struct {
		img   *image.NRGBA
		local LocalFeatures
		ref   ReferenceFacts
		note  string
	}{
		"deleted after the search": {goods(1), local, ReferenceFacts{}, "geometry_not_possible"},
		"features gone":            {goods(1), local, ReferenceFacts{Picture: "hash-Z"}, "geometry_not_possible"},
		"a flat reference":         {goods(1), local, ReferenceFacts{Picture: "hash-flat"}, "geometry_not_possible"},
		"a flat listing picture":   {flat, local, ReferenceFacts{Picture: "hash-A"}, "geometry_not_possible"},
		"no features kept at all":  {goods(1), nil, ReferenceFacts{Picture: "hash-A"}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			facts := rights("A")
			facts.Rights["A"].References["ref-A"] = test.ref
			r := verified(t, test.img, map[string]float32{"A": 0.7}, test.local, facts)
			want := 1 / (1 + math.Exp(-2.0)) // 10·0.7 − 5
			if len(r.Findings) != 1 || math.Abs(r.Findings[0].Probability-want) > 1e-6 {
				t.Fatalf("findings %+v, want one of probability %.3f", r.Findings, want)
			}
			var codes []string
			for _, n := range r.Findings[0].Against {
				codes = append(codes, n.Code)
			}
			if got := strings.Join(codes, " "); got != test.note {
				t.Errorf("notes against %q, want %q", got, test.note)
			}
		})
	}
}

// TestOnlyTheBestAreVerified: two pairs at most, none below the floor, none of an authorised seller or out of scope.
func TestOnlyTheBestAreVerified(t *testing.T) {
	local := drawer{}
	for _, id := range []string{"A", "B", "C", "D", "E", "F"} {
		local["hash-"+id] = keypoint.OfReference(goods(2))
	}
	facts := rights("A", "B", "C", "D", "F")
	friend := facts.Rights["F"]
	friend.Authorised = true
	facts.Rights["F"] = friend
	r := verified(t, goods(1), map[string]float32{"A": 0.5, "B": 0.4, "C": 0.3, "D": 0.05, "E": 0.9, "F": 0.8}, local, facts)
	looked := map[string]bool{}
	for _, f := range r.Findings {
		looked[f.Right] = f.Picture.Verification != nil
	}
	if diff := cmp.Diff(map[string]bool{"A": true, "B": true, "C": false, "D": false, "F": false}, looked); diff != "" {
		t.Errorf("looked at (-want +got):\n%s", diff)
	}
	r = verified(t, goods(1), map[string]float32{"D": 0.05}, nil, facts)
	if r.Findings[0].Picture.Verification != nil {
		t.Error("verified without features")
	}
}

func TestVerifyStopsWithItsContext(t *testing.T) {
	s := newNearCopy(verifying, index.Space{Output: OutputCopy}, nil, nil, shelf{{ID: "ref-A", Vectors: [][]float32{{1, 0}}, Payload: index.Payload{Right: "A"}}})
	l := Listing{Pictures: []Picture{{Photo: &photo.Photo{Image: goods(1), Width: 300, Height: 240}}}}
	p := candidates(t, s, l, fixed{regions: [][]float32{{1, 0}}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.verify(ctx, p, rights("A"), newViews(l.Pictures, drawer{})); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}

// TestAcceptanceByHand: 12 of 20 expected details and of 16 matches.
func TestAcceptanceByHand(t *testing.T) {
	// In the middle 2 of 10 where 6 are due: 4 too few, and the deviation is √(10·0.6·0.4 + 1).
	p := keypoint.Placement{Inliers: 12, Expected: 20, Matches: 16, Middle: [2]int{2, 10}}
	g := keypoint.Agreement{Detail: 0.5, Share: 0.25, Centre: -0.5, Whole: 0.75, Texture: 0.4, Core: -0.1}
	l := keypoint.Lookup{Heart: 0.7, Gap: -0.2, Spread: 0.3}
	got := measures(0.3, p, g, l)
	want := [measured]float64{0.3, math.Log(11), 0.6, 0.75, 0.5, 0.25, 0, 0.75, 0.4, 0, -4 / math.Sqrt(3.4), 0.7, -0.2, 0.3}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("measures (-want +got):\n%s", diff)
	}
	a := Acceptance{Bias: -1, Score: 10, Support: 5, Whole: 4, Gap: 5}
	if got := a.logOdds(0.3, p, g, l); math.Abs(got-(-1+3+3+3-1)) > 1e-12 {
		t.Errorf("log-odds %g, want 7", got)
	}
	p.Inliers = 2 // says nothing
	if got := a.logOdds(0.3, p, g, l); math.Abs(got-2) > 1e-12 {
		t.Errorf("log-odds %g of two inliers, want 2", got)
	}
}

func TestVerifyConfigIsChecked(t *testing.T) {
	good := *verifying.Verify
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*VerifyConfig){
		"no candidates":   func(c *VerifyConfig) { c.Candidates = 0 },
		"a floor of NaN":  func(c *VerifyConfig) { c.Floor = math.NaN() },
		"a minus weight":  func(c *VerifyConfig) { c.Acceptance.Detail = -1 },
		"infinite weight": func(c *VerifyConfig) { c.Acceptance.Score = math.Inf(1) },
		"falling line":    func(c *VerifyConfig) { c.Unverified.A = -1 },
	} {
		bad := good
		spoil(&bad)
		if bad.Validate() == nil {
			t.Errorf("%s is let through", name)
		}
	}
}

func TestEditsInWords(t *testing.T) {
	sin, cos := math.Sincos(12 * math.Pi / 180)
	tests := map[string]struct {
		matrix        [6]float64
		overlap, fill float64
		want          []string
	}{
		"nothing":  {[6]float64{1.3, 0, 5, 0, 1.3, 9}, 1, 1, nil},
		"mirrored": {[6]float64{-1, 0, 5, 0, 1, 9}, 1, 1, []string{"mirrored"}},
		"turned":   {[6]float64{cos, -sin, 0, sin, cos, 0}, 1, 1, []string{"rotated 12° clockwise"}},
		"upright":  {[6]float64{0, 1, 0, -1, 0, 0}, 1, 1, []string{"rotated 90° anticlockwise"}},
		"all": {[6]float64{-2 * cos, -sin, 0, -2 * sin, cos, 0}, 0.4, 0.3,
			[]string{"mirrored", "rotated 12° clockwise", "stretched by 100 %", "cropped to 40 %", "set into a larger picture, of which it fills 30 %"}},
	}
	for name, test := range tests {
		if diff := cmp.Diff(test.want, inWords(changes(test.matrix, test.overlap, test.fill), "en")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestOutlineByHand: a square of side 2 turned by 45° around (0, 0) has a quarter of its area in the quadrant of a picture.
func TestOutlineByHand(t *testing.T) {
	h := math.Sqrt2
	shown := clip([]point{{0, -h}, {h, 0}, {0, h}, {-h, 0}}, 10, 10)
	if got := area(shown); math.Abs(got-1) > 1e-12 {
		t.Errorf("area %g, want 1", got)
	}
	if got := bounds(shown, 10, 10); got != (Box{0, 0, 1, 1}) {
		t.Errorf("box %v", got)
	}
	if got := clip([]point{{-3, -3}, {-1, -3}, {-2, -1}}, 10, 10); len(got) != 0 || bounds(got, 10, 10) != (Box{}) {
		t.Errorf("a polygon outside leaves %v", got)
	}
	m := [6]float64{2, 1, 3, -1, 1, 4}
	back, ok := invert(m)
	if got := shift(back, shift(m, []point{{5, 7}})); !ok || math.Hypot(got[0][0]-5, got[0][1]-7) > 1e-9 {
		t.Errorf("there and back gives %v", got)
	}
}

// In the fast profile geometry looks at pairs in doubt only, and not at a picture of which one pair is beyond doubt.
func TestFastProfileVerifiesWhatIsInDoubt(t *testing.T) {
	verify := &VerifyConfig{Candidates: 10, Floor: 0.1, Fast: &FastVerify{Candidates: 2, From: 0.3, To: 0.6}}
	s := newNearCopy(PictureConfig{Verify: verify}, index.Space{}, nil, nil, shelf{})
	facts := rights("A", "B", "C", "D", "E")
	hit := func(picture int, right string, score float64) likeHit {
		return likeHit{picture: picture, right: right, reference: "ref-" + right, score: score}
	}
	hits := []likeHit{hit(0, "A", 0.2), hit(0, "B", 0.4), hit(0, "C", 0.5), hit(0, "D", 0.55), hit(1, "A", 0.4), hit(1, "E", 0.7)}
	for name, tt := range map[string]struct {
		full bool
		want []string
	}{"fast": {false, []string{"0 D", "0 C"}}, "full": {true, []string{"1 E", "0 D", "0 C", "0 B", "1 A", "0 A"}}} {
		var got []string
		for _, h := range s.worthwhile(&likeState{hits: hits, full: tt.full}, []Picture{picture(9, 9), picture(9, 9)}, facts) {
			got = append(got, fmt.Sprint(h.picture, " ", h.right))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// In the fast profile one verified reference of a right is enough; one that is not verified leaves the question to the next.
func TestFastProfileStopsAtAVerifiedReference(t *testing.T) {
	cfg := verifying
	verify := *cfg.Verify
	verify.Candidates, verify.Fast = 10, &FastVerify{Candidates: 10, From: 0.2, To: 0.6}
	cfg.Verify = &verify
	s := newNearCopy(cfg, index.Space{}, nil, nil, shelf{})
	local := drawer{"same": keypoint.OfReference(goods(1)), "other": keypoint.OfReference(goods(2))}
	facts := Facts{Rights: map[string]RightFacts{
		"A": {Right: "A", References: map[string]ReferenceFacts{"a1": {Picture: "other"}, "a2": {Picture: "same"}, "a3": {Picture: "same"}}},
		"B": {Right: "B", References: map[string]ReferenceFacts{"b1": {Picture: "same"}}},
	}}
	l := Listing{Pictures: []Picture{{Photo: &photo.Photo{Image: goods(1), Width: 300, Height: 240}}}}
	hits := []likeHit{
		{right: "A", reference: "a1", score: 0.5}, {right: "A", reference: "a2", score: 0.4}, {right: "A", reference: "a3", score: 0.3}, {right: "B", reference: "b1", score: 0.3},
	}
	for name, tt := range map[string]struct {
		full bool
		want []string
	}{"fast": {false, []string{"a1", "a2", "b1"}}, "full": {true, []string{"a1", "a2", "a3", "b1"}}} {
		state := &likeState{hits: hits, full: tt.full}
		if err := s.verify(t.Context(), &proposals{state: state}, facts, newViews(l.Pictures, local)); err != nil {
			t.Fatal(err)
		}
		var got []string
		for at := range state.checks {
			got = append(got, at.reference)
		}
		slices.Sort(got)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: looked at (-want +got):\n%s", name, diff)
		}
	}
}

func TestFastVerifyIsValidated(t *testing.T) {
	for name, f := range map[string]FastVerify{
		"no candidates": {0, 0.2, 0.4}, "more than full": {11, 0.2, 0.4}, "below the floor": {5, 0.05, 0.4}, "upside down": {5, 0.4, 0.2}, "endless": {5, 0.2, math.Inf(1)},
	} {
		c := VerifyConfig{Candidates: 10, Floor: 0.1, Fast: &f, Unverified: Calibration{A: 1}}
		if err := c.Validate(); err == nil {
			t.Errorf("%s: %+v is taken", name, f)
		}
	}
}

// TestAnotherPrintOnTheSameMockup: the surroundings fit, and the report says why that is no copy.
func TestAnotherPrintOnTheSameMockup(t *testing.T) {
	with := func(print uint64) *image.NRGBA {
		return imaging.Paste(goods(1), imaging.Resize(goods(print), 130, 104, imaging.Lanczos), image.Pt(85, 68))
	}
	setting := verifying
	verify := *setting.Verify
	verify.Acceptance = Acceptance{Bias: -8, Inliers: 1, Heart: 8, Gap: 12}
	setting.Verify = &verify
	local := drawer{"hash-A": keypoint.OfReference(with(2))}
	for name, tt := range map[string]struct {
		print uint64
		code  string
	}{"the same print": {2, "geometry_verified"}, "another": {3, "geometry_middle_differs"}} {
		near := shelf{index.Point{ID: "ref-A", Vectors: [][]float32{{0.6, 0}}, Payload: index.Payload{Right: "A"}}}
		s := newNearCopy(setting, index.Space{Output: OutputCopy}, nil, nil, near)
		l := Listing{Pictures: []Picture{{Photo: &photo.Photo{Image: with(tt.print), Width: 300, Height: 240}}}}
		p := candidates(t, s, l, fixed{regions: [][]float32{{1, 0}}})
		facts := rights("A")
		facts.Rights["A"].References["ref-A"] = ReferenceFacts{Picture: "hash-A", Width: 300, Height: 240}
		if err := s.verify(t.Context(), p, facts, newViews(l.Pictures, local)); err != nil {
			t.Fatal(err)
		}
		found := s.find(l, p, facts)
		if len(found) != 1 || found[0].Picture.Verification.Inliers < 8 {
			t.Fatalf("%s: %+v", name, found)
		}
		var codes []string
		for _, n := range slices.Concat(found[0].For, found[0].Against) {
			codes = append(codes, n.Code)
		}
		if diff := cmp.Diff([]string{tt.code}, codes); diff != "" {
			t.Errorf("%s (-want +got):\n%s%+v", name, diff, found[0].Picture.Verification)
		}
	}
}
