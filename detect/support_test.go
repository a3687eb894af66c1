package detect

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

var priced = PriceConfig{SupportConfig: SupportConfig{LogOdds: 1.5}, From: 0.5, Full: 0.125}

// TestPriceAnomalyByHand: between a half and an eighth of the retail price lie two halvings, so a quarter has the strength 1/2.
func TestPriceAnomalyByHand(t *testing.T) {
	s := priceAnomaly{priced}
	right := RightFacts{Right: "A", RetailPrice: &Money{80, "EUR"}}
	for _, tt := range []struct {
		name   string
		price  *Money
		right  RightFacts
		want   float64 // 0 = no finding
		reason bool
	}{
		{"a quarter", &Money{20, "EUR"}, right, 0.5, false},
		{"an eighth", &Money{10, "EUR"}, right, 1, false},
		{"less", &Money{1, "EUR"}, right, 1, false},
		{"nothing", &Money{0, "EUR"}, right, 1, false},
		{"a half", &Money{40, "EUR"}, right, 0, false},
		{"more", &Money{200, "EUR"}, right, 0, false},
		{"another currency", &Money{10, "USD"}, right, 0, true},
		{"no price", nil, right, 0, true},
		{"no retail price", &Money{10, "EUR"}, RightFacts{Right: "A"}, 0, true},
		{"a retail price of nothing", &Money{10, "EUR"}, RightFacts{RetailPrice: &Money{0, "EUR"}}, 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, reason := s.support(Listing{Price: tt.price}, tt.right, nil, nil)
			if (reason != "") != tt.reason || (f != nil) != (tt.want > 0) {
				t.Fatalf("finding %+v, reason %q", f, reason)
			}
			if f == nil {
				return
			}
			if math.Abs(f.Score-tt.want) > 1e-12 || !f.Support || f.Right != "A" || f.Price.Share != tt.price.Amount/80 {
				t.Errorf("finding %+v of %+v, want the strength %g", f, f.Price, tt.want)
			}
		})
	}
}

// A supporter is asked about rights that have findings, and a reason that it cannot check is said once.
func TestSupportedAsksOncePerRight(t *testing.T) {
	facts := Facts{Rights: map[string]RightFacts{
		"A": {Right: "A", RetailPrice: &Money{100, "EUR"}}, "B": {Right: "B"}, "C": {Right: "C"}, "D": {Right: "D", RetailPrice: &Money{100, "EUR"}},
	}}
	found := []Finding{{Right: "A", Signal: SignalNearCopy}, {Right: "B"}, {Right: "C"}, {Right: "A", Signal: SignalKeywordMisuse}}
	more, unchecked := supported([]supporter{priceAnomaly{priced}}, Listing{Price: &Money{10, "EUR"}}, found, facts)
	if len(more) != 1 || more[0].Right != "A" {
		t.Errorf("supporting findings %+v, want one on A", more)
	}
	want := []Unchecked{{Signal: SignalPriceAnomaly, Reason: "The right has no retail price to compare with."}}
	if diff := cmp.Diff(want, unchecked); diff != "" {
		t.Errorf("unchecked (-want +got):\n%s", diff)
	}
}

// Support alone is no verdict.
func TestSupportAloneSaysNothing(t *testing.T) {
	f := Fusion{Infringement: FusedConfig{Calibration: Calibration{A: 1}}, Price: &priced}
	if v := f.fuse([]Finding{{Signal: SignalPriceAnomaly, Right: "A", Score: 1, Support: true}}); len(v) != 0 {
		t.Errorf("verdicts %+v", v)
	}
}

// Contributions add up to the score; what supports raises it and what speaks against lowers it; a better finding never lowers it.
func TestFusionProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.Float64Range(0, 1)
		fused := FusedConfig{Base: -rapid.Float64Range(0.01, 14).Draw(t, "base"), Second: p.Draw(t, "second"), Calibration: Calibration{A: 1}}
		f := Fusion{Infringement: fused, Price: &priced, Design: &PictureConfig{}}
		f.NearCopy.Weight, f.Keyword.Weight, f.Design.Weight = p.Draw(t, "weight"), p.Draw(t, "weight"), p.Draw(t, "weight")
		var findings []Finding
		for _, signal := range []string{SignalNearCopy, SignalKeywordMisuse, SignalDesignSimilarity} {
			if rapid.Bool().Draw(t, signal) {
				findings = append(findings, Finding{Signal: signal, Right: "A", Probability: p.Draw(t, "probability")})
			}
		}
		if len(findings) == 0 {
			return
		}
		before := f.fuse(findings)[0]
		strength := rapid.Float64Range(-1, 1).Draw(t, "strength")
		after := f.fuse(append(findings, Finding{Signal: SignalPriceAnomaly, Right: "A", Score: strength, Support: true}))[0]
		for _, v := range []Verdict{before, after} {
			sum := 0.0
			for _, c := range v.Contributions {
				sum += c.LogOdds
			}
			if !cmp.Equal(sum, v.Score, cmpopts.EquateApprox(0, 1e-9)) {
				t.Fatalf("contributions %+v add up to %g, the score is %g", v.Contributions, sum, v.Score)
			}
			if !cmp.Equal(sigmoid(sum), v.Probability, cmpopts.EquateApprox(0, 1e-9)) {
				t.Fatalf("contributions %+v add up to the probability %g, it is %g", v.Contributions, sigmoid(sum), v.Probability)
			}
		}
		if want := before.Score + 1.5*strength; math.Abs(after.Score-want) > 1e-9 {
			t.Fatalf("with support of strength %g the score is %g, want %g", strength, after.Score, want)
		}
		i := rapid.IntRange(0, len(findings)-1).Draw(t, "which")
		findings[i].Probability += (1 - findings[i].Probability) * p.Draw(t, "more")
		if better := f.fuse(findings)[0]; better.Score < before.Score-1e-9 {
			t.Fatalf("a better finding lowers the score from %g to %g", before.Score, better.Score)
		}
	})
}
