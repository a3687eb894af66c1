package detect

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func keyword(rules ...string) Finding {
	return Finding{Signal: SignalKeywordMisuse, Right: "r", Reference: "w", Probability: 0.9, Text: &TextEvidence{Field: "title", Matched: "x", Word: "y", Rules: rules}}
}

func strengthOf(t *testing.T, l Listing, found ...Finding) float64 {
	t.Helper()
	f, reason := obfuscatedBrand{}.support(l, RightFacts{Right: "r"}, found, nil)
	if reason != "" {
		t.Errorf("unchecked: %s", reason)
	}
	if f == nil {
		return 0
	}
	if !f.Support || f.Signal != SignalObfuscatedBrand || f.Right != "r" || f.Reference != "w" || f.Text == nil || len(f.Explanations) != 3 {
		t.Errorf("incomplete finding: %+v", f)
	}
	return f.Score
}

// TestObfuscationAscends orders the ways of hiding by how much they tell.
func TestObfuscationAscends(t *testing.T) {
	last := 0.0
	for _, rule := range []string{"typo", "leet", "homoglyph", "masked", "zero-width"} {
		got := strengthOf(t, Listing{Title: "x"}, keyword(rule))
		if got <= last || got > 1 {
			t.Errorf("%s tells %.2f, the milder one before it %.2f", rule, got, last)
		}
		last = got
	}
	if both, one := strengthOf(t, Listing{}, keyword("typo", "leet")), strengthOf(t, Listing{}, keyword("leet")); both <= one {
		t.Errorf("two ways tell %.3f, one of them %.3f", both, one)
	}
}

func TestObfuscationIsNotInnocentWriting(t *testing.T) {
	for _, rules := range [][]string{nil, {"transliterated"}, {"diacritics"}, {"simplified"}, {"joined"}, {"compound"}, {"romanised", "homophone"}} {
		if got := strengthOf(t, Listing{Title: "x"}, keyword(rules...)); got != 0 {
			t.Errorf("%v tells %.2f of hiding", rules, got)
		}
	}
	latin, japanese := strengthOf(t, Listing{Title: "Ｖｅｌ shoes"}, keyword("fullwidth")), strengthOf(t, Listing{Title: "Ｖｅｌ 靴"}, keyword("fullwidth"))
	if japanese >= latin || japanese > 0.2 {
		t.Errorf("full width tells %.2f beside Han characters, %.2f beside Latin ones", japanese, latin)
	}
	if got := strengthOf(t, Listing{}, Finding{Signal: SignalNearCopy, Right: "r"}); got != 0 {
		t.Errorf("a picture tells %.2f", got)
	}
}

// TestObfuscationInVerdict adds its log-odds to the verdict and says so.
func TestObfuscationInVerdict(t *testing.T) {
	flat := SignalConfig{Calibration: Calibration{A: 1}, Weight: 1, Threshold: 0.5}
	fusion := Fusion{Keyword: KeywordConfig{SignalConfig: flat}, Obfuscation: &ObfuscationConfig{SupportConfig{LogOdds: 0.8}}, Infringement: FusedConfig{Calibration: Calibration{A: 1}}}
	found := []Finding{keyword("zero-width")}
	more, _ := supported([]supporter{obfuscatedBrand{}}, Listing{}, found, Facts{Rights: map[string]RightFacts{"r": {Right: "r"}}})
	alone, both := fusion.fuse(found)[0], fusion.fuse(append(found, more...))[0]
	if math.Abs(both.Score-alone.Score-0.8) > 1e-9 {
		t.Errorf("score rises by %.3f; want 0.8", both.Score-alone.Score)
	}
	last := both.Contributions[len(both.Contributions)-1]
	if diff := cmp.Diff(Contribution{Source: SignalObfuscatedBrand, LogOdds: 0.8}, last); diff != "" {
		t.Errorf("contribution -want +got:\n%s", diff)
	}
}
