package detect

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"touchstone/detect/keypoint"
	"touchstone/detect/wordmark"
	"touchstone/internal/message"
)

// everything is a fusion file with every signal that there is, of some weights.
func everything(t *rapid.T) Fusion {
	p := rapid.Float64Range(0, 1)
	weighed := func(name string) SignalConfig { return SignalConfig{Weight: p.Draw(t, "weight of "+name)} }
	return Fusion{
		NearCopy: PictureConfig{SignalConfig: weighed("near_copy")}, Design: &PictureConfig{SignalConfig: weighed("design")},
		Logo: &LogoConfig{SignalConfig: weighed("logo")}, Keyword: KeywordConfig{SignalConfig: weighed("keyword")},
		ImageText: &ImageTextConfig{SignalConfig: weighed("text")}, Price: &priced, Obfuscation: &ObfuscationConfig{SupportConfig{LogOdds: 0.8}},
		Infringement: FusedConfig{Base: -rapid.Float64Range(0.01, 14).Draw(t, "base"), Second: p.Draw(t, "second"), Calibration: Calibration{A: 1}},
	}
}

// addsUp holds a verdict's contributions against its score and probability.
func addsUp(t *rapid.T, v Verdict) {
	sum := 0.0
	for _, c := range v.Contributions {
		sum += c.LogOdds
	}
	if !cmp.Equal([]float64{sum, sigmoid(sum)}, []float64{v.Score, v.Probability}, cmpopts.EquateApprox(0, 1e-9)) {
		t.Fatalf("contributions %+v add up to %g, the score is %g and the probability %g", v.Contributions, sum, v.Score, v.Probability)
	}
}

// TestEverySignalAddsUp: whatever signals speak and however strongly, contributions add up; a surer finding of any never lowers the verdict;
// and every fact or circumstance that supports raises it by what it says, as each that speaks against lowers it.
func TestEverySignalAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, p := everything(t), rapid.Float64Range(0, 1)
		var found []Finding
		for _, signal := range slices.Sorted(maps.Keys(f.signals())) {
			if rapid.Bool().Draw(t, signal) {
				found = append(found, Finding{Signal: signal, Right: "A", Probability: p.Draw(t, "probability")})
			}
		}
		if len(found) == 0 {
			return
		}
		before := f.fuse(found)[0]
		addsUp(t, before)
		for i, x := range found {
			surer := slices.Clone(found)
			surer[i].Probability += (1 - x.Probability) * p.Draw(t, "more")
			after := f.fuse(surer)[0]
			if addsUp(t, after); after.Score < before.Score-1e-9 {
				t.Fatalf("a surer %s lowers the score from %g to %g", x.Signal, before.Score, after.Score)
			}
		}
		strength := rapid.Float64Range(-1, 1).Draw(t, "strength")
		for name, s := range f.supports() {
			after := f.fuse(append(slices.Clone(found), Finding{Signal: name, Right: "A", Score: strength, Support: true}))[0]
			if addsUp(t, after); math.Abs(after.Score-before.Score-s.LogOdds*strength) > 1e-9 {
				t.Fatalf("%s of strength %g moves the score from %g to %g, want by %g", name, strength, before.Score, after.Score, s.LogOdds*strength)
			}
		}
	})
}

// directions has, for each signal that supports others, what makes it speak and on which side: 1 for an infringement, -1 against. One
// that is missing fails TestEverySupporterSpeaks.
var directions = map[string]struct {
	change func(*Listing, *Facts, *RightFacts)
	side   float64
}{
	SignalSellerHistory:   {func(_ *Listing, f *Facts, _ *RightFacts) { f.Seller = &SellerFacts{Strikes: 1} }, 1},
	SignalResale:          {func(l *Listing, _ *Facts, _ *RightFacts) { l.Title += ", pre-owned" }, -1},
	SignalParody:          {func(l *Listing, _ *Facts, _ *RightFacts) { l.Description = "A parody" }, -1},
	SignalGoodsApart:      {func(_ *Listing, _ *Facts, r *RightFacts) { r.Goods = []string{"3"} }, -1},
	SignalPriceAnomaly:    {func(l *Listing, _ *Facts, _ *RightFacts) { l.Price = &Money{5, "EUR"} }, 1},
	SignalObfuscatedBrand: {nil, 1}, // see below: it reads how a word is written
}

// TestEverySupporterSpeaks: each supporter that a detector has moves a finding's verdict to its side, with a line that says why.
func TestEverySupporterSpeaks(t *testing.T) {
	f := Fusion{Price: &priced, Obfuscation: &ObfuscationConfig{SupportConfig{LogOdds: 0.8}}, Infringement: FusedConfig{Second: 0.5, Calibration: Calibration{A: 1}}}
	f.NearCopy.Weight, f.Keyword.Weight = 1, 1
	list := append(standing(), priceAnomaly{priced}, obfuscatedBrand{})
	if diff := cmp.Diff(slices.Sorted(maps.Keys(f.supports())), slices.Sorted(maps.Keys(directions))); diff != "" {
		t.Errorf("supporters without a case (-there +here):\n%s", diff)
	}
	for _, s := range list {
		want := directions[s.name()]
		found := []Finding{{Signal: SignalNearCopy, Right: "A", Probability: 0.6}}
		l, facts := plainListing(), change(nil)
		right := facts.Rights["A"]
		right.RetailPrice = &Money{100, "EUR"}
		if want.change == nil {
			found = []Finding{{Signal: SignalKeywordMisuse, Right: "A", Probability: 0.6, Text: &TextEvidence{Field: "title", Matched: "V*lmora", Word: "Velmora", Rules: []string{"masked"}}}}
		} else {
			want.change(&l, &facts, &right)
		}
		facts.Rights["A"] = right
		more, _ := supported([]supporter{s}, l, found, facts)
		if len(more) != 1 {
			t.Errorf("%s says nothing", s.name())
			continue
		}
		before, after := f.fuse(found)[0], f.fuse(append(found, more...))[0]
		if (after.Probability-before.Probability)*want.side <= 0 {
			t.Errorf("%s moves the probability from %g to %g", s.name(), before.Probability, after.Probability)
		}
		if len(more[0].For)+len(more[0].Against) == 0 || len(more[0].Explanations) != len(message.Languages()) {
			t.Errorf("%s gives no reason: %+v", s.name(), more[0])
		}
	}
}

// TestMoreAgreementIsNeverLess: geometry's test of a copy rises with everything that it measures, the agreement of the middle included: with
// any weights that a pack may have.
func TestMoreAgreementIsNeverLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, u := rapid.Float64Range(0, 10), rapid.Float64Range(0, 1)
		draw := func(name string) float64 { return w.Draw(t, name) }
		a := Acceptance{-3, draw("score"), draw("inliers"), draw("support"), draw("consistency"), draw("detail"), draw("share"), draw("centre"), draw("whole"), draw("texture"), draw("core"), draw("evenness"), draw("heart"), draw("gap"), draw("spread")}
		score := u.Draw(t, "vectors")
		p := keypoint.Placement{Inliers: rapid.IntRange(leastInliers, 60).Draw(t, "inliers"), Matches: 60, Expected: 80}
		g := keypoint.Agreement{Detail: u.Draw(t, "detail"), Share: u.Draw(t, "share"), Centre: u.Draw(t, "centre"), Whole: u.Draw(t, "whole"), Texture: u.Draw(t, "texture"), Core: u.Draw(t, "core")}
		l := keypoint.Lookup{Heart: u.Draw(t, "heart"), Gap: -u.Draw(t, "gap"), Spread: u.Draw(t, "spread")}
		before := a.logOdds(score, p, g, l)
		more := u.Draw(t, "more")
		for name, fn := range map[string]func(){
			"score": func() { score += more }, "inliers": func() { p.Inliers++ }, "detail": func() { g.Detail += more }, "share": func() { g.Share += more },
			"centre": func() { g.Centre += more }, "whole": func() { g.Whole += more }, "texture": func() { g.Texture += more }, "core": func() { g.Core += more },
			"heart": func() { l.Heart += more }, "gap": func() { l.Gap += more * -l.Gap }, "spread": func() { l.Spread += more },
		} {
			fn()
			after := a.logOdds(score, p, g, l)
			if after < before-1e-9 {
				t.Fatalf("more %s lowers the log-odds from %g to %g", name, before, after)
			}
			before = after
		}
	})
}

// kinds has a finding of each kind that a report can hold, in each form that has a sentence of its own. One that is missing fails
// TestEveryKindHasASentence.
var kinds = map[string][]Finding{
	SignalNearCopy:         {{Picture: &PictureEvidence{}}, {Picture: &PictureEvidence{Verification: &Verification{Verified: true, Inliers: 12, Changes: allChanges}}}},
	SignalDesignSimilarity: {{Picture: &PictureEvidence{}, CloserThan: 9000}},
	SignalLogoInScene:      inPlaces(func(where string) Finding { return Finding{Picture: &PictureEvidence{Where: where}} }),
	SignalMarkInImageText: inPlaces(func(where string) Finding {
		return Finding{Text: &TextEvidence{Field: "pictures[0].text[1]", Matched: "V*", Word: "Velmora", Where: where, Rules: wordmark.Rules()}}
	}),
	SignalKeywordMisuse:   {{Text: &TextEvidence{Field: "title", Matched: "V*", Word: "Velmora", Rules: wordmark.Rules()}, CloserThan: 9000}, {Text: &TextEvidence{Field: "attributes.brand", Matched: "Velmora", Word: "Velmora"}}},
	SignalRelisting:       {{Picture: &PictureEvidence{}}, {Picture: &PictureEvidence{Verification: &Verification{Verified: true, Inliers: 12, Changes: allChanges}}}},
	SignalSellerHistory:   {{Support: true, Seller: &SellerFacts{Removed: 2}}},
	SignalResale:          {{Support: true}},
	SignalParody:          {{Support: true}},
	SignalGoodsApart:      {{Support: true}},
	SignalPriceAnomaly:    {{Support: true, Price: &PriceEvidence{Money{12, "EUR"}, Money{1080, "EUR"}, 12. / 1080}}},
	SignalObfuscatedBrand: {{Support: true, Text: &TextEvidence{Field: "description", Matched: "V*", Word: "Velmora", Rules: []string{"masked"}}}},
}

var allChanges = []Change{{"mirrored", 0}, {"clockwise", 12}, {"anticlockwise", 12}, {"stretched", 20}, {"cropped", 40}, {"set", 30}}

func inPlaces(fn func(where string) Finding) (out []Finding) {
	for _, where := range []string{"", WhereGoods, WherePackaging, WherePage, WhereUnsure} {
		out = append(out, fn(where))
	}
	return out
}

// TestEveryKindHasASentence: each signal of a pack, each that supports others, and what is met again, with everything that may speak for and
// against, is told in a sentence in every language, without a name left in it and unlike in each.
func TestEveryKindHasASentence(t *testing.T) {
	f := Fusion{Design: &PictureConfig{}, Logo: &LogoConfig{}, ImageText: &ImageTextConfig{}, Price: &priced, Obfuscation: &ObfuscationConfig{}}
	all := slices.Sorted(maps.Keys(f.signals()))
	all = append(all, slices.Sorted(maps.Keys(f.supports()))...)
	for _, kind := range all {
		if len(kinds[kind]) == 0 {
			t.Errorf("no finding of the kind %s is tried", kind)
		}
		for i, x := range kinds[kind] {
			x.Signal, x.Right = kind, "A"
			said := explain(x)
			unlike := map[string]bool{}
			for _, language := range []string{"en", "zh", "de"} {
				text := said[language]
				unlike[text] = true
				if text == "" || strings.ContainsAny(text, "{}") || strings.Contains(text, kind+".") || strings.Contains(text, "rule.") || strings.Contains(text, "edit.") || strings.Contains(text, "where.") {
					t.Errorf("%s %d in %s: %q", kind, i, language, text)
				}
			}
			if len(unlike) != 3 {
				t.Errorf("%s %d: the same sentence in two languages: %q", kind, i, said)
			}
		}
	}
}
