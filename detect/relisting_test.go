package detect

import (
	"context"
	"image"
	"math"
	"slices"
	"testing"

	"github.com/disintegration/imaging"
	"pgregory.net/rapid"

	"touchstone/detect/keypoint"
)

// TestRelied: one decision is met by at most 0.95, several sellers' by more, and who shows the same and stands speaks against.
func TestRelied(t *testing.T) {
	for name, c := range map[string]struct {
		was  Relisted
		want float64
	}{
		"kept before grounds were": {Relisted{Removals: 1}, 0.95},
		"found likely":             {Relisted{Chance: 0.9, Removals: 1}, 0.95},
		"found as likely as not":   {Relisted{Chance: 0.5, Removals: 1}, 0.95},
		"hardly found":             {Relisted{Chance: 0.05, Removals: 1}, 0.5},
		"of two sellers":           {Relisted{Chance: 0.9, Removals: 2}, 0.99},
		"hardly found, of two":     {Relisted{Chance: 0.05, Removals: 2}, 0.95},
		"beside one who stands":    {Relisted{Chance: 0.9, Removals: 1, Standing: 1}, 0.95 * 2 / 3},
		"beside nine":              {Relisted{Chance: 0.9, Removals: 1, Standing: 9}, 0.95 * 2 / 11},
		"of ten beside one":        {Relisted{Chance: 0.9, Removals: 10, Standing: 1}, 0.99 * 20 / 21},
		"by the service":           {Relisted{Chance: 0.99, Unconfirmed: true}, 0.8},
		"by the service, unsure":   {Relisted{Chance: 0.6, Unconfirmed: true}, 0.6},
		"by the service, not kept": {Relisted{Unconfirmed: true}, 0.5},
	} {
		if got := c.was.relied(); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %g, want %g", name, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		was := Relisted{Chance: rapid.Float64Range(0, 1).Draw(t, "chance"), Removals: rapid.IntRange(-1, 999).Draw(t, "removals"), Standing: rapid.IntRange(-1, 99).Draw(t, "standing"),
			Unconfirmed: rapid.Bool().Draw(t, "unconfirmed")}
		p := was.relied()
		more, fewer := was, was
		more.Standing++
		fewer.Removals++
		if !(p >= 0 && p <= surest) || more.relied() > p || fewer.relied() < p-1e-12 {
			t.Fatalf("%+v: %g; with one more who stands %g, with one more removed %g", was, p, more.relied(), fewer.relied())
		}
	})
}

// metAgain judges a listing that shows the file "h", which is likely an infringement of A as found, with a removal of it.
func metAgain(found float64, was Relisted) Report {
	d := &Detector{fusion: Fusion{NearCopy: PictureConfig{SignalConfig: SignalConfig{Weight: 1}}, Infringement: FusedConfig{Base: -5, Second: 0.4, Calibration: Calibration{A: 1}}}}
	was.Right, was.Hash, was.Entry, was.Decision, was.On, was.Cosine = "A", "h", "cas_1", "dec_1", "2026-01-01", 1
	facts := rights("A")
	facts.Relisted = []Relisted{was}
	findings := d.relisted(plainListing(), &Candidates{}, facts)
	own := Finding{Signal: SignalNearCopy, Right: "A", Probability: found, Picture: &PictureEvidence{Index: 0}}
	findings = append(findings, own)
	return Report{Findings: findings, Verdicts: d.fusion.fuse(findings)}
}

// TestToldOnce: that a picture was removed before and what is found on it are one thing; the more telling of the two is the verdict.
func TestToldOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		found := rapid.Float64Range(0.01, 0.999).Draw(t, "found")
		was := Relisted{Chance: rapid.Float64Range(0.3, 0.999).Draw(t, "chance"), Removals: rapid.IntRange(1, 4).Draw(t, "removals"), Standing: rapid.IntRange(0, 4).Draw(t, "standing")}
		r := metAgain(found, was)
		if got, want := r.Verdicts[0].Probability, max(found, was.relied()); math.Abs(got-want) > 0.011 { // the base is a little evidence too
			t.Fatalf("%g found, %g removed: %g", found, was.relied(), got)
		}
	})
}

// TestServiceDoesNotConfirmItself: a file for which the service took a listing down by itself is as likely as it was found, however likely
// that made the removal, and the report says why; once it is confirmed it counts.
func TestServiceDoesNotConfirmItself(t *testing.T) {
	was := Relisted{Chance: 0.985, Unconfirmed: true}
	r := metAgain(0.7, was)
	i := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Signal == SignalRelisting })
	if i < 0 || !r.Findings[i].Excused || r.Findings[i].Probability != 0 || !slices.ContainsFunc(r.Findings[i].Against, func(n Note) bool { return n.Code == "removal_unconfirmed" }) {
		t.Fatalf("%+v", r.Findings)
	}
	if p := r.Verdicts[0].Probability; math.Abs(p-0.7) > 0.01 {
		t.Errorf("the verdict is %g", p)
	}
	was.Unconfirmed, was.Removals = false, 1
	if r = metAgain(0.7, was); r.Verdicts[0].Probability < onceRemoved {
		t.Errorf("confirmed: %g", r.Verdicts[0].Probability)
	}
}

// TestPoisonedPicture: a copyist who shows an honest seller's picture beside what he copies has that part of it met which was removed, and
// the other part not.
func TestPoisonedPicture(t *testing.T) {
	both := imaging.Paste(imaging.New(1200, 480, image.White), imaging.Resize(goods(1), 600, 480, imaging.Lanczos), image.Pt(0, 0))
	both = imaging.Paste(both, imaging.Resize(goods(2), 600, 480, imaging.Lanczos), image.Pt(600, 0))
	for name, c := range map[string]struct {
		within *Box
		met    bool
	}{"all of it": {nil, true}, "what it shows": {&Box{20, 10, 560, 460}, true}, "a sign on it": {&Box{200, 200, 60, 40}, true}, "the other half": {&Box{600, 0, 600, 480}, false}} {
		d, l, look := again(t, imaging.Crop(both, image.Rect(0, 0, 600, 480)), map[string]float32{"both": 0.9}, drawer{"both": keypoint.OfReference(both)})
		facts, candidates := rights("A"), look(true)
		was := removal(NearRemoval{0, "both", 0.9, 0.9}, "A")
		was.Width, was.Height, was.Within, was.Chance, was.Removals = 1200, 480, c.within, 0.98, 1
		facts.Relisted = []Relisted{was}
		if err := d.Verify(context.Background(), l, candidates, facts); err != nil {
			t.Fatal(err)
		}
		if r := d.Assess(l, candidates, facts); (len(r.Findings) > 0) != c.met {
			t.Errorf("%s: %+v", name, r.Findings)
		}
	}
}
