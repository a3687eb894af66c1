package threshold

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// many is n listings at a probability.
func many(n int, at float64) []float64 { return slices.Repeat([]float64{at}, n) }

// TestPrecisionByHand: of 10 infringing listings 8 reach 0.9 and of 100 innocents none; two and one reach 0.5. At a base rate of a half the
// precision at 0.9 is 1; its lower end has 0.4439 of the infringing (8 of 10, exact) and 1 − 0.025^(1/100) = 0.0362 of the innocent.
func TestPrecisionByHand(t *testing.T) {
	c := Sample{Infringing: slices.Concat(many(8, 0.9), many(2, 0.5)), Innocent: slices.Concat(many(1, 0.5), many(99, 0))}.Curve()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	low, high := 0.443905, 0.036217
	for _, tt := range []struct {
		name        string
		at, prior   float64
		want, least float64
	}{
		{"a step", 0.9, 0.5, 1, low / (low + high)},
		{"a base rate of one in a hundred", 0.9, 0.01, 1, 0.01 * low / (0.01*low + 0.99*high)},
		{"between two steps: the higher one's", 0.7, 0.5, 1, low / (low + high)},
		{"below all: the lowest one's", 0.1, 0.5, 1 / (1 + 0.01), 0.691503 / (0.691503 + 0.054459)},
		{"nothing reached it", 0.95, 0.5, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := c.Precision(tt.at, tt.prior)
			if diff := cmp.Diff([]float64{tt.want, tt.least}, []float64{f.Value, f.Low}, cmpopts.EquateApprox(0, 1e-4)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Reviewed history has the market's own base rate: 95 of 100 decided ones were upheld. Below what was looked at nothing is known.
func TestPrecisionOfReviewedHistory(t *testing.T) {
	c := Sample{Kind: KindReviewed, Infringing: many(95, 0.9), Innocent: many(5, 0.9), Floor: 0.6}.Curve()
	want := Interval{Value: 0.95, Low: 0.887165, High: 0.983568}
	if diff := cmp.Diff(want, c.Precision(0.9, 0.001), cmpopts.EquateApprox(0, 1e-5)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want, c.Precision(0.6, 0.001), cmpopts.EquateApprox(0, 1e-5)); diff != "" {
		t.Errorf("everything from there on was looked at: %s", diff)
	}
	if diff := cmp.Diff(Interval{High: 1}, c.Precision(0.5, 0.001)); diff != "" {
		t.Errorf("below what was looked at: %s", diff)
	}
}

func TestProve(t *testing.T) {
	c := Sample{Kind: KindReviewed, Infringing: many(95, 0.9), Innocent: many(5, 0.9)}.Curve()
	c.Source = "cases of May"
	for _, tt := range []struct {
		name     string
		curve    *Curve
		demanded float64
		shown    bool
		says     string
	}{
		{"measured and enough", &c, 0.88, true, "cases of May at a base rate of 0.95, is 0.95 [0.887, 0.984], whose lower end is at least the 0.88 demanded"},
		{"the value would do, the lower end does not", &c, 0.9, false, "less than the 0.9 demanded"},
		{"nothing measured", nil, 0.5, false, "never measured"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := tt.curve.Prove(0.9, tt.demanded, 0.001)
			if p.Shown != tt.shown || !strings.Contains(p.String(), tt.says) {
				t.Errorf("shown %v: %s", p.Shown, p)
			}
		})
	}
}

// A curve, thinned or not, never tells more than its sample does, and is precise where the sample has a step that was kept.
func TestCurveIsNoBetterThanItsSample(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.Float64Range(0.001, 1), 1, 700)
		in := Sample{Kind: rapid.SampledFrom([]string{KindLabelled, KindReviewed}).Draw(t, "kind"), Infringing: p.Draw(t, "infringing"), Innocent: p.Draw(t, "innocent")}
		c := in.Curve()
		if err := c.Validate(); err != nil || len(c.Steps) > MaxSteps {
			t.Fatalf("%d steps, %v", len(c.Steps), err)
		}
		at, prior := rapid.Float64Range(0.001, 1).Draw(t, "threshold"), rapid.Float64Range(0.001, 0.9).Draw(t, "base rate")
		exact := Sample{Kind: in.Kind, Infringing: in.Infringing, Innocent: in.Innocent}
		taken, wrong := 0, 0
		for _, v := range exact.Infringing {
			if v >= at {
				taken++
			}
		}
		for _, v := range exact.Innocent {
			if v >= at {
				wrong++
			}
		}
		best := precision(in.kind(), share(taken, len(in.Infringing)), share(wrong, len(in.Innocent)), prior)
		if got := c.Precision(at, prior); got.Low > best.Low+1e-12 || math.IsNaN(got.Low) {
			t.Fatalf("at %g: %+v, and the sample has %+v", at, got, best)
		}
	})
}

func TestCurveValidate(t *testing.T) {
	good := Sample{Infringing: many(1, 0.5), Innocent: many(1, 0.2)}.Curve()
	for name, spoil := range map[string]func(*Curve){
		"floor":      func(c *Curve) { c.Floor = 2 },
		"kind":       func(c *Curve) { c.Kind = "guessed" },
		"is needed":  func(c *Curve) { c.Innocent = 0 },
		"ascend":     func(c *Curve) { slices.Reverse(c.Steps) },
		"never grow": func(c *Curve) { c.Steps[0].Taken = 2 },
	} {
		c := good
		c.Steps = slices.Clone(good.Steps)
		spoil(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A marketplace's own curve counts before the pack's; one of another pack never does.
func TestBook(t *testing.T) {
	pack, own := Curve{Source: "pack"}, Curve{Source: "own"}
	b := NewBook()
	b.AddPack("p@1", map[string]Curve{"infringement": pack})
	b.Set([]Kept{{Key: Key{"p@1", "m", Listings, "infringement"}, Curve: own}})
	for _, tt := range []struct {
		key  Key
		want string
	}{
		{Key{"p@1", "m", Listings, "infringement"}, "own"},
		{Key{"p@1", "m", Notices, "infringement"}, "pack"},
		{Key{"p@1", "other", Listings, "infringement"}, "pack"},
		{Key{"p@2", "m", Listings, "infringement"}, ""},
		{Key{"p@1", "m", Listings, "near_copy"}, ""},
	} {
		got := ""
		if c := b.Find(tt.key); c != nil {
			got = c.Source
		}
		if got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.key, got, tt.want)
		}
	}
	if (*Book)(nil).Find(Key{}) != nil {
		t.Error("a nil book holds something")
	}
}
