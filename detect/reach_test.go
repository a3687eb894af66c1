package detect

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"touchstone/detect/wordmark"
	"touchstone/index"
	"touchstone/models"
)

// reachable is a detector of one picture output with two regions, and of words.
func reachable(cfg PictureConfig, background [][]float32) *Detector {
	words := KeywordConfig{SignalConfig: SignalConfig{Calibration: Calibration{A: 10, B: -5}, Weight: 0.8, Threshold: 0.5}, MaxSpans: 64, Words: wordmark.DefaultWeights()}
	regions := []models.Region{{Name: "whole", W: 1, H: 1}, {Name: "right", X: 0.5, W: 0.5, H: 1}}
	return &Detector{
		fusion:  Fusion{NearCopy: cfg, Keyword: words, Infringement: FusedConfig{Calibration: Calibration{A: 1}}},
		outputs: []string{OutputCopy},
		signals: []signal{
			&keywordMisuse{cfg: words, space: index.Space{Output: OutputWord}},
			newNearCopy(cfg, index.Space{Output: OutputCopy, Dimension: 2}, regions, background, nil),
		},
	}
}

// TestRawIsTheSignalsOwnScore: what kept vectors give is what the signal gives when it runs, best region first.
func TestRawIsTheSignalsOwnScore(t *testing.T) {
	cfg := PictureConfig{SignalConfig: logistic, Candidates: 5, Beta: 0.5, Neighbours: 1, WholeBonus: 0.1}
	background := [][]float32{{0, 1}, {-1, 0}}
	regions := [][]float32{{0.6, 0.8}, {1, 0}}
	d := reachable(cfg, background)
	for name, reference := range map[string][]float32{"A": {1, 0}, "B": {0, 1}} {
		s := newNearCopy(cfg, index.Space{Output: OutputCopy}, d.likeness(OutputCopy).regions, background,
			shelf{{ID: "ref-" + name, Vectors: [][]float32{reference}, Payload: index.Payload{Right: name}}})
		l := Listing{Pictures: []Picture{picture(200, 100)}}
		want := s.find(l, candidates(t, s, l, fixed{regions: regions}), rights(name))[0].Score
		if got, ok := d.Raw(OutputCopy, reference, regions); !ok || math.Abs(got-want) > 1e-6 {
			t.Errorf("raw score of %s is %v (%v), the signal says %v", name, got, ok, want)
		}
	}
	for _, wrong := range [][][]float32{nil, {{1, 0}}} {
		if _, ok := d.Raw(OutputCopy, []float32{1, 0}, wrong); ok {
			t.Errorf("%d regions have a score", len(wrong))
		}
	}
	if _, ok := d.Raw(OutputDesign, []float32{1, 0}, regions); ok {
		t.Error("an output that nothing reads has a score")
	}
}

// TestLeastRaw: at the score found the verdict reaches the probability, just below it does not; and no cosine under
// LeastCosine can have that score.
func TestLeastRaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := PictureConfig{SignalConfig: SignalConfig{
			Calibration: Calibration{A: rapid.Float64Range(1, 40).Draw(t, "a"), B: rapid.Float64Range(-12, 2).Draw(t, "b")},
			Weight:      rapid.Float64Range(0.2, 1).Draw(t, "weight"), Threshold: 0.5,
		}, WholeBonus: rapid.Float64Range(-0.1, 0.2).Draw(t, "bonus"), Beta: 0.75}
		d := reachable(cfg, nil)
		p := rapid.Float64Range(0.05, 0.95).Draw(t, "p")
		raw, ok := d.LeastRaw(OutputCopy, p)
		fused := func(raw float64) float64 {
			return d.fusion.fuse([]Finding{{Signal: SignalNearCopy, Probability: cfg.Calibration.Probability(raw)}})[0].Probability
		}
		if !ok {
			if fused(4) >= p {
				t.Fatalf("probability %v is said to be out of reach, and a score of 4 gives %v", p, fused(4))
			}
			return
		}
		if fused(raw) < p || raw > -3.99 && fused(raw-1e-6) >= p {
			t.Fatalf("score %v gives %v, a hair less %v; want the least that reaches %v", raw, fused(raw), fused(raw-1e-6), p)
		}
		if best := d.LeastCosine(OutputCopy, raw) + math.Max(0, cfg.WholeBonus); best < raw-1e-9 {
			t.Fatalf("a cosine of %v may have score %v", d.LeastCosine(OutputCopy, raw), raw)
		}
	})
	if _, ok := reachable(PictureConfig{SignalConfig: SignalConfig{Calibration: Calibration{A: 1}, Weight: 0.1}}, nil).LeastRaw(OutputCopy, 0.9); ok {
		t.Error("a signal of little weight reaches any verdict")
	}
	if _, ok := reachable(PictureConfig{SignalConfig: logistic}, nil).LeastRaw("colour", 0.1); ok {
		t.Error("an unknown output reaches a verdict")
	}
}

// TestLeastRawOfVerifiedCopies: geometry can raise any pair that it looks at.
func TestLeastRawOfVerifiedCopies(t *testing.T) {
	d := reachable(PictureConfig{SignalConfig: logistic, Verify: &VerifyConfig{Floor: 0.17}}, nil)
	if raw, ok := d.LeastRaw(OutputCopy, 0.9); !ok || raw != 0.17 {
		t.Errorf("the least score is %v (%v), want the floor of the verification", raw, ok)
	}
}

func TestTitle(t *testing.T) {
	d := reachable(PictureConfig{SignalConfig: logistic}, nil)
	lexicon := wordmark.NewLexicon()
	lexicon.Add(wordmark.Mark{Reference: "r", Right: "V", Word: "Velmora", Goods: []string{"18"}})
	least, ok := d.LeastRaw(OutputWord, 0.3)
	if !ok {
		t.Fatal("no title reaches a verdict")
	}
	for title, want := range map[string]bool{"Genuine V\u200belmora bag": true, "velm0ra tote": true, "Leather bag": false, "": false} {
		if got := d.Title(lexicon, title, []string{"18"}); (got >= least) != want {
			t.Errorf("title %q has score %v, the least is %v", title, got, least)
		}
	}
}
